#include "offhook/store/tariff_admin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "offhook/runtime/time_zone.hpp"

namespace offhook::store {
namespace {

constexpr std::size_t longest_name = 64;

std::unexpected<TariffImportError> invalid(std::string text, std::vector<charging::TariffCsvError> lines = {}) {
    const std::size_t line = lines.empty() ? 0 : lines.front().line;
    return std::unexpected(TariffImportError{{AdminError::Code::invalid, std::move(text), line}, std::move(lines)});
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name &&
           std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

}  // namespace

std::expected<std::size_t, TariffImportError> TariffAdmin::import(const TariffImport& list) {
    if (!is_name(list.name)) return invalid(fmt::format("\"{}\" cannot be the name of a tariff: 1 to {} octets without blanks", list.name, longest_name));
    const auto currency = charging::Currency::parse(list.currency);
    if (!currency || *currency == charging::Currency{})
        return invalid(fmt::format("\"{}\" is not a currency: three capital letters are wanted, as EUR", list.currency));
    auto zone = runtime::load_time_zone(list.zone);
    if (!zone) return invalid(zone.error());
    auto tariff = charging::read_tariff({list.name, *currency, std::move(*zone), list.free_on_net}, list.csv);
    if (!tariff) {
        const charging::TariffCsvError& first = tariff.error().front();
        std::string text = fmt::format("tariff {}: line {}, column {}: {}", list.name, first.line, first.column, first.reason);
        return invalid(std::move(text), std::move(tariff.error()));
    }
    TariffChange change;
    change.name = list.name;
    change.rows = charging::tariff_csv(*tariff);
    change.tariff = std::make_shared<const charging::Tariff>(std::move(*tariff));
    const std::size_t rows = change.tariff->rows().size();
    if (auto done = writer_.submit(std::move(change)).get(); !done) return std::unexpected(TariffImportError{std::move(done.error()), {}});
    return rows;
}

AdminResult TariffAdmin::remove(std::string_view name) {
    TariffChange change;
    change.name = name;
    return writer_.submit(std::move(change)).get();
}

}  // namespace offhook::store
