// "Name: value" with any octets as value: the parser that the row of the name in the table of header fields gives. A name without a
// row stands for one by its first octet, so that no input is wasted.
#include <boost/pfr.hpp>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/typed.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class Base, class T>
constexpr bool extends = std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>;

/// Stands for whatever T extends.
template <class T>
struct AnyBase {
    template <class Base>
    requires extends<Base, T>
    operator Base() const;  // NOLINT(google-explicit-constructor): only asked for, never called
};
template <class T>
constexpr bool has_base = requires {
    T{AnyBase<T>{}};
};

template <class T>
void check_views(const T& value, std::string_view text);

template <class... Bases, class T>
void check_bases(const T& value, std::string_view text) {
    const auto check = [&]<class Base>(const Base* base) {
        if (base != nullptr) check_views(*base, text);
    };
    const auto as = [&]<class Base>(std::type_identity<Base>) -> const Base* {
        if constexpr (extends<Base, T>) return &value;
        return nullptr;
    };
    (check(as(std::type_identity<Bases>{})), ...);
}

// Every text in a typed value is borrowed from what was parsed, however deep in the value it is. Of a value that extends another only
// the part that it shares with it is looked at: PFR takes no types with a base apart.
template <class T>
void check_views(const T& value, std::string_view text) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        promise(within(value, text), "a typed value borrows the text of its field");
    } else if constexpr (is_optional<T>) {
        if (value) check_views(*value, text);
    } else if constexpr (std::is_same_v<T, std::string>) {
        promise(value.size() <= 4 * text.size() + 64, "a typed value is about as long as the text of its field");
    } else if constexpr (std::ranges::range<T>) {
        for (const auto& one : value) check_views(one, text);
    } else if constexpr (has_base<T>) {
        check_bases<NameAddr, TokenValue, InfoValue, QuotableValue>(value, text);
    } else if constexpr (std::is_aggregate_v<T>) {
        boost::pfr::for_each_field(value, [text](const auto& part) { check_views(part, text); });
    }
}

// What a value is written as is read, and written the same again.
template <class T, class Append>
void check_fixed_point(const T& value, std::expected<T, ParseError> (*parse)(std::string_view), Append append) {
    std::string first, second;
    append(first, value);
    const auto again = parse(first);
    promise(again.has_value(), "a value that was written is read");
    append(second, *again);
    promise(first == second, "a value is read as it was written");
}

template <class T>
void check_written(const T& value) {
    if constexpr (std::is_same_v<T, SecurityMechanism>) check_fixed_point(value, parse_security_mechanism, append_security_mechanism);
    if constexpr (std::is_same_v<T, ChargingVector>) check_fixed_point(value, parse_charging_vector, append_charging_vector);
    if constexpr (std::is_same_v<T, Diversion>) check_fixed_point(value, parse_diversion, append_diversion);
    if constexpr (std::is_same_v<T, Identity>) check_fixed_point(value, parse_identity, append_identity);
    if constexpr (std::is_same_v<T, UserToUser>) check_fixed_point(value, parse_user_to_user, append_user_to_user);
}

template <HeaderId id>
void check_typed(std::string_view text) {
    const auto value = parse_value<id>(text);
    promise(value.has_value() == check_value(id, text).has_value(), "typed access and the check of the row agree");
    if (value) {
        check_written(*value);
        return check_views(*value, text);
    }
    promise(value.error().offset <= text.size(), "an error lies in the value");
    promise(!describe(value.error().code).text.empty(), "an error can be described");
}

using Check = void (*)(std::string_view);
constexpr Check checks[] = {
#define OFFHOOK_CHECK(id, name, compact, form, parser, section) check_typed<HeaderId::id>,
    OFFHOOK_HEADERS(OFFHOOK_CHECK)
#undef OFFHOOK_CHECK
};

// The same field in a message: it is valid as a whole if, and only if, each of its values is.
void check_in_a_message(HeaderId id, std::string_view text) {
    std::string bytes = "SIP/2.0 200 OK\r\n";
    bytes.append(name_of(id)).append(": ").append(text).append("\r\n\r\n");
    Message message;
    if (!message.index(bytes) || message.fields().size() != 1 || message.fields()[0].id != id) return;
    const HeaderField& field = message.fields()[0];
    bool good = field.value_size > 0 || row_of(id).form == HeaderRow::Form::list_or_empty || check_value(id, {}).has_value();
    ListReader reader(message, id);
    while (const auto item = reader.next()) {
        good = good && check_value(id, item->text).has_value();
        Edits edits;
        std::string out;
        edits.erase(message, *item);
        edits.write(message, out);
        promise(out.size() < bytes.size() || item->text.empty(), "a value that is erased is gone");
    }
    const auto verdict = validate_present(message);
    // RFC 4474 has another form under this name, which is nobody's to refuse but the verifier's.
    if (id == HeaderId::identity) good = good || verdict.has_value();
    promise(good || !verdict, "a message with a bad value is not valid");
    const bool other = !verdict && (verdict.error().header != id || verdict.error().error.code == ErrorCode::bad_header_value);
    promise(!good || verdict || other, "a message whose values are good is valid");
    if (!verdict) promise(verdict.error().error.offset <= message.bytes().size(), "a defect lies in the message");
}

// What parsers are made of ends, stays within the text, and writes what it reads.
void check_words(std::string_view text) {
    for (const char separator : {';', ',', '&'}) {
        ParameterReader reader(text, separator);
        std::size_t count = 0;
        while (const auto one = reader.next()) promise(within(one->text, text) && ++count <= text.size(), "parameters end");
    }
    const std::string quoted = quote(text);
    promise(quoted.size() >= 2 && unquote(std::string_view(quoted).substr(1, quoted.size() - 2)).size() == text.size(),
            "a quoted text is unquoted again");
    if (const auto date = parse_date(text)) {
        std::string again;
        append_date(again, *date);
        promise(parse_date(again) == date, "a date is read as it was written");
    }
}

}  // namespace

void fuzz_headers(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const std::size_t colon = std::min(bytes.find(':'), bytes.size());
    HeaderId id = header_id(bytes.substr(0, colon));
    if (id == HeaderId::other) id = static_cast<HeaderId>(static_cast<unsigned char>(bytes[0]) % std::size(checks) + 1);
    const std::string_view text = bytes.substr(std::min(colon + 1, bytes.size()));
    checks[static_cast<std::size_t>(id) - 1](trim(text));
    check_in_a_message(id, text);
    check_words(text);
}

}  // namespace offhook::fuzz
