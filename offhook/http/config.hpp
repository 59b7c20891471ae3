// What an operator chooses about the HTTP API, and the limits that keep it from being worn out.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "offhook/base/address.hpp"

namespace offhook::http {

struct Config {
    Endpoint address{IpAddress::v4({127, 0, 0, 1}), 8080};  ///< port 0: any free one
    std::size_t max_connections = 256;                      ///< one more is told 503 and closed
    std::uint32_t header_limit = 16 * 1024;                 ///< octets of request line and header fields: 431 above
    std::uint64_t body_limit = 256u << 10;                  ///< octets of a body: 413 above
    std::uint64_t import_limit = 32u << 20;                 ///< the same for a bulk import
    std::chrono::seconds idle_timeout{60};                  ///< a connection without a request is closed
    std::chrono::seconds request_timeout{30};               ///< a request that is still not read, or a response that is not taken, is given up
    std::size_t workers = 4;                                ///< requests that may wait for the store at once
};

}  // namespace offhook::http
