// Administration of tariffs: what the HTTP API calls. A change is committed when a call returns, and holds for what is rated from then on.
// Never from a shard. Thread rule: any other thread.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/tariff_csv.hpp"
#include "offhook/store/rows.hpp"
#include "offhook/store/writer.hpp"

namespace offhook::store {

/// A list of prices that takes the place of the whole list of this name.
struct TariffImport {
    std::string name;
    std::string currency;      ///< "EUR"
    std::string zone = "UTC";  ///< by whose clocks days and hours are meant: "Europe/Berlin"
    bool free_on_net = false;
    std::string_view csv;  ///< charging/tariff_csv.hpp
};

struct TariffImportError {
    AdminError error;                           ///< with the first of the lines, if it is lines that are wrong
    std::vector<charging::TariffCsvError> lines;  ///< all that is wrong with them
};

class TariffAdmin {
public:
    explicit TariffAdmin(Writer& writer) : writer_(writer) {}

    /// The number of rows.
    std::expected<std::size_t, TariffImportError> import(const TariffImport& list);
    /// Refused while accounts or calls in progress use it.
    AdminResult remove(std::string_view name);

private:
    Writer& writer_;
};

}  // namespace offhook::store
