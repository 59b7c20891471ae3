// What a proxy knows of a dialog that it record-routed: both sides with tag, remote target, route set and highest CSeq, whether the
// ACK was seen, until when the session stands. Pure functions over messages; a text form that survives a restart.
//
// Must not know transactions, timers or who asks. RFC 3261 §12, RFC 3311 §5.2, RFC 6141 §4, RFC 4028 §8.2. Thread rule: a value.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "offhook/base/packed_texts.hpp"
#include "offhook/base/time.hpp"
#include "offhook/dialog/call_port.hpp"
#include "offhook/dialog/session_timer.hpp"
#include "offhook/message/message.hpp"

namespace offhook::dialog {

/// How far one user agent of the dialog has come.
struct Progress {
    std::uint32_t cseq = 0;  ///< highest CSeq number that it sent; 0: none yet

    /// A re-INVITE or UPDATE that has no final response yet. Not part of the text form: its transaction does not survive either.
    struct Pending {
        std::uint32_t cseq = 0;  ///< 0: none
        SessionRequest session;
    } pending;
};

/// Its texts lie in one allocation: a server keeps one of these for each call for as long as people talk.
class DialogState {
public:
    Progress caller, callee;
    bool ack_seen = false;               ///< of the INVITE that made the dialog
    UtcTime last_seen{};                 ///< the last proof of life: the answer, or a request or response of the dialog that passed
    UtcTime session_expires{};           ///< epoch: the session has no expiration

    [[nodiscard]] Progress& side(Direction from) { return from == Direction::from_caller ? caller : callee; }
    [[nodiscard]] bool has_expiration() const { return session_expires != UtcTime{}; }

    // Of the side that sends in this direction. Views are valid until the state is changed.
    [[nodiscard]] std::string_view call_id() const { return texts_[0]; }
    [[nodiscard]] std::string_view tag(Direction from) const { return texts_[place(from, tag_text)]; }
    [[nodiscard]] std::string_view uri(Direction from) const { return texts_[place(from, uri_text)]; }          ///< of From or To
    /// Its remote target: where the other side sends requests.
    [[nodiscard]] std::string_view contact(Direction from) const { return texts_[place(from, contact_text)]; }
    [[nodiscard]] std::size_t route_count() const { return std::max(texts_.size(), fixed_texts) - fixed_texts; }
    /// Record-Route values in the order in which this side writes them into Route: §12.1.1, the callee takes them as they stand; §12.1.2,
    /// the caller in reverse.
    [[nodiscard]] std::string_view route(Direction from, std::size_t index) const {
        return texts_[fixed_texts + (from == Direction::from_callee ? index : route_count() - 1 - index)];
    }

    /// What a side said of itself.
    struct Name {
        std::string_view tag, uri, contact;
    };
    /// `routes`: as the callee has them.
    void set_texts(std::string_view call_id, const Name& caller, const Name& callee, std::span<const std::string_view> routes);
    void set_contact(Direction of, std::string_view contact) { texts_.replace(place(of, contact_text), contact); }
    /// The target that a side will have once its request is accepted; empty: unchanged.
    [[nodiscard]] std::string_view pending_contact(Direction from) const { return texts_[place(from, pending_text)]; }
    void set_pending_contact(Direction of, std::string_view contact) { texts_.replace(place(of, pending_text), contact); }

private:
    enum Text : std::uint8_t { tag_text, uri_text, contact_text, pending_text, texts_of_side };
    static constexpr std::size_t fixed_texts = 1 + 2 * texts_of_side;  ///< the Call-ID, both sides; then the routes
    [[nodiscard]] static std::size_t place(Direction of, Text text) {
        return 1 + (of == Direction::from_caller ? 0 : std::size_t{texts_of_side}) + text;
    }

    PackedTexts texts_;
};

/// The dialog that a 2xx makes. `invite_cseq`, `caller_*`: of the INVITE as it was received; `session` what was asked for.
struct InviteFacts {
    std::string call_id, caller_tag, caller_uri, callee_uri, caller_contact;
    std::uint32_t cseq = 0;
    SessionRequest session;
};
/// Both overwrite all of `out`, whose memory is used again.
void read_invite(const message::Message& invite, const SessionTimerConfig& config, InviteFacts& out);
void read_answer(const InviteFacts& invite, const message::Message& response, Now now, DialogState& out);
[[nodiscard]] DialogState from_answer(const message::Message& invite, const message::Message& response, const SessionTimerConfig& config,
                                      Now now);

/// A request of the dialog passes. A re-INVITE or UPDATE is remembered until its final response.
void observe_request(DialogState& state, Direction from, const message::Message& request, const SessionTimerConfig& config, Now now);

/// What a final response changed beyond the proof of life.
struct Refresh {
    bool target = false, session = false;
};
/// A final response to a request of `from` passes. A 2xx to a re-INVITE or UPDATE takes both targets over and renews the session.
Refresh observe_response(DialogState& state, Direction from, const message::Message& response, Now now);

/// Both tags of the request are those of the dialog; nothing if they are not.
[[nodiscard]] std::optional<Direction> direction_of(const DialogState& state, std::string_view from_tag, std::string_view to_tag);

/// The request goes where the dialog says: to the target of the other side, by what is left of the route set (RFC 3261 §12.2.1.1).
[[nodiscard]] bool goes_to_peer(const DialogState& state, Direction from, const message::Message& request);

/// One line for each value, in a fixed order, line ends and backslashes escaped; the first line is the version.
[[nodiscard]] std::string serialise(const DialogState& state);
void append_serialised(const DialogState& state, std::string& out);
[[nodiscard]] std::optional<DialogState> parse_dialog_state(std::string_view text);

/// The tag of From or To; empty if it has none or cannot be read.
[[nodiscard]] std::string_view tag_of(const message::Message& message, message::HeaderId id);

}  // namespace offhook::dialog
