// Any octets as credentials: whoever does not know the password is never let in. The first octet: odd for a proxy's credentials; the
// rest is the value of the Authorization field, in which the parameter response is also filled in by who knows the password (then
// nothing may break), by who knows another one, and with one digit changed (then nobody may come in).
#include "offhook/auth/digest.hpp"

#include <memory>
#include <string>
#include <vector>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/auth/claim.hpp"
#include "offhook/auth/nonce_ledger.hpp"
#include "offhook/auth/support_test.hpp"
#include "tests/reference/reference.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::auth;
using message::HeaderId;

constexpr std::string_view realm = "example.com";

/// Remembers nothing from run to run.
class Guard final : public ReplayGuard {
public:
    Guard() { forget(); }
    void forget() { ledger_.emplace(SipKey{1, 2}, NonceLedger::Limits{std::chrono::seconds(300), 1000}, auth::test::at({}).utc); }
    [[nodiscard]] std::optional<bool> admit(const NonceUse& use, Ticket ticket, Now now) override { return ledger_->admit(use, ticket, now); }
    [[nodiscard]] bool spent(const NonceUse& use) const override { return ledger_->spent(use); }

private:
    std::optional<NonceLedger> ledger_;
};

/// Lives through all runs: hashing passwords and fetching algorithms anew for each would be most of the work. The clock stands still,
/// so that the nonce of the one challenge is always the same and seeds can know it.
struct World {
    World() {
        config.domains = {"example.com", "example.net"};
        config.algorithms = {Algorithm::sha256, Algorithm::sha512_256, Algorithm::md5};
        users.add("example.com", "alice", realm, "secret");
        users.add("example.net", "alice", realm, "other");
        users.add("example.com", "bob", realm, "secret").enabled = false;
        wrong.add("example.com", "alice", realm, "wrong");
        authenticator.emplace(std::make_shared<const Config>(config), users, guard, NonceKey{7}, SipKey{3, 4}, 0);
        std::string challenges;
        authenticator->append_challenges(challenges, realm, false, false, now);
    }
    Config config;
    auth::test::Users users, wrong;
    Hasher hasher;
    Guard guard;
    std::optional<DigestAuthenticator> authenticator;
    Now now = auth::test::at(std::chrono::seconds(1));
};

World& world() {
    static World one;
    return one;
}

std::string_view parameter(const reference::Credentials& credentials, std::string_view name) {
    for (const auto& one : credentials.parameters)
        if (iequals(one.name, name)) return one.value;
    return {};
}

// What a user with this password would have answered, by the plain name and by the full one; none if the algorithm is unknown.
std::vector<std::string> expected(const reference::Credentials& credentials, const User& user, std::string_view method) {
    const std::string_view named = parameter(credentials, "algorithm");
    const auto algorithm = named.empty() ? Algorithm::md5 : algorithm_of(named);
    std::vector<std::string> out;
    if (!algorithm) return out;
    const HashedPassword& hashed = user.ha1[index_of(*algorithm)];
    for (const std::string_view ha1 : {std::string_view(hashed.plain_name), std::string_view(hashed.full_name)}) {
        HexDigest hex;
        out.emplace_back(digest_response(world().hasher,
                                         {*algorithm,
                                          ha1,
                                          method,
                                          parameter(credentials, "uri"),
                                          parameter(credentials, "nonce"),
                                          parameter(credentials, "qop"),
                                          parameter(credentials, "nc"),
                                          parameter(credentials, "cnonce"),
                                          {}},
                                         hex));
    }
    return out;
}

Verdict verify(const message::Message& request, bool proxy) {
    DigestAuthenticator& authenticator = *world().authenticator;
    const auto verdict = authenticator.verify(request, realm, proxy, {}, world().now);
    promise(verdict.has_value(), "a ledger of our own answers at once");
    if (std::holds_alternative<Identity>(*verdict)) {
        promise(authenticator.has_credentials(request, realm, proxy), "who comes in has credentials");
        const auto again = authenticator.verify(request, realm, proxy, {}, world().now);
        promise(again && std::holds_alternative<Identity>(*again), "the same request comes in twice");
        const auto late = authenticator.verify(request, realm, proxy, {}, auth::test::at(std::chrono::hours(1)));
        promise(late && !std::holds_alternative<Identity>(*late), "an old nonce lets nobody in");
    }
    world().guard.forget();
    return *verdict;
}

bool indexed(message::Message& message, std::string& bytes, std::string_view value, bool proxy) {
    bytes = auth::test::write({.method = "INVITE",
                               .uri = "sip:bob@example.com",
                               .to = "<sip:bob@example.com>",
                               .headers = std::string(proxy ? "Proxy-Authorization: " : "Authorization: ") + std::string(value) + "\r\n"});
    return message.index(bytes).has_value();
}

// Some field of the request holds the response of a user, and that user is who came in.
void check_verdict(const message::Message& request, bool proxy, const Verdict& verdict) {
    const auto* identity = std::get_if<Identity>(&verdict);
    if (identity == nullptr) return;
    const UserSnapshot user = world().users.find(identity->domain, identity->user);
    promise(user && user->enabled, "only an enabled user comes in");
    const HeaderId id = proxy ? HeaderId::proxy_authorization : HeaderId::authorization;
    for (const auto* field = request.first(id); field != nullptr; field = request.next(*field)) {
        const auto credentials = reference::read_credentials(request.value(*field));
        if (!credentials || parameter(*credentials, "response").empty()) continue;
        for (const std::string& response : expected(*credentials, *user, request.method_name()))
            if (response == parameter(*credentials, "response")) return;
    }
    promise(false, "nobody comes in without the password");
}

// The value with this text as its response.
std::string answered(std::string_view value, const reference::Credentials& credentials, std::string_view response) {
    const std::string_view old = parameter(credentials, "response");
    std::string out(value);
    if (old.data() != nullptr) return out.replace(static_cast<std::size_t>(old.data() - value.data()), old.size(), response);
    return out.append(",response=\"").append(response).append("\"");
}

// With the right response, the wrong password's, and the right one but for one digit.
void check_answers(std::string_view value, bool proxy) {
    const auto credentials = reference::read_credentials(value);
    if (!credentials || credentials->parameters.empty()) return;
    std::string bytes;
    message::Message request;
    const auto try_all = [&](const User& user, bool right) {
        for (std::string response : expected(*credentials, user, "INVITE")) {
            const std::string good = answered(value, *credentials, response);
            if (indexed(request, bytes, good, proxy)) {
                const Verdict verdict = verify(request, proxy);
                promise(right || !std::holds_alternative<Identity>(verdict), "nobody comes in with another password");
                check_verdict(request, proxy, verdict);
            }
            if (!right) continue;
            char& digit = response[response.size() / 2];
            digit = digit == '0' ? '1' : '0';
            if (indexed(request, bytes, answered(value, *credentials, response), proxy))
                promise(!std::holds_alternative<Identity>(verify(request, proxy)), "nobody comes in with a digit wrong");
        }
    };
    try_all(*world().users.find("example.com", "alice"), true);
    try_all(*world().wrong.find("example.com", "alice"), false);
}

}  // namespace

void fuzz_digest(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const bool proxy = (bytes[0] & 1) != 0;
    const std::string_view value = bytes.substr(1);
    std::string text;
    message::Message request;
    if (!indexed(request, text, value, proxy)) return;
    check_verdict(request, proxy, verify(request, proxy));
    std::ignore = claimed_user(request, realm, proxy);
    if (request.count(HeaderId::authorization) + request.count(HeaderId::proxy_authorization) == 1 && request.count(HeaderId::via) == 1)
        check_answers(trim(value), proxy);
}

}  // namespace offhook::fuzz
