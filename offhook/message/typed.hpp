// Typed access to header values through the table (header_table.hpp): the row of a field names its parser.
//
//   const auto event = first_value<HeaderId::event>(message);           // expected<Event, ParseError>
//   TypedReader<HeaderId::via> vias(message); while (auto via = vias.next()) ...
//
// Values are parsed each time they are asked for and borrow the message's bytes. Thread rule: pure functions.
#pragma once
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/caller_preferences.hpp"
#include "offhook/message/charging.hpp"
#include "offhook/message/content.hpp"
#include "offhook/message/content_id.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/date.hpp"
#include "offhook/message/dialog_reference.hpp"
#include "offhook/message/diversion.hpp"
#include "offhook/message/error.hpp"
#include "offhook/message/event.hpp"
#include "offhook/message/feature_caps.hpp"
#include "offhook/message/geolocation.hpp"
#include "offhook/message/header_id.hpp"
#include "offhook/message/history_info.hpp"
#include "offhook/message/identity.hpp"
#include "offhook/message/info.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/p_headers.hpp"
#include "offhook/message/policy.hpp"
#include "offhook/message/privacy.hpp"
#include "offhook/message/reason.hpp"
#include "offhook/message/refer.hpp"
#include "offhook/message/resource_priority.hpp"
#include "offhook/message/security_agreement.hpp"
#include "offhook/message/session_id.hpp"
#include "offhook/message/uri_list.hpp"
#include "offhook/message/user_to_user.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::message {

template <HeaderId id>
struct Parser;
#define OFFHOOK_PARSER(id, name, compact, form, parser, section)                 \
    template <>                                                                  \
    struct Parser<HeaderId::id> {                                                \
        static auto parse(std::string_view text) { return parser(text); }        \
        using Value = typename decltype(parser(std::string_view()))::value_type; \
    };
OFFHOOK_HEADERS(OFFHOOK_PARSER)
#undef OFFHOOK_PARSER

template <HeaderId id>
using Value = typename Parser<id>::Value;

/// One value of a field, as the text that a ListReader gives. The error's offset counts from the start of the text.
template <HeaderId id>
[[nodiscard]] std::expected<Value<id>, ParseError> parse_value(std::string_view text) {
    return Parser<id>::parse(text);
}

/// Walks the values of all fields with one id. Offsets of errors count from the start of the message.
template <HeaderId id>
class TypedReader {
public:
    explicit TypedReader(const Message& message) : reader_(message, id) {}

    [[nodiscard]] std::optional<std::expected<Value<id>, ParseError>> next() {
        const auto item = reader_.next();
        if (!item) return std::nullopt;
        auto value = Parser<id>::parse(item->text);
        if (!value) return std::unexpected(ParseError{value.error().code, value.error().offset + item->offset});
        return value;
    }

private:
    ListReader reader_;
};

/// The first value of the first field; missing_header if there is none.
template <HeaderId id>
[[nodiscard]] std::expected<Value<id>, ParseError> first_value(const Message& message) {
    auto value = TypedReader<id>(message).next();
    if (!value) return std::unexpected(ParseError{ErrorCode::missing_header, message.headers_end()});
    return *value;
}

/// Whether the text is a value of this field: what its row's parser says. Everything is one of HeaderId::other.
[[nodiscard]] std::expected<void, ParseError> check_value(HeaderId id, std::string_view text);

/// Whether the values of this field are name-addr or addr-spec with parameters.
[[nodiscard]] bool holds_name_addr(HeaderId id);

}  // namespace offhook::message
