// Runs every target over its seeds, over the inputs that once broke it, and over pieces and mutations of them, without libFuzzer.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fuzz/inputs.hpp"
#include "fuzz/targets.hpp"

namespace offhook::fuzz {
namespace {

class Regressions : public ::testing::TestWithParam<Target> {};

TEST_P(Regressions, AreNoSurprise) {
    const auto all = inputs(GetParam());
    ASSERT_FALSE(all.empty());
    for (const std::string& input : all) GetParam().run(input);
}

TEST_P(Regressions, NeitherAreTheirMutations) {
    std::mt19937 random(20260101);
    const auto all = inputs(GetParam());
    for (int round = 0; round < GetParam().mutations; ++round) GetParam().run(mutated(all[random() % all.size()], random));
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Regressions, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::fuzz
