// Any octets as a message that is edited: the first octet says how many of the next ones say what is done to its fields.
#include "tests/reference/edits.hpp"

#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"

namespace offhook::fuzz {

void fuzz_edits(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const std::size_t size = static_cast<unsigned char>(bytes[0]) % 16 + 1;
    if (bytes.size() <= size) return;
    const std::string disagreement = reference::edit_disagreement(bytes.substr(1, size), bytes.substr(1 + size));
    promise(disagreement.empty(), disagreement.c_str());
}

}  // namespace offhook::fuzz
