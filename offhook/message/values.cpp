#include "offhook/message/values.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::uint32_t cseq_limit = 1u << 31;

// Digits as a number below 2^32; any more of them are too large, not nonsense.
std::expected<std::uint32_t, ParseError> take_number(Cursor& cursor) {
    const std::size_t from = cursor.at;
    while (is_digit(cursor.peek())) ++cursor.at;
    if (cursor.at == from) return cursor.fail(ErrorCode::bad_number);
    const auto number = to_number<std::uint32_t>(cursor.text.substr(from, cursor.at - from));
    if (!number) return Cursor::fail(ErrorCode::number_out_of_range, from);
    return *number;
}

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

std::expected<std::string_view, ParseError> take_parameters(Cursor& cursor) {
    cursor.skip_lws();
    const std::string_view parameters = cursor.rest();
    if (const auto rest = grammar::skip_parameters(cursor); !rest) return std::unexpected(rest.error());
    return parameters;
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

std::expected<InfoValue, ParseError> parse_info(std::string_view text) {
    Cursor cursor{text};
    InfoValue out;
    cursor.skip_lws();
    const std::size_t open = cursor.at;
    if (!cursor.eat('<')) return cursor.fail(ErrorCode::bad_name_addr);
    const std::size_t close = text.find('>', open);
    if (close == std::string_view::npos) return Cursor::fail(ErrorCode::unterminated_angle, open);
    out.uri = text.substr(open + 1, close - open - 1);
    if (const auto uri = parse_uri(out.uri); !uri) return Cursor::fail(uri.error().code, open + 1 + uri.error().offset);
    cursor.at = close + 1;
    const auto parameters = take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    out.parameters = *parameters;
    return out;
}

std::expected<void, ParseError> check_call_id(std::string_view text) {
    Cursor cursor{text};
    if (cursor.take(grammar::word).empty()) return cursor.fail(ErrorCode::bad_call_id);
    if (cursor.eat('@') && cursor.take(grammar::word).empty()) return cursor.fail(ErrorCode::bad_call_id);
    if (!cursor.done()) return cursor.fail(ErrorCode::bad_call_id);
    return {};
}

namespace {

constexpr std::array<std::string_view, 7> week_days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <std::size_t N>
std::optional<unsigned> position(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::find_if(names.begin(), names.end(), [&](std::string_view one) { return iequals(one, name); });
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin());
}

void append_two(std::string& out, std::int64_t value) {
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

}  // namespace

// RFC 1123 dates have fixed columns: "Sat, 13 Nov 2010 23:29:00 GMT".
std::expected<std::int64_t, ParseError> parse_date(std::string_view text) {
    constexpr std::string_view form = "aaa, 00 aaa 0000 00:00:00 aaa";
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = i < text.size() && (form[i] == 'a' ? is_alpha(text[i]) : form[i] == '0' ? is_digit(text[i]) : form[i] == text[i]);
        if (!fits) return Cursor::fail(ErrorCode::bad_date, i);
    }
    if (text.size() > form.size()) return Cursor::fail(ErrorCode::bad_date, form.size());
    const auto number = [&](std::size_t at, std::size_t size) { return to_number<unsigned>(text.substr(at, size)).value_or(0); };
    const auto month = position(months, text.substr(8, 3));
    if (!position(week_days, text.substr(0, 3))) return Cursor::fail(ErrorCode::bad_date, 0);
    if (!month) return Cursor::fail(ErrorCode::bad_date, 8);
    if (!iequals(text.substr(26), "GMT")) return Cursor::fail(ErrorCode::bad_date, 26);
    using namespace std::chrono;
    const year_month_day day{year(static_cast<int>(number(12, 4))), std::chrono::month(*month + 1), std::chrono::day(number(5, 2))};
    if (!day.ok()) return Cursor::fail(ErrorCode::bad_date, 5);
    const unsigned hour = number(17, 2), minute = number(20, 2), second = number(23, 2);
    if (hour > 23 || minute > 59 || second > 60) return Cursor::fail(ErrorCode::bad_date, 17);
    return sys_days(day).time_since_epoch().count() * std::int64_t{86'400} + hour * 3600 + minute * 60 + second;
}

void append_date(std::string& out, std::int64_t seconds) {
    using namespace std::chrono;
    const sys_days day{floor<days>(std::chrono::seconds(seconds))};
    const year_month_day date{day};
    const std::int64_t rest = seconds - day.time_since_epoch().count() * std::int64_t{86'400};
    out.append(week_days[weekday(day).c_encoding()]).append(", ");
    append_two(out, static_cast<unsigned>(date.day()));
    out.append(" ").append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    append_two(out, static_cast<int>(date.year()) / 100);
    append_two(out, static_cast<int>(date.year()) % 100);
    out += ' ';
    append_two(out, rest / 3600);
    out += ':';
    append_two(out, rest / 60 % 60);
    out += ':';
    append_two(out, rest % 60);
    out.append(" GMT");
}

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

}  // namespace offhook::message
