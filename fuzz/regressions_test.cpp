// Runs every target over its seeds, over the inputs that once broke it, and over pieces and mutations of them, without libFuzzer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "fuzz/targets.hpp"

namespace offhook::fuzz {
namespace {

std::vector<std::string> inputs(std::string_view name) {
    const std::filesystem::path root = OFFHOOK_SOURCE_DIR;
    std::vector<std::filesystem::path> folders = {root / "fuzz/seeds" / name, root / "fuzz/regressions" / name};
    if (name == "message" || name == "stream")
        for (const char* corpus : {"rfc4475", "rfc5118", "rfc3665"}) folders.push_back(root / "tests/conformance/data" / corpus);
    std::vector<std::string> out;
    for (const auto& folder : folders) {
        if (!std::filesystem::is_directory(folder)) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            std::ostringstream text;
            text << file.rdbuf();
            out.push_back(std::move(text).str());
        }
    }
    return out;
}

class Regressions : public ::testing::TestWithParam<Target> {};

TEST_P(Regressions, AreNoSurprise) {
    const auto all = inputs(GetParam().name);
    ASSERT_FALSE(all.empty());
    for (const std::string& input : all) GetParam().run(input);
}

TEST_P(Regressions, NeitherAreTheirMutations) {
    std::mt19937 random(20260101);
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1)); };
    static constexpr char special_octets[] = " \t\r\n\"\\<>(),;:=@%[]?&\0\x7f\xc3*#+";
    constexpr std::string_view special(special_octets, sizeof special_octets - 1);
    const auto all = inputs(GetParam().name);
    for (int round = 0; round < 20'000; ++round) {
        std::string input = all[below(all.size())];
        for (std::size_t change = below(4) + 1; change > 0 && !input.empty(); --change) {
            const std::size_t at = below(input.size());
            switch (below(5)) {
                case 0:
                    input.erase(at, below(20));
                    break;
                case 1:
                    input.insert(at, 1, special[below(special.size())]);
                    break;
                case 2:
                    input[at] = special[below(special.size())];
                    break;
                case 3:
                    input.insert(at, input.substr(below(input.size()), below(40)));
                    break;
                default:
                    input.resize(at);
                    break;
            }
        }
        GetParam().run(input);
    }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Regressions, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::fuzz
