// What a storm is to do, checked: who calls whom, where, how often.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "apps/offhook/program.hpp"
#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::cli::storm {

enum class Scenario : std::uint8_t { register_, call, options, message };
[[nodiscard]] std::string_view name_of(Scenario scenario);

struct User {
    std::string name, domain, password;
};

struct Plan {
    Scenario scenario = Scenario::options;
    Endpoint target;
    transport::Protocol protocol = transport::Protocol::udp;
    IpAddress local;     ///< what we send from
    std::string domain;  ///< Request-URI of OPTIONS
    std::vector<User> users;
    double rate = 10;           ///< attempts a second
    std::uint64_t total = 100;  ///< attempts
    Duration hold{};            ///< Session Duration (RFC 7501 §3.3.3)
    Duration ring{};            ///< how long the called phone rings
    Duration threshold{};       ///< Establishment Threshold Time (RFC 7501 §3.3.2)
    unsigned threads = 1;
    unsigned sockets = 1;  ///< of each thread; over TCP each thread has one connection
    std::uint32_t expires = 3600;
    std::size_t most_in_progress = 100'000;  ///< of each thread
    bool allow_remote = false;
    int server_process = 0;  ///< on this machine, whose processor time is measured; 0: none

    /// Calls and messages reach their callee by its registration, which is made first.
    [[nodiscard]] bool registers_first() const { return scenario == Scenario::call || scenario == Scenario::message; }
    /// Who is called by that user: half the list further on.
    [[nodiscard]] std::size_t callee_of(std::size_t caller) const { return (caller + users.size() / 2) % users.size(); }
};

/// "127.0.0.1:5060", "[::1]", "localhost:5070", also as "sip:..."; the port is 5060 if there is none. Every address of a name must be loopback
/// unless `allow_remote`.
[[nodiscard]] std::expected<Endpoint, Failure> resolve_target(const std::string& text, bool allow_remote);
/// Its host as it was written.
[[nodiscard]] std::string host_of(std::string_view target);

/// "u{000000..000999}": 1,000 users; "u{0000..}" as many as `count`, "alice" one.
[[nodiscard]] std::expected<std::vector<User>, Failure> users_of_pattern(std::string_view pattern, std::size_t count, const std::string& domain,
                                                                         const std::string& password);
/// name,domain,password in each line, as `offhook user import` reads it.
[[nodiscard]] std::expected<std::vector<User>, Failure> users_of_csv(std::string_view text, const std::string& file);

}  // namespace offhook::cli::storm
