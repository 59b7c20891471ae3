// Any octets as a message, read twice: by the library and by the plain reading of the RFC in tests/reference.
#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "tests/reference/compare.hpp"

namespace offhook::fuzz {

void fuzz_differential(std::string_view bytes) {
    current = bytes;
    // The second limits are so narrow that they matter.
    for (const message::Limits& limits : {message::Limits{}, message::Limits{.size = 1024, .headers = 8, .request_uri = 24}}) {
        const std::string disagreement = reference::disagreement(bytes, limits);
        promise(disagreement.empty(), disagreement.c_str());
    }
}

}  // namespace offhook::fuzz
