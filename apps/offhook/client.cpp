#include "apps/offhook/client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdlib>

#include "offhook/http/token.hpp"
#include "offhook/runtime/http_request.hpp"

namespace offhook::cli {
namespace {

constexpr std::chrono::seconds limit{60};
constexpr std::uint64_t largest_reply = 256u << 20;

std::expected<std::string, Failure> find_token_file(const std::string& named) {
    if (!named.empty()) return named;
    if (const char* from_environment = std::getenv("OFFHOOK_TOKEN_FILE"); from_environment != nullptr && *from_environment != '\0')
        return from_environment;
    for (const char* path : {"var/api-token", "/var/lib/offhook/api-token"})
        if (::access(path, F_OK) == 0) return path;
    return std::unexpected(Failure{Exit::no_access,
                                   "no token: neither var/api-token nor /var/lib/offhook/api-token is there; name the server's with --token-file "
                                   "(offhookd keeps it as api-token in its data folder)"});
}

}  // namespace

std::expected<Client, Failure> Client::make(const Globals& globals) {
    auto server = runtime::parse_http_url(globals.api);
    if (!server || server->path != "/")
        return std::unexpected(Failure{Exit::usage, fmt::format("--api {}: an address as \"http://127.0.0.1:8080\" is wanted", globals.api)});
    Client client;
    client.url_ = globals.api;
    client.server_ = std::move(*server);
    auto file = find_token_file(globals.token_file);
    if (!file) return std::unexpected(file.error());
    auto token = http::read_token(*file);
    if (!token) return std::unexpected(Failure{Exit::no_access, fmt::format("the API's token: {}", token.error())});
    client.token_file_ = std::move(*file);
    client.token_ = std::move(*token);
    return client;
}

std::expected<runtime::HttpReply, Failure> Client::send(std::string_view method, std::string_view target, std::string_view body,
                                           std::string_view content_type) const {
    const std::string bearer = "Bearer " + token_;
    runtime::HttpRequest request{method, target, {{"Authorization", bearer}, {"User-Agent", "offhook/" OFFHOOK_VERSION}}, body};
    if (!body.empty()) request.headers.emplace_back("Content-Type", content_type);
    auto reply = runtime::exchange(server_, request, limit, largest_reply);
    if (!reply) {
        const auto& [connected, text] = reply.error();
        return std::unexpected(Failure{
            Exit::unreachable, connected ? fmt::format("{}: no answer: {}", url_, text)
                                         : fmt::format("{}: {}; is offhookd running there? Its log names the API's address, --api another one", url_, text)});
    }
    if (reply->status == 401)
        return std::unexpected(Failure{
            Exit::no_access, fmt::format("{} does not accept the token in {}: is this the file in that server's data folder?", url_, token_file_)});
    return std::move(*reply);
}

std::expected<std::string, Failure> Client::ask(std::string_view method, std::string_view target, std::string_view body,
                                                std::string_view content_type) const {
    auto reply = send(method, target, body, content_type);
    if (!reply) return std::unexpected(reply.error());
    if (reply->status / 100 != 2) return std::unexpected(Failure{Exit::refused, error_of(*reply)});
    return std::move(reply->body);
}

std::string error_of(const runtime::HttpReply& reply) {
    boost::json::error_code error;
    const auto value = boost::json::parse(reply.body, error);
    if (!error && value.is_object())
        if (const auto* text = value.get_object().if_contains("error"); text != nullptr && text->is_string()) {
            const auto& what = text->get_string();
            return {what.data(), what.size()};
        }
    return fmt::format("the server answered {} without saying why; is this an offhookd?", reply.status);
}

}  // namespace offhook::cli
