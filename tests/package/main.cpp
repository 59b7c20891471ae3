// What a program on top of the installed libraries does: reads a message, judges it, and asks the proxy's parts whose it is.
#include <cstdio>
#include <string_view>

#include "offhook/message/message.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/proxy/domains.hpp"
#include "offhook/proxy/proxy.hpp"

namespace {

constexpr std::string_view invite =
    "INVITE sip:bob@example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:alice@example.com>;tag=a\r\n"
    "To: <sip:bob@example.com>\r\n"
    "Call-ID: 1@192.0.2.10\r\n"
    "CSeq: 1 INVITE\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

}  // namespace

int main() {
    using namespace offhook;
    message::Message request;
    if (!request.index(invite) || !message::validate(request) || request.method() != message::Method::invite) return 1;
    const auto uri = message::parse_uri(request.request_uri());
    if (!uri || uri->user != "bob") return 2;
    const transport::ListenerTable listeners({{transport::Protocol::udp, *Endpoint::parse("192.0.2.1:5060"), {}, 0}});
    const proxy::OwnDomains domains({"example.com"}, listeners);
    if (domains.of(*uri) != "example.com") return 3;
    std::puts("bob is ours");
    return 0;
}
