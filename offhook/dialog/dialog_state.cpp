#include "offhook/dialog/dialog_state.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"

namespace offhook::dialog {

namespace {

using message::HeaderId;
using message::Message;
using message::Method;

constexpr std::string_view version = "offhook-dialog 1";

std::string_view uri_of(const Message& m, HeaderId id) {
    const auto& party = id == HeaderId::from ? m.from() : m.to();
    return party ? party->address.uri : std::string_view{};
}

// The remote target: §12.1.1 wants exactly one Contact; of several the first counts.
std::string_view contact_of(const Message& m) {
    message::ListReader contacts(m, HeaderId::contact);
    const auto item = contacts.next();
    if (!item) return {};
    const auto value = message::parse_name_addr(item->text);
    return value ? value->uri : std::string_view{};
}

std::uint32_t cseq_of(const Message& m) {
    const auto& cseq = m.cseq();
    return cseq ? cseq->number : 0;
}

void start_session(DialogState& state, const SessionRequest& asked, const Message& response, Now now) {
    const auto interval = interval_in_force(asked, response);
    state.session_expires = interval ? now.utc + std::chrono::seconds(*interval) : UtcTime{};
}

}  // namespace

std::string_view tag_of(const Message& m, HeaderId id) { return id == HeaderId::from ? m.from_tag() : m.to_tag(); }

void read_invite(const Message& invite, const SessionTimerConfig& config, InviteFacts& out) {
    out.call_id = invite.value(HeaderId::call_id);
    out.caller_tag = tag_of(invite, HeaderId::from);
    out.caller_uri = uri_of(invite, HeaderId::from);
    out.callee_uri = uri_of(invite, HeaderId::to);
    out.caller_contact = contact_of(invite);
    out.cseq = cseq_of(invite);
    out.session = session_request(invite, config);
}

void read_answer(const InviteFacts& invite, const Message& response, Now now, DialogState& out) {
    out.call_id = invite.call_id;
    out.caller.tag = invite.caller_tag;
    out.caller.uri = invite.caller_uri;
    out.caller.contact = invite.caller_contact;
    out.caller.cseq = invite.cseq;
    out.callee.tag = tag_of(response, HeaderId::to);
    out.callee.uri = invite.callee_uri;
    out.callee.contact = contact_of(response);
    out.callee.cseq = 0;
    out.caller.pending.cseq = out.callee.pending.cseq = 0;
    // §12.1.1: the callee takes Record-Route in order; §12.1.2: the caller in reverse.
    std::size_t count = 0;
    message::ListReader routes(response, HeaderId::record_route);
    for (auto& set = out.callee.route_set; const auto item = routes.next(); ++count) {
        if (count < set.size()) set[count] = item->text;
        else set.emplace_back(item->text);
    }
    out.callee.route_set.resize(count);
    out.caller.route_set.resize(count);
    std::reverse_copy(out.callee.route_set.begin(), out.callee.route_set.end(), out.caller.route_set.begin());
    out.ack_seen = false;
    out.last_seen = now.utc;
    start_session(out, invite.session, response, now);
}

DialogState from_answer(const Message& invite, const Message& response, const SessionTimerConfig& config, Now now) {
    InviteFacts facts;
    read_invite(invite, config, facts);
    DialogState state;
    read_answer(facts, response, now, state);
    return state;
}

void observe_request(DialogState& state, Direction from, const Message& request, const SessionTimerConfig& config, Now now) {
    Side& sender = state.side(from);
    const std::uint32_t cseq = cseq_of(request);
    const Method method = request.method();
    state.last_seen = std::max(state.last_seen, now.utc);
    if (method == Method::ack) {  // bears the number of its INVITE (§13.2.2.4)
        if (from == Direction::from_caller) state.ack_seen = true;
        return;
    }
    sender.cseq = std::max(sender.cseq, cseq);
    if (!refreshes_session(request)) return;
    sender.pending.cseq = cseq;
    sender.pending.contact = contact_of(request);
    sender.pending.session = session_request(request, config);
}

// RFC 6141 §4.3 and RFC 3311 §5.2: a target refresh counts once it was accepted. An interim 1xx does not bind us: what is
// recorded then is at most one refresh old.
Refresh observe_response(DialogState& state, Direction from, const Message& response, Now now) {
    Refresh refresh;
    Side& sender = state.side(from);
    state.last_seen = std::max(state.last_seen, now.utc);
    const std::uint32_t cseq = cseq_of(response);
    if (sender.pending.cseq == 0 || sender.pending.cseq != cseq || response.status() < 200) return refresh;
    sender.pending.cseq = 0;
    if (response.status() >= 300) return refresh;
    Side& other = from == Direction::from_caller ? state.callee : state.caller;
    const auto take_over = [&refresh](std::string& target, std::string_view contact) {
        if (contact.empty() || contact == target) return;
        target = contact;
        refresh.target = true;
    };
    take_over(sender.contact, sender.pending.contact);
    take_over(other.contact, contact_of(response));
    const UtcTime before = state.session_expires;
    start_session(state, sender.pending.session, response, now);
    refresh.session = before != state.session_expires;
    return refresh;
}

std::optional<Direction> direction_of(const DialogState& state, std::string_view from_tag, std::string_view to_tag) {
    if (from_tag == state.caller.tag && to_tag == state.callee.tag) return Direction::from_caller;
    if (from_tag == state.callee.tag && to_tag == state.caller.tag) return Direction::from_callee;
    return std::nullopt;
}

// Text form -------------------------------------------------------------------------------------------------------------

namespace {

void append_line(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else out += c;
    }
    out += '\n';
}

void append_line(std::string& out, std::uint64_t value) {
    append_number(out, value);
    out += '\n';
}

void append_side(std::string& out, const Side& side) {
    append_line(out, side.tag);
    append_line(out, side.uri);
    append_line(out, side.contact);
    append_line(out, side.cseq);
    append_line(out, side.route_set.size());
    for (const std::string& route : side.route_set) append_line(out, route);
}

std::uint64_t micros(UtcTime t) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, t.time_since_epoch().count())); }

class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    std::string text() {
        const auto end = rest_.find('\n');
        if (end == std::string_view::npos) {
            failed_ = true;
            return {};
        }
        std::string value;
        bool escaped = false;
        for (const char c : rest_.substr(0, end)) {
            if (escaped) {
                failed_ |= c != '\\' && c != 'n';
                value += c == 'n' ? '\n' : c;
            } else if (c != '\\') {
                value += c;
            }
            escaped = !escaped && c == '\\';
        }
        failed_ |= escaped;
        rest_.remove_prefix(end + 1);
        return value;
    }
    template <class Number>
    Number number(Number largest) {
        const auto value = to_number<Number>(text());
        if (!value || *value > largest) failed_ = true;
        return failed_ ? Number{} : *value;
    }
    UtcTime time() { return UtcTime(Duration(static_cast<std::int64_t>(number<std::uint64_t>(INT64_MAX)))); }
    Side side() {
        Side side;
        side.tag = text();
        side.uri = text();
        side.contact = text();
        side.cseq = number<std::uint32_t>(UINT32_MAX);
        for (auto routes = number<std::uint32_t>(UINT16_MAX); routes > 0 && !failed_; --routes) side.route_set.push_back(text());
        return side;
    }
    [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace

std::string serialise(const DialogState& state) {
    std::string out;
    append_serialised(state, out);
    return out;
}

void append_serialised(const DialogState& state, std::string& out) {
    append_line(out, version);
    append_line(out, state.call_id);
    append_line(out, std::uint64_t{state.ack_seen});
    append_line(out, micros(state.last_seen));
    append_line(out, micros(state.session_expires));
    append_side(out, state.caller);
    append_side(out, state.callee);
}

std::optional<DialogState> parse_dialog_state(std::string_view text) {
    Lines lines(text);
    if (lines.text() != version) return std::nullopt;
    DialogState state;
    state.call_id = lines.text();
    state.ack_seen = lines.number<std::uint32_t>(1) != 0;
    state.last_seen = lines.time();
    state.session_expires = lines.time();
    state.caller = lines.side();
    state.callee = lines.side();
    if (!lines.complete()) return std::nullopt;
    return state;
}

}  // namespace offhook::dialog
