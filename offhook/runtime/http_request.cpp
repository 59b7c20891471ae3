#include "offhook/runtime/http_request.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "offhook/base/address.hpp"
#include "offhook/base/text.hpp"

namespace offhook::runtime {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace web = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

class Connection {
public:
    Connection(Duration limit, const Closing* closing) : closing_(closing), stream_(io_) { stream_.expires_after(limit); }

    Error connect(const HttpUrl& to) {
        Error error;
        tcp::resolver resolver(io_);
        const auto addresses = resolver.resolve(to.host, to.port, error);
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
        if (closing_ == nullptr) io_.run();
        while (!io_.stopped()) {
            io_.run_for(Closing::glance);
            if (!io_.stopped() && closing_->reached()) stream_.close();
        }
    }
    const Closing* closing_;
    asio::io_context io_{1};
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
};

boost::string_view view(std::string_view text) { return {text.data(), text.size()}; }

std::expected<HttpReply, HttpFailure> exchange_on(Connection& connection, const HttpUrl& to, const HttpRequest& what, std::uint64_t body_limit) {
    if (const Error error = connection.connect(to)) return std::unexpected(HttpFailure{false, error.message()});
    web::request<web::string_body> request;
    request.version(11);
    request.method_string(view(what.method));
    request.target(view(what.target));
    request.set(web::field::host, (to.host.find(':') == to.host.npos ? to.host : '[' + to.host + ']') + ":" + to.port);
    request.set(web::field::connection, "close");
    for (const auto& [name, value] : what.headers) request.set(view(name), view(value));
    request.body() = what.body;
    request.prepare_payload();
    web::response_parser<web::string_body> parser;
    parser.body_limit(body_limit);
    if (const Error error = connection.exchange(request, parser)) return std::unexpected(HttpFailure{true, error.message()});
    return HttpReply{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    const auto slash = std::min(text.find_first_of("/?"), text.size());
    const std::string_view authority = text.substr(0, slash);
    HttpUrl url;
    url.path = text.substr(slash);
    if (!url.path.starts_with('/')) url.path.insert(0, 1, '/');
    if (authority.empty() || authority.find_first_of("#@ ") != authority.npos || url.path.find_first_of("# ") != url.path.npos) return std::nullopt;
    if (const auto endpoint = Endpoint::parse(authority)) {
        url.host = endpoint->address.text();
        url.port = std::to_string(endpoint->port);
        return url;
    }
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    url.port = colon == authority.npos ? "80" : std::string(authority.substr(colon + 1));
    if (url.host.empty() || !to_number<std::uint16_t>(url.port)) return std::nullopt;
    return url;
}

std::expected<HttpReply, HttpFailure> exchange(const HttpUrl& to, const HttpRequest& what, Duration limit, std::uint64_t body_limit,
                                               const Closing* closing) {
    try {
        Connection connection(limit, closing);
        return exchange_on(connection, to, what, body_limit);
    } catch (const boost::system::system_error& e) {  // no descriptor is left for the loop
        return std::unexpected(HttpFailure{false, e.what()});
    }
}

}  // namespace offhook::runtime
