// Reads the value of a line or of an attribute from left to right by the rules that RFC 8866 §9 shares among all of them.
//
// Forgives more than one blank between two parts and blanks at the end. Thread rule: a value over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_token_char(char c) { return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`{|}~").find(c) != std::string_view::npos; }
constexpr bool is_ice_char(char c) { return is_alphanumeric(c) || c == '+' || c == '/'; }  ///< RFC 8839 §5.1
constexpr bool is_visible(char c) { return c > 0x20 && c < 0x7f; }                         ///< VCHAR of RFC 5234
constexpr bool is_token(std::string_view text) {
    for (const char c : text)
        if (!is_token_char(c)) return false;
    return !text.empty();
}

class Scan {
public:
    explicit constexpr Scan(std::string_view text) : text_(text) {
        while (text_.ends_with(' ')) text_.remove_suffix(1);
    }

    [[nodiscard]] constexpr bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] constexpr std::size_t at() const { return at_; }
    [[nodiscard]] constexpr bool next_is(char c) const { return !done() && text_[at_] == c; }

    constexpr bool eat(char c) {
        if (!next_is(c)) return false;
        ++at_;
        return true;
    }
    constexpr bool eat_word(std::string_view word) {  ///< the whole of the next word, in any case
        const std::size_t before = at_;
        if (iequals(this->word(), word)) return true;
        at_ = before;
        return false;
    }
    /// At least one blank (or tabulator: RFC 4568 §9.1 has WSP) with something behind it.
    constexpr bool blank() {
        const std::size_t before = at_;
        while (next_is(' ') || next_is('\t')) ++at_;
        return at_ > before && !done();
    }
    template <class Allowed>
    constexpr std::string_view run(Allowed allowed) {
        const std::size_t from = at_;
        while (!done() && allowed(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }
    constexpr std::string_view token() { return run(is_token_char); }
    constexpr std::string_view word() {
        return run([](char c) { return c != ' ' && c != '\t'; });
    }
    constexpr std::string_view rest() {
        const std::string_view left = text_.substr(at_);
        at_ = text_.size();
        return left;
    }
    /// Digits from here on, if they are a number within bounds; otherwise nothing is read.
    template <class Number>
    constexpr std::optional<Number> number(Number least, Number most) {
        const std::size_t before = at_;
        const auto value = to_number<Number>(run(is_digit));
        if (value && *value >= least && *value <= most) return value;
        at_ = before;
        return std::nullopt;
    }

    constexpr void back_to(std::size_t where) { at_ = where; }

    [[nodiscard]] constexpr std::unexpected<ParseError> fail(ErrorCode code = ErrorCode::bad_value) const { return fail_at(at_, code); }
    [[nodiscard]] static constexpr std::unexpected<ParseError> fail_at(std::size_t where, ErrorCode code = ErrorCode::bad_value) {
        return std::unexpected(ParseError{code, static_cast<std::uint32_t>(where)});
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace offhook::sdp
