#include "offhook/dialog/dialog_state.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <vector>

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

Direction opposite(Direction from) { return from == Direction::from_caller ? Direction::from_callee : Direction::from_caller; }

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

void DialogState::set_texts(std::string_view call_id, const Name& from, const Name& to, std::span<const std::string_view> routes) {
    boost::container::small_vector<std::string_view, 16> texts{call_id, from.tag, from.uri, from.contact, {}, to.tag, to.uri, to.contact, {}};
    texts.insert(texts.end(), routes.begin(), routes.end());
    texts_.assign({texts.data(), texts.size()});
}

void read_answer(const InviteFacts& invite, const Message& response, Now now, DialogState& out) {
    boost::container::small_vector<std::string_view, 8> routes;
    message::ListReader reader(response, HeaderId::record_route);
    while (const auto item = reader.next()) routes.push_back(item->text);
    out.set_texts(invite.call_id, {invite.caller_tag, invite.caller_uri, invite.caller_contact},
                  {tag_of(response, HeaderId::to), invite.callee_uri, contact_of(response)}, {routes.data(), routes.size()});
    out.caller = {.cseq = invite.cseq, .pending = {}};
    out.callee = {};
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
    Progress& sender = state.side(from);
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
    state.set_pending_contact(from, contact_of(request));
    sender.pending.session = session_request(request, config);
}

// RFC 6141 §4.3 and RFC 3311 §5.2: a target refresh counts once it was accepted. An interim 1xx does not bind us: what is
// recorded then is at most one refresh old.
Refresh observe_response(DialogState& state, Direction from, const Message& response, Now now) {
    Refresh refresh;
    Progress& sender = state.side(from);
    state.last_seen = std::max(state.last_seen, now.utc);
    const std::uint32_t cseq = cseq_of(response);
    if (sender.pending.cseq == 0 || sender.pending.cseq != cseq || response.status() < 200) return refresh;
    sender.pending.cseq = 0;
    if (response.status() >= 300) return refresh;
    const auto take_over = [&](Direction of, std::string_view contact) {
        if (contact.empty() || contact == state.contact(of)) return;
        state.set_contact(of, contact);
        refresh.target = true;
    };
    take_over(from, state.pending_contact(from));
    take_over(opposite(from), contact_of(response));
    state.set_pending_contact(from, {});
    const UtcTime before = state.session_expires;
    start_session(state, sender.pending.session, response, now);
    refresh.session = before != state.session_expires;
    return refresh;
}

std::optional<Direction> direction_of(const DialogState& state, std::string_view from_tag, std::string_view to_tag) {
    for (const Direction from : {Direction::from_caller, Direction::from_callee})
        if (from_tag == state.tag(from) && to_tag == state.tag(opposite(from))) return from;
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

void append_side(std::string& out, const DialogState& state, Direction side, std::uint32_t cseq) {
    append_line(out, state.tag(side));
    append_line(out, state.uri(side));
    append_line(out, state.contact(side));
    append_line(out, cseq);
    append_line(out, state.route_count());
    for (std::size_t i = 0; i < state.route_count(); ++i) append_line(out, state.route(side, i));
}

std::uint64_t micros(UtcTime t) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, t.time_since_epoch().count())); }

/// A side as it stands in the text form.
struct Side {
    std::string tag, uri, contact;
    std::uint32_t cseq = 0;
    std::vector<std::string> routes;
    [[nodiscard]] DialogState::Name name() const { return {tag, uri, contact}; }
};

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
        for (auto routes = number<std::uint32_t>(UINT16_MAX); routes > 0 && !failed_; --routes) side.routes.push_back(text());
        return side;
    }
    [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace

bool goes_to_peer(const DialogState& state, Direction from, const Message& request) {
    if (request.request_uri() != state.contact(from == Direction::from_caller ? Direction::from_callee : Direction::from_caller)) return false;
    std::size_t left = 0;
    for (message::ListReader routes(request, HeaderId::route); routes.next();) ++left;
    if (left > state.route_count()) return false;
    message::ListReader routes(request, HeaderId::route);
    for (std::size_t i = state.route_count() - left; const auto route = routes.next(); ++i)
        if (route->text != state.route(from, i)) return false;
    return true;
}

std::string serialise(const DialogState& state) {
    std::string out;
    append_serialised(state, out);
    return out;
}

void append_serialised(const DialogState& state, std::string& out) {
    append_line(out, version);
    append_line(out, state.call_id());
    append_line(out, std::uint64_t{state.ack_seen});
    append_line(out, micros(state.last_seen));
    append_line(out, micros(state.session_expires));
    append_side(out, state, Direction::from_caller, state.caller.cseq);
    append_side(out, state, Direction::from_callee, state.callee.cseq);
}

std::optional<DialogState> parse_dialog_state(std::string_view text) {
    Lines lines(text);
    if (lines.text() != version) return std::nullopt;
    DialogState state;
    const std::string call_id = lines.text();
    state.ack_seen = lines.number<std::uint32_t>(1) != 0;
    state.last_seen = lines.time();
    state.session_expires = lines.time();
    const Side caller = lines.side(), callee = lines.side();
    const bool mirrored = std::equal(caller.routes.begin(), caller.routes.end(), callee.routes.rbegin(), callee.routes.rend());
    if (!lines.complete() || !mirrored) return std::nullopt;
    const std::vector<std::string_view> routes(callee.routes.begin(), callee.routes.end());
    state.set_texts(call_id, caller.name(), callee.name(), routes);
    state.caller.cseq = caller.cseq;
    state.callee.cseq = callee.cseq;
    return state;
}

}  // namespace offhook::dialog
