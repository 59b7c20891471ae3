// What targets are run over without libFuzzer: their seeds, past finds, the messages of the RFCs, and mutations of all these.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets.hpp"

namespace offhook::fuzz {

/// Every message of the corpora in tests/conformance/data, each with `before` in front.
[[nodiscard]] std::vector<std::string> messages_of_the_rfcs(const std::string& before = {});

/// The seeds and the past finds of a target, and the messages where it reads them; in the same order everywhere.
[[nodiscard]] std::vector<std::string> inputs(const Target& target);

/// A few octets of the input removed, put in, changed, repeated, or its end cut off.
[[nodiscard]] std::string mutated(std::string input, std::mt19937& random);

}  // namespace offhook::fuzz
