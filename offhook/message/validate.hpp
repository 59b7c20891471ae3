// Judges an indexed message: what RFC 3261 makes mandatory, what a server refuses and with which status. Representation
// (message.hpp) accepts whatever can be represented; strictness is named here, switch by switch.
#pragma once
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"

namespace offhook::message {

/// The defaults are what a proxy wants that phones of all ages can use; offhookd runs with them. `offhook parse` checks everything,
/// and says of a message without Max-Forwards, branch or tag what follows from it instead of refusing it, unless it is asked to be
/// --strict. Not a matter of taste, and so without a switch: two From, To, Call-ID ... (peers would disagree on which one counts,
/// §7.3.1), and a Contact that cannot be read (it becomes a target later, §20.10).
struct Strictness {
    /// A request without Max-Forwards: 400. §8.1.1.6 makes it mandatory, but §16.6 step 3 has proxies add it where it is missing.
    bool require_max_forwards = false;
    /// A top Via without a branch of RFC 3261, or a From without tag: 400. RFC 2543 peers have neither (§8.1.1.7, §17.2.3, §8.1.1.3).
    bool require_rfc3261_branch = false;
    /// Every value of every known header field must parse (§7.3.1, §20), those too that only end points read.
    bool check_everything = false;
};

struct Defect {
    ParseError error;   ///< offset from the start of the message
    HeaderId header;    ///< other for the start line or the whole
    int status;         ///< owed for a request: 400, 413, 414, 416, 505 ...; for a response the message is dropped
    std::string_view reason;  ///< reason phrase to answer with: "Bad Contact"; lives as long as the program
};

/// The first defect of an indexed message, in order: start line, mandatory fields, their values. With check_everything the one that
/// stands first.
[[nodiscard]] std::expected<void, Defect> validate(const Message& message, const Strictness& strictness = {});

/// What a fragment of a message has to keep (RFC 3420 §2): every field that is there valid, none twice that may stand once; a
/// Request-URI if it is a request. Nothing is mandatory.
[[nodiscard]] std::expected<void, Defect> validate_present(const Message& message);

/// What a failed index() owes: 413, 414, 505 or 400.
[[nodiscard]] Defect defect_of(const ParseError& error);

}  // namespace offhook::message
