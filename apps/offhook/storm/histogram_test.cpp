#include "apps/offhook/storm/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace offhook::cli::storm {
namespace {

Duration us(Duration::rep n) { return Duration(n); }

TEST(Histogram, OfNothingIsZero) {
    const Histogram none;
    EXPECT_EQ(none.count(), 0u);
    EXPECT_EQ(none.percentile(0.99), us(0));
    EXPECT_EQ(none.max(), us(0));
}

// Every power of two, its neighbours, and what lies between, up to 19 hours.
TEST(Histogram, IsOffByAtMostASixtyFourth) {
    for (unsigned width = 0; width < 36; ++width)
        for (const double part : {1.0, 1.0156, 1.03, 1.25, 1.499, 1.5, 1.75, 1.984, 1.9999}) {
            const auto value = static_cast<Duration::rep>(static_cast<double>(std::uint64_t{1} << width) * part);
            Histogram one;
            one.record(us(value));
            one.record(us(value * 1000));  // so that the maximum does not help
            const double got = static_cast<double>(one.percentile(0.5).count());
            EXPECT_LE(std::abs(got - static_cast<double>(value)), static_cast<double>(value) / 64) << value;
        }
}

TEST(Histogram, KeepsWhatIsOutOfRange) {
    Histogram all;
    all.record(us(-5));
    all.record(std::chrono::hours(100));
    EXPECT_EQ(all.count(), 2u);
    EXPECT_EQ(all.percentile(0.5), us(0));
    EXPECT_GE(all.max(), std::chrono::hours(19));
}

TEST(Histogram, FindsThePercentilesOfRandomTimes) {
    std::mt19937_64 random(7502);
    std::lognormal_distribution<double> times(8.0, 1.5);
    std::vector<Duration::rep> exact;
    Histogram all;
    for (int i = 0; i < 100'000; ++i) {
        exact.push_back(static_cast<Duration::rep>(times(random)));
        all.record(us(exact.back()));
    }
    std::ranges::sort(exact);
    for (const double share : {0.5, 0.9, 0.99, 0.999}) {
        const auto wanted = static_cast<double>(exact[static_cast<std::size_t>(share * static_cast<double>(exact.size())) - 1]);
        EXPECT_NEAR(static_cast<double>(all.percentile(share).count()), wanted, wanted * 0.016 + 1) << share;
    }
    EXPECT_EQ(all.max(), us(exact.back()));
    EXPECT_EQ(all.percentile(1.0), all.max());
}

TEST(Histogram, OfTwoIsThatOfBothTogether) {
    Histogram low, high, both;
    for (int i = 0; i < 1000; ++i) {
        low.record(us(i));
        both.record(us(i));
        high.record(us(1'000'000 + i));
        both.record(us(1'000'000 + i));
    }
    low.merge(high);
    low.merge(Histogram{});
    EXPECT_EQ(low.count(), both.count());
    EXPECT_EQ(low.max(), both.max());
    for (const double share : {0.1, 0.5, 0.51, 0.9, 0.999, 1.0}) EXPECT_EQ(low.percentile(share), both.percentile(share)) << share;
    low.clear();
    EXPECT_EQ(low.count(), 0u);
    EXPECT_EQ(low.percentile(1.0), us(0));
}

}  // namespace
}  // namespace offhook::cli::storm
