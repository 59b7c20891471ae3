// One HTTP request and its response as plain values: what the API works on. Knows no sockets and no Beast.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::http {

enum class Verb : std::uint8_t { get, post, put, patch, remove, other };

struct Request {
    Verb verb = Verb::get;
    std::string path;                                        ///< decoded, without query: "/v1/users/alice@example.com"
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded
    std::string content_type;                                ///< media type alone, in lower case
    std::string body;
    bool authorized = false;  ///< came with the right bearer token

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};
    /// Of a body too large to be kept: what follows `body`, piece by piece, an empty one at its end. Called by one thread at a time, which
    /// may wait for the store. An error is only seen as a body that breaks off.
    std::function<std::expected<std::string, std::string>()> more = {};
};

/// Answers a request; called from several threads at once. What it throws is answered with 500.
using Handler = std::function<Response(const Request&)>;

/// {"error": text} with this status.
[[nodiscard]] Response error_response(int status, std::string_view text);

/// Splits "/v1/users?limit=5" and decodes its %-escapes; false if one is malformed or stands for a NUL.
[[nodiscard]] bool parse_target(std::string_view target, Request& request);

/// Escapes everything but unreserved characters (RFC 3986 §2.3), '@' and ','.
[[nodiscard]] std::string escape_component(std::string_view text);

}  // namespace offhook::http
