#include "offhook/radius/digest.hpp"

#include <array>

namespace offhook::radius {

namespace {

// draft-sterman-aaa-sip-00: sub-attributes of Digest-Attributes.
enum class SubType : std::uint8_t { realm = 1, nonce = 2, method = 3, uri = 4, qop = 5, algorithm = 6, cnonce = 8, nonce_count = 9, user_name = 10 };

struct Row {
    std::string_view DigestFields::*field;
    Type type;
    std::optional<SubType> sub_type;  ///< nothing: the draft has none; its response is an attribute of its own
};

constexpr std::array<Row, 12> rows{{
    {&DigestFields::method, Type::digest_method, SubType::method},
    {&DigestFields::uri, Type::digest_uri, SubType::uri},
    {&DigestFields::realm, Type::digest_realm, SubType::realm},
    {&DigestFields::qop, Type::digest_qop, SubType::qop},
    {&DigestFields::algorithm, Type::digest_algorithm, SubType::algorithm},
    {&DigestFields::cnonce, Type::digest_cnonce, SubType::cnonce},
    {&DigestFields::nonce, Type::digest_nonce, SubType::nonce},
    {&DigestFields::nc, Type::digest_nonce_count, SubType::nonce_count},
    {&DigestFields::response, Type::digest_response, std::nullopt},
    {&DigestFields::username, Type::digest_username, SubType::user_name},
    {&DigestFields::opaque, Type::digest_opaque, std::nullopt},
    {&DigestFields::address_of_record, Type::sip_aor, std::nullopt},
}};

void append_sub_attribute(AttributeWriter& out, SubType type, std::string_view value) {
    if (value.empty()) return;
    std::string whole;
    whole += static_cast<char>(type);
    whole += static_cast<char>(static_cast<unsigned char>(attribute_head + value.size()));
    whole += value;
    out.add(Type::sterman_attributes, whole);  // which refuses it if the length did not fit an octet
}

void take(DigestFields& fields, Attribute sub) {
    for (const Row& row : rows)
        if (row.sub_type && static_cast<std::uint8_t>(*row.sub_type) == static_cast<std::uint8_t>(sub.type)) fields.*row.field = sub.value;
}

}  // namespace

void append_digest(AttributeWriter& out, DigestStyle style, const DigestFields& fields) {
    out.add(Type::user_name, fields.user);
    for (const Row& row : rows) {
        if (style == DigestStyle::rfc5090)
            out.add(row.type, fields.*row.field);
        else if (row.sub_type)
            append_sub_attribute(out, *row.sub_type, fields.*row.field);
    }
    if (style == DigestStyle::freeradius) out.add(Type::sterman_response, fields.response);
}

DigestFields read_digest(std::string_view attributes, DigestStyle style) {
    DigestFields fields;
    AttributeReader reader(attributes);
    while (const auto one = reader.next()) {
        if (one->type == Type::user_name) fields.user = one->value;
        if (style == DigestStyle::freeradius) {
            if (one->type == Type::sterman_response) fields.response = one->value;
            if (one->type != Type::sterman_attributes || !AttributeReader::whole(one->value)) continue;
            AttributeReader inside(one->value);
            while (const auto sub = inside.next()) take(fields, *sub);
            continue;
        }
        for (const Row& row : rows)
            if (row.type == one->type) fields.*row.field = one->value;
    }
    return fields;
}

std::optional<DigestChallenge> read_digest_challenge(std::string_view attributes) {
    DigestChallenge challenge;
    AttributeReader reader(attributes);
    while (const auto one = reader.next()) {
        if (one->type == Type::digest_realm) challenge.realm = one->value;
        if (one->type == Type::digest_nonce) challenge.nonce = one->value;
        if (one->type == Type::digest_opaque) challenge.opaque = one->value;
        if (one->type == Type::digest_domain) challenge.domain = one->value;
        if (one->type == Type::digest_algorithm) challenge.algorithm = one->value;
        if (one->type == Type::digest_qop) challenge.qops.push_back(one->value);
        if (one->type == Type::digest_stale) challenge.stale = one->value == "true";
    }
    if (challenge.realm.empty() || challenge.nonce.empty()) return std::nullopt;
    return challenge;
}

void append_digest_challenge(AttributeWriter& out, const DigestChallenge& challenge) {
    out.add(Type::digest_nonce, challenge.nonce).add(Type::digest_realm, challenge.realm);
    for (const std::string_view qop : challenge.qops) out.add(Type::digest_qop, qop);
    out.add(Type::digest_algorithm, challenge.algorithm).add(Type::digest_opaque, challenge.opaque).add(Type::digest_domain, challenge.domain);
    if (challenge.stale) out.add(Type::digest_stale, "true");
}

}  // namespace offhook::radius
