#include "apps/offhook/storm/credentials.hpp"

#include <fmt/format.h>

#include "offhook/base/text.hpp"
#include "offhook/message/digest.hpp"

namespace offhook::cli::storm {

using message::HeaderId;

namespace {

HeaderId challenge_of(const message::Message& refusal) { return refusal.status() == 407 ? HeaderId::proxy_authenticate : HeaderId::www_authenticate; }

}  // namespace

bool Credentials::append(std::string& out, const message::Message& refusal, std::string_view method, std::string_view uri, const User& user) {
    if (user.password.empty()) return false;
    const HeaderId id = challenge_of(refusal);
    for (const auto* field = refusal.first(id); field != nullptr; field = refusal.next(*field)) {
        const auto challenge = message::parse_digest_challenge(refusal.value(*field));
        if (!challenge) continue;
        const auto algorithm = auth::algorithm_of(challenge->algorithm.empty() ? "MD5" : challenge->algorithm);
        const bool qop = challenge->offers("auth");
        if (!algorithm || !hasher_.available(*algorithm) || (!qop && !challenge->qop.empty())) continue;
        const std::string secret = auth::ha1(hasher_, *algorithm, user.name, challenge->realm, user.password);
        const std::string cnonce = to_hex(SipHash(key_).add(++serial_).finish());
        auth::HexDigest hex;
        const auto response = auth::digest_response(
            hasher_, {*algorithm, secret, method, uri, challenge->nonce, qop ? "auth" : "", "00000001", qop ? std::string_view(cnonce) : "", {}},
            hex);
        fmt::format_to(std::back_inserter(out), "{}: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\"",
                       refusal.status() == 407 ? "Proxy-Authorization" : "Authorization", user.name, challenge->realm, challenge->nonce, uri,
                       response);
        if (!challenge->algorithm.empty()) fmt::format_to(std::back_inserter(out), ", algorithm={}", challenge->algorithm);
        if (!challenge->opaque.empty()) fmt::format_to(std::back_inserter(out), ", opaque=\"{}\"", challenge->opaque);
        if (qop) fmt::format_to(std::back_inserter(out), ", qop=auth, nc=00000001, cnonce=\"{}\"", cnonce);
        out += "\r\n";
        return true;
    }
    return false;
}

bool Credentials::stale(const message::Message& refusal) {
    const HeaderId id = challenge_of(refusal);
    for (const auto* field = refusal.first(id); field != nullptr; field = refusal.next(*field))
        if (const auto challenge = message::parse_digest_challenge(refusal.value(*field)); challenge && challenge->stale) return true;
    return false;
}

}  // namespace offhook::cli::storm
