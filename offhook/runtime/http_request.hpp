// One HTTP request and its answer on a connection of its own, each step before a deadline: for the command line and for sinks of the
// journal, which have a thread to wait on. Never on a shard.
//
// Thread rule: any thread; the call waits.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/runtime/closing.hpp"

namespace offhook::runtime {

/// "http://127.0.0.1:8080/events"; an IPv6 address stands in brackets.
struct HttpUrl {
    std::string host;  ///< without brackets
    std::string port;  ///< "80" if none is named
    std::string path;  ///< with its query; "/" if there is none
};
/// Nothing if it is no http URL, has a user or a fragment.
[[nodiscard]] std::optional<HttpUrl> parse_http_url(std::string_view text);

struct HttpRequest {
    std::string_view method = "GET";
    std::string_view target = "/";
    std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< Host, Connection and Content-Length are added
    std::string_view body;
};
struct HttpReply {
    int status = 0;
    std::string body;
};
struct HttpFailure {
    bool connected = false;  ///< false: nobody took the connection
    std::string text;
};

/// `body_limit`: octets of the answer's body that are taken at most. `closing`: ends it before the limit; null: nobody does.
[[nodiscard]] std::expected<HttpReply, HttpFailure> exchange(const HttpUrl& to, const HttpRequest& request, Duration limit, std::uint64_t body_limit,
                                                             const Closing* closing = nullptr);

}  // namespace offhook::runtime
