// The door through which libFuzzer comes in: one program for each target, whose function OFFHOOK_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    offhook::fuzz::OFFHOOK_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
