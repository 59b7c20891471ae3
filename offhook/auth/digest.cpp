#include "offhook/auth/digest.hpp"

#include <algorithm>

#include "offhook/auth/claim.hpp"

namespace offhook::auth {

using message::HeaderId;

namespace {

// A hash of nothing in particular, as long as a real one: what unknown names are verified against.
constexpr std::string_view dummy_ha1 = "9a6f0c1de27b3f58847d10b4c29e55fa60d3187bce42f90a6d5b8e2174c3f09d";

constexpr std::string_view dummy_for(Algorithm algorithm) { return dummy_ha1.substr(0, algorithm == Algorithm::md5 ? 32 : 64); }

}  // namespace

DigestAuthenticator::DigestAuthenticator(std::shared_ptr<const Config> config, const UserDirectory& users, ReplayGuard& replays,
                                         const NonceKey& nonce_key, const SipKey& fingerprint_key, std::uint16_t instance, OwnNonce own_nonce)
    : config_(std::move(config)),
      users_(users),
      replays_(replays),
      mint_(nonce_key, instance),
      fingerprint_key_(fingerprint_key),
      own_nonce_(std::move(own_nonce)) {}

std::array<bool, algorithm_count> DigestAuthenticator::offered(std::string_view realm) const {
    std::array<bool, algorithm_count> result = users_.offered(realm);
    bool any = false;
    for (const Algorithm algorithm : config_->algorithms) any = any || (result[index_of(algorithm)] && hasher_.available(algorithm));
    // No configured algorithm suits every user: a challenge must stand in a 401 all the same (RFC 3261 §22.1), and then those users
    // who can answer it may.
    if (!any) result.fill(true);
    return result;
}

void DigestAuthenticator::append_challenges(std::string& out, std::string_view realm, bool proxy, bool stale, Now now) {
    const NonceMint::Text nonce = own_nonce_ ? mint_.make(now.utc, own_nonce_) : mint_.make(now.utc);
    const auto offers = offered(realm);
    for (const Algorithm algorithm : config_->algorithms) {
        if (!offers[index_of(algorithm)] || !hasher_.available(algorithm)) continue;
        out += proxy ? "Proxy-Authenticate: Digest realm=\"" : "WWW-Authenticate: Digest realm=\"";
        for (const char c : realm) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += "\", nonce=\"";
        out.append(nonce.data(), nonce.size());
        out += stale ? "\", stale=true, algorithm=" : "\", algorithm=";
        out += name_of(algorithm);
        out += ", qop=\"auth\"\r\n";
    }
}

bool DigestAuthenticator::has_credentials(const message::Message& request, std::string_view realm, bool proxy) const {
    return credentials_for(request, realm, proxy).has_value();
}

std::optional<Verdict> DigestAuthenticator::verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) {
    if (!users_.loaded()) return Unavailable{};
    std::string unescaped;
    const std::optional<DigestClaim> claim = read_claim(request, realm, proxy, *config_, unescaped);
    if (!claim) return Refused{};
    const message::DigestCredentials& fields = claim->fields;

    // From here to the comparison nothing depends on whether the user exists.
    const UserSnapshot user = users_.find(claim->domain, claim->name);
    std::string_view ha1;
    if (user && user->enabled && user->realm == realm) {
        const HashedPassword& hashed = user->ha1[index_of(claim->algorithm)];
        ha1 = claim->full ? hashed.full_name : hashed.plain_name;
    }
    const bool usable = !ha1.empty();
    if (!usable) ha1 = dummy_for(claim->algorithm);
    HexDigest hex;
    const std::string_view expected = digest_response(
        hasher_, {claim->algorithm, ha1, request.method_name(), fields.uri, fields.nonce, fields.qop, fields.nc, fields.cnonce, {}}, hex);
    const bool right = equal_in_constant_time(expected, fields.response) && !expected.empty();
    if (!(right && usable)) return Refused{};
    const std::optional<NonceUse> use = use_of(fields, request, now);
    if (!use) return Stale{};
    return admit({user->name, user->domain}, *use, ticket, now);
}

std::optional<NonceUse> DigestAuthenticator::use_of(const message::DigestCredentials& fields, const message::Message& request, Now now) {
    const std::optional<UtcTime> issued = mint_.issued(fields.nonce);
    if (!issued || *issued > now.utc || now.utc - *issued > config_->nonce_lifetime) return std::nullopt;
    return NonceUse{fields.nonce, *issued, fields.qop.empty() ? 0 : fields.count,
                    fingerprint(fingerprint_key_, request.value(HeaderId::call_id), request.value(HeaderId::cseq), fields.uri)};
}

std::optional<Verdict> DigestAuthenticator::admit(Identity identity, const NonceUse& use, Ticket ticket, Now now) {
    const std::optional<bool> admitted = replays_.admit(use, ticket, now);
    if (!admitted) {
        waiting_.insert_or_assign(key_of(ticket), std::move(identity));
        return std::nullopt;
    }
    if (!*admitted) return Stale{};
    return identity;
}

std::optional<Verdict> DigestAuthenticator::on_admitted(Ticket ticket, bool admitted) {
    const auto found = waiting_.find(key_of(ticket));
    if (found == waiting_.end()) return std::nullopt;
    Identity identity = std::move(found->second);
    waiting_.erase(found);
    if (!admitted) return Stale{};
    return identity;
}

}  // namespace offhook::auth
