// Any octets as a body: multiparts, fragments of messages, telephone numbers.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/message/body.hpp"
#include "offhook/message/fragment.hpp"
#include "offhook/message/telephone.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

constexpr std::string_view head =
    "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nTo: <sip:b>\r\nFrom: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n";

// The parts lie in their whole, one after the other; written anew they are the same parts.
void check_parts(const Entity& whole, unsigned depth) {
    std::vector<Entity> parts;
    PartReader reader(whole);
    const char* end = whole.content.data();
    while (const auto part = reader.next()) {
        promise(within(part->content, whole.content) && within(part->fields, whole.content), "a part lies in its whole");
        promise(within(part->content_id, part->fields) && within(part->coding, part->fields), "what is said of a part stands in its fields");
        promise(part->fields.data() >= end && part->content.data() >= part->fields.data(), "parts stand one after the other");
        end = part->content.data() + part->content.size();
        std::ignore = part->disposition();
        std::ignore = part->required();
        parts.push_back(*part);
        promise(parts.size() <= whole.content.size(), "parts end");
    }
    if (reader.error()) promise(reader.error()->offset <= whole.content.size(), "an error lies in the body");
    if (parts.empty()) return;

    std::vector<NewPart> again;
    for (const Entity& part : parts) again.push_back({{}, part.content});
    const std::string boundary = free_boundary(again, "fuzz");
    promise(is_boundary(boundary), "a free boundary is a boundary");
    const std::string type = multipart_type("mixed", boundary);
    std::string body;
    write_multipart(body, again, boundary);
    Entity written;
    written.content_type = type;
    written.content = body;
    PartReader reread(written);
    for (const Entity& part : parts) {
        const auto same = reread.next();
        promise(same && same->content == part.content, "a written part is read again");
    }
    promise(!reread.next() && !reread.error(), "as many parts are read as were written");
    if (depth > 0)
        for (const Entity& part : parts) check_parts(part, depth - 1);
}

// The first line is the Content-Type and further fields that are asked for, all else the body.
void check_message(std::string_view bytes) {
    const std::size_t line = std::min(bytes.find("\r\n"), bytes.size());
    std::string text(head);
    text.append("Content-Type: ").append(bytes.substr(0, line)).append("\r\n\r\n").append(bytes.substr(std::min(line + 2, bytes.size())));
    Message message;
    if (!message.index(text)) return;
    check_parts(entity_of(message), 2);
    const std::string_view sdp = session_description(message);
    promise(within(sdp, message.body()), "a session description lies in the body");
    const auto found = find_part(message, "application/sdp");
    promise(sdp.empty() || found, "a session description is a part");
    std::ignore = find_part_by_id(message, "a@b");
    const auto checked = check_body(message);
    promise(checked || checked.error().offset <= message.bytes().size(), "an error lies in the message");
    constexpr std::string_view types[] = {"application/sdp"};
    if (const auto refusal = refuse_body(message, types)) {
        promise(refusal->reject.status == 415 && refusal->headers.ends_with("\r\n"), "a refusal is a 415 with a header field");
        promise(within(refusal->what, message.bytes()) || refusal->what == "message/rfc822", "what is refused stands there, or is a default");
    }
}

void check_fragment(std::string_view bytes) {
    const auto status = fragment_status(bytes);
    const auto fragment = Fragment::parse(bytes);
    if (!fragment) return promise(fragment.error().offset <= bytes.size(), "an error lies in the fragment");
    if (fragment->status() != 0) promise(!status || status->status == fragment->status(), "a status is read twice alike");
    promise(fragment->message().body().size() <= bytes.size(), "the body of a fragment is no longer than it");
    const std::string whole(fragment->message().bytes());
    const auto again = Fragment::parse(whole);
    promise(again.has_value() && again->message().fields().size() == fragment->message().fields().size(), "a completed fragment is a fragment");
}

void check_telephone(std::string_view text) {
    const auto number = parse_telephone(text, /*require_context=*/false);
    if (!number) return promise(number.error().offset <= text.size(), "an error lies in the number");
    promise(equivalent(*number, *number), "a number is equivalent to itself");
    const std::string normalised = number->normalised();
    promise(parse_telephone(normalised, false).has_value(), "digits without separators are a number");
    const std::string sip = sip_uri_of(*number, "example.com");
    const auto uri = parse_uri(sip);
    promise(uri.has_value(), "a telephone number makes a SIP URI");
    const auto tel = tel_uri_of(*uri);
    promise(tel.has_value(), "and comes back from it");
    const auto back = parse_telephone(std::string_view(*tel).substr(4), false);
    // A user part cannot tell an octet that it has to escape from one that was escaped before.
    promise(back && (text.find_first_of("%@:") != std::string_view::npos || equivalent(*back, *number)), "equivalent to what it was");
    promise(sip_uri_of(*back, "example.com") == sip, "with one spelling");
}

}  // namespace

void fuzz_bodies(std::string_view bytes) {
    current = bytes;
    check_message(bytes);
    check_fragment(bytes);
    check_telephone(bytes);
}

}  // namespace offhook::fuzz
