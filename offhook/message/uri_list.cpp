#include "offhook/message/uri_list.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

namespace {

// A name-addr of which one parameter holds a URI.
template <class Value>
std::expected<Value, ParseError> with_uri(std::string_view text, std::string_view name) {
    const auto party = parse_name_addr(text);
    if (!party) return std::unexpected(party.error());
    const auto written = party->parameter(name);
    if (!written) return Value{*party};
    if (const auto uri = parse_uri(*written); !uri)
        return grammar::Cursor::fail(uri.error().code, grammar::offset_in(text, *written) + uri.error().offset);
    return Value{*party, *written};
}

}  // namespace

std::expected<TriggerConsent, ParseError> parse_trigger_consent(std::string_view text) { return with_uri<TriggerConsent>(text, "target-uri"); }

std::expected<RefusedUri, ParseError> parse_refused_uri(std::string_view text) { return with_uri<RefusedUri>(text, "members"); }

}  // namespace offhook::message
