// What an operator decides about the proxy. Defaults and their reasons stand beside each field; validated where it is loaded.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"
#include "offhook/dialog/session_timer.hpp"

namespace offhook::proxy {

/// One [[route]]: where requests go that no binding answers for. All conditions that are given must hold; the first route that
/// matches is taken. Only for senders that are authenticated or trusted (design rule 10).
struct StaticRoute {
    std::string domain;       ///< of the Request-URI, any case; empty: any own domain
    std::string user_prefix;  ///< the Request-URI's user begins with it; empty: any
    bool unknown = false;     ///< only users of an own domain that do not exist
    std::string next_hop;     ///< sip: URI that the request is sent to, its Request-URI unchanged
};

struct Config {
    std::vector<std::string> domains;  ///< that we are responsible for; the first also answers for our bare addresses
    std::string realm;                 ///< of our Proxy-Authenticate: answers to it are removed from what is passed on; empty: each own domain
    std::vector<StaticRoute> routes;
    std::vector<Network> trusted;                  ///< whose P-Asserted-Identity in responses is believed, and who is told one that is private
    bool record_route = true;                      ///< stay in the path of dialogs: records, NAT and the relay rule depend on it
    bool recurse_redirects = true;                 ///< try the contacts of a 3xx ourselves (RFC 3261 §16.7 step 4)
    bool follow_foreign_routes = false;            ///< obey a preloaded Route of others, for known senders only
    Duration timer_c = std::chrono::seconds(181);  ///< §16.6 step 11: larger than 3 minutes
    std::uint32_t max_breadth = 60;                ///< RFC 5393 §5.3.3
    std::uint32_t max_targets = 32;                ///< tried for one request, redirections included
    std::uint32_t max_redirects = 5;               ///< 3xx responses recursed on for one request
    std::uint32_t stream_above = 1300;             ///< octets: RFC 3261 §18.1.1
    std::uint32_t retry_after = 5;                 ///< seconds, in our 503
    dialog::SessionTimerConfig session_timer;
    std::uint16_t shard = 0;        ///< in the tickets that we give
    std::uint16_t ticket_kind = 0;  ///< likewise: chosen by the program
};

}  // namespace offhook::proxy
