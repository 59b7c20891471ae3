// Any octets as a typed value, read twice, and written again from its parts. The first octet says what it is a value of: '0' a URI, '1' a name-addr,
// '2' a Via ...
#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "tests/reference/rebuild.hpp"

namespace offhook::fuzz {

void fuzz_differential_values(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    constexpr auto kinds = static_cast<unsigned>(reference::Kind::count_) - 1;
    const auto kind = static_cast<reference::Kind>(static_cast<unsigned char>(bytes[0]) % kinds + 1);
    const std::string disagreement = reference::disagreement(kind, bytes.substr(1));
    promise(disagreement.empty(), disagreement.c_str());
    const std::string unlike = reference::rebuild_disagreement(kind, bytes.substr(1));
    promise(unlike.empty(), unlike.c_str());
}

}  // namespace offhook::fuzz
