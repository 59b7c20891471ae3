#include "offhook/auth/claim.hpp"

#include <algorithm>

#include "offhook/message/credentials.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::auth {

using message::HeaderId;
using Fields = message::DigestCredentials;

namespace {

/// A parameter's value, unescaped into `buffer` only if it has escapes.
std::string_view plain(std::string_view inside, std::string& buffer) {
    if (inside.find('\\') == std::string_view::npos) return inside;
    buffer = message::unquote(inside);
    return buffer;
}

/// Nothing if these are not digest credentials for the realm.
std::optional<Fields> read_fields(std::string_view value, std::string_view realm) {
    const auto credentials = message::parse_credentials(value);
    if (!credentials) return std::nullopt;
    const auto fields = message::read_digest_credentials(*credentials);
    std::string buffer;
    if (!fields || plain(fields->realm, buffer) != realm) return std::nullopt;
    return fields;
}

/// Host of the address that the request speaks for: To of a REGISTER, else From.
std::string_view spoken_for(const message::Message& request) {
    const auto& party = request.method() == message::Method::register_ ? request.to() : request.from();
    return party ? party->uri.host : std::string_view{};
}

bool same_resource(std::string_view digest_uri, std::string_view request_uri) {
    if (digest_uri == request_uri) return true;
    const auto a = message::parse_uri(digest_uri), b = message::parse_uri(request_uri);
    if (!a || !b) return false;
    if (a->is_sip() && b->is_sip()) return message::address_of_record(*a) == message::address_of_record(*b);
    return message::equivalent(*a, *b);
}

/// MD5 if none is named (RFC 3261 §22.4, RFC 7616 §3.4).
std::optional<Algorithm> algorithm_named(std::string_view name) { return name.empty() ? Algorithm::md5 : algorithm_of(name); }

/// What can be judged without knowing the user.
bool acceptable(const Fields& fields, const message::Message& request, const Config& config) {
    if (fields.username.empty() || fields.nonce.empty() || fields.response.empty()) return false;
    const auto algorithm = algorithm_named(fields.algorithm);
    if (!algorithm || std::find(config.algorithms.begin(), config.algorithms.end(), *algorithm) == config.algorithms.end()) return false;
    if (!fields.qop.empty() && (!iequals(fields.qop, "auth") || fields.cnonce.empty() || fields.count == 0)) return false;
    return same_resource(fields.uri, request.request_uri());
}

}  // namespace

std::optional<Fields> credentials_for(const message::Message& request, std::string_view realm, bool proxy) {
    const HeaderId id = proxy ? HeaderId::proxy_authorization : HeaderId::authorization;
    for (const auto* field = request.first(id); field != nullptr; field = request.next(*field))
        if (auto fields = read_fields(request.value(*field), realm)) return fields;
    return std::nullopt;
}

std::optional<DigestClaim> read_claim(const message::Message& request, std::string_view realm, bool proxy, const Config& config,
                                      std::string& unescaped) {
    const auto fields = credentials_for(request, realm, proxy);
    if (!fields || !acceptable(*fields, request, config)) return std::nullopt;
    DigestClaim claim{.fields = *fields, .algorithm = *algorithm_named(fields->algorithm), .name = {}, .domain = {}};
    const std::string_view username = plain(fields->username, unescaped);
    const auto at = username.rfind('@');
    claim.full = at != std::string_view::npos;
    claim.name = username.substr(0, at);
    claim.domain = config.own_domain(claim.full ? username.substr(at + 1) : spoken_for(request));
    if (!claim.full && claim.domain.empty() && !config.domains.empty()) claim.domain = config.domains.front();
    return claim;
}

std::string_view claimed_user(const message::Message& request, std::string_view realm, bool proxy) {
    const auto fields = credentials_for(request, realm, proxy);
    return fields ? fields->username : std::string_view{};
}

}  // namespace offhook::auth
