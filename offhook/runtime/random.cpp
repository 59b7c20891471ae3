#include "offhook/runtime/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace offhook::runtime {

void random_bytes(std::span<std::byte> out) {
    while (!out.empty()) {
        const ssize_t n = ::getrandom(out.data(), out.size(), 0);
        if (n > 0)
            out = out.subspan(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            std::abort();
    }
}

SipKey random_key() {
    SipKey key;
    random_bytes(std::as_writable_bytes(std::span(&key, 1)));
    return key;
}

}  // namespace offhook::runtime
