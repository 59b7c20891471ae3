// Judges an indexed message: what RFC 3261 makes mandatory, what a server refuses and with which status. Representation
// (message.hpp) accepts whatever can be represented; strictness is named here, switch by switch.
#pragma once
#include <expected>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"

namespace offhook::message {

struct Strictness {
    bool reject_repeated_single_headers = true;  ///< two From, To, Call-ID, CSeq, Max-Forwards, Content-Length ...: 400
    bool require_max_forwards = false;           ///< §8.1.1.6 makes it mandatory, §16.6 step 3 has proxies add it when missing
    bool require_rfc3261_branch = false;         ///< RFC 2543 peers have none
    bool check_contacts = true;                  ///< every Contact value must parse
    bool check_everything = false;               ///< every value of a known header field, also those that only end points read
};

struct Defect {
    ParseError error;   ///< offset from the start of the message
    HeaderId header;    ///< other for the start line or the whole
    int status;         ///< owed for a request: 400, 413, 414, 416, 505 ...; for a response the message is dropped
    std::string_view reason;  ///< reason phrase to answer with: "Bad Contact"; lives as long as the program
};

/// The first defect of an indexed message, in order: start line, mandatory fields, their values.
[[nodiscard]] std::expected<void, Defect> validate(const Message& message, const Strictness& strictness = {});

/// What a failed index() owes: 413, 414, 505 or 400.
[[nodiscard]] Defect defect_of(const ParseError& error);

}  // namespace offhook::message
