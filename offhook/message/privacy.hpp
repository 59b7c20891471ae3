// Privacy (RFC 3323 §4.2): what the sender wants hidden, with the values of RFC 3325 §9.3 (id) and RFC 7044 §10.1.1 (history).
// Must not know who is trusted or what hiding means. Thread rule: pure functions over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"

namespace offhook::message {

struct Privacy {
    enum Kind : std::uint8_t { header = 1, session = 2, user = 4, none = 8, critical = 16, id = 32, history = 64 };

    std::uint8_t kinds = 0;   ///< those that were found
    bool unknown = false;     ///< there are others too
    std::string_view text;    ///< all of them, as written

    [[nodiscard]] bool asks(Kind kind) const { return (kinds & kind) != 0; }
};

/// Values with semicolons between. Fails with bad_token or trailing_bytes.
[[nodiscard]] std::expected<Privacy, ParseError> parse_privacy(std::string_view text);

/// Whether any Privacy field asks for this, read leniently: commas separate too, and what cannot be read hides nothing else.
[[nodiscard]] bool asks_privacy(const Message& message, Privacy::Kind kind);

/// Appends the values, in the order of their declaration.
void append_privacy(std::string& out, std::uint8_t kinds);

}  // namespace offhook::message
