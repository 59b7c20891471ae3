// The only file of the program that includes Beast.
#include "apps/offhook/client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>

#include "offhook/base/address.hpp"
#include "offhook/base/text.hpp"
#include "offhook/http/token.hpp"

namespace offhook::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace web = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

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

/// The request and its answer on one connection, each step before the deadline.
class Exchange {
public:
    Exchange(asio::io_context& io, std::chrono::seconds limit) : io_(io), stream_(io) { stream_.expires_after(limit); }

    Error connect(const std::string& host, const std::string& port) {
        Error error;
        tcp::resolver resolver(io_);
        const auto addresses = resolver.resolve(host, port, error);
        if (error) return error;
        stream_.async_connect(addresses, [&](Error result, const tcp::endpoint&) { error = result; });
        run();
        return error;
    }

    Error exchange(web::request<web::string_body>& request, web::response_parser<web::string_body>& parser) {
        Error written, read;
        web::async_write(stream_, request, [&](Error result, std::size_t) { written = result; });
        run();
        // A server that refuses early has answered, even if it did not take the rest of the body.
        web::async_read(stream_, buffer_, parser, [&](Error result, std::size_t) { read = result; });
        run();
        return read && written ? written : read;
    }

private:
    void run() {
        io_.restart();
        io_.run();
    }
    asio::io_context& io_;
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
};

}  // namespace

std::expected<Client, Failure> Client::make(const Globals& globals) {
    Client client;
    client.url_ = globals.api;
    std::string_view rest = globals.api;
    constexpr std::string_view scheme = "http://";
    const auto bad_url = [&] {
        return std::unexpected(Failure{Exit::usage, fmt::format("--api {}: an address as \"http://127.0.0.1:8080\" is wanted", globals.api)});
    };
    if (!rest.starts_with(scheme)) return bad_url();
    rest.remove_prefix(scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty() || rest.find_first_of("/?#@ ") != rest.npos) return bad_url();
    if (const auto endpoint = Endpoint::parse(rest)) {
        client.host_ = endpoint->address.text();
        client.port_ = fmt::format("{}", endpoint->port);
    } else {
        const auto colon = rest.find(':');
        client.host_ = rest.substr(0, colon);
        client.port_ = colon == rest.npos ? "80" : std::string(rest.substr(colon + 1));
        if (client.host_.empty() || !to_number<std::uint16_t>(client.port_)) return bad_url();
    }
    auto file = find_token_file(globals.token_file);
    if (!file) return std::unexpected(file.error());
    auto token = http::read_token(*file);
    if (!token) return std::unexpected(Failure{Exit::no_access, fmt::format("the API's token: {}", token.error())});
    client.token_file_ = std::move(*file);
    client.token_ = std::move(*token);
    return client;
}

std::expected<Reply, Failure> Client::send(std::string_view method, std::string_view target, std::string_view body,
                                           std::string_view content_type) const {
    asio::io_context io(1);
    Exchange exchange(io, limit_);
    if (const Error error = exchange.connect(host_, port_))
        return std::unexpected(Failure{Exit::unreachable, fmt::format("{}: {}; is offhookd running there? Its log names the API's address, "
                                                                      "--api another one",
                                                                      url_, error.message())});
    web::request<web::string_body> request;
    request.version(11);
    request.method_string({method.data(), method.size()});
    request.target({target.data(), target.size()});
    request.set(web::field::host, host_ + ":" + port_);
    request.set(web::field::authorization, "Bearer " + token_);
    request.set(web::field::user_agent, "offhook/" OFFHOOK_VERSION);
    request.set(web::field::connection, "close");
    if (!body.empty()) {
        request.set(web::field::content_type, {content_type.data(), content_type.size()});
        request.body() = body;
    }
    request.prepare_payload();
    web::response_parser<web::string_body> parser;
    parser.body_limit(largest_reply);
    if (const Error error = exchange.exchange(request, parser))
        return std::unexpected(Failure{Exit::unreachable, fmt::format("{}: no answer: {}", url_, error.message())});
    Reply reply{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
    if (reply.status == 401)
        return std::unexpected(Failure{
            Exit::no_access, fmt::format("{} does not accept the token in {}: is this the file in that server's data folder?", url_, token_file_)});
    return reply;
}

std::expected<std::string, Failure> Client::ask(std::string_view method, std::string_view target, std::string_view body,
                                                std::string_view content_type) const {
    auto reply = send(method, target, body, content_type);
    if (!reply) return std::unexpected(reply.error());
    if (reply->status / 100 != 2) return std::unexpected(Failure{Exit::refused, error_of(*reply)});
    return std::move(reply->body);
}

std::string error_of(const Reply& reply) {
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
