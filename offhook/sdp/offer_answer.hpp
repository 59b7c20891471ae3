// Offer and answer: RFC 3264 as functions from a Session and what was said to the next Session. Any number of streams.
//
// A Session is a value. Keep the old one while an offer is under way: a forked call answers several copies, and an offer that was
// refused is taken back (RFC 3261 §14.1) without undoing anything. Must not know SIP, sockets or media. Thread rule: pure functions.
//
//            ┌──make_offer──► offered ──apply_answer──┐
//   stable ──┤                   └───withdraw_offer───┼──► stable
//            └──make_answer───────────────────────────┘
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/sdp/agreement.hpp"
#include "offhook/sdp/error.hpp"
#include "offhook/sdp/local.hpp"

namespace offhook::sdp {

enum class Refusal : std::uint8_t {
    unreadable,         ///< not a session description; see parse
    offer_pending,      ///< we have an offer out (glare: RFC 3261 §14.2 says 491 or 500)
    no_offer,           ///< an answer to nothing
    streams_missing,    ///< fewer m= lines than before (§8), or not as many as offered (§6)
    origin_changed,     ///< o= differs in more than its version, or that went elsewhere than up by one (§8)
    media_changed,      ///< the answer has another media type or protocol than the offer
    stream_revived,     ///< the answer takes what was not offered
    no_common_format,   ///< the answer accepts a stream in formats that were not offered
    crypto_mismatch,    ///< no, or not the offered, tag, suite and mandatory parameters (RFC 4568 §5.1.3)
    dtls_mismatch,      ///< no fingerprint, or a role that does not fit (RFC 5763 §5)
    no_address,         ///< ours: Local has none
    no_format,          ///< ours: a stream without codec or format
    too_many_formats,   ///< ours: more dynamic payload types than there are
    bad_local,          ///< ours: what Local holds is no SDP
    version_exhausted,  ///< ours: the version of o= has no successor
};
[[nodiscard]] std::string_view describe(Refusal refusal);

struct OfferAnswerError {
    Refusal code;
    std::size_t stream = 0;  ///< the m= line that it is about, counted from 0
    ParseError parse{};      ///< of unreadable
    friend bool operator==(const OfferAnswerError&, const OfferAnswerError&) = default;
};

/// What is remembered of an m= line for the time of the session.
struct Slot {
    std::string media;
    std::uint16_t port = 0;                                     ///< our own, of the stream that took it
    std::vector<std::pair<std::uint8_t, std::string>> numbers;  ///< §8.3.2: a dynamic payload type keeps its codec
    friend bool operator==(const Slot&, const Slot&) = default;
};

struct Session {
    std::string user = "-";           ///< of o=; may not change
    std::string id = "1";             ///< of o=: digits, unique among our sessions
    std::uint64_t first_version = 1;  ///< of o=, less than 2^62 - 1 (§5)
    std::string name = "-";           ///< of s= (§5: a dash or a blank)

    std::string origin_address{};   ///< of o=: the address of the first description, whatever c= becomes
    std::uint64_t version = 0;      ///< of the last description
    std::string sent{};             ///< the last description that we gave, agreed on or not
    std::string offered{};          ///< ours that waits for its answer; empty: none
    std::string local{}, remote{};  ///< what is agreed; empty before
    bool local_is_offer = false;    ///< of the two that are agreed
    std::vector<Slot> slots{};
    friend bool operator==(const Session&, const Session&) = default;

    [[nodiscard]] bool stable() const { return offered.empty(); }
    [[nodiscard]] std::vector<AgreedStream> streams() const { return agree(local, remote, local_is_offer); }
    /// §8.1: where an added stream goes: a slot that is switched off on both sides, else behind the last.
    [[nodiscard]] std::size_t free_slot() const;
};

struct Exchange {
    std::string text;  ///< to be sent
    Session session;
};

/// §5, §8: local.streams[i] becomes the i-th m= line; one with port 0, or missing in the list, is switched off and keeps its place.
/// Put on hold by sdp::held(stream.direction), taken back by sdp::resumed. The version of o= goes up by one if and only if the text changes.
[[nodiscard]] std::expected<Exchange, OfferAnswerError> make_offer(const Session& session, const Local& local);

struct OfferRules {
    bool origin = false;  ///< hold the peer to the o= line of §8; off, since gateways change it
};

/// §6: each offered stream is accepted by the first fitting one of local.streams or refused with port 0. That all are refused is a
/// valid answer (an INVITE gets 488 instead).
[[nodiscard]] std::expected<Exchange, OfferAnswerError> make_answer(const Session& session, std::string_view offer, const Local& local,
                                                                    const OfferRules& rules = {});

/// §7. A second time with the same answer (183, then 200) changes nothing.
[[nodiscard]] std::expected<Session, OfferAnswerError> apply_answer(const Session& session, std::string_view answer);

/// The offer was refused: what was agreed before holds, but the version that it used up stays used.
[[nodiscard]] Session withdraw_offer(const Session& session);

/// §9: what we can do, each port 0; for OPTIONS.
[[nodiscard]] std::expected<std::string, OfferAnswerError> describe_capabilities(const Session& session, const Local& local);

}  // namespace offhook::sdp
