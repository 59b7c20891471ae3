// What is fuzzed: each target takes any octets and ends the program if a promise of the layers does not hold for them. libFuzzer
// calls them with what it invents (one program for each), ctest with the seeds and with every input that once broke one.
//
// A new target is NAME.cpp with fuzz_NAME, one line here, one in targets.cpp and one in CMakeLists.txt, and seeds/NAME.
#pragma once
#include <span>
#include <string_view>

namespace offhook::fuzz {

void fuzz_bodies(std::string_view bytes);
void fuzz_differential(std::string_view bytes);
void fuzz_differential_values(std::string_view bytes);
void fuzz_digest(std::string_view bytes);
void fuzz_edits(std::string_view bytes);
void fuzz_headers(std::string_view bytes);
void fuzz_message(std::string_view bytes);
void fuzz_offer_answer(std::string_view bytes);
void fuzz_parameters(std::string_view bytes);
void fuzz_radius(std::string_view bytes);
void fuzz_sdp(std::string_view bytes);
void fuzz_server(std::string_view bytes);
void fuzz_stream(std::string_view bytes);
void fuzz_tariff(std::string_view bytes);
void fuzz_transaction(std::string_view bytes);
void fuzz_uri(std::string_view bytes);

struct Target {
    std::string_view name;  ///< also the folder of its seeds and of its regressions
    void (*run)(std::string_view bytes);
    int mutations = 20'000;                ///< of seeds, that the tests try
    const char* before_message = nullptr;  ///< not null: the messages of the RFCs are seeds too, with these octets before each
};

[[nodiscard]] std::span<const Target> targets();

}  // namespace offhook::fuzz
