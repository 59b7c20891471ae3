// Loops and spirals (RFC 3261 §16.3 step 4, §16.6 step 8, corrected by RFC 5393 §4.2): what we append to the branch of each Via of
// ours, and what we recognize in a Via that comes back.
//
//   z9hG4bK<of the transaction>.<slot><generation><hash>        each eight, eight and sixteen hexadecimal digits
//
// The hash is keyed and depends on everything that decides where a request goes, so an equal one proves a loop even when the branch
// is long gone. Slot and generation name the branch: a spiral is recognized by the living branch that it is part of, so nobody can
// pretend to be one (design flow 3). The top Via is left out of the hash: with it no loop would ever be found (RFC 5393 §4.1).
// The method is left out too: CANCEL and ACK bear the branch of their INVITE. Thread rule: none needed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/message/message.hpp"

namespace offhook::proxy {

struct LoopMark {
    Handle branch;
    std::uint64_t hash = 0;
};

/// What names a request wherever it goes: views into its bytes, read once.
struct Identity {
    std::string_view call_id, from_tag, to_tag;
    std::uint32_t cseq = 0;
};
[[nodiscard]] Identity identity_of(const message::Message& request);

/// `request_uri` and `route` (first Route value that is not ours, or empty) as they are after preprocessing (§16.4).
[[nodiscard]] std::uint64_t loop_hash(const SipKey& key, const Identity& identity, std::string_view proxy_require, std::string_view request_uri,
                                      std::string_view route);

/// Over Call-ID, From tag and CSeq number: the same for all copies of a request.
[[nodiscard]] std::uint64_t identity_hash(const SipKey& key, const Identity& identity);

void append_mark(std::string& out, const LoopMark& mark);

/// The mark at the end of a branch; nothing if there is none. It proves nothing yet.
[[nodiscard]] std::optional<LoopMark> mark_of(std::string_view branch);

/// Walks the marks in the Vias of a message, from the top.
class MarkReader {
public:
    explicit MarkReader(const message::Message& message) : message_(&message), vias_(message, message::HeaderId::via) {}
    [[nodiscard]] std::optional<LoopMark> next();

private:
    const message::Message* message_;
    message::ListReader vias_;
    bool first_ = true;  ///< its value is parsed already
};

}  // namespace offhook::proxy
