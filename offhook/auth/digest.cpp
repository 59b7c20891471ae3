#include "offhook/auth/digest.hpp"

#include <algorithm>

#include "offhook/message/credentials.hpp"
#include "offhook/message/digest.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::auth {

using message::HeaderId;

namespace {

// A hash of nothing in particular, as long as a real one: what unknown names are verified against.
constexpr std::string_view dummy_ha1 = "9a6f0c1de27b3f58847d10b4c29e55fa60d3187bce42f90a6d5b8e2174c3f09d";

constexpr std::string_view dummy_for(Algorithm algorithm) { return dummy_ha1.substr(0, algorithm == Algorithm::md5 ? 32 : 64); }

constexpr HeaderId header_for(bool proxy) { return proxy ? HeaderId::proxy_authorization : HeaderId::authorization; }

/// A parameter's value, unescaped into `buffer` only if it has escapes.
std::string_view plain(std::string_view inside, std::string& buffer) {
    if (inside.find('\\') == std::string_view::npos) return inside;
    buffer = message::unquote(inside);
    return buffer;
}

using Fields = message::DigestCredentials;

/// Nothing if these are not digest credentials for the realm.
std::optional<Fields> read_fields(std::string_view value, std::string_view realm) {
    const auto credentials = message::parse_credentials(value);
    if (!credentials) return std::nullopt;
    const auto fields = message::read_digest_credentials(*credentials);
    std::string buffer;
    if (!fields || plain(fields->realm, buffer) != realm) return std::nullopt;
    return fields;
}

std::optional<Fields> fields_for(const message::Message& request, std::string_view realm, bool proxy) {
    for (const auto* field = request.first(header_for(proxy)); field != nullptr; field = request.next(*field))
        if (auto fields = read_fields(request.value(*field), realm)) return fields;
    return std::nullopt;
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

std::uint64_t key_of(Ticket ticket) { return static_cast<std::uint64_t>(ticket.handle.generation) << 32 | ticket.handle.slot; }

}  // namespace

struct DigestAuthenticator::Answer : Fields {
    std::optional<Algorithm> known_algorithm;
};

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
    return fields_for(request, realm, proxy).has_value();
}

std::optional<DigestAuthenticator::Answer> DigestAuthenticator::read_answer(const message::Message& request, std::string_view realm, bool proxy) {
    const auto fields = fields_for(request, realm, proxy);
    if (!fields) return std::nullopt;
    Answer answer{*fields, Algorithm::md5};  // MD5 if none is named (RFC 3261 §22.4, RFC 7616 §3.4)
    if (!fields->algorithm.empty()) answer.known_algorithm = algorithm_of(fields->algorithm);
    return answer;
}

/// What can be judged without knowing the user.
bool DigestAuthenticator::acceptable(const Answer& answer, const message::Message& request) const {
    if (answer.username.empty() || answer.nonce.empty() || answer.response.empty() || !answer.known_algorithm) return false;
    if (std::find(config_->algorithms.begin(), config_->algorithms.end(), *answer.known_algorithm) == config_->algorithms.end()) return false;
    if (!answer.qop.empty() && (!iequals(answer.qop, "auth") || answer.cnonce.empty() || answer.count == 0)) return false;
    return same_resource(answer.uri, request.request_uri());
}

std::optional<Verdict> DigestAuthenticator::verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) {
    if (!users_.loaded()) return Unavailable{};
    const std::optional<Answer> answer = read_answer(request, realm, proxy);
    if (!answer) return Refused{};
    if (!acceptable(*answer, request)) return Refused{};

    std::string unescaped;
    std::string_view name = plain(answer->username, unescaped), domain;
    const auto at = name.rfind('@');
    const bool full = at != std::string_view::npos;
    if (full) {
        domain = config_->own_domain(name.substr(at + 1));
        name = name.substr(0, at);
    } else {
        domain = config_->own_domain(spoken_for(request));
        if (domain.empty() && !config_->domains.empty()) domain = config_->domains.front();
    }

    // From here to the comparison nothing depends on whether the user exists.
    const UserSnapshot user = users_.find(domain, name);
    std::string_view ha1;
    if (user && user->enabled && user->realm == realm) {
        const HashedPassword& hashed = user->ha1[index_of(*answer->known_algorithm)];
        ha1 = full ? hashed.full_name : hashed.plain_name;
    }
    const bool usable = !ha1.empty();
    if (!usable) ha1 = dummy_for(*answer->known_algorithm);
    HexDigest hex;
    const std::string_view expected = digest_response(
        hasher_, {*answer->known_algorithm, ha1, request.method_name(), answer->uri, answer->nonce, answer->qop, answer->nc, answer->cnonce, {}},
        hex);
    const bool right = equal_in_constant_time(expected, answer->response) && !expected.empty();
    if (!(right && usable)) return Refused{};

    const std::optional<UtcTime> issued = mint_.issued(answer->nonce);
    if (!issued || *issued > now.utc || now.utc - *issued > config_->nonce_lifetime) return Stale{};
    const NonceUse use{answer->nonce, *issued, answer->qop.empty() ? 0 : answer->count,
                       fingerprint(fingerprint_key_, request.value(HeaderId::call_id), request.value(HeaderId::cseq), answer->uri)};
    Identity identity{user->name, user->domain};
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

std::string_view claimed_user(const message::Message& request, std::string_view realm, bool proxy) {
    const auto fields = fields_for(request, realm, proxy);
    return fields ? fields->username : std::string_view{};
}

}  // namespace offhook::auth
