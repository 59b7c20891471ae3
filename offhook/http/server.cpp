// The only file of the layer that includes Beast.
#include "offhook/http/server.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <thread>
#include <tuple>

#include "offhook/auth/hash.hpp"
#include "offhook/base/text.hpp"
#include "offhook/runtime/listen.hpp"

namespace offhook::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Parser = beast::http::request_parser<beast::http::string_body>;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Verb verb_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Verb::get;
        case beast::http::verb::post:
            return Verb::post;
        case beast::http::verb::put:
            return Verb::put;
        case beast::http::verb::patch:
            return Verb::patch;
        case beast::http::verb::delete_:
            return Verb::remove;
        default:
            return Verb::other;
    }
}

/// RFC 6750 §2.1: "Bearer", one or more blanks, the token.
bool has_token(std::string_view authorization, std::string_view token) {
    constexpr std::string_view scheme = "Bearer ";
    if (!iequals(authorization.substr(0, scheme.size()), scheme)) return false;
    return auth::equal_in_constant_time(trim(authorization.substr(scheme.size())), token);
}

tcp::endpoint endpoint_of(const Endpoint& endpoint) {
    const auto& octets = endpoint.address.octets();
    if (endpoint.address.is_v6()) {
        asio::ip::address_v6::bytes_type bytes{};
        std::copy(octets.begin(), octets.end(), bytes.begin());
        return {asio::ip::address_v6(bytes), endpoint.port};
    }
    return {asio::ip::address_v4({octets[0], octets[1], octets[2], octets[3]}), endpoint.port};
}

/// What a request that could not be read is owed; nothing where the peer is gone or too slow (its socket is closed then).
std::optional<Response> answer_to(const Error& error, const Config& config, std::uint64_t body_limit) {
    if (error == beast::http::error::header_limit)
        return error_response(431, fmt::format("the header fields are larger than {} octets", config.header_limit));
    if (error == beast::http::error::body_limit) return error_response(413, fmt::format("the body is larger than {} octets", body_limit));
    if (error.category() == make_error_code(beast::http::error::bad_method).category() && error != beast::http::error::end_of_stream &&
        error != beast::http::error::partial_message)
        return error_response(400, fmt::format("this is not HTTP: {}", error.message()));
    return std::nullopt;
}

}  // namespace

class Server::Implementation {
public:
    Implementation(const Config& config, std::string token, Handler handler)
        : config_(config),
          token_(std::move(token)),
          handler_(std::move(handler)),
          acceptor_(io_),
          workers_(std::max<std::size_t>(1, config.workers)) {}

    ~Implementation() {
        io_.stop();
        if (thread_.joinable()) thread_.join();
        workers_.stop();
        workers_.join();
    }

    Error bind() {
        const tcp::endpoint endpoint = endpoint_of(config_.address);
        Error error;
        std::ignore = acceptor_.open(endpoint.protocol(), error);
        if (!error) std::ignore = acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) std::ignore = acceptor_.bind(endpoint, error);
        if (!error) std::ignore = acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (!error) bound_ = {config_.address.address, acceptor_.local_endpoint(error).port()};
        return error;
    }

    void run() {
        asio::co_spawn(io_, accept(), asio::detached);
        // Signals are the control loop's (design rule 11): the threads made here inherit a full mask.
        sigset_t all{}, before{};
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this] { io_.run(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    [[nodiscard]] Endpoint address() const { return bound_; }

private:
    asio::awaitable<void> accept() {
        asio::steady_timer pause(io_);
        while (true) {
            Error error;
            tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error == asio::error::operation_aborted) co_return;
            if (error) {  // out of descriptors: what is open may close meanwhile
                pause.expires_after(std::chrono::milliseconds(50));
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
                continue;
            }
            asio::co_spawn(io_, serve(beast::tcp_stream(std::move(socket))), asio::detached);
        }
    }

    struct Count {
        std::size_t& value;
        explicit Count(std::size_t& v) : value(v) { ++value; }
        ~Count() { --value; }
        Count(const Count&) = delete;
        Count& operator=(const Count&) = delete;
    };

    asio::awaitable<void> serve(beast::tcp_stream stream) {
        const Count count(connections_);
        beast::flat_buffer buffer;
        if (connections_ > config_.max_connections) {
            Response busy = error_response(503, "too many connections: try again later");
            busy.headers.emplace_back("Retry-After", "1");
            co_await write(stream, busy, false, 11);
        } else {
            while (co_await exchange(stream, buffer)) {
            }
        }
        // The peer may still be sending what nobody reads: a reset would take the answer from it.
        Error error;
        std::ignore = stream.socket().shutdown(tcp::socket::shutdown_send, error);
        stream.expires_after(std::chrono::seconds(1));
        for (std::size_t drained = 0; !error && drained < (1u << 20);) {
            buffer.clear();
            drained += co_await stream.async_read_some(buffer.prepare(65'536), asio::redirect_error(asio::use_awaitable, error));
        }
    }

    /// One request and its answer; false when the connection is over.
    asio::awaitable<bool> exchange(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
        Parser parser;
        parser.header_limit(config_.header_limit);
        parser.body_limit(config_.import_limit);  // lowered below, when the path is known
        Error error;
        stream.expires_after(config_.idle_timeout);
        co_await beast::http::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return co_await refuse(stream, error, config_.import_limit);

        Request request;
        const auto& header = parser.get();
        const unsigned version = header.version();
        request.verb = verb_of(header.method());
        request.authorized = has_token(view(header[beast::http::field::authorization]), token_);
        const auto type = view(header[beast::http::field::content_type]);
        request.content_type = lower(trim(type.substr(0, type.find(';'))));
        if (!parse_target(view(header.target()), request)) {
            co_await write(stream, error_response(400, "the target is not a path with well-formed %-escapes"), false, version);
            co_return false;
        }
        // Nobody without the token has a body read: only health is told to everybody (api.cpp).
        const bool import = request.path == "/v1/users/import" || request.path.starts_with("/v1/tariffs/");
        const std::uint64_t limit = !request.authorized ? 0 : import ? config_.import_limit : config_.body_limit;
        if (!request.authorized && (parser.chunked() || parser.content_length_remaining().value_or(0) != 0)) {
            const Response refused = co_await answer(request);
            co_await write(stream, refused, false, version);
            co_return false;
        }
        if (parser.content_length_remaining().value_or(0) > limit) co_return co_await refuse(stream, beast::http::error::body_limit, limit);
        parser.body_limit(limit);
        if (iequals(view(header[beast::http::field::expect]), "100-continue")) {
            beast::http::response<beast::http::empty_body> go_on(beast::http::status::continue_, version);
            co_await beast::http::async_write(stream, go_on, asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return false;
        }
        stream.expires_after(config_.request_timeout);
        co_await beast::http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return co_await refuse(stream, error, limit);
        request.body = std::move(parser.get().body());
        const bool keep = parser.get().keep_alive();

        stream.expires_never();
        const Response response = co_await answer(request);
        if (response.more) co_return co_await write_pieces(stream, response, keep, version);
        co_return co_await write(stream, response, keep, version);
    }

    asio::awaitable<bool> refuse(beast::tcp_stream& stream, Error error, std::uint64_t limit) {
        const std::optional<Response> response = answer_to(error, config_, limit);
        if (response) co_await write(stream, *response, false, 11);
        co_return false;
    }

    asio::awaitable<Response> answer(const Request& request) { co_return co_await asio::co_spawn(workers_, work(request), asio::use_awaitable); }

    asio::awaitable<Response> work(const Request& request) {
        try {
            co_return handler_(request);
        } catch (const std::exception& failure) {
            co_return error_response(500, failure.what());
        }
    }

    asio::awaitable<bool> write(beast::tcp_stream& stream, const Response& response, bool keep, unsigned version) {
        beast::http::response<beast::http::string_body> message(static_cast<beast::http::status>(response.status), version);
        message.set(beast::http::field::server, "offhookd");
        message.set(beast::http::field::cache_control, "no-store");
        for (const auto& [name, value] : response.headers) message.set(name, value);
        message.keep_alive(keep);
        if (response.status != 204) {
            message.set(beast::http::field::content_type, response.content_type);
            message.body() = response.body;
            message.prepare_payload();
        }
        Error error;
        stream.expires_after(config_.request_timeout);
        co_await beast::http::async_write(stream, message, asio::redirect_error(asio::use_awaitable, error));
        co_return keep && !error && !message.need_eof();
    }

    /// A body whose length is not known: in chunks (RFC 9112 §7.1), or for HTTP/1.0 until the connection ends. One that breaks off lacks its last chunk.
    asio::awaitable<bool> write_pieces(beast::tcp_stream& stream, const Response& response, bool keep, unsigned version) {
        const bool chunked = version >= 11;
        beast::http::response<beast::http::empty_body> head(static_cast<beast::http::status>(response.status), version);
        head.set(beast::http::field::server, "offhookd");
        head.set(beast::http::field::cache_control, "no-store");
        for (const auto& [name, value] : response.headers) head.set(name, value);
        head.set(beast::http::field::content_type, response.content_type);
        head.keep_alive(keep && chunked);
        head.chunked(chunked);
        beast::http::response_serializer<beast::http::empty_body> serializer(head);
        Error error;
        stream.expires_after(config_.request_timeout);
        co_await beast::http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
        std::expected<std::string, std::string> piece = response.body;
        if (response.body.empty()) piece = co_await next_piece(response);
        while (!error && piece && !piece->empty()) {
            stream.expires_after(config_.request_timeout);
            if (chunked)
                co_await asio::async_write(stream, beast::http::make_chunk(asio::buffer(*piece)), asio::redirect_error(asio::use_awaitable, error));
            else
                co_await asio::async_write(stream, asio::buffer(*piece), asio::redirect_error(asio::use_awaitable, error));
            stream.expires_never();
            if (!error) piece = co_await next_piece(response);
        }
        if (error || !piece || !chunked) co_return false;
        stream.expires_after(config_.request_timeout);
        co_await asio::async_write(stream, beast::http::make_chunk_last(), asio::redirect_error(asio::use_awaitable, error));
        co_return keep && !error;
    }

    asio::awaitable<std::expected<std::string, std::string>> next_piece(const Response& response) {
        co_return co_await asio::co_spawn(workers_, produce(response), asio::use_awaitable);
    }

    asio::awaitable<std::expected<std::string, std::string>> produce(const Response& response) {
        try {
            co_return response.more();
        } catch (const std::exception& failure) {
            co_return std::unexpected(std::string(failure.what()));
        }
    }

    const Config config_;
    const std::string token_;
    const Handler handler_;
    Endpoint bound_;
    std::size_t connections_ = 0;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::thread_pool workers_;  // after io_: a worker's coroutine may own a connection, which goes before its loop
    std::thread thread_;
};

std::expected<std::unique_ptr<Server>, std::string> Server::start(const Config& config, std::string token, Handler handler) {
    try {
        auto implementation = std::make_unique<Implementation>(config, std::move(token), std::move(handler));
        if (const Error error = implementation->bind()) {
            const std::string holder = error == asio::error::address_in_use ? runtime::holder_of(transport::Protocol::tcp, config.address) : std::string();
            return std::unexpected(
                fmt::format("the HTTP API cannot listen on {}: {}{}{}", config.address.text(), error.message(), holder.empty() ? "" : " by ", holder));
        }
        implementation->run();
        return std::make_unique<Server>(std::move(implementation));
    } catch (const std::exception& failure) {
        return std::unexpected(fmt::format("the HTTP API cannot start: {}", failure.what()));
    }
}

Server::Server(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Server::~Server() = default;
Endpoint Server::address() const { return implementation_->address(); }

}  // namespace offhook::http
