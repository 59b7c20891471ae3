#include "fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/report.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/transport/framing.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

std::string_view current;

void promise(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\nby (hexadecimal): %s\n", what, to_hex(current).c_str());
    std::abort();
}

bool within(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_table(const Message& message, std::string_view bytes) {
    promise(bytes.starts_with(message.bytes()), "a message is a prefix of its bytes");
    std::uint32_t at = message.headers_begin();
    for (const HeaderField& field : message.fields()) {
        promise(field.begin == at && field.end > at, "fields lie side by side");
        promise(field.value >= field.begin + field.name_size && field.value + field.value_size <= field.end, "a value lies in its field");
        at = field.end;
    }
    promise(at == message.headers_end(), "the last field ends at the empty line");
    for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count_); ++i) {
        const auto id = static_cast<HeaderId>(i);
        std::size_t fields = 0;
        for (const HeaderField& field : message.fields()) fields += field.id == id;
        promise(fields == message.count(id), "the fields of a name are all linked");
        ListReader reader(message, id);
        while (const auto item = reader.next()) promise(within(item->text, message.bytes()), "a list item lies in the message");
    }
}

// Passing a message on as a proxy does: a Via on top, the first Route away, one hop less.
void check_forwarding(const Message& message, bool valid) {
    Edits edits;
    std::string out;
    edits.write(message, out);
    promise(message.bytes().ends_with(out), "without edits the octets stay the same");

    ListReader routes(message, HeaderId::route);
    std::size_t route_values = 0;
    const auto first_route = routes.next();
    if (first_route) {
        ++route_values;
        while (routes.next()) ++route_values;
        edits.erase(message, *first_route);
    }
    edits.insert(message.headers_begin(), edits.keep("Via: SIP/2.0/UDP proxy;branch=z9hG4bKf\r\n"));
    if (const HeaderField* hops = message.first(HeaderId::max_forwards)) edits.replace_value(*hops, "69");
    out.clear();
    edits.write(message, out);
    Message forwarded;
    const Limits roomy{.size = UINT32_MAX - 2, .headers = Message::capacity, .request_uri = UINT32_MAX};
    const auto indexed = forwarded.index(out, roomy);
    if (message.fields().size() == Message::capacity) return;
    promise(indexed.has_value(), "a forwarded message is a message");
    promise(forwarded.count(HeaderId::via) == message.count(HeaderId::via) + 1, "a forwarded message has one Via more");
    promise(forwarded.body() == message.body(), "a forwarded message has the same body");
    std::size_t left = 0;
    ListReader after(forwarded, HeaderId::route);
    while (after.next()) ++left;
    promise(!valid || route_values == 0 || left == route_values - 1, "a forwarded message has one Route less");
}

void check_answers(const Message& message) {
    std::string out;
    write_response(out, message, {.status = 486, .to_tag = "fuzz", .headers = "Retry-After: 5\r\n"});
    Message response;
    promise(response.index(out).has_value() && !response.is_request(), "a response is a message");
    promise(validate(response).has_value(), "the response to a valid request is valid");
    if (message.method() != Method::invite) return;
    const std::string to(response.value(HeaderId::to));
    for (const bool cancel : {false, true}) {
        out.clear();
        cancel ? write_cancel(out, message, "SIP;cause=200") : write_ack(out, message, to);
        Message follow;
        promise(follow.index(out).has_value() && validate(follow).has_value(), "ACK and CANCEL of a valid INVITE are valid");
    }
}

void fuzz_message(std::string_view bytes) {
    current = bytes;
    const Report report = examine(bytes);
    if (report.problem) {
        promise(report.problem->offset <= bytes.size(), "a problem lies in the message");
        promise(!explain(*report.problem, "f").empty(), "a problem can be explained");
    }
    Message message;
    if (const auto indexed = message.index(bytes); !indexed) {
        promise(indexed.error().offset <= bytes.size(), "an error lies in the message");
        if (!message.partial()) return;
        std::string out;
        write_response(out, message, {.status = 400, .to_tag = "fuzz"});
        Message response;
        promise(response.index(out).has_value(), "the refusal of a broken request is a message");
        return;
    }
    check_table(message, bytes);
    const auto verdict = validate(message);
    check_forwarding(message, verdict.has_value());
    if (!verdict) promise(verdict.error().status >= 400 && verdict.error().status < 700, "a defect has a status");
    const bool room = message.fields().size() + 4 < Message::capacity && message.bytes().size() < 60'000;
    if (verdict && message.is_request() && room) check_answers(message);
}

void check_uri(std::string_view text) {
    const auto uri = parse_uri(text);
    if (!uri) return promise(uri.error().offset <= text.size(), "an error lies in the URI");
    promise(equivalent(*uri, *uri), "a URI is equivalent to itself");
    if (!uri->is_sip()) return;
    const std::string address = address_of_record(*uri);
    const std::string again = "sip:" + address;
    const auto canonical = parse_uri(again);
    promise(canonical.has_value(), "an address of record is an address");
    promise(address_of_record(*canonical) == address, "an address of record has one spelling");
}

void fuzz_values(std::string_view text) {
    current = text;
    check_uri(text);
    if (const auto value = parse_name_addr(text); value && !value->star) {
        promise(within(value->uri, text) && within(value->parameters, text), "parts lie in the text");
        check_uri(value->uri);
        std::ignore = unquote(value->display_name);
    }
    if (const auto via = parse_via(text)) promise(!via->host.empty() && !via->transport.empty(), "a Via has a host and a transport");
    for (const char separator : {';', ',', '&'}) {
        ParameterReader reader(text, separator);
        std::size_t count = 0;
        while (const auto one = reader.next()) promise(within(one->text, text) && ++count <= text.size(), "parameters end");
    }
    if (const auto credentials = parse_credentials(text)) std::ignore = credentials->parameter("response");
    std::ignore = parse_authentication_info(text);
    std::ignore = parse_cseq(text);
    std::ignore = parse_rack(text);
    std::ignore = parse_session_expires(text);
    std::ignore = parse_media_type(text);
    std::ignore = parse_token_value(text);
    std::ignore = parse_info(text);
    std::ignore = check_call_id(text);
    std::ignore = parse_retry_after(text);
    std::ignore = parse_warning(text);
    std::ignore = parse_timestamp(text);
    std::ignore = parse_qvalue(text);
    if (const auto date = parse_date(text)) {
        std::string again;
        append_date(again, *date);
        promise(parse_date(again) == date, "a date is read as it was written");
    }
    const std::string quoted = quote(text);
    promise(quoted.size() >= 2 && unquote(std::string_view(quoted).substr(1, quoted.size() - 2)).size() == text.size(),
            "a quoted text is unquoted again");
}

void fuzz_sdp(std::string_view text) {
    current = text;
    const auto description = sdp::Description::parse(text);
    std::ignore = sdp::codec_names(text, text);
    if (!description) return promise(description.error().offset <= text.size(), "an error lies in the description");
    std::ignore = description->on_hold();
    std::string once, twice;
    description->write(once);
    const auto again = sdp::Description::parse(once);
    promise(again.has_value(), "a written description is a description");
    again->write(twice);
    promise(once == twice, "a description is written as it was read");
}

struct Framed {
    transport::StreamFramer::Kind kind;
    std::string bytes;
    friend bool operator==(const Framed&, const Framed&) = default;
};

constexpr Limits stream_limits{.size = 4096};

void drain(transport::StreamFramer& framer, std::vector<Framed>& out) {
    using Kind = transport::StreamFramer::Kind;
    for (;;) {
        const auto frame = framer.next();
        if (frame.kind == Kind::need_more) return;
        out.push_back({frame.kind, frame.kind == Kind::message ? std::string(frame.bytes) : std::string()});
        if (frame.kind == Kind::error) return;
    }
}

// The first octet says how the rest is cut. However it is, the same frames come out, and a message is as long as its index says.
void fuzz_stream(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const std::size_t piece = static_cast<unsigned char>(bytes[0]) % 64 + 1;
    bytes.remove_prefix(1);
    if (bytes.size() > stream_limits.size) bytes = bytes.substr(0, stream_limits.size);
    std::vector<Framed> whole, pieces;
    transport::StreamFramer at_once(stream_limits), piecewise(stream_limits);
    at_once.append(bytes);
    drain(at_once, whole);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        piecewise.append(bytes.substr(at, piece));
        drain(piecewise, pieces);
    }
    promise(whole == pieces, "a stream is framed the same however it is cut");
    for (const Framed& frame : whole) {
        if (frame.kind != transport::StreamFramer::Kind::message) continue;
        Message message;
        if (message.index(frame.bytes)) promise(message.bytes().size() == frame.bytes.size(), "framer and index agree on the end of a message");
    }
}

constexpr Target all[] = {{"message", fuzz_message}, {"values", fuzz_values}, {"sdp", fuzz_sdp}, {"stream", fuzz_stream}};

}  // namespace

std::span<const Target> targets() { return all; }

}  // namespace offhook::fuzz
