#include "offhook/transport/via.hpp"

#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/via.hpp"
#include "offhook/message/via_parameters.hpp"

namespace offhook::transport {

namespace {

std::uint16_t sent_by_port(const message::Via& via) {
    if (via.port != 0) return via.port;
    return default_port(protocol_of(via.transport).value_or(Protocol::udp));
}

bool is_overload_parameter(std::string_view name) {
    return name.size() >= 2 && iequals(name.substr(0, 2), "oc") &&
           (name.size() == 2 || iequals(name, "oc-algo") || iequals(name, "oc-validity") || iequals(name, "oc-seq"));
}

// §18.2.2 sends the response to maddr, RFC 3261 means multicast by it (§18.1.1). Any other address would let a stranger point our
// responses at a third party, so it counts as absent.
std::optional<IpAddress> multicast_group(const message::Via& via) {
    const auto address = via.maddr.empty() ? std::nullopt : IpAddress::parse(via.maddr);
    return address && address->is_multicast() ? address : std::nullopt;
}

// What the sender claims about itself is not believed: only the two parameters written here tell where responses go. What it says of
// overload control is between it and us (RFC 7339 §5.6).
void append_marked(std::string& out, std::string_view top, const message::Via& via, const Flow& from, bool needs_received) {
    const std::size_t head = via.parameters.empty() ? top.size() : static_cast<std::size_t>(via.parameters.data() - top.data());
    out += trim(top.substr(0, head));
    message::ParameterReader parameters(via.parameters);
    while (const auto parameter = parameters.next()) {
        if (iequals(parameter->name, "received") || iequals(parameter->name, "rport") || is_overload_parameter(parameter->name)) continue;
        out += ';';
        out += parameter->text;
    }
    if (needs_received) {
        out += ";received=";
        out += from.remote.address.text();
    }
    if (via.has_rport) {
        out += ";rport=";
        append_number(out, from.remote.port);
    }
}

// RFC 3261 §18.2.1, RFC 3581 §4.
bool needs_received(const message::Via& via, const Flow& from) {
    if (via.has_rport) return true;
    const auto host = IpAddress::parse(via.host);
    return !host || *host != from.remote.address;
}

Flow flow_of(const message::Via& via, std::uint16_t rport, const Flow& from) {
    Flow to = from;
    // Over a stream the connection comes first; only when it is gone does a new one go to the sent-by port (§18.2.2): the source
    // port of a stream is nowhere anybody listens, whatever rport says.
    if (is_reliable(from.protocol))
        to.remote.port = sent_by_port(via);
    else if (const auto group = multicast_group(via))
        to.remote = {*group, sent_by_port(via)};
    else
        to.remote.port = via.has_rport && rport != 0 ? rport : sent_by_port(via);
    return to;
}

}  // namespace

bool speaks_overload_control(const message::Via& via) {
    const std::string_view text = via.parameters;
    for (std::size_t at = text.find(';'); at != text.npos; at = text.find(';', at + 1)) {
        const std::size_t name = text.find_first_not_of(" \t\r\n", at + 1);
        if (name == text.npos || to_lower(text[name]) != 'o' || name + 1 == text.size() || to_lower(text[name + 1]) != 'c') continue;
        const auto read = message::read_via_parameters(text);
        return read && read->overload.supported && read->overload.offers("loss");
    }
    return false;
}

bool write_with_source(std::string& out, const message::Message& request, const Flow& from) {
    const auto& via = request.top_via();
    const std::string_view bytes = request.bytes(), top = request.top_via_text();
    if (!via) {  // it cannot be marked, but its request can be refused
        if (top.empty() || !message::parse_sent_by(top)) return false;
        out += bytes;
        return true;
    }
    const bool received = needs_received(*via, from);
    if (!received && !via->parameters.empty() && via->received.empty() && !speaks_overload_control(*via)) {
        out += bytes;
        return true;
    }
    out.reserve(out.size() + bytes.size() + 64);
    out += bytes.substr(0, request.top_via_offset());
    append_marked(out, top, *via, from, received);
    out += bytes.substr(request.top_via_offset() + top.size());
    return true;
}

bool write_refusal(std::string& out, std::string_view status_line, const message::Message& request, const message::Via& via,
                   const transport::Flow& from, const RefusalParts& parts) {
    message::ListReader vias(request, message::HeaderId::via);
    const auto top = vias.next();
    if (!top) return false;
    const std::string_view bytes = request.bytes();
    out += status_line;
    out += "Via: ";
    append_marked(out, top->text, via, from, needs_received(via, from));
    out += parts.feedback;
    const std::size_t behind = top->offset + top->text.size();
    out += bytes.substr(behind, top->field->end - behind);  // the other values of its field, and the line end
    for (const message::HeaderField* field = request.next(*top->field); field != nullptr; field = request.next(*field))
        out += bytes.substr(field->begin, field->end - field->begin);
    const auto line = [&](std::string_view name, message::HeaderId id) -> std::string& { return (out += name) += request.value(id); };
    line("From: ", message::HeaderId::from) += "\r\n";
    line("To: ", message::HeaderId::to);
    if (!parts.to_tag.empty()) (out += ";tag=") += parts.to_tag;
    line("\r\nCall-ID: ", message::HeaderId::call_id);
    line("\r\nCSeq: ", message::HeaderId::cseq) += "\r\nContent-Length: 0\r\n\r\n";
    return true;
}

bool write_feedback(std::string& out, const message::Message& response, std::string_view feedback) {
    const auto& via = response.top_via();
    if (!via) return false;
    const std::string_view bytes = response.bytes(), top = response.top_via_text();
    const std::size_t head = via->parameters.empty() ? top.size() : static_cast<std::size_t>(via->parameters.data() - top.data());
    out += bytes.substr(0, response.top_via_offset());
    out += trim(top.substr(0, head));
    message::ParameterReader parameters(via->parameters);
    while (const auto parameter = parameters.next())
        if (!is_overload_parameter(parameter->name)) (out += ';') += parameter->text;
    out += feedback;
    out += bytes.substr(response.top_via_offset() + top.size());
    return true;
}

Flow response_flow(const message::Via& unmarked, const Flow& from) { return flow_of(unmarked, from.remote.port, from); }

Flow response_flow(const message::Message& request, const Flow& from) {
    if (const auto& via = request.top_via()) return flow_of(*via, via->rport, from);
    const auto sent_by = message::parse_sent_by(request.top_via_text());
    return sent_by ? flow_of(*sent_by, sent_by->rport, from) : from;
}

}  // namespace offhook::transport
