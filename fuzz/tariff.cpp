// Any octets as a tariff in CSV: what is wrong lies in the file; what is right reads the same when it is written, gives prices that never fall
// and credits that last as long as the price says.
#include <algorithm>
#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/charging/rating.hpp"
#include "offhook/charging/tariff_csv.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::charging;
using namespace std::chrono_literals;

// A Saturday before the clocks change in Berlin, 23:59:30 there.
constexpr UtcTime answered = std::chrono::sys_days(std::chrono::year(2026) / 3 / 28) + 22h + 59min + 30s;

Tariff::Settings settings() {
    const UtcTime change = std::chrono::sys_days(std::chrono::year(2026) / 3 / 29) + 1h;
    return {"fuzz", *Currency::parse("EUR"), TimeZone("Europe/Berlin", 1h, {{change, 2h}}), false};
}

void check_errors(std::string_view bytes, const std::vector<TariffCsvError>& errors) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(bytes, '\n')) + 1;
    promise(!errors.empty(), "who refuses says why");
    for (const TariffCsvError& error : errors) {
        promise(error.line >= 1 && error.line <= lines, "an error lies in a line of the file");
        promise(error.column >= 1 && error.column <= bytes.size() + 1, "and in a column");
        promise(!error.reason.empty(), "and has a reason");
    }
}

void check_prices(const Tariff& tariff, std::string_view destination, std::string_view group) {
    Call call{.group = group, .destination = destination, .answered = answered};
    std::optional<Micros> last;
    for (const Duration duration : {Duration{}, Duration(1us), Duration(29s), Duration(31s), Duration(1h + 1us), Duration(9h), Duration(31h)}) {
        call.duration = duration;
        const auto charge = rate(tariff, call);
        if (!charge && charge.error() == RatingError::overflow) return;
        if (!charge) return promise(charge.error() == RatingError::no_row && !last, "a call that has begun has a price");
        promise(charge->price.micros >= last.value_or(0), "a price never falls");
        last = charge->price.micros;
        const auto limit = lasts(tariff, call, charge->price);
        promise(limit && *limit >= duration, "what a call has cost pays for it");
        call.duration = *limit;
        promise(rate(tariff, call)->price == charge->price, "and for no more than has begun");
    }
}

}  // namespace

void fuzz_tariff(std::string_view bytes) {
    current = bytes;
    const auto tariff = read_tariff(settings(), bytes);
    if (!tariff) return check_errors(bytes, tariff.error());
    const std::string written = tariff_csv(*tariff);
    const auto again = read_tariff(settings(), written);
    promise(again && again->rows() == tariff->rows(), "what was written reads the same");
    promise(tariff_csv(*again) == written, "and is written the same");
    check_prices(*tariff, "+4930123", "gold");
    for (std::size_t i = 0; i < std::min<std::size_t>(tariff->rows().size(), 8); ++i)
        check_prices(*tariff, tariff->rows()[i].prefix, tariff->rows()[i].group);
}

}  // namespace offhook::fuzz
