#include "offhook/message/validate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string>

#include "offhook/message/builder.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/name_addr.hpp"
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
    const auto uri = parse_uri(message.request_uri());
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

template <std::size_t N>
constexpr bool one_of(const HeaderId (&set)[N], HeaderId id) {
    return std::ranges::find(set, id) != std::end(set);
}

constexpr bool holds_name_addr(HeaderId id) {
    using enum HeaderId;
    constexpr HeaderId set[] = {from,          to,       contact,  route,       record_route,        path,
                                service_route, reply_to, refer_to, referred_by, p_asserted_identity, p_preferred_identity};
    return one_of(set, id);
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
        const auto parsed = parse_name_addr(item->text);
        if (!parsed) return defect(name_cause(message, *item, parsed.error()), 0, id);
        if (parsed->star && id != HeaderId::contact) return defect(ErrorCode::bad_name_addr, item->offset, id);
    }
    return {};
}

Verdict check_presence(const Message& message, const Strictness& strictness) {
    using enum HeaderId;
    // §8.1.1: the six that every request has, and every response copies. Max-Forwards is asked for by switch.
    for (const HeaderId id : {to, from, cseq, call_id, via})
        if (!message.has(id)) return defect(ErrorCode::missing_header, message.headers_end(), id, "Missing");
    if (strictness.require_max_forwards && message.is_request() && !message.has(max_forwards))
        return defect(ErrorCode::missing_header, message.headers_end(), max_forwards, "Missing");
    if (!strictness.reject_repeated_single_headers) return {};
    for (const HeaderField& field : message.fields())
        if (field.next != Message::none && field.id != other && row_of(field.id).once)
            return defect(ErrorCode::repeated_header, message.next(field)->begin, field.id, "Repeated");
    return {};
}

Verdict check_via(const Message& message, const Strictness& strictness) {
    const auto top = ListReader(message, HeaderId::via).next();
    if (!top) return defect(ErrorCode::bad_via, message.first(HeaderId::via)->value, HeaderId::via);
    const auto via = parse_via(top->text);
    if (!via) return defect(via.error(), top->offset, HeaderId::via);
    if (strictness.require_rfc3261_branch && (!via->rfc3261_branch() || via->branch.size() == Via::cookie.size()))
        return defect(ErrorCode::bad_parameter, top->offset, HeaderId::via);
    return {};
}

Verdict check_cseq(const Message& message) {
    const HeaderField& field = *message.first(HeaderId::cseq);
    const auto cseq = parse_cseq(message.value(field));
    if (!cseq) return defect(cseq.error(), field.value, HeaderId::cseq);
    if (message.is_request() && cseq->method_name != message.method_name())
        return defect(ErrorCode::cseq_method_mismatch, static_cast<std::size_t>(cseq->method_name.data() - message.bytes().data()), HeaderId::cseq);
    return {};
}

Verdict check_parties(const Message& message, const Strictness& strictness) {
    for (const HeaderId id : {HeaderId::to, HeaderId::from}) {
        const HeaderField& field = *message.first(id);
        const auto party = parse_name_addr(message.value(field));
        if (!party) return defect(party.error(), field.value, id);
        if (party->star) return defect(ErrorCode::bad_name_addr, field.value, id);
        // RFC 2543 peers have no From tag; the switch that asks for 3261 branches asks for the tag too (§8.1.1.3).
        if (strictness.require_rfc3261_branch && id == HeaderId::from && party->tag().empty()) return defect(ErrorCode::tag_missing, field.value, id);
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

Verdict check_every_header(const Message& message);

}  // namespace

Verdict validate(const Message& message, const Strictness& strictness) {
    using enum HeaderId;
    if (message.is_request())
        if (const auto ok = check_request_uri(message); !ok) return ok;
    if (const auto ok = check_presence(message, strictness); !ok) return ok;
    if (const auto ok = check_controls(message); !ok) return ok;
    if (const auto ok = check_via(message, strictness); !ok) return ok;
    if (const auto ok = check_parties(message, strictness); !ok) return ok;
    if (const auto ok = check_cseq(message); !ok) return ok;
    const HeaderField& call = *message.first(call_id);
    if (const auto ok = judge(check_call_id(message.value(call)), call.value, call_id); !ok) return ok;
    if (const HeaderField* field = message.first(max_forwards); field != nullptr && message.is_request())
        if (const auto ok = judge(parse_number(message.value(*field)), field->value, max_forwards); !ok) return ok;
    if (const auto ok = check_name_addrs(message, route); !ok) return ok;
    if (strictness.check_contacts)
        if (const auto ok = check_name_addrs(message, contact); !ok) return ok;
    return strictness.check_everything ? check_every_header(message) : Verdict{};
}

namespace {

constexpr HeaderId numbers[] = {HeaderId::content_length, HeaderId::max_forwards, HeaderId::max_breadth,
                                HeaderId::expires,        HeaderId::min_expires,  HeaderId::rseq};
constexpr HeaderId tokens[] = {HeaderId::allow,       HeaderId::require,          HeaderId::proxy_require, HeaderId::supported,
                               HeaderId::unsupported, HeaderId::content_encoding, HeaderId::sip_etag,      HeaderId::sip_if_match};
constexpr HeaderId token_values[] = {
    HeaderId::allow_events, HeaderId::accept_encoding,    HeaderId::accept_language, HeaderId::content_language, HeaderId::content_disposition,
    HeaderId::event,        HeaderId::subscription_state, HeaderId::reason,          HeaderId::priority};
constexpr HeaderId credentials[] = {HeaderId::authorization, HeaderId::proxy_authorization, HeaderId::www_authenticate, HeaderId::proxy_authenticate};
constexpr HeaderId infos[] = {HeaderId::alert_info, HeaderId::call_info, HeaderId::error_info};

using Checked = std::expected<void, ParseError>;

template <class Parsed>
Checked verdict_of(const Parsed& parsed) {
    if (parsed) return {};
    return std::unexpected(parsed.error());
}

Checked demand(bool holds, ErrorCode code) {
    if (holds) return {};
    return grammar::Cursor::fail(code, 0);
}

// What a value of this field must be, for all of RFC 3261 §20 and the extensions that have a row.
Checked check_value(HeaderId id, std::string_view text) {
    if (holds_name_addr(id)) return verdict_of(parse_name_addr(text));
    if (one_of(numbers, id)) return verdict_of(parse_number(text));
    if (one_of(tokens, id)) return demand(is_token(text), ErrorCode::bad_token);
    if (one_of(token_values, id)) return verdict_of(parse_token_value(text));
    if (one_of(credentials, id)) return verdict_of(parse_credentials(text));
    if (one_of(infos, id)) return verdict_of(parse_info(text));
    using enum HeaderId;
    switch (id) {
        case via:
            return verdict_of(parse_via(text));
        case cseq:
            return verdict_of(parse_cseq(text));
        case rack:
            return verdict_of(parse_rack(text));
        case call_id:
        case in_reply_to:
            return check_call_id(text);
        case replaces:
            return check_call_id(trim(text.substr(0, text.find(';'))));
        case min_se:
            return verdict_of(parse_number(text, true));
        case session_expires:
            return verdict_of(parse_session_expires(text));
        case retry_after:
            return verdict_of(parse_retry_after(text));
        case date:
            return verdict_of(parse_date(text));
        case timestamp:
            return verdict_of(parse_timestamp(text));
        case warning:
            return verdict_of(parse_warning(text));
        case content_type:
        case accept:
            return verdict_of(parse_media_type(text));
        case authentication_info:
            return verdict_of(parse_authentication_info(text));
        case mime_version:
            return demand(!text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos, ErrorCode::bad_number);
        default:
            return {};  // free text
    }
}

// Fields whose list may be empty (§25.1: Accept, Accept-Encoding, Accept-Language, Allow, Supported).
bool may_be_empty(HeaderId id) {
    using enum HeaderId;
    return id == accept || id == accept_encoding || id == accept_language || id == allow || id == supported;
}

Verdict check_every_header(const Message& message) {
    for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count_); ++i) {
        const auto id = static_cast<HeaderId>(i);
        for (const HeaderField* field = message.first(id); field != nullptr; field = message.next(*field)) {
            if (field->value_size > 0 || may_be_empty(id)) continue;
            if (const auto ok = check_value(id, {}); !ok) return defect(ok.error(), field->value, id);
        }
        ListReader reader(message, id);
        while (const auto item = reader.next())
            if (const auto ok = check_value(id, item->text); !ok) return defect(name_cause(message, *item, ok.error()), 0, id);
    }
    return {};
}

}  // namespace

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
