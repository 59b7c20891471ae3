#include "offhook/message/values.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;
using grammar::take_number;
using grammar::take_parameters;

constexpr std::uint32_t cseq_limit = 1u << 31;

std::expected<CSeq, ParseError> take_cseq(Cursor& cursor) {
    const std::size_t from = cursor.at;
    const auto number = take_number(cursor);
    if (!number) return Cursor::fail(number.error().code == ErrorCode::bad_number ? ErrorCode::bad_cseq : number.error().code, number.error().offset);
    if (*number >= cseq_limit) return Cursor::fail(ErrorCode::number_out_of_range, from);
    const std::size_t blank = cursor.at;
    cursor.skip_lws();
    if (cursor.at == blank) return cursor.fail(ErrorCode::bad_cseq);
    const std::string_view method = cursor.take(grammar::token);
    if (method.empty()) return cursor.fail(ErrorCode::bad_cseq);
    return CSeq{*number, method_of(method), method};
}

}  // namespace

std::expected<CSeq, ParseError> parse_cseq(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const auto cseq = take_cseq(cursor);
    if (!cseq) return cseq;
    cursor.skip_lws();
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return cseq;
}

std::expected<std::uint32_t, ParseError> parse_number(std::string_view text, bool parameters) {
    Cursor cursor{text};
    cursor.skip_lws();
    const auto number = take_number(cursor);
    if (!number) return number;
    cursor.skip_lws();
    if (parameters) {
        if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return number;
}

std::expected<SessionExpires, ParseError> parse_session_expires(std::string_view text) {
    const auto seconds = parse_number(text, /*parameters=*/true);
    if (!seconds) return std::unexpected(seconds.error());
    SessionExpires out{*seconds, SessionExpires::Refresher::none};
    const std::size_t semicolon = text.find(';');
    if (semicolon == std::string_view::npos) return out;
    if (const auto refresher = parameter(text.substr(semicolon), "refresher")) {
        if (iequals(*refresher, "uac")) {
            out.refresher = SessionExpires::Refresher::uac;
        } else if (iequals(*refresher, "uas")) {
            out.refresher = SessionExpires::Refresher::uas;
        } else {
            return Cursor::fail(ErrorCode::bad_parameter, static_cast<std::size_t>(refresher->data() - text.data()));
        }
    }
    return out;
}

std::expected<std::uint32_t, ParseError> parse_min_se(std::string_view text) { return parse_number(text, /*parameters=*/true); }

bool MediaType::is(std::string_view wanted_type, std::string_view wanted_subtype) const {
    return iequals(type, wanted_type) && iequals(subtype, wanted_subtype);
}

std::expected<MediaType, ParseError> parse_media_type(std::string_view text) {
    Cursor cursor{text};
    MediaType out;
    cursor.skip_lws();
    out.type = cursor.take(grammar::token);
    cursor.skip_lws();
    if (out.type.empty() || !cursor.eat('/')) return cursor.fail(ErrorCode::bad_media_type);
    cursor.skip_lws();
    out.subtype = cursor.take(grammar::token);
    if (out.subtype.empty()) return cursor.fail(ErrorCode::bad_media_type);
    const auto parameters = take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

bool lists_token(const Message& message, HeaderId id, std::string_view token) {
    ListReader reader(message, id);
    while (const auto item = reader.next())
        if (iequals(trim(item->text.substr(0, item->text.find(';'))), token)) return true;
    return false;
}

bool is_token(std::string_view text) { return grammar::all(text, grammar::token); }

std::expected<TokenValue, ParseError> parse_token_value(std::string_view text) {
    Cursor cursor{text};
    TokenValue out;
    cursor.skip_lws();
    out.value = cursor.take(grammar::token);
    if (out.value.empty()) return cursor.fail(ErrorCode::bad_token);
    const auto parameters = take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

std::expected<QuotableValue, ParseError> parse_quotable(std::string_view text) {
    Cursor cursor{text};
    QuotableValue out;
    cursor.skip_lws();
    out.quoted = cursor.see('"');
    if (out.quoted) {
        const auto inside = cursor.quoted();
        if (!inside) return std::unexpected(inside.error());
        out.value = *inside;
    } else {
        out.value = cursor.take(grammar::token);
        if (out.value.empty()) return cursor.fail(ErrorCode::bad_token);
    }
    const auto parameters = take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

std::expected<std::string_view, ParseError> parse_call_id(std::string_view text) {
    Cursor cursor{text};
    if (cursor.take(grammar::word).empty()) return cursor.fail(ErrorCode::bad_call_id);
    if (cursor.eat('@') && cursor.take(grammar::word).empty()) return cursor.fail(ErrorCode::bad_call_id);
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_call_id);
    return text;
}

std::expected<std::string_view, ParseError> parse_mime_version(std::string_view text) {
    Cursor cursor{text};
    if (const auto major = take_number(cursor); !major) return std::unexpected(major.error());
    if (!cursor.eat('.')) return cursor.fail(ErrorCode::bad_number);
    if (const auto minor = take_number(cursor); !minor) return std::unexpected(minor.error());
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return text;
}

std::expected<std::string_view, ParseError> parse_token(std::string_view text) {
    Cursor cursor{text};
    if (cursor.take(grammar::token).empty()) return cursor.fail(ErrorCode::bad_token);
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_token);
    return text;
}

std::expected<std::string_view, ParseError> parse_text(std::string_view text) { return text; }

std::expected<RetryAfter, ParseError> parse_retry_after(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const auto seconds = take_number(cursor);
    if (!seconds) return std::unexpected(seconds.error());
    RetryAfter out{*seconds, {}, {}};
    cursor.skip_lws();
    if (cursor.see('(')) {
        const std::size_t open = cursor.at;
        if (!cursor.comment()) return cursor.fail(ErrorCode::unterminated_quote);
        out.comment = text.substr(open + 1, cursor.at - open - 2);
    }
    const auto parameters = take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

std::expected<Warning, ParseError> parse_warning(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const std::size_t from = cursor.at;
    const auto code = take_number(cursor);
    if (!code || cursor.at - from != 3 || *code < 100) return Cursor::fail(ErrorCode::bad_warning, from);
    Warning out{static_cast<int>(*code), {}, {}};
    cursor.skip_lws();
    const std::size_t agent = cursor.at;
    while (!cursor.done() && !grammar::is_space(cursor.peek()) && !cursor.see('"')) ++cursor.at;
    out.agent = text.substr(agent, cursor.at - agent);
    cursor.skip_lws();
    if (out.agent.empty() || agent == from + 3 || !cursor.see('"')) return cursor.fail(ErrorCode::bad_warning);
    const auto inside = cursor.quoted();
    if (!inside) return std::unexpected(inside.error());
    out.text = *inside;
    cursor.skip_lws();
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return out;
}

namespace {

std::string_view take_decimal(Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (is_digit(cursor.peek())) ++cursor.at;
    if (cursor.eat('.'))
        while (is_digit(cursor.peek())) ++cursor.at;
    return cursor.text.substr(from, cursor.at - from);
}

}  // namespace

std::expected<Timestamp, ParseError> parse_timestamp(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    Timestamp out;
    if (!is_digit(cursor.peek())) return cursor.fail(ErrorCode::bad_timestamp);
    out.time = take_decimal(cursor);
    cursor.skip_lws();
    out.delay = take_decimal(cursor);
    cursor.skip_lws();
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_timestamp);
    return out;
}

// RFC 3262 §7.1: from 1 on.
std::expected<std::uint32_t, ParseError> parse_rseq(std::string_view text) {
    const auto number = parse_number(text);
    if (number && *number == 0) return Cursor::fail(ErrorCode::number_out_of_range, 0);
    return number;
}

std::expected<RAck, ParseError> parse_rack(std::string_view text) {
    Cursor cursor{text};
    cursor.skip_lws();
    const auto response = take_number(cursor);
    if (!response) return std::unexpected(response.error());
    const std::size_t blank = cursor.at;
    cursor.skip_lws();
    if (cursor.at == blank) return cursor.fail(ErrorCode::bad_cseq);
    const auto cseq = take_cseq(cursor);
    if (!cseq) return std::unexpected(cseq.error());
    cursor.skip_lws();
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return RAck{*response, *cseq};
}

std::expected<std::uint32_t, ParseError> parse_qvalue(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return Cursor::fail(ErrorCode::bad_number, 0);
    std::uint32_t value = text[0] == '1' ? 1000 : 0;
    if (text.size() > 1 && text[1] != '.') return Cursor::fail(ErrorCode::bad_number, 1);
    std::uint32_t weight = 100;
    for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
        if (!is_digit(text[i]) || weight == 0) return Cursor::fail(ErrorCode::bad_number, i);
        value += weight * static_cast<std::uint32_t>(text[i] - '0');
    }
    if (value > 1000) return Cursor::fail(ErrorCode::number_out_of_range, 0);
    return value;
}

void append_qvalue(std::string& out, std::uint32_t thousandths) {
    out += thousandths >= 1000 ? '1' : '0';
    if (thousandths == 0 || thousandths >= 1000) return;
    out += '.';
    for (std::uint32_t weight = 100; weight > 0 && thousandths > 0; thousandths %= weight, weight /= 10)
        out += static_cast<char>('0' + thousandths / weight);
}

}  // namespace offhook::message
