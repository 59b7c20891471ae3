#include "offhook/auth/server_digest.hpp"

#include <algorithm>
#include <utility>

#include "offhook/auth/claim.hpp"
#include "offhook/base/text.hpp"

namespace offhook::auth {
namespace {

constexpr std::size_t most_nonces = 20'000;  // of one shard; the oldest are forgotten, which costs their phones one challenge more

/// Can stand between quotes as it is (RFC 3261 §25.1, quoted-string): what the server gives has its escapes already (RFC 5090 §2.1.2).
bool can_be_quoted(std::string_view inside) {
    for (std::size_t i = 0; i < inside.size(); ++i) {
        const auto c = static_cast<unsigned char>(inside[i]);
        if (c < 0x20 || c == 0x7f || c == '"') return false;
        if (c == '\\' && ++i == inside.size()) return false;
    }
    return true;
}

bool usable(const ServerChallenge& c, std::string_view realm) {
    return c.realm == realm && !c.nonce.empty() && (c.algorithm.empty() || iequals(c.algorithm, "MD5")) && can_be_quoted(c.realm) &&
           can_be_quoted(c.nonce) && can_be_quoted(c.opaque) && can_be_quoted(c.domain);
}

std::string header_of(const ServerChallenge& c, bool proxy) {
    std::string out = proxy ? "Proxy-Authenticate: Digest " : "WWW-Authenticate: Digest ";
    out.append("realm=\"").append(c.realm).append("\", nonce=\"").append(c.nonce).append("\", algorithm=MD5");
    if (c.qop_auth) out += ", qop=\"auth\"";
    if (!c.opaque.empty()) out.append(", opaque=\"").append(c.opaque).append("\"");
    if (!c.domain.empty() && !proxy) out.append(", domain=\"").append(c.domain).append("\"");  // RFC 7616 §3.3: not in Proxy-Authenticate
    if (c.stale) out += ", stale=true";
    return out + "\r\n";
}

}  // namespace

bool ServerDigest::has_credentials(const message::Message& request, std::string_view realm, bool proxy) const {
    return credentials_for(request, realm, proxy).has_value();
}

std::optional<Verdict> ServerDigest::verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now) {
    Waiting waiting{.identity = {}, .method = std::string(request.method_name()), .uri = std::string(request.request_uri()), .proxy = proxy};
    std::string unescaped;
    const auto claim = read_claim(request, realm, proxy, *config_, unescaped);
    const bool can_be_right = claim && !claim->domain.empty();
    const auto given = can_be_right ? states_.find(std::string(claim->fields.nonce)) : states_.end();
    const auto [place, added] = waiting_.insert_or_assign(key_of(ticket), std::move(waiting));
    if (given != states_.end()) {
        place->second.identity = Identity{std::string(claim->name), std::string(claim->domain)};
        // RFC 5090 §5 note 4: with State, which goes with the subsequent request alone, the server cannot answer that the nonce is stale.
        const std::string state = std::exchange(given->second, {});
        if (ask_({claim->name, claim->domain, request.method_name(), claim->fields, state}, ticket)) return std::nullopt;
    }
    place->second.wrong = has_credentials(request, realm, proxy) && (!can_be_right || given != states_.end());
    if (ask_for_nonce(place->second, ticket)) return std::nullopt;
    waiting_.erase(place);
    return Unavailable{};
}

bool ServerDigest::ask_for_nonce(Waiting& waiting, Ticket ticket) {
    waiting.identity.reset();
    ServerQuestion question;
    question.method = waiting.method;
    question.fields.uri = waiting.uri;
    return ask_(question, ticket);
}

std::optional<Verdict> ServerDigest::on_reply(Ticket ticket, Reply reply, const ServerChallenge& challenge, Now now) {
    const auto found = waiting_.find(key_of(ticket));
    if (found == waiting_.end()) return std::nullopt;
    Waiting& waiting = found->second;
    if (waiting.identity && reply == Reply::right) {
        const UserSnapshot user = local_.stored(*waiting.identity);
        if (user && !user->enabled) reply = Reply::wrong;
    }
    if (waiting.identity && reply == Reply::wrong) {
        waiting.wrong = true;
        if (ask_for_nonce(waiting, ticket)) return std::nullopt;
        reply = Reply::nobody;
    }
    Verdict verdict = Unavailable{};
    if (reply == Reply::challenge) verdict = challenged(waiting, challenge, now);
    if (reply == Reply::right && waiting.identity) verdict = std::move(*waiting.identity);
    waiting_.erase(found);
    return verdict;
}

Verdict ServerDigest::challenged(const Waiting& waiting, const ServerChallenge& challenge, Now now) {
    if (usable(challenge, config_->effective_realm())) {
        remember(challenge);
        return Challenged{header_of(challenge, waiting.proxy), waiting.wrong};
    }
    if (!std::exchange(told_, true))
        observer_.note(Severity::error,
                       "the RADIUS server's challenge cannot be used: its Digest-Realm must be the realm of [auth], its Digest-Algorithm MD5, and "
                       "each value such "
                       "as can stand between quotes",
                       now);
    return Unavailable{};
}

void ServerDigest::remember(const ServerChallenge& challenge) {
    const auto [place, added] = states_.insert_or_assign(std::string(challenge.nonce), std::string(challenge.state));
    if (!added) return;
    given_.push_back(place->first);
    if (given_.size() <= most_nonces) return;
    states_.erase(given_.front());
    given_.pop_front();
}

}  // namespace offhook::auth
