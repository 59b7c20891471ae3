// The door through which libFuzzer comes in: one program for each target, named by OFFHOOK_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const auto& target : offhook::fuzz::targets())
        if (target.name == OFFHOOK_FUZZ_TARGET) target.run({reinterpret_cast<const char*>(data), size});
    return 0;
}
