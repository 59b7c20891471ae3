#include "offhook/message/validate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string>

#include "offhook/message/builder.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/typed.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::message {

namespace {

using Verdict = std::expected<void, Defect>;

// "Bad Contact" for each field; made once, kept for ever.
std::string_view phrase(std::string_view prefix, HeaderId id) {
    using Phrases = std::array<std::string, static_cast<std::size_t>(HeaderId::count_)>;
    const auto make = [](std::string_view first) {
        Phrases out;
        out[0] = "Bad Request";
        for (std::size_t i = 1; i < out.size(); ++i) out[i] = std::string(first) + " " + std::string(name_of(static_cast<HeaderId>(i)));
        return out;
    };
    static const Phrases bad = make("Bad"), missing = make("Missing"), repeated = make("Repeated");
    const Phrases& phrases = prefix == "Bad" ? bad : prefix == "Missing" ? missing : repeated;
    return phrases[static_cast<std::size_t>(id)];
}

std::unexpected<Defect> defect(ErrorCode code, std::size_t offset, HeaderId header, std::string_view prefix = "Bad") {
    return std::unexpected(Defect{{code, static_cast<std::uint32_t>(offset)}, header, 400, phrase(prefix, header)});
}

std::unexpected<Defect> defect(const ParseError& error, std::size_t offset, HeaderId header) {
    return defect(error.code, offset + error.offset, header);
}

template <class Parsed>
Verdict judge(const Parsed& parsed, std::size_t offset, HeaderId header) {
    if (parsed) return {};
    return defect(parsed.error(), offset, header);
}

Verdict check_request_uri(const Message& message) {
    const auto& uri = message.uri();
    const std::size_t offset = message.request_uri_offset();
    if (!uri)
        return std::unexpected(
            Defect{{uri.error().code, static_cast<std::uint32_t>(offset + uri.error().offset)}, HeaderId::other, 400, "Bad Request-URI"});
    // §19.1.1 table 1: header components cannot stand in a Request-URI; nobody downstream may be made to act on them.
    if (!uri->headers.empty()) {
        const auto where = offset + static_cast<std::size_t>(uri->headers.data() - uri->text.data()) - 1;
        return std::unexpected(
            Defect{{ErrorCode::headers_in_request_uri, static_cast<std::uint32_t>(where)}, HeaderId::other, 400, "Bad Request-URI"});
    }
    // §8.2.2.1, §16.3 step 2: a scheme that nobody here understands.
    if (uri->scheme == Scheme::other)
        return std::unexpected(Defect{{ErrorCode::unsupported_scheme, static_cast<std::uint32_t>(offset)}, HeaderId::other, 416, reason_phrase(416)});
    return {};
}

// A comma in a URI without angle brackets cuts it in two values, of which the second is not one (§20.10): name the cause.
ParseError name_cause(const Message& message, const ListItem& item, const ParseError& error) {
    if (item.first_in_field || !holds_name_addr(item.field->id)) return {error.code, item.offset + error.offset};
    std::uint32_t comma = item.offset - 1;
    while (message.bytes()[comma] != ',') --comma;
    const std::string_view before = message.bytes().substr(item.field->value, comma - item.field->value);
    if (before.find_first_of("<,\"") == std::string_view::npos && item.text.find('<') == std::string_view::npos)
        return {ErrorCode::comma_needs_brackets, comma};
    return {error.code, item.offset + error.offset};
}

Verdict check_name_addrs(const Message& message, HeaderId id) {
    for (const HeaderField* field = message.first(id); field != nullptr; field = message.next(*field))
        if (field->value_size == 0) return defect(ErrorCode::bad_name_addr, field->value, id);
    ListReader reader(message, id);
    while (const auto item = reader.next()) {
        if (const auto ok = check_value(id, item->text); !ok) return defect(name_cause(message, *item, ok.error()), 0, id);
    }
    return {};
}

Verdict check_repetition(const Message& message) {
    for (const HeaderField& field : message.fields())
        if (message.first(field.id) != &field && field.id != HeaderId::other && row_of(field.id).once())
            return defect(ErrorCode::repeated_header, field.begin, field.id, "Repeated");
    return {};
}

Verdict check_presence(const Message& message, const Strictness& strictness) {
    using enum HeaderId;
    // §8.1.1: the six that every request has, and every response copies. Max-Forwards is asked for by switch.
    for (const HeaderId id : {to, from, cseq, call_id, via})
        if (!message.has(id)) return defect(ErrorCode::missing_header, message.headers_end(), id, "Missing");
    if (strictness.require_max_forwards && message.is_request() && !message.has(max_forwards))
        return defect(ErrorCode::missing_header, message.headers_end(), max_forwards, "Missing");
    return check_repetition(message);
}

Verdict check_via(const Message& message, const Strictness& strictness) {
    const auto& via = message.top_via();
    if (!via && via.error().code == ErrorCode::missing_header) return defect(ErrorCode::bad_via, message.first(HeaderId::via)->value, HeaderId::via);
    if (!via) return defect(via.error(), message.top_via_offset(), HeaderId::via);
    if (strictness.require_rfc3261_branch && (!via->rfc3261_branch() || via->branch.size() == Via::cookie.size())) {
        const std::size_t branch = via->branch.data() == nullptr ? 0 : grammar::offset_in(message.top_via_text(), via->branch);
        return defect(ErrorCode::bad_branch, message.top_via_offset() + branch, HeaderId::via);
    }
    return {};
}

Verdict check_cseq(const Message& message) {
    const HeaderField& field = *message.first(HeaderId::cseq);
    const auto& cseq = message.cseq();
    if (!cseq) return defect(cseq.error(), field.value, HeaderId::cseq);
    if (message.is_request() && cseq->method_name != message.method_name())
        return defect(ErrorCode::cseq_method_mismatch, static_cast<std::size_t>(cseq->method_name.data() - message.bytes().data()), HeaderId::cseq);
    return {};
}

Verdict check_parties(const Message& message, const Strictness& strictness) {
    for (const HeaderId id : {HeaderId::to, HeaderId::from}) {
        const HeaderField& field = *message.first(id);
        const auto& party = id == HeaderId::to ? message.to() : message.from();
        if (!party) return defect(party.error(), field.value, id);
        // RFC 2543 peers have no From tag; the switch that asks for 3261 branches asks for the tag too (§8.1.1.3).
        if (strictness.require_rfc3261_branch && id == HeaderId::from && party->tag.empty()) return defect(ErrorCode::tag_missing, field.value, id);
    }
    return {};
}

// True if an octet below 0x20 or 0x7f may be in the text: eight at a time, since nearly always none is.
bool may_hold_control(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    const auto suspicious = [](std::uint64_t word) {
        const std::uint64_t delete_ = word ^ (ones * 0x7f);
        return (((word - ones * 0x20) & ~word) | ((delete_ - ones) & ~delete_)) & (ones * 0x80);
    };
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::memcpy(&word, text.data() + i, 8);
        if (suspicious(word) != 0) return true;
    }
    word = ones * 'x';
    std::memcpy(&word, text.data() + i, text.size() - i);
    return suspicious(word) != 0;
}

// §25.1: controls stand in header values only behind a backslash.
Verdict check_controls(const Message& message) {
    for (const HeaderField& field : message.fields()) {
        const std::string_view value = message.value(field);
        if (!may_hold_control(value)) continue;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const auto c = static_cast<unsigned char>(value[i]);
            if (c == '\\') {
                ++i;
            } else if ((c < 0x20 && !grammar::is_space(value[i])) || c == 0x7f) {
                return defect(ErrorCode::bad_header_value, field.value + i, field.id);
            }
        }
    }
    return {};
}

// What a server needs in order to send the message on, and what every response copies.
Verdict check_essentials(const Message& message, const Strictness& strictness) {
    using enum HeaderId;
    if (message.is_request())
        if (const auto ok = check_request_uri(message); !ok) return ok;
    if (const auto ok = check_presence(message, strictness); !ok) return ok;
    if (const auto ok = check_controls(message); !ok) return ok;
    if (const auto ok = check_via(message, strictness); !ok) return ok;
    if (const auto ok = check_parties(message, strictness); !ok) return ok;
    if (const auto ok = check_cseq(message); !ok) return ok;
    const HeaderField& call = *message.first(call_id);
    if (const auto ok = judge(parse_call_id(message.value(call)), call.value, call_id); !ok) return ok;
    if (const HeaderField* field = message.first(max_forwards); field != nullptr && message.is_request())
        if (const auto ok = judge(parse_number(message.value(*field)), field->value, max_forwards); !ok) return ok;
    if (const auto ok = check_name_addrs(message, route); !ok) return ok;
    return check_name_addrs(message, contact);
}

// The one that stands first: a person reads a message from its beginning.
Verdict earlier(Verdict a, Verdict b) {
    if (a) return b;
    return b || a.error().error.offset <= b.error().error.offset ? a : b;
}

Verdict check_every_field(const Message& message, HeaderId id) {
    Verdict first;
    // RFC 4474 has another form under this name, and only who verifies it owes anything for it (438, RFC 8224 §6.2.2): remarks.cpp.
    if (id == HeaderId::identity) return first;
    for (const HeaderField* field = message.first(id); field != nullptr; field = message.next(*field)) {
        if (field->value_size > 0 || row_of(id).form == HeaderRow::Form::list_or_empty) continue;
        if (const auto ok = check_value(id, {}); !ok) {
            first = defect(ok.error(), field->value, id);
            break;
        }
    }
    ListReader reader(message, id);
    while (const auto item = reader.next())
        if (const auto ok = check_value(id, item->text); !ok) return earlier(first, defect(name_cause(message, *item, ok.error()), 0, id));
    return first;
}

Verdict check_every_header(const Message& message) {
    Verdict first;
    for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count_); ++i)
        if (const auto id = static_cast<HeaderId>(i); message.has(id)) first = earlier(first, check_every_field(message, id));
    return first;
}

}  // namespace

Verdict validate(const Message& message, const Strictness& strictness) {
    Verdict essentials = check_essentials(message, strictness);
    if (!strictness.check_everything) return essentials;
    return earlier(std::move(essentials), check_every_header(message));
}

Verdict validate_present(const Message& message) {
    if (message.is_request())
        if (const auto ok = check_request_uri(message); !ok && ok.error().error.code != ErrorCode::unsupported_scheme) return ok;
    if (const auto ok = check_repetition(message); !ok) return ok;
    if (const auto ok = check_controls(message); !ok) return ok;
    return check_every_header(message);
}

Defect defect_of(const ParseError& error) {
    using enum ErrorCode;
    switch (error.code) {
        case too_large:
        case too_many_headers:
            return {error, HeaderId::other, 413, reason_phrase(413)};
        case uri_too_long:
            return {error, HeaderId::other, 414, reason_phrase(414)};
        case unsupported_scheme:
            return {error, HeaderId::other, 416, reason_phrase(416)};
        case bad_version:
            return {error, HeaderId::other, 505, reason_phrase(505)};
        case bad_start_line:
        case bad_method:
            return {error, HeaderId::other, 400, "Bad Request Line"};
        case bad_request_uri:
            return {error, HeaderId::other, 400, "Bad Request-URI"};
        case bad_content_length:
            return {error, HeaderId::content_length, 400, "Bad Content-Length"};
        case body_too_short:
            return {error, HeaderId::content_length, 400, "Body Shorter Than Content-Length"};
        case bad_header_name:
        case no_colon:
        case bad_folding:
        case bad_line_end:
        case no_header_end:
            return {error, HeaderId::other, 400, "Bad Header Field"};
        default:
            return {error, HeaderId::other, 400, reason_phrase(400)};
    }
}

}  // namespace offhook::message
