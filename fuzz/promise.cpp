#include "fuzz/promise.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "offhook/base/text.hpp"

namespace offhook::fuzz {

std::string_view current;

void promise(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\nby (hexadecimal): %s\n", what, to_hex(current).c_str());
    std::abort();
}

bool within(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> not_after;
    return part.empty() || (not_after(whole.data(), part.data()) && not_after(part.data() + part.size(), whole.data() + whole.size()));
}

}  // namespace offhook::fuzz
