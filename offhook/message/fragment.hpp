// A message/sipfrag body (RFC 3420): a part of a message, as the NOTIFY of a REFER carries it. A start line or none, header fields or
// none, a body or none. A message/sip body is a Message.
//
// Owns a copy: a fragment is completed to a message and read by the one parser, so that its fields are found and typed like all
// others. Thread rule: a value.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"

namespace offhook::message {

class Fragment {
public:
    /// §2: what is there has to be as RFC 3261 wants it: a whole start line, header fields each valid and not twice where they may
    /// stand once, and with a body the fields that describe it. A missing line end at the end of the last line is forgiven.
    [[nodiscard]] static std::expected<Fragment, ParseError> parse(std::string_view text, const Limits& limits = {});

    [[nodiscard]] bool has_start_line() const { return added_ == 0; }
    [[nodiscard]] bool is_request() const { return has_start_line() && message_.is_request(); }
    [[nodiscard]] int status() const { return message_.status(); }  ///< of a response; 0 for all else
    [[nodiscard]] std::string_view reason() const { return status() == 0 ? std::string_view{} : message_.reason(); }
    /// Fields, lists and body; start line and method only if has_start_line(). Offsets are not those of the text.
    [[nodiscard]] const Message& message() const { return message_; }

private:
    Fragment() = default;

    std::vector<char> bytes_;  // stays in its place when the fragment is moved
    Message message_;
    std::uint32_t added_ = 0;  // octets of the start line that completes it
};

/// The outcome that a sipfrag tells (RFC 3515 §2.4.5): the status of its first line, whatever follows; nothing if that is no status line.
struct FragmentStatus {
    int status;
    std::string_view reason;
};
[[nodiscard]] std::optional<FragmentStatus> fragment_status(std::string_view text);

}  // namespace offhook::message
