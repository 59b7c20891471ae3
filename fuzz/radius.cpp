// Any octets as RADIUS: as attributes, and as what a server sends to a client that waits. The first octet: how the rest is used. Bit 0:
// accounting; bit 1: the rest is the attributes of an answer that is sealed with the secret, so that more than its seal is looked at.
#include <algorithm>
#include <string>
#include <tuple>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/radius/client.hpp"
#include "offhook/radius/digest.hpp"

namespace offhook::fuzz {

namespace {

using namespace radius;

constexpr std::string_view secret = "xyzzy5461";

void check_fields(const DigestFields& fields, std::string_view octets) {
    for (const auto field : {&DigestFields::user, &DigestFields::username, &DigestFields::realm, &DigestFields::nonce, &DigestFields::uri,
                             &DigestFields::method, &DigestFields::qop, &DigestFields::algorithm, &DigestFields::cnonce, &DigestFields::nc,
                             &DigestFields::opaque, &DigestFields::response, &DigestFields::address_of_record})
        promise(within(fields.*field, octets), "a digest's fields lie in the packet");
}

// What is read can be written, and is read again as it was.
void check_round_trip(const DigestFields& fields, DigestStyle style) {
    AttributeWriter out;
    append_digest(out, style, fields);
    const auto written = out.take();
    promise(written.has_value(), "what came in a packet fits into one");
    const DigestFields again = read_digest(*written, style);
    promise(again.uri == fields.uri && again.response == fields.response && again.nonce == fields.nonce && again.user == fields.user,
            "a digest is read as it was written");
}

void check_attributes(std::string_view octets) {
    AttributeReader reader(octets);
    std::size_t size = 0;
    while (const auto one = reader.next()) {
        promise(within(one->value, octets), "a value lies in the packet");
        size += attribute_head + one->value.size();
    }
    promise(size <= octets.size() && AttributeReader::whole(octets) == (size == octets.size()), "attributes fill the packet, or are not whole");
    std::ignore = find_vendor(octets, 9, 1);
    for (const auto style : {DigestStyle::freeradius, DigestStyle::rfc5090}) {
        const DigestFields fields = read_digest(octets, style);
        check_fields(fields, octets);
        if (octets.size() <= largest_packet - packet_head - 18) check_round_trip(fields, style);
    }
    if (const auto challenge = read_digest_challenge(octets)) {
        promise(within(challenge->nonce, octets) && within(challenge->realm, octets), "a challenge lies in the packet");
        promise(!challenge->nonce.empty() && !challenge->realm.empty(), "a challenge has a nonce and a realm");
    }
}

}  // namespace

void fuzz_radius(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const bool accounting = (bytes[0] & 1) != 0, sealed = (bytes[0] & 2) != 0;
    const std::string_view octets = bytes.substr(1);
    check_attributes(octets);

    const Now now{Instant{}, UtcTime{}};
    Client client({.request = accounting ? Code::accounting_request : Code::access_request, .secrets = {std::string(secret)}, .ports = 1},
                  SipKey{1, 2});
    Actions actions;
    client.ask({{}, "\x01\x03x", {}}, now, actions);
    promise(actions.size() == 1 && actions[0].kind == Action::Kind::send, "a question is sent");
    const std::string request = actions[0].octets;
    actions.clear();
    std::string answer(octets);
    if (sealed && octets.size() <= largest_packet - packet_head - 18) {
        Sealer sealer;
        const Packet asked = *read_packet(request);
        sealer.write_answer(answer, accounting ? Code::accounting_response : Code::access_accept, asked.identifier, asked.authenticator(), octets,
                            secret);
    }
    client.on_datagram(0, 0, answer, now, actions);
    const bool answered = std::ranges::any_of(actions, [](const Action& action) { return action.kind == Action::Kind::complete; });
    promise(answered != (client.pending() == 1), "a question is answered or it waits");
    promise(!answered || sealed, "nobody answers without the secret");
    if (sealed && AttributeReader::whole(octets) && !find(octets, Type::message_authenticator) && octets.size() <= 4058)
        promise(answered, "who has the secret is believed");
    client.on_time({Instant(std::chrono::hours(1)), UtcTime{}}, actions);
    promise(client.pending() == 0 || client.next_due(), "what waits has an end");
}

}  // namespace offhook::fuzz
