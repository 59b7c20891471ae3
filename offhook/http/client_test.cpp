// The client of the tests: one request over a connection of its own.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "offhook/http/fixture_test.hpp"

namespace offhook::http {
namespace {

namespace asio = boost::asio;
namespace web = boost::beast::http;

asio::ip::tcp::socket connected(asio::io_context& io, const Endpoint& server) {
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::make_address(server.address.text()), server.port});
    return socket;
}

}  // namespace

Answer fetch(const Endpoint& server, const Call& call) {
    asio::io_context io;
    auto socket = connected(io, server);
    web::request<web::string_body> request;
    request.version(11);
    request.method_string(call.method);
    request.target(call.target);
    request.set(web::field::host, server.text());
    request.set(web::field::connection, "close");
    if (!call.token.empty()) request.set(web::field::authorization, "Bearer " + call.token);
    if (!call.body.empty()) {
        request.set(web::field::content_type, call.content_type);
        request.body() = call.body;
    }
    request.prepare_payload();
    boost::system::error_code ignored;  // a server that refuses early does not take the rest
    web::write(socket, request, ignored);
    boost::beast::flat_buffer buffer;
    web::response<web::string_body> response;
    web::read(socket, buffer, response);
    return {static_cast<int>(response.result_int()), response.body(), std::string(response[web::field::allow]),
            std::string(response[web::field::content_type])};
}

std::string exchange_raw(const Endpoint& server, const std::string& octets) {
    asio::io_context io;
    auto socket = connected(io, server);
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(octets), ignored);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), ignored);
    return answer;
}

}  // namespace offhook::http
