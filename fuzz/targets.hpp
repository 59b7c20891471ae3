// What is fuzzed: each target takes any octets and ends the program if a promise of the layers does not hold for them. libFuzzer
// calls them with what it invents (one program for each), ctest with the seeds and with every input that once broke one.
#pragma once
#include <span>
#include <string_view>

namespace offhook::fuzz {

struct Target {
    std::string_view name;  ///< also the folder of its seeds and of its regressions
    void (*run)(std::string_view bytes);
};

[[nodiscard]] std::span<const Target> targets();

}  // namespace offhook::fuzz
