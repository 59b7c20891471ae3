#include "apps/offhook/storm/plan.hpp"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <memory>

#include "offhook/base/text.hpp"
#include "offhook/http/import.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::cli::storm {
namespace {

constexpr std::size_t most_users = 10'000'000;

std::unexpected<Failure> wrong(std::string text) { return std::unexpected(Failure{Exit::usage, std::move(text)}); }

struct HostPort {
    std::string host;
    std::uint16_t port = 5060;
};

std::expected<HostPort, Failure> split_target(std::string_view text) {
    const std::string_view whole = text;
    if (text.starts_with("sip:")) text.remove_prefix(4);
    const auto bracket = text.starts_with('[') ? text.find(']') : 0;
    const auto colon = bracket == text.npos ? text.npos : text.find(':', bracket);
    HostPort out{std::string(text.substr(0, colon)), 5060};
    if (colon != text.npos) {
        const auto port = to_number<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) return wrong(fmt::format("\"{}\" is not a target: HOST or HOST:PORT is wanted, as 127.0.0.1:5060", whole));
        out.port = *port;
    }
    if (out.host.empty() || bracket == text.npos) return wrong(fmt::format("\"{}\" is not a target: HOST or HOST:PORT is wanted", whole));
    return out;
}

/// Names and domains are written into messages as they are: what is none of a SIP URI would only make a server say 400.
std::expected<void, Failure> check_user(const User& user) {
    const std::string text = fmt::format("sip:{}@{}", user.name, user.domain);
    const auto uri = message::parse_uri(text);
    if (uri && uri->user == user.name && uri->password.empty() && uri->host == user.domain && uri->port == 0) return {};
    const std::string host = "sip:" + user.domain;
    if (const auto domain = message::parse_uri(host); !domain || domain->host != user.domain || domain->port != 0)
        return wrong(fmt::format("\"{}\" is not the domain of a SIP URI: a host name or an address is wanted, as example.com", user.domain));
    return wrong(fmt::format("\"{}\" is not the user of a SIP URI (RFC 3261 section 25.1): other octets are written as %20", user.name));
}

std::vector<IpAddress> look_up(const std::string& host) {
    if (const auto address = IpAddress::parse(host)) return {*address};
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
    std::vector<IpAddress> out;
    for (const addrinfo* i = list; i != nullptr; i = i->ai_next) {
        if (i->ai_family == AF_INET) out.push_back(runtime::to_address(reinterpret_cast<const sockaddr_in*>(i->ai_addr)->sin_addr));
        if (i->ai_family == AF_INET6) out.push_back(runtime::to_address(reinterpret_cast<const sockaddr_in6*>(i->ai_addr)->sin6_addr));
    }
    return out;
}

}  // namespace

std::string_view name_of(Scenario scenario) {
    switch (scenario) {
        case Scenario::register_:
            return "register";
        case Scenario::call:
            return "call";
        case Scenario::options:
            return "options";
        case Scenario::message:
            return "message";
    }
    return {};
}

std::string host_of(std::string_view target) {
    const auto parts = split_target(target);
    return parts ? parts->host : std::string(target);
}

std::expected<Endpoint, Failure> resolve_target(const std::string& text, bool allow_remote) {
    const auto parts = split_target(text);
    if (!parts) return std::unexpected(parts.error());
    auto addresses = look_up(parts->host);
    if (addresses.empty()) return std::unexpected(Failure{Exit::unreachable, fmt::format("{}: this name has no address", parts->host)});
    const auto remote = std::ranges::find_if_not(addresses, &IpAddress::is_loopback);
    if (remote != addresses.end() && !allow_remote)
        return wrong(fmt::format("{}{} is not this machine: a storm against others needs --allow-remote, and their consent", parts->host,
                                 remote->text() == parts->host ? "" : fmt::format(" ({})", remote->text())));
    // A server on this machine rather listens on 127.0.0.1 than on ::1.
    std::ranges::stable_partition(addresses, [](const IpAddress& a) { return !a.is_v6(); });
    return Endpoint{addresses.front(), parts->port};
}

std::expected<std::vector<User>, Failure> users_of_pattern(std::string_view pattern, std::size_t count, const std::string& domain,
                                                           const std::string& password) {
    const auto open = pattern.find('{'), close = pattern.find('}');
    if (open == pattern.npos && close == pattern.npos && !pattern.empty()) {
        std::vector<User> one{{std::string(pattern), domain, password}};
        if (auto good = check_user(one.front()); !good) return std::unexpected(good.error());
        return one;
    }
    const std::string_view range = open < close && close != pattern.npos ? pattern.substr(open + 1, close - open - 1) : std::string_view{};
    const auto dots = range.find("..");
    const auto first = to_number<std::uint64_t>(range.substr(0, dots));
    const std::string_view end = dots == range.npos ? std::string_view{} : range.substr(dots + 2);
    auto last = end.empty() && first && count > 0 ? std::optional(*first + count - 1) : to_number<std::uint64_t>(end);
    if (!first || dots == range.npos || !last || *last < *first)
        return wrong(fmt::format("--users \"{}\": one range of numbers is wanted, as u{{000000..000999}}", pattern));
    if (*last - *first >= most_users) return wrong(fmt::format("--users \"{}\": more than {} users", pattern, most_users));
    std::vector<User> users;
    users.reserve(*last - *first + 1);
    for (std::uint64_t i = *first; i <= *last; ++i)
        users.push_back({fmt::format("{}{:0{}}{}", pattern.substr(0, open), i, dots, pattern.substr(close + 1)), domain, password});
    if (auto good = check_user(users.front()); !good) return std::unexpected(good.error());  // the others differ in digits
    return users;
}

std::expected<std::vector<User>, Failure> users_of_csv(std::string_view text, const std::string& file) {
    auto rows = http::read_csv(text);
    if (!rows) return wrong(fmt::format("{}:{}: {}", file, rows.error().front().line, rows.error().front().text));
    if (rows->empty()) return wrong(fmt::format("{}: there is no user in it", file));
    std::vector<User> users;
    users.reserve(rows->size());
    for (auto& row : *rows) {
        users.push_back({std::move(row.name), std::move(row.domain), std::move(row.password).value_or("")});
        if (auto good = check_user(users.back()); !good) return wrong(fmt::format("{}: {}", file, good.error().text));
    }
    return users;
}

}  // namespace offhook::cli::storm
