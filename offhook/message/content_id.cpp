#include "offhook/message/content_id.hpp"

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

// RFC 5322 §3.2.3 dot-atom-text: atext is visible ASCII but for the specials.
constexpr std::string_view specials = "()[]:;@\\,";
bool is_dot_atom(char c) { return grammar::is(c, grammar::visible) && specials.find(c) == std::string_view::npos; }
// dtext, as far as addresses and names have it: no brackets, no backslash.
bool is_literal(char c) { return grammar::is(c, grammar::visible) && std::string_view("[]\\").find(c) == std::string_view::npos; }

}  // namespace

// RFC 5322 §3.6.4: id-right may be a literal in square brackets; no comments, no blanks (RFC 8262 §3.2).
std::expected<std::string_view, ParseError> parse_content_id(std::string_view text) {
    grammar::Cursor cursor{text};
    const auto dot_atom = [&] {
        const std::size_t from = cursor.at;
        while (!cursor.done() && is_dot_atom(cursor.peek()) && !(cursor.see('.') && (cursor.at == from || text[cursor.at - 1] == '.'))) ++cursor.at;
        return cursor.at > from && text[cursor.at - 1] != '.';
    };
    const auto right = [&] {
        if (!cursor.eat('[')) return dot_atom();
        while (is_literal(cursor.peek())) ++cursor.at;
        return cursor.eat(']');
    };
    const bool good = cursor.eat('<') && dot_atom() && cursor.eat('@') && right() && cursor.eat('>') && cursor.done();
    if (!good) return cursor.fail(ErrorCode::bad_content_id);
    return text.substr(1, text.size() - 2);
}

}  // namespace offhook::message
