// Any octets as a message: indexed, validated, explained, passed on as a proxy does, answered.
#include <cstdint>
#include <string>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/report.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

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

}  // namespace

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

}  // namespace offhook::fuzz
