// A finger on a text and the character classes of RFC 3261 §25.1, spelt out as the RFC spells them.
#pragma once
#include <optional>

#include "tests/reference/reference.hpp"

namespace offhook::reference {

inline bool is_alpha(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_digit(int c) { return c >= '0' && c <= '9'; }
inline bool is_alphanum(int c) { return is_alpha(c) || is_digit(c); }
inline bool is_hex(int c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
inline bool is_one_of(int c, std::string_view set) {
    for (const char one : set)
        if (c == one) return true;
    return false;
}
inline bool is_wsp(int c) { return c == ' ' || c == '\t'; }
inline bool is_token(int c) { return is_alphanum(c) || is_one_of(c, "-.!%*_+`'~"); }
inline bool is_unreserved(int c) { return is_alphanum(c) || is_one_of(c, "-_.!~*'()"); }
inline bool is_word(int c) { return is_token(c) || is_one_of(c, "()<>:\\\"/[]?{}"); }
inline bool is_user(int c) { return is_unreserved(c) || is_one_of(c, "&=+$,;?/"); }
inline bool is_password(int c) { return is_unreserved(c) || is_one_of(c, "&=+$,"); }
inline bool is_uri_parameter(int c) { return is_unreserved(c) || is_one_of(c, "[]/:&+$"); }
inline bool is_uri_header(int c) { return is_unreserved(c) || is_one_of(c, "[]/?:+$"); }

inline bool same_letters(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const int x = is_alpha(a[i]) ? a[i] | 0x20 : a[i], y = is_alpha(b[i]) ? b[i] | 0x20 : b[i];
        if (x != y) return false;
    }
    return true;
}

/// After the first failure nothing moves any more, so that a rule can be written down without asking after each step.
class Scanner {
public:
    explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool ok() const { return !error_; }
    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] int octet(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? static_cast<int>(static_cast<unsigned char>(text_[at_ + ahead])) : -1;
    }
    [[nodiscard]] std::string_view from(std::size_t begin) const { return text_.substr(begin, at_ - begin); }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    [[nodiscard]] ParseError error() const { return *error_; }

    void fail(ErrorCode code, std::size_t where) {
        if (!error_) error_ = ParseError{code, static_cast<std::uint32_t>(where)};
    }
    void fail(ErrorCode code) { fail(code, at_); }
    void step() {
        if (ok()) ++at_;
    }
    bool eat(char c) {
        if (!ok() || octet() != static_cast<unsigned char>(c)) return false;
        ++at_;
        return true;
    }
    template <class Class>
    std::string_view run(Class wanted) {
        const std::size_t begin = at_;
        while (ok() && octet() >= 0 && wanted(octet())) ++at_;
        return from(begin);
    }
    /// *LWS: blanks, and line ends that a blank follows. Several folds in a row are forgiven.
    void blanks() {
        while (ok()) {
            if (is_wsp(octet())) {
                ++at_;
            } else if (octet() == '\r' && octet(1) == '\n' && is_wsp(octet(2))) {
                at_ += 3;
            } else {
                return;
            }
        }
    }
    /// quoted-string, at its first quote; its inside.
    std::string_view quoted_string() {
        const std::size_t open = at_;
        for (step(); ok();) {
            if (done()) {
                fail(ErrorCode::unterminated_quote, open);
            } else if (octet() == '"') {
                step();
                return text_.substr(open + 1, at_ - open - 2);
            } else if (octet() == '\\' && octet(1) >= 0) {
                step();
                step();
            } else {
                step();
            }
        }
        return {};
    }

private:
    std::string_view text_;
    std::size_t at_;
    std::optional<ParseError> error_;
};

/// host [":" port]; blanks around the colon where the rule is Via's.
HostPort read_host_port(Scanner& scanner, bool blanks);

/// *( SEMI generic-param ) and nothing after it.
std::vector<Parameter> read_parameters(Scanner& scanner);

}  // namespace offhook::reference
