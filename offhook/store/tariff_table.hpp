// All tariffs in memory, as they are committed. Filled at the start, changed after each commit. Thread rule: any thread; one mutex, held for a
// look-up.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "offhook/charging/tariff.hpp"
#include "offhook/store/account_change.hpp"

namespace offhook::store {

class TariffTable {
public:
    [[nodiscard]] std::shared_ptr<const charging::Tariff> find(std::string_view name) const;  ///< null: there is none
    void put(std::shared_ptr<const charging::Tariff> tariff);                                 ///< under its own name
    void apply(const TariffChange& change);                                                   ///< a committed one

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const charging::Tariff>, std::less<>> tariffs_;
};

}  // namespace offhook::store
