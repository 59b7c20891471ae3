#include "offhook/auth/digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/auth/claim.hpp"
#include "offhook/auth/support_test.hpp"

namespace offhook::auth {
namespace {

using test::at;
using test::OwnedMessage;
using test::Phone;
using test::RequestParts;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr NonceKey nonce_key{7};

class Digest : public ::testing::Test {
protected:
    Digest() {
        config.domains = {"example.com", "example.net"};
        users.add("example.com", "alice", "example.com", "secret");
        users.add("example.net", "alice", "example.com", "other");
        users.add("example.com", "bob", "example.com", "secret").enabled = false;
        restart();
    }
    void restart() {
        authenticator = std::make_unique<DigestAuthenticator>(std::make_shared<const Config>(config), users, ledger, nonce_key, SipKey{3, 4}, 0);
    }
    std::string challenges(bool proxy = false, bool stale = false, Now now = at(1s)) {
        std::string lines;
        authenticator->append_challenges(lines, "example.com", proxy, stale, now);
        return lines;
    }
    Verdict verify(const RequestParts& parts, bool proxy = false, Now now = at(2s)) {
        const OwnedMessage request(write(parts));
        const auto verdict = authenticator->verify(request.message, "example.com", proxy, {}, now);
        return verdict.value_or(Unavailable{});
    }
    /// The verdict on a REGISTER that answers a fresh challenge.
    Verdict answered_by(Phone phone, RequestParts parts = {}) {
        EXPECT_TRUE(phone.take_lines(challenges()));
        parts.headers += phone.credentials(parts.method, parts.uri);
        return verify(parts);
    }
    static bool is_alice(const Verdict& verdict, std::string_view domain = "example.com") {
        const Identity* identity = std::get_if<Identity>(&verdict);
        return identity != nullptr && identity->user == "alice" && identity->domain == domain;
    }
    static bool refused(const Verdict& verdict) { return std::holds_alternative<Refused>(verdict); }
    static bool stale(const Verdict& verdict) { return std::holds_alternative<Stale>(verdict); }

    Config config;
    test::Users users;
    NonceLedger ledger{{1, 2}, {300s, 1000}, at(0s).utc};
    std::unique_ptr<DigestAuthenticator> authenticator;
};

// RFC 8760 §2.3: one challenge for each algorithm, the most preferred first.
TEST_F(Digest, OffersItsAlgorithmsInOrderOfPreference) {
    const std::string lines = challenges();
    EXPECT_THAT(lines, HasSubstr("WWW-Authenticate: Digest realm=\"example.com\", nonce=\""));
    EXPECT_THAT(lines, HasSubstr(", qop=\"auth\"\r\n"));
    EXPECT_LT(lines.find("algorithm=SHA-256,"), lines.find("algorithm=MD5,"));
    EXPECT_EQ(lines.find("SHA-512-256"), std::string::npos);
    EXPECT_EQ(lines.find("stale"), std::string::npos);
    EXPECT_THAT(challenges(true, true), HasSubstr("Proxy-Authenticate: Digest"));
    EXPECT_THAT(challenges(true, true), HasSubstr("stale=true"));
}

TEST_F(Digest, OffersOnlyWhatEveryUserHas) {
    users.offers = {true, false, false};
    EXPECT_EQ(challenges().find("SHA-256"), std::string::npos);
    EXPECT_THAT(challenges(), HasSubstr("algorithm=MD5"));
    users.offers = {false, false, true};  // none of those configured: a 401 without a challenge would be malformed
    EXPECT_THAT(challenges(), HasSubstr("algorithm=MD5"));
}

TEST_F(Digest, AcceptsEachAlgorithm) {
    config.algorithms = {Algorithm::sha512_256, Algorithm::sha256, Algorithm::md5};
    restart();
    for (const Algorithm algorithm : config.algorithms) EXPECT_TRUE(is_alice(answered_by({.algorithm = algorithm}))) << name_of(algorithm);
}

TEST_F(Digest, AcceptsNamesWithAndWithoutDomain) {
    EXPECT_TRUE(is_alice(answered_by({.user = "alice"})));
    EXPECT_TRUE(is_alice(answered_by({.user = "alice@example.com"})));
    EXPECT_TRUE(is_alice(answered_by({.user = "alice@example.net", .password = "other"}), "example.net"));
    EXPECT_TRUE(refused(answered_by({.user = "alice@elsewhere.org"})));
}

// A name without domain is of the domain that the request speaks for.
TEST_F(Digest, TakesTheDomainFromTheAddress) {
    RequestParts parts;
    parts.to = "<sip:alice@example.net>";
    EXPECT_TRUE(is_alice(answered_by({.password = "other"}, parts), "example.net"));
    EXPECT_TRUE(refused(answered_by({.password = "secret"}, parts)));
}

TEST_F(Digest, RefusesWrongPasswordsUnknownNamesAndDisabledUsersAlike) {
    const Phone wrong{.password = "wrong"}, unknown{.user = "nobody"}, disabled{.user = "bob"};
    for (const Phone& phone : {wrong, unknown, disabled}) {
        const unsigned before = users.look_ups;
        EXPECT_TRUE(refused(answered_by(phone))) << phone.user;
        EXPECT_EQ(users.look_ups, before + 1) << phone.user;
    }
    EXPECT_EQ(ledger.size(), 0u);  // who knows no password fills no memory
}

TEST_F(Digest, RefusesAlgorithmsThatWereNotOffered) {
    Phone phone{.algorithm = Algorithm::sha256};
    ASSERT_TRUE(phone.take_lines(challenges()));
    phone.algorithm = Algorithm::sha512_256;
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    EXPECT_TRUE(refused(verify(parts)));
}

// RFC 3261 §22.4 item 8: a client of RFC 2069 sends no qop.
TEST_F(Digest, AcceptsAnswersWithoutQop) {
    EXPECT_TRUE(is_alice(answered_by({.qop = ""})));
    EXPECT_TRUE(is_alice(answered_by({.algorithm = Algorithm::md5, .qop = ""})));
}

TEST_F(Digest, TakesMd5ForAnAnswerWithoutAlgorithm) {
    Phone phone{.algorithm = Algorithm::md5};
    ASSERT_TRUE(phone.take_lines(challenges()));
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    parts.headers.erase(parts.headers.find(", algorithm=MD5"), std::string_view(", algorithm=MD5").size());
    EXPECT_TRUE(is_alice(verify(parts)));
}

struct Change {
    const char *name, *what, *with;
};
class Malformed : public Digest, public ::testing::WithParamInterface<Change> {};
TEST_P(Malformed, IsRefused) {
    Phone phone;
    ASSERT_TRUE(phone.take_lines(challenges()));
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    const auto place = parts.headers.find(GetParam().what);
    ASSERT_NE(place, std::string::npos);
    parts.headers.replace(place, std::string_view(GetParam().what).size(), GetParam().with);
    EXPECT_TRUE(refused(verify(parts)));
}
INSTANTIATE_TEST_SUITE_P(Digest, Malformed,
                         ::testing::Values(Change{"short_count", "nc=00000001", "nc=1"}, Change{"no_hex_count", "nc=00000001", "nc=0000000g"},
                                           Change{"zero_count", "nc=00000001", "nc=00000000"}, Change{"other_count", "nc=00000001", "nc=00000002"},
                                           Change{"auth_int", "qop=auth", "qop=auth-int"}, Change{"no_cnonce", "cnonce=\"0a4f113b\"", "opaque=\"\""},
                                           Change{"session", "SHA-256", "SHA-256-sess"}, Change{"basic", "Digest", "Basic"},
                                           Change{"other_realm", "realm=\"example.com\"", "realm=\"example.org\""},
                                           Change{"no_user", "username=\"alice\"", "username=\"\""}, Change{"no_response", "response", "respond"},
                                           Change{"upper_case_user", "username=\"alice\"", "username=\"Alice\""}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Digest, AsksForAFreshNonceWhenItIsTooOld) {
    Phone phone;
    ASSERT_TRUE(phone.take_lines(challenges(false, false, at(1s))));
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    EXPECT_TRUE(is_alice(verify(parts, false, at(301s))));
    EXPECT_TRUE(stale(verify(parts, false, at(302s))));
}

TEST_F(Digest, SaysStaleForAForeignNonceOnlyToWhoKnowsThePassword) {
    Phone phone{.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"};
    RequestParts right, wrong;
    right.headers = phone.credentials("REGISTER", right.uri);
    phone.password = "wrong";
    wrong.headers = phone.credentials("REGISTER", wrong.uri);
    EXPECT_TRUE(stale(verify(right)));
    EXPECT_TRUE(refused(verify(wrong)));
}

TEST_F(Digest, TakesACountAgainOnlyWithTheSameRequest) {
    Phone phone;
    ASSERT_TRUE(phone.take_lines(challenges()));
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    EXPECT_TRUE(is_alice(verify(parts)));
    EXPECT_TRUE(is_alice(verify(parts)));
    parts.cseq = 2;
    EXPECT_TRUE(stale(verify(parts)));
    phone.nc = 2;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    EXPECT_TRUE(is_alice(verify(parts)));
    parts.call_id = "c2";
    EXPECT_TRUE(stale(verify(parts)));
}

TEST_F(Digest, ComparesTheDigestUriByAddress) {
    const std::pair<const char*, bool> cases[] = {
        {"sip:example.com", true},      {"sip:example.com:5060", true}, {"sip:EXAMPLE.com;transport=udp", true},
        {"sip:bob@example.com", false}, {"sip:example.org", false},     {"", false},
        {"not a uri", false},
    };
    for (const auto& [uri, good] : cases) {
        Phone phone;
        ASSERT_TRUE(phone.take_lines(challenges()));
        RequestParts parts;
        parts.headers = phone.credentials("REGISTER", uri);
        EXPECT_EQ(is_alice(verify(parts)), good) << uri;
        EXPECT_EQ(refused(verify(parts)), !good) << uri;
    }
}

TEST_F(Digest, FindsItsRealmAmongSeveralCredentials) {
    Phone phone;
    ASSERT_TRUE(phone.take_lines(challenges()));
    RequestParts parts;
    parts.headers = "Authorization: Digest username=\"x\", realm=\"other\", nonce=\"1\", uri=\"sip:example.com\", response=\"00\"\r\n" +
                    phone.credentials("REGISTER", parts.uri);
    EXPECT_TRUE(is_alice(verify(parts)));
    const OwnedMessage request(write(parts));
    EXPECT_TRUE(authenticator->has_credentials(request.message, "example.com", false));
    EXPECT_FALSE(authenticator->has_credentials(request.message, "example.com", true));
    EXPECT_FALSE(authenticator->has_credentials(request.message, "third", false));
    EXPECT_EQ(claimed_user(request.message, "example.com", false), "alice");
    EXPECT_EQ(claimed_user(request.message, "other", false), "x");
}

TEST_F(Digest, CannotTellBeforeTheUsersAreLoaded) {
    users.is_loaded = false;
    EXPECT_TRUE(std::holds_alternative<Unavailable>(answered_by({})));
}

TEST_F(Digest, DrawsNoncesOfItsOwnShard) {
    const auto own = [](std::string_view nonce) { return nonce.back() % 4 == 1; };
    DigestAuthenticator sharded(std::make_shared<const Config>(config), users, ledger, nonce_key, SipKey{3, 4}, 2, own);
    for (int i = 0; i < 20; ++i) {
        std::string lines;
        sharded.append_challenges(lines, "example.com", false, false, at(1s));
        Phone phone;
        ASSERT_TRUE(phone.take_lines(lines));
        EXPECT_TRUE(own(phone.nonce));
    }
}

/// Another shard's ledger: answers later.
class FarGuard final : public ReplayGuard {
public:
    [[nodiscard]] bool spent(const NonceUse&) const override { return false; }
    std::optional<bool> admit(const NonceUse&, Ticket ticket, Now) override {
        asked.push_back(ticket);
        return std::nullopt;
    }
    std::vector<Ticket> asked;
};

TEST_F(Digest, KeepsItsVerdictUntilTheNoncesOwnerAnswers) {
    FarGuard far;
    DigestAuthenticator sharded(std::make_shared<const Config>(config), users, far, nonce_key, SipKey{3, 4}, 2);
    Phone phone;
    ASSERT_TRUE(phone.take_lines(challenges()));
    RequestParts parts;
    parts.headers = phone.credentials("REGISTER", parts.uri);
    const OwnedMessage request(write(parts));
    const Ticket one{0, 1, {5, 1}}, two{0, 1, {6, 1}};
    EXPECT_FALSE(sharded.verify(request.message, "example.com", false, one, at(2s)));
    EXPECT_FALSE(sharded.verify(request.message, "example.com", false, two, at(2s)));
    EXPECT_THAT(far.asked, ::testing::ElementsAre(one, two));
    EXPECT_TRUE(is_alice(sharded.on_admitted(one, true).value()));
    EXPECT_TRUE(stale(sharded.on_admitted(two, false).value()));
    EXPECT_FALSE(sharded.on_admitted(two, true));
}

}  // namespace
}  // namespace offhook::auth
