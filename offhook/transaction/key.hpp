// The key by which a request finds its server transaction: RFC 3261 §17.2.3, for peers of RFC 2543 too.
//
// Knows which parts of a request make it the same. Must not know transactions. The key is a keyed hash of 128 bits: nobody outside
// can make two requests meet in one, so the parts themselves need not be kept, and a tombstone stays small.
// Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/siphash.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/via.hpp"

namespace offhook::transaction {

using Key = WideHash;

/// What of a request is hashed, read once.
struct KeyParts {
    message::Via via;
    std::string_view via_text;                ///< the whole top value
    std::string_view method;                  ///< INVITE for an ACK
    std::string_view call_id, from_tag, to_tag, request_uri;
    std::uint32_t cseq = 0;
    [[nodiscard]] bool rfc2543() const { return !via.rfc3261_branch(); }
};

/// Nothing if the top Via, From, To or CSeq does not parse. `request` as it came, before its Via was marked.
[[nodiscard]] std::optional<KeyParts> key_parts(const message::Message& request);

/// The key of the transaction that these parts belong to.
[[nodiscard]] Key key_of(const SipKey& salt, const KeyParts& parts);

/// The parts with another method: those of the INVITE that a CANCEL is meant for (§9.2).
[[nodiscard]] KeyParts with_method(KeyParts parts, std::string_view method);

/// The parts without To tag: an ACK of an RFC 2543 peer bears the tag of the response, which its first INVITE did not.
[[nodiscard]] KeyParts without_to_tag(KeyParts parts);

}  // namespace offhook::transaction
