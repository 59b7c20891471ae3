// What can be said of a RADIUS client: its servers' secrets and its patience, by the names of RFC 5080 §2.2.1.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/radius/packet.hpp"

namespace offhook::radius {

struct ClientConfig {
    Code request = Code::access_request;  ///< what it sends: that, or accounting_request
    std::vector<std::string> secrets{};   ///< one for each server, the preferred server first; none empty

    Duration initial_timeout = std::chrono::seconds(2);   ///< IRT: until the first retransmission. Default: 2 s
    Duration longest_timeout = std::chrono::seconds(16);  ///< MRT: it doubles up to this. Default: 16 s
    std::uint32_t attempts = 2;                           ///< MRC: times that one server is sent a request, before the next one is. Default: 2
    Duration deadline = std::chrono::seconds(10);         ///< MRD: of a request, over all servers, from when it is begun. Default: 10 s

    std::uint32_t failures = 3;                 ///< requests that a server leaves unanswered, one after another, before it counts as dead. Default: 3
    Duration pause = std::chrono::seconds(30);  ///< how long a dead server is left alone before one request tries it again. Default: 30 s

    std::uint16_t ports = 4;       ///< source ports for each server: 256 requests may be under way through each. Default: 4
    std::uint32_t queue = 10'000;  ///< requests that are not answered yet, waiting ones included; further ones are refused. Default: 10,000
};

}  // namespace offhook::radius
