#include "offhook/store/tariff_table.hpp"

#include <utility>

namespace offhook::store {

std::shared_ptr<const charging::Tariff> TariffTable::find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = tariffs_.find(name);
    return found == tariffs_.end() ? nullptr : found->second;
}

void TariffTable::put(std::shared_ptr<const charging::Tariff> tariff) {
    const std::string& name = tariff->settings().name;
    const std::lock_guard lock(mutex_);
    std::swap(tariffs_[name], tariff);  // the old one ends after the mutex is free
}

void TariffTable::apply(const TariffChange& change) {
    if (change.tariff) return put(change.tariff);
    const std::lock_guard lock(mutex_);
    tariffs_.erase(change.name);
}

}  // namespace offhook::store
