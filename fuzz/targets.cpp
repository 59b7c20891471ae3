#include "fuzz/targets.hpp"

namespace offhook::fuzz {

namespace {

constexpr Target all[] = {
    {"bodies", fuzz_bodies},
    {"differential", fuzz_differential, 20'000, ""},
    {"differential_values", fuzz_differential_values},
    {"digest", fuzz_digest, 5'000},
    {"edits", fuzz_edits, 20'000, "\x07\x01\x0a\x02\x11\x03\x0b\x05\x23"},
    {"headers", fuzz_headers},
    {"message", fuzz_message, 20'000, ""},
    {"offer_answer", fuzz_offer_answer, 5'000},
    {"parameters", fuzz_parameters},
    {"radius", fuzz_radius, 5'000},
    {"sdp", fuzz_sdp},
    {"server", fuzz_server, 1'000, "R 1 0\nR 1 1\nG 4\n"},
    {"stream", fuzz_stream, 20'000, "\x06"},
    {"tariff", fuzz_tariff, 5'000},
    {"transaction", fuzz_transaction, 5'000},
    {"uri", fuzz_uri},
};

}  // namespace

std::span<const Target> targets() { return all; }

}  // namespace offhook::fuzz
