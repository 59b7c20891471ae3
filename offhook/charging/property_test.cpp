// What holds for every tariff and call: a second, slow reading of the rule agrees; a price never falls; two halves of a call cost at least
// what it costs whole; a credit lasts exactly as long as the price says.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <tuple>

#include "offhook/charging/rating.hpp"
#include "offhook/charging/support_test.hpp"

namespace offhook::charging {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const std::string caller_group = "gold";

/// Tariffs and calls near all that can go wrong: borders, ends of validity, the change of clocks.
class World {
public:
    explicit World(unsigned seed) : random_(seed) {}

    std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit)); }

    UtcTime instant() {
        static const char* const days[] = {"2026-01-05", "2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-05-01"};
        return test::at(days[below(6)]) + seconds(below(2 * 86'400) - 43'200);
    }

    Row row(bool free_seconds) {
        static const std::uint32_t lengths[][2] = {{1, 1}, {60, 60}, {60, 1}, {30, 6}, {600, 60}, {3600, 3600}};
        Row row;
        row.prefix = std::string("+4930").substr(0, static_cast<std::size_t>(below(6)));
        if (below(3) == 0) row.group = caller_group;
        if (below(4) == 0) row.group = "others";
        if (below(2) == 0) row.connection_fee = below(200'000);
        if (free_seconds && below(3) == 0) row.free_seconds = static_cast<std::uint32_t>(below(5000));
        const auto& length = lengths[below(6)];
        row.first_increment = length[0];
        row.increment = length[1];
        row.price_per_minute = below(4) == 0 ? 0 : below(5) == 0 ? below(50) : below(2'000'000);
        if (below(4) == 0) row.valid_from = instant();
        if (below(4) == 0) row.valid_until = std::max(instant(), row.valid_from + 1s);
        if (below(2) == 0) {
            row.band.days = static_cast<std::uint8_t>(below(127) + 1);
            row.band.from = static_cast<std::uint16_t>(below(Band::day_end));
            row.band.to = static_cast<std::uint16_t>((row.band.from + below(Band::day_end - 1)) % Band::day_end + 1);
            if (row.band.to == row.band.from) row.band.to = static_cast<std::uint16_t>(row.band.from + 1);
        }
        return row;
    }

    Tariff tariff(bool free_seconds = false) {
        for (;;) {
            std::vector<Row> rows;
            for (auto count = below(8) + 1; count > 0; --count) rows.push_back(row(free_seconds));
            // Two rows that are alike are refused; they are rare.
            if (auto made = Tariff::make(test::settings(below(2) == 0 ? test::berlin() : test::new_york()), std::move(rows))) return std::move(*made);
        }
    }

    Duration duration() {
        const Duration longest = below(3) == 0 ? Duration(30h) : Duration(20min);
        return below(4) == 0 ? seconds(below(longest / 1s)) : Duration(below(longest.count()));
    }

private:
    std::mt19937_64 random_;
};

/// The row that holds, by looking at each.
const Row* naive_row(const Tariff& tariff, std::string_view destination, UtcTime time) {
    const LocalTime local(time.time_since_epoch() + tariff.settings().zone.at(time).offset);
    const Row* best = nullptr;
    const auto rank = [](const Row& row) {
        return std::tuple(-static_cast<int>(row.prefix.size()), row.group.empty(), UtcTime::max() - std::max(row.valid_from, UtcTime{}),
                          row.band.minutes_of_week(), row.id);
    };
    for (const Row& row : tariff.rows()) {
        const bool holds = destination.starts_with(row.prefix) && (row.group.empty() || row.group == caller_group) && time >= row.valid_from &&
                           time < row.valid_until && row.band.covers(local);
        if (holds && (best == nullptr || rank(row) < rank(*best))) best = &row;
    }
    return best;
}

/// The price by walking through the call second by second; answered at a whole second.
std::optional<Micros> naive_price(const Tariff& tariff, const Call& call) {
    const Row* row = naive_row(tariff, call.destination, call.answered);
    if (row == nullptr) return std::nullopt;
    std::int64_t sixtieths = row->connection_fee * 60;
    seconds paid = seconds(row->free_seconds);
    bool first = true;
    for (seconds at = paid; at < call.duration; ++at) {
        const Row* now = naive_row(tariff, call.destination, call.answered + at);
        const bool other = now != nullptr && now != row;
        if (other) row = now;
        if (!other && !first && at < paid) continue;
        const std::uint32_t length = first ? row->first_increment : row->increment;
        sixtieths += length * row->price_per_minute;
        paid = at + seconds(length);
        first = false;
    }
    return (sixtieths + 59) / 60;
}

constexpr std::string_view destination = "+4930123";

std::optional<Micros> price(const Tariff& tariff, UtcTime answered, Duration duration) {
    const auto charge = rate(tariff, {.group = caller_group, .destination = destination, .answered = answered, .duration = duration});
    if (!charge) return std::nullopt;
    return charge->price.micros;
}

TEST(Property, AgreesWithTheSlowReading) {
    World world(1);
    int priced = 0;
    for (int round = 0; round < 400; ++round) {
        const Tariff tariff = world.tariff(/*free_seconds=*/true);
        const Call call{.group = caller_group, .destination = destination, .answered = world.instant(), .duration = world.duration() / 4};
        const auto slow = naive_price(tariff, call);
        ASSERT_EQ(price(tariff, call.answered, call.duration), slow) << "round " << round << "\n" << tariff_csv(tariff) << format_time(call.answered);
        priced += slow.has_value();
    }
    EXPECT_GT(priced, 150);
}

TEST(Property, PriceNeverFalls) {
    World world(2);
    for (int round = 0; round < 5'000; ++round) {
        const Tariff tariff = world.tariff(/*free_seconds=*/true);
        const UtcTime answered = world.instant();
        const Duration one = world.duration(), other = world.below(2) == 0 ? one + 1us : world.duration();
        const auto less = price(tariff, answered, std::min(one, other)), more = price(tariff, answered, std::max(one, other));
        ASSERT_EQ(less.has_value(), more.has_value());
        ASSERT_LE(less, more) << "round " << round << "\n" << tariff_csv(tariff) << format_time(answered);
    }
}

TEST(Property, TwoHalvesCostAtLeastTheWhole) {
    World world(3);
    int split = 0;
    for (int round = 0; round < 10'000; ++round) {
        const Tariff tariff = world.tariff();
        const UtcTime answered = world.instant();
        const Duration first = world.duration(), second = world.duration();
        const auto a = price(tariff, answered, first), b = price(tariff, answered + first, second), whole = price(tariff, answered, first + second);
        if (!a || !b) continue;  // where no row holds any more, nobody can call again
        ++split;
        ASSERT_GE(*a + *b, whole.value()) << "round " << round << "\n"
                                          << tariff_csv(tariff) << format_time(answered) << " " << first.count() << " " << second.count();
    }
    EXPECT_GT(split, 3'000);
}

TEST(Property, CreditLastsAsLongAsThePriceSays) {
    World world(4);
    int ended = 0;
    for (int round = 0; round < 5'000; ++round) {
        const Tariff tariff = world.tariff(/*free_seconds=*/true);
        const UtcTime answered = world.instant();
        const Money credit{world.below(3) == 0 ? world.below(300'000) : world.below(20'000'000), tariff.settings().currency};
        const auto limit = lasts(tariff, {.group = caller_group, .destination = destination, .answered = answered}, credit);
        const auto opening = price(tariff, answered, 0s);
        if (!limit) {
            ASSERT_TRUE(!opening || *opening > credit.micros);
            continue;
        }
        ASSERT_LE(price(tariff, answered, *limit).value(), credit.micros) << "round " << round << "\n" << tariff_csv(tariff) << format_time(answered);
        if (*limit == longest_call) continue;
        ++ended;
        ASSERT_GT(price(tariff, answered, *limit + 1us).value(), credit.micros) << "round " << round << "\n"
                                                                                << tariff_csv(tariff) << format_time(answered);
    }
    EXPECT_GT(ended, 1'200);
}

TEST(Property, FilesSayTheSameTariff) {
    World world(5);
    for (int round = 0; round < 200; ++round) {
        const Tariff tariff = world.tariff(/*free_seconds=*/true);
        ASSERT_EQ(test::tariff(tariff_csv(tariff)).rows(), tariff.rows());
    }
}

TEST(Property, PrefixesAreFoundLongestFirst) {
    World world(6);
    for (int round = 0; round < 100; ++round) {
        std::vector<std::string> prefixes;
        const auto text = [&](std::int64_t longest) {
            std::string out;
            for (auto size = world.below(longest); size > 0; --size) out += "+01\xff"[world.below(4)];
            return out;
        };
        for (int i = 0; i < 40; ++i) prefixes.push_back(text(14));
        std::ranges::sort(prefixes);
        prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
        const PrefixIndex index(prefixes);
        for (int i = 0; i < 100; ++i) {
            const std::string wanted = text(20);
            std::vector<std::string> expected, found;
            for (const std::string& prefix : prefixes)
                if (wanted.starts_with(prefix)) expected.insert(expected.begin(), prefix);
            for (auto place = index.longest(wanted); place != PrefixIndex::none; place = index.shorter(place))
                found.emplace_back(index.prefix(place));
            ASSERT_EQ(found, expected);
        }
    }
}

}  // namespace
}  // namespace offhook::charging
