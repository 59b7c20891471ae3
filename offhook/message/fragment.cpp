#include "offhook/message/fragment.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::message {

namespace {

constexpr std::string_view substitute = "FRAGMENT sip:fragment.invalid SIP/2.0\r\n";

// No start line begins with a token and a colon, every header field does.
bool begins_with_field(std::string_view text) {
    grammar::Cursor cursor{text};
    if (cursor.take(grammar::token).empty()) return false;
    cursor.skip_lws();
    return cursor.see(':');
}

}  // namespace

std::expected<Fragment, ParseError> Fragment::parse(std::string_view text, const Limits& limits) {
    Fragment out;
    if (text.size() > limits.size) return std::unexpected(ParseError{ErrorCode::too_large, limits.size});
    const bool fields_only = text.starts_with("\r\n") || begins_with_field(text);
    if (text.empty()) return std::unexpected(ParseError{ErrorCode::empty, 0});
    if (fields_only) out.added_ = static_cast<std::uint32_t>(substitute.size());

    out.bytes_.reserve(text.size() + substitute.size() + 4);
    const auto append = [&](std::string_view part) { out.bytes_.insert(out.bytes_.end(), part.begin(), part.end()); };
    if (fields_only) append(substitute);
    append(text);
    if (!text.starts_with("\r\n") && text.find("\r\n\r\n") == std::string_view::npos) append(text.ends_with("\r\n") ? "\r\n" : "\r\n\r\n");

    const auto at = [&](ParseError error) {
        error.offset = std::min(error.offset - std::min(error.offset, out.added_), static_cast<std::uint32_t>(text.size()));
        return std::unexpected(error);
    };
    Limits roomy = limits;
    roomy.size = static_cast<std::uint32_t>(out.bytes_.size());
    if (const auto indexed = out.message_.index({out.bytes_.data(), out.bytes_.size()}, roomy); !indexed) return at(indexed.error());
    if (const auto valid = validate_present(out.message_); !valid) return at(valid.error().error);
    // RFC 3420 §2, RFC 3261 §7.4: a body is described.
    if (!out.message_.body().empty())
        for (const HeaderId id : {HeaderId::content_type, HeaderId::content_length})
            if (!out.message_.has(id)) return at({ErrorCode::missing_header, out.message_.headers_end()});
    return out;
}

std::optional<FragmentStatus> fragment_status(std::string_view text) {
    const std::string_view line = text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
    constexpr std::string_view version = "SIP/2.0 ";
    if (!iequals(line.substr(0, version.size()), version)) return std::nullopt;
    const std::string_view digits = line.substr(version.size(), 3);
    const auto status = to_number<int>(digits);
    if (!status || digits.size() != 3 || *status < 100 || *status > 699) return std::nullopt;
    const std::string_view rest = line.substr(version.size() + 3);
    if (!rest.empty() && rest.front() != ' ') return std::nullopt;
    return FragmentStatus{*status, rest.empty() ? rest : rest.substr(1)};
}

}  // namespace offhook::message
