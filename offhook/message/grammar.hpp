// The character classes and the cursor that every parser of this layer is written with (RFC 3261 §25.1).
//
// Must not know headers or messages. Blanks (LWS) may be folded lines: CR LF and then a space or a tab.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message::grammar {

enum Class : std::uint16_t {
    token = 1,
    unreserved = 2,
    user = 4,  ///< of a SIP URI, escapes apart
    password = 8,
    uri_param = 16,
    uri_header = 32,
    word = 64,        ///< of a Call-ID
    host = 128,       ///< of a host name; an underscore is not the RFC's, but found in the wild
    gen_value = 256,  ///< token or host as value of a header parameter, IPv6 reference included
    visible = 512,    ///< printable ASCII without the delimiters < > "
    hexadecimal = 1024,
    display = 2048,  ///< of tokens as a display name, blanks between them; octets of UTF-8 are not the RFC's there, but usual
};

inline constexpr std::array<std::uint16_t, 256> classes = [] {
    std::array<std::uint16_t, 256> table{};
    const auto add = [&](std::string_view characters, unsigned bits) {
        for (const char c : characters) {
            auto& entry = table[static_cast<unsigned char>(c)];
            entry = static_cast<std::uint16_t>(entry | bits);
        }
    };
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", (0x3ff & ~visible) | display);
    add("-.!%*_+`'~", token | word | gen_value | display);
    add(" \t\r\n", display);
    add("-_.!~*'()", unreserved | user | password | uri_param | uri_header);
    add("&=+$,;?/", user);
    add("&=+$,", password);
    add("[]/:&+$", uri_param);
    add("[]/?:+$", uri_header);
    add("()<>:\\\"/[]?{}", word);
    add("-._", host);
    add("[]:", gen_value);
    add("0123456789abcdefABCDEF", hexadecimal);
    for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = display;
    for (int c = 0x21; c < 0x7f; ++c)
        if (c != '<' && c != '>' && c != '"') {
            auto& entry = table[static_cast<std::size_t>(c)];
            entry = static_cast<std::uint16_t>(entry | visible);
        }
    return table;
}();

constexpr bool is(char c, Class wanted) { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Every octet, of which there is one at least, is of the class. Without a branch for each.
constexpr bool all(std::string_view text, Class wanted) {
    unsigned common = text.empty() ? 0 : wanted;
    for (const char c : text) common &= classes[static_cast<unsigned char>(c)];
    return common != 0;
}

/// A place in borrowed text. Every function moves on over what it accepts and leaves the rest.
struct Cursor {
    std::string_view text;
    std::size_t at = 0;

    [[nodiscard]] bool done() const { return at >= text.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text[at]; }
    [[nodiscard]] bool see(char c) const { return !done() && text[at] == c; }
    [[nodiscard]] std::string_view rest() const { return text.substr(at); }
    [[nodiscard]] std::unexpected<ParseError> fail(ErrorCode code) const { return fail(code, at); }
    [[nodiscard]] static std::unexpected<ParseError> fail(ErrorCode code, std::size_t where) {
        return std::unexpected(ParseError{code, static_cast<std::uint32_t>(where)});
    }

    bool eat(char c) {
        if (!see(c)) return false;
        ++at;
        return true;
    }
    void skip_lws() {
        while (!done()) {
            if (is_blank(text[at])) {
                ++at;
            } else if (text[at] == '\r' && at + 2 < text.size() && text[at + 1] == '\n' && is_blank(text[at + 2])) {
                at += 3;
            } else {
                return;
            }
        }
    }
    std::string_view take(Class wanted) {
        const std::size_t from = at, size = text.size();
        std::size_t to = from;
        while (to < size && is(text[to], wanted)) ++to;
        at = to;
        return text.substr(from, to - from);
    }
    /// At a quotation mark: over the whole quoted string. Gives its inside; fails with unterminated_quote at the mark.
    std::expected<std::string_view, ParseError> quoted() {
        const std::size_t from = at + 1;
        for (std::size_t i = from; i < text.size(); ++i) {
            if (text[i] == '\\') {
                ++i;
            } else if (text[i] == '"') {
                at = i + 1;
                return text.substr(from, i - from);
            }
        }
        return fail(ErrorCode::unterminated_quote);
    }
    /// At a parenthesis: over the whole comment, comments inside it included.
    bool comment() {
        int depth = 0;
        for (std::size_t i = at; i < text.size(); ++i) {
            if (text[i] == '\\') {
                ++i;
            } else if (text[i] == '(') {
                ++depth;
            } else if (text[i] == ')' && --depth == 0) {
                at = i + 1;
                return true;
            }
        }
        return false;
    }
};

/// One header parameter, name and perhaps a value (generic-param of §25.1), blanks before and after it included.
std::expected<void, ParseError> take_parameter(Cursor& cursor, Parameter& out);
inline std::expected<void, ParseError> skip_parameter(Cursor& cursor) {
    Parameter unused;
    return take_parameter(cursor, unused);
}

/// ";a=b;c" to the end of the text, each given to `use`; blanks alone are no parameters. Fails with bad_parameter, unterminated_quote
/// or trailing_bytes.
template <class Use>
std::expected<void, ParseError> each_parameter(Cursor& cursor, Use use) {
    cursor.skip_lws();
    Parameter one;
    while (cursor.eat(';')) {
        const auto taken = take_parameter(cursor, one);
        if (!taken) return taken;
        use(one);
    }
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return {};
}
std::expected<void, ParseError> skip_parameters(Cursor& cursor);

/// The same, and the text of them.
std::expected<std::string_view, ParseError> take_parameters(Cursor& cursor);

/// Digits as a number below 2^32: bad_number where there are none, number_out_of_range at the first where there are too many.
std::expected<std::uint32_t, ParseError> take_number(Cursor& cursor);

/// Where `part`, a view into `whole`, begins in it.
constexpr std::size_t offset_in(std::string_view whole, std::string_view part) { return static_cast<std::size_t>(part.data() - whole.data()); }

/// The constant of an enumeration that begins with `other`, or its like, and goes on in the order of the names (any case).
template <class Enum>
constexpr Enum named(std::string_view text, std::initializer_list<std::string_view> names) {
    int at = 1;
    for (const std::string_view name : names) {
        if (iequals(name, text)) return static_cast<Enum>(at);
        ++at;
    }
    return Enum{};
}

/// Fails at the place of `part`, which is a piece of `text`.
inline std::unexpected<ParseError> fail_at(std::string_view text, std::string_view part, ErrorCode code) {
    return Cursor::fail(code, offset_in(text, part));
}

struct HostPort {
    std::string_view host;
    std::uint16_t port = 0;  ///< 0: none written
};
/// host [":" port] as in URIs and in Via; `blanks`: blanks may stand around the colon (Via only).
std::expected<HostPort, ParseError> take_host_port(Cursor& cursor, bool blanks);

}  // namespace offhook::message::grammar
