#include "offhook/message/telephone.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <vector>

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;
using Checked = std::expected<void, ParseError>;

constexpr auto npos = std::string_view::npos;

constexpr bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }
constexpr bool is_alphanumeric(char c) { return is_alpha(c) || is_digit(c); }
constexpr bool is_local_digit(char c) { return hex_value(c) >= 0 || c == '*' || c == '#'; }

constexpr std::string_view mark = "-_.!~*'()";
// §3: the reserved set; these are not the same as their escapes. Those that may stand bare in a value are named below.
constexpr std::string_view reserved = ";/?:@&=+$,";

// 1*phonedigit or 1*phonedigit-hex; the place of the first octet that is neither digit nor separator.
Checked check_digits(std::string_view text, bool (*digit)(char), std::size_t offset, ErrorCode code) {
    bool any = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        any = any || digit(text[i]);
        if (!digit(text[i]) && !is_separator(text[i])) return Cursor::fail(code, offset + i);
    }
    if (!any) return Cursor::fail(code, offset);
    return {};
}

bool decimal(char c) { return is_digit(c); }
bool local(char c) { return is_local_digit(c); }

// *( domainlabel "." ) toplabel [ "." ]
bool is_domain(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    for (std::string_view rest = text;;) {
        const std::size_t dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back())) return false;
        if (!std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; })) return false;
        if (dot == npos) return is_alpha(label.front());
        rest.remove_prefix(dot + 1);
    }
}

Checked check_value(std::string_view value, std::string_view beyond_unreserved, std::size_t offset) {
    if (value.empty()) return Cursor::fail(ErrorCode::bad_parameter, offset);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '%') {
            if (i + 2 >= value.size() || hex_value(value[i + 1]) < 0 || hex_value(value[i + 2]) < 0)
                return Cursor::fail(ErrorCode::bad_escape, offset + i);
            i += 2;
        } else if (!is_alphanumeric(value[i]) && mark.find(value[i]) == npos && beyond_unreserved.find(value[i]) == npos) {
            return Cursor::fail(ErrorCode::bad_parameter, offset + i);
        }
    }
    return {};
}

// The names of parameters so far. A number has a few, for which no heap is needed; who sends thousands shall not cost the square of them.
class Names {
public:
    /// False if it stands there already, in any case.
    bool add(std::string_view name) {
        for (std::size_t i = 0; i < count_; ++i)
            if (iequals(few_[i], name)) return false;
        if (count_ == few_.size()) return more_.insert(name).second;
        few_[count_++] = name;
        return true;
    }

private:
    struct Less {
        bool operator()(std::string_view a, std::string_view b) const { return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower); }
    };
    std::array<std::string_view, 8> few_;
    std::size_t count_ = 0;
    std::set<std::string_view, Less> more_;
};

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::expected<Telephone, ParseError> run(bool require_context) {
        const std::size_t end = std::min(text_.find(';'), text_.size());
        out_.number = text_.substr(0, end);
        out_.global = out_.number.starts_with('+');
        out_.parameters = text_.substr(end);
        const Checked digits = out_.global ? check_digits(out_.number.substr(1), decimal, 1, ErrorCode::bad_telephone_number)
                                           : check_digits(out_.number, local, 0, ErrorCode::bad_telephone_number);
        if (!digits) return std::unexpected(digits.error());
        for (std::size_t at = end; at < text_.size();) {
            const std::size_t next = std::min(text_.find(';', at + 1), text_.size());
            if (const auto ok = parameter(at + 1, next); !ok) return std::unexpected(ok.error());
            at = next;
        }
        if (require_context && !out_.global && out_.context.empty()) return Cursor::fail(ErrorCode::phone_context_missing, end);
        return out_;
    }

private:
    Checked parameter(std::size_t from, std::size_t to) {
        const std::string_view one = text_.substr(from, to - from);
        const std::size_t equals = std::min(one.find('='), one.size());
        const std::string_view name = one.substr(0, equals);
        if (name.empty()) return Cursor::fail(ErrorCode::bad_parameter, from);
        for (std::size_t i = 0; i < name.size(); ++i)
            if (!is_alphanumeric(name[i]) && name[i] != '-') return Cursor::fail(ErrorCode::bad_parameter, from + i);
        if (!names_.add(name)) return Cursor::fail(ErrorCode::repeated_parameter, from);

        const bool flag = equals == one.size();
        const std::string_view value = flag ? std::string_view{} : one.substr(equals + 1);
        const std::size_t at = from + std::min(equals + 1, one.size());
        if (iequals(name, "ext")) return extension(value, at, from);
        if (iequals(name, "isub")) return subaddress(value, at, from);
        if (iequals(name, "phone-context")) return context(value, at);
        if (flag) return {};
        return check_value(value, "[]/:&+$", at);
    }

    Checked extension(std::string_view value, std::size_t at, std::size_t name) {
        out_.extension = value;
        if (!out_.subaddress.empty()) return Cursor::fail(ErrorCode::two_extensions, name);
        return check_digits(value, decimal, at, ErrorCode::bad_parameter);
    }
    Checked subaddress(std::string_view value, std::size_t at, std::size_t name) {
        out_.subaddress = value;
        if (!out_.extension.empty()) return Cursor::fail(ErrorCode::two_extensions, name);
        return check_value(value, "/?:@&=+$,", at);
    }
    Checked context(std::string_view value, std::size_t at) {
        out_.context = value;
        if (value.starts_with('+')) return check_digits(value.substr(1), decimal, at + 1, ErrorCode::bad_phone_context);
        if (!is_domain(value)) return Cursor::fail(ErrorCode::bad_phone_context, at);
        return {};
    }

    std::string_view text_;
    Names names_;
    Telephone out_;
};

void append_digits(std::string& out, std::string_view digits) {
    for (const char c : digits)
        if (!is_separator(c)) out += to_lower(c);
}

// §3: characters that are not reserved are the same as their escapes; §4: in any case.
std::string folded(std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool escape = value[i] == '%' && i + 2 < value.size() && hex_value(value[i + 1]) >= 0 && hex_value(value[i + 2]) >= 0;
        const char c = escape ? static_cast<char>(hex_value(value[i + 1]) * 16 + hex_value(value[i + 2])) : value[i];
        if (escape) i += 2;
        if (is_alphanumeric(c) || mark.find(c) != npos || (!escape && reserved.find(c) != npos)) {
            out += to_lower(c);
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += {'%', digits[octet >> 4], digits[octet & 15]};
        }
    }
    return out;
}

struct Canonical {
    std::string name, value;
    bool has_value;
};

// By name, but for the subaddress and the extension (and the post-dial digits of RFC 2806), which come first, and the context, which
// comes next (RFC 3966 §3, RFC 3261 §19.1.6). No name stands twice.
std::vector<Canonical> canonical_parameters(std::string_view parameters) {
    std::vector<Canonical> out;
    ParameterReader reader(parameters);
    while (const auto found = reader.next()) out.push_back({lower(found->name), folded(found->value), found->has_value});
    const auto rank = [](const Canonical& parameter) {
        constexpr std::string_view first[] = {"isub", "ext", "postd", "phone-context"};
        return std::ranges::find(first, parameter.name) - std::begin(first);
    };
    std::ranges::sort(out, [&](const Canonical& a, const Canonical& b) {
        const auto x = rank(a), y = rank(b);
        return std::tie(x, a.name, a.has_value, a.value) < std::tie(y, b.name, b.has_value, b.value);
    });
    return out;
}

void append_parameters(std::string& out, std::string_view parameters) {
    for (const Canonical& parameter : canonical_parameters(parameters)) {
        out.append(";").append(parameter.name);
        if (parameter.has_value) out.append("=").append(parameter.value);
    }
}

// One spelling for all equivalent numbers.
std::string canonical(const Telephone& telephone) {
    std::string out;
    append_digits(out, telephone.number);
    for (const Canonical& parameter : canonical_parameters(telephone.parameters)) {
        out.append(";").append(parameter.name).append(parameter.has_value ? "=" : "");
        const bool number = parameter.name == "ext" || (parameter.name == "phone-context" && parameter.value.starts_with('+'));
        if (number) {
            append_digits(out, parameter.value);
            continue;
        }
        std::string_view value = parameter.value;
        if (parameter.name == "phone-context" && value.ends_with('.')) value.remove_suffix(1);
        out.append(value);
    }
    return out;
}

}  // namespace

std::string Telephone::normalised() const {
    std::string out;
    append_digits(out, number);
    return out;
}

std::optional<std::string_view> Telephone::parameter(std::string_view name) const { return message::parameter(parameters, name); }

std::expected<Telephone, ParseError> parse_telephone(std::string_view text, bool require_context) { return Parser(text).run(require_context); }

bool equivalent(const Telephone& a, const Telephone& b) { return canonical(a) == canonical(b); }

std::string sip_uri_of(const Telephone& telephone, std::string_view host, bool secure) {
    std::string subscriber = lower(telephone.number);
    append_parameters(subscriber, telephone.parameters);
    std::string out = secure ? "sips:" : "sip:";
    for (const char c : subscriber) {
        // '%' begins an escape that stands there already; what a user part may not hold bare becomes one.
        constexpr std::string_view digits = "0123456789abcdef";
        if (c == '%' || grammar::is(c, grammar::user)) {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += {'%', digits[octet >> 4], digits[octet & 15]};
        }
    }
    return out.append("@").append(host).append(";user=phone");
}

std::optional<std::string> tel_uri_of(const Uri& sip) {
    const auto kind = sip.is_sip() ? sip.parameter("user") : std::nullopt;
    if (!kind || !iequals(*kind, "phone")) return std::nullopt;
    // A number has no escapes in a tel: URI; a user part needs them for #, and phones write them for the plus sign. Values keep theirs.
    const std::size_t end = std::min(sip.user.find(';'), sip.user.size());
    std::string out = "tel:" + unescape(sip.user.substr(0, end));
    if (out.find(';') != npos) return std::nullopt;  // an escaped one is no delimiter
    out.append(sip.user.substr(end));
    if (!parse_telephone(std::string_view(out).substr(4), /*require_context=*/false)) return std::nullopt;
    return out;
}

}  // namespace offhook::message
