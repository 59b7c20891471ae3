// Any octets as the parameters of a Contact, a Via, a filter of caller preferences, or of Digest and Bearer: what is read borrows them,
// and what is written from it is read the same.
#include <string>
#include <tuple>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/message/caller_preferences.hpp"
#include "offhook/message/contact.hpp"
#include "offhook/message/digest.hpp"
#include "offhook/message/feature.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/via_parameters.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

template <class Value>
bool lies_in(const std::expected<Value, ParseError>& value, std::string_view text) {
    return value || value.error().offset <= text.size();
}

void check_contact(std::string_view text) {
    const auto contact = read_contact_parameters(text);
    promise(lies_in(contact, text), "an error lies in the parameters");
    if (!contact) return;
    for (const std::string_view part : {contact->instance, contact->pub_gruu, contact->temp_gruu, contact->methods, contact->from_index})
        promise(within(part, text), "parameters of a Contact are borrowed");
    promise(contact->quality <= 1000 && contact->reg_id < 1u << 31, "q and reg-id are in their range");
}

void check_via(std::string_view text) {
    const auto via = read_via_parameters(text);
    promise(lies_in(via, text), "an error lies in the parameters");
    grammar::Cursor cursor{text};
    if (!via || !grammar::skip_parameters(cursor)) return;  // only what stands in a Via can be written again
    std::string written;
    append_overload(written, via->overload);
    const auto again = read_via_parameters(written);
    promise(again && again->overload.sequence == via->overload.sequence && again->overload.validity == via->overload.validity,
            "overload control is read as it was written");
}

void check_features(std::string_view text) {
    promise(lies_in(message::check_features(text, text), text), "an error lies in the features");
    const auto one = parse_feature_value(text.substr(0, text.find(';'))), other = parse_feature_value(text.substr(text.rfind(';') + 1));
    if (one && other) promise(compatible(*one, *other) == compatible(*other, *one), "compatibility goes both ways");
    if (one && one->low && one->high)
        promise(*one->low == *one->low && (*one->low < *one->high) == (*one->high > *one->low), "numbers have an order");
}

// The same octets as what the caller wants and as what the contact can: an accepted contact has a preference, a filter its terms.
void check_preferences(std::string_view text) {
    std::string bytes = "INVITE sip:a SIP/2.0\r\nReject-Contact: *;video=\"FALSE\"\r\nAccept-Contact: *";
    bytes.append(text).append("\r\n\r\n");
    Message request;
    if (!request.index(bytes)) return;
    const auto verdict = CallerPreferences(request).judge(text);
    promise(verdict.preference <= 1000 && (verdict.kept || verdict.preference == 0), "a preference is a fraction of one");
    promise(!verdict.immune || verdict.kept, "who is immune is kept");
    for (unsigned directive = 0; directive < 12; directive += 2)
        promise(!(asks_for(request, static_cast<Directive>(directive)) && asks_for(request, static_cast<Directive>(directive + 1))),
                "nobody asks for contraries");
}

void check_credentials(std::string_view text) {
    const std::string digest = "Digest " + std::string(text), bearer = "Bearer " + std::string(text);
    promise(lies_in(parse_digest_challenge(digest), digest), "an error lies in the challenge");
    promise(lies_in(parse_bearer_challenge(bearer), bearer), "an error lies in the challenge");
    const auto strict = parse_digest_credentials(digest);
    promise(lies_in(strict, digest), "an error lies in the credentials");
    const auto credentials = parse_credentials(digest);
    promise(credentials || !strict, "strict credentials are credentials");
    if (!credentials) return;
    const auto lenient = read_digest_credentials(*credentials);
    promise(lenient && within(lenient->nonce, digest) && within(lenient->response, digest), "credentials are borrowed");
    if (strict) promise(strict->nonce == lenient->nonce && strict->count == lenient->count, "both readers read the same");
}

}  // namespace

void fuzz_parameters(std::string_view text) {
    current = text;
    check_contact(text);
    check_via(text);
    check_features(text);
    check_preferences(text);
    check_credentials(text);
}

}  // namespace offhook::fuzz
