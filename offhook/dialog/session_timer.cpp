#include "offhook/dialog/session_timer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "offhook/base/text.hpp"
#include "offhook/message/values.hpp"

namespace offhook::dialog {

namespace {

using message::HeaderId;
using message::Message;

constexpr std::uint32_t default_min_se = 90;  // RFC 4028 §5: what counts where Min-SE is absent

// The three numbers of a request, and what they become.
struct Numbers {
    bool supported = false;
    std::optional<std::uint32_t> session_expires, min_se;  // as received; nothing if absent
    bool readable = true;                                  // a value that cannot be read is passed on untouched
};

Numbers read(const Message& request) {
    Numbers n{.supported = message::lists_token(request, HeaderId::supported, "timer"), .session_expires = {}, .min_se = {}};
    if (const auto* field = request.first(HeaderId::session_expires)) {
        if (const auto value = message::parse_session_expires(request.value(*field))) n.session_expires = value->seconds;
        else n.readable = false;
    }
    if (const auto* field = request.first(HeaderId::min_se)) {
        if (const auto value = message::parse_number(request.value(*field), true)) n.min_se = *value;
        else n.readable = false;
    }
    return n;
}

std::uint32_t our_minimum(const SessionTimerConfig& config) { return std::max(config.min_se, default_min_se); }

struct Forwarded {
    std::uint32_t session_expires = 0;  // 0: none
    std::uint32_t min_se = 0;           // 0: none
};

Forwarded forwarded(const Numbers& n, const SessionTimerConfig& config) {
    Forwarded out{n.session_expires.value_or(0), n.min_se.value_or(0)};
    // A sender that supports timers would be told by 422; another one cannot use that, so the minimum itself is raised (§8.1).
    if (!n.supported && n.session_expires && *n.session_expires < our_minimum(config)) out.min_se = std::max(out.min_se, our_minimum(config));
    const std::uint32_t least = out.min_se != 0 ? out.min_se : default_min_se;
    if (!n.session_expires) {
        if (config.session_expires != 0) out.session_expires = std::max({config.session_expires, least, our_minimum(config)});
        return out;
    }
    if (out.session_expires < least) out.session_expires = least;
    else if (config.lower && config.session_expires != 0 && out.session_expires > config.session_expires)
        out.session_expires = std::max({config.session_expires, least, our_minimum(config)});
    return out;
}

// Longer than a std::string holds without the heap, so it is composed on the stack.
std::string_view line(message::Edits& edits, std::string_view name, std::uint32_t seconds, std::string_view after = {}) {
    std::array<char, 64> text;
    char* end = std::copy(name.begin(), name.end(), text.begin());
    end = std::copy_n(": ", 2, end);
    end = std::to_chars(end, text.end(), seconds).ptr;
    end = std::copy(after.begin(), after.end(), end);
    end = std::copy_n("\r\n", 2, end);
    return edits.keep({text.data(), end});
}

// Replaces the number of "N;refresher=..." and leaves the parameters: "MUST NOT insert or modify the value of the refresher" (§8.1).
void replace_number(const Message& request, const message::HeaderField& field, std::uint32_t seconds, message::Edits& edits) {
    const std::string_view value = request.value(field);
    std::uint32_t digits = 0;
    while (digits < value.size() && is_digit(value[digits])) ++digits;
    std::string text;
    append_number(text, seconds);
    edits.replace(field.value, digits, edits.keep(text));
}

}  // namespace

bool refreshes_session(const Message& request) {
    return request.method() == message::Method::invite || request.method() == message::Method::update;
}

std::optional<SessionReject> check(const Message& request, const SessionTimerConfig& config) {
    if (!refreshes_session(request) || !request.has(HeaderId::session_expires)) return std::nullopt;
    const Numbers n = read(request);
    if (!n.supported || !n.session_expires || *n.session_expires >= our_minimum(config)) return std::nullopt;
    SessionReject answer{{422, "Session Interval Too Small"}, "Min-SE: "};
    append_number(answer.headers, our_minimum(config));
    answer.headers += "\r\n";
    return answer;
}

SessionRequest session_request(const Message& request, const SessionTimerConfig& config) {
    if (!refreshes_session(request)) return {};
    const Numbers n = read(request);
    if (!n.readable) return {n.supported, n.session_expires.value_or(0)};
    return {n.supported, forwarded(n, config).session_expires};
}

void edit_request(const Message& request, const SessionTimerConfig& config, message::Edits& edits) {
    if (!refreshes_session(request)) return;
    const Numbers n = read(request);
    if (!n.readable) return;
    const Forwarded out = forwarded(n, config);
    if (out.session_expires != n.session_expires.value_or(0)) {
        if (const auto* field = request.first(HeaderId::session_expires)) replace_number(request, *field, out.session_expires, edits);
        else edits.insert(request.headers_end(), line(edits, "Session-Expires", out.session_expires));
    }
    if (out.min_se != n.min_se.value_or(0)) {
        if (const auto* field = request.first(HeaderId::min_se)) replace_number(request, *field, out.min_se, edits);
        else edits.insert(request.headers_end(), line(edits, "Min-SE", out.min_se));
    }
}

void edit_response(const Message& request, const Message& response, const SessionTimerConfig& config, message::Edits& edits) {
    if (response.status() / 100 != 2 || response.has(HeaderId::session_expires)) return;
    const SessionRequest asked = session_request(request, config);
    if (!asked.supported || asked.interval == 0) return;
    edits.insert(response.headers_end(), line(edits, "Session-Expires", asked.interval, ";refresher=uac"));
    if (!message::lists_token(response, HeaderId::require, "timer")) edits.insert(response.headers_end(), "Require: timer\r\n");
}

std::optional<std::uint32_t> interval_in_force(const SessionRequest& request, const Message& response) {
    if (const auto* field = response.first(HeaderId::session_expires)) {
        if (const auto value = message::parse_session_expires(response.value(*field))) return value->seconds;
        return std::nullopt;
    }
    if (!request.supported || request.interval == 0) return std::nullopt;
    return request.interval;
}

}  // namespace offhook::dialog
