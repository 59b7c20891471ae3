#include "offhook/transport/via.hpp"

#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/via.hpp"

namespace offhook::transport {

namespace {

std::uint16_t sent_by_port(const message::Via& via) {
    if (via.port != 0) return via.port;
    return default_port(protocol_of(via.transport).value_or(Protocol::udp));
}

// §18.2.2 sends the response to maddr, RFC 3261 means multicast by it (§18.1.1). Any other address would let a stranger point our
// responses at a third party, so it counts as absent.
std::optional<IpAddress> multicast_group(const message::Via& via) {
    const auto address = via.maddr.empty() ? std::nullopt : IpAddress::parse(via.maddr);
    return address && address->is_multicast() ? address : std::nullopt;
}

}  // namespace

bool write_with_source(std::string& out, const message::Message& request, const Flow& from) {
    message::ListReader vias(request, message::HeaderId::via);
    const auto top = vias.next();
    if (!top) return false;
    const auto via = message::parse_via(top->text);
    if (!via) return false;

    const std::string_view bytes = request.bytes();
    const auto host = IpAddress::parse(via->host);
    const bool needs_received = via->has_rport || !host || *host != from.remote.address;  // RFC 3261 §18.2.1, RFC 3581 §4
    if (!needs_received && !via->parameters.empty() && via->received.empty()) {
        out += bytes;
        return true;
    }
    // What the sender claims about itself is not believed: only the two parameters written here tell where responses go.
    const std::size_t head = via->parameters.empty() ? top->text.size() : static_cast<std::size_t>(via->parameters.data() - top->text.data());
    out.reserve(out.size() + bytes.size() + 64);
    out += bytes.substr(0, top->offset);
    out += trim(top->text.substr(0, head));
    message::ParameterReader parameters(via->parameters);
    while (const auto parameter = parameters.next()) {
        if (iequals(parameter->name, "received") || iequals(parameter->name, "rport")) continue;
        out += ';';
        out += parameter->text;
    }
    if (needs_received) {
        out += ";received=";
        out += from.remote.address.text();
    }
    if (via->has_rport) {
        out += ";rport=";
        append_number(out, from.remote.port);
    }
    out += bytes.substr(top->offset + top->text.size());
    return true;
}

Flow response_flow(const message::Message& request, const Flow& from) {
    Flow to = from;
    message::ListReader vias(request, message::HeaderId::via);
    const auto top = vias.next();
    const auto via = top ? message::parse_via(top->text) : std::unexpected(message::ParseError{message::ErrorCode::missing_header, 0});
    if (!via) return to;
    // Over a stream the connection comes first; only when it is gone does a new one go to the sent-by port (§18.2.2): the source
    // port of a stream is nowhere anybody listens, whatever rport says.
    if (is_reliable(from.protocol)) {
        to.remote.port = sent_by_port(*via);
        return to;
    }
    if (const auto group = multicast_group(*via)) {
        to.remote = {*group, sent_by_port(*via)};
        return to;
    }
    to.remote.port = via->has_rport && via->rport != 0 ? via->rport : sent_by_port(*via);
    return to;
}

}  // namespace offhook::transport
