// Digest where the server makes the nonces: RFC 5090.
#include "offhook/auth/server_digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/auth/gate.hpp"
#include "offhook/auth/server_test.hpp"

namespace offhook::auth {
namespace {

using namespace test;
using ::testing::ElementsAre;
using Reply = ServerDigest::Reply;

class ServerNonces : public ::testing::Test {
protected:
    struct Asked {
        std::string user, method, uri, nonce, state;
        Ticket ticket;
    };

    ServerNonces() {
        config.domains = {"example.com"};
        config.algorithms = {Algorithm::md5};
        shared = std::make_shared<const Config>(config);
        local.emplace(shared, users, ledger, NonceKey{7}, SipKey{3, 4}, std::uint16_t{0});
        digest.emplace(shared, *local, server.observer, [this](const ServerQuestion& q, Ticket ticket) {
            asked.push_back(
                {std::string(q.user), std::string(q.method), std::string(q.fields.uri), std::string(q.fields.nonce), std::string(q.state), ticket});
            return true;
        });
        gate.emplace(shared, *digest, server.chain, server.observer, SipKey{5, 6}, std::uint16_t{0}, std::uint16_t{9});
        server.chain.add(*gate);
        server.chain.add(sink);
        phone.algorithm = Algorithm::md5;
    }
    void send(unsigned cseq, const std::string& headers = {}) {
        server.receive(write({.headers = headers, .cseq = cseq, .branch = "z9hG4bK" + std::to_string(++requests)}), at(1s));
    }
    void reply(Reply reply, const ServerChallenge& challenge = {}) {
        const Ticket ticket = asked.back().ticket;
        if (const auto verdict = digest->on_reply(ticket, reply, challenge, at(1s))) gate->on_verdict(ticket, *verdict, at(1s));
    }
    static ServerChallenge challenge(std::string_view nonce, bool stale = false) {
        return {.realm = "example.com",
                .nonce = nonce,
                .opaque = "o\\\"",
                .domain = {},
                .algorithm = "MD5",
                .qop_auth = true,
                .stale = stale,
                .state = "s"};
    }
    /// A REGISTER without credentials, challenged; then one with them.
    void challenged_then_credentials() {
        send(1);
        reply(Reply::challenge, challenge("first"));
        const auto responses = server.take();
        ASSERT_EQ(responses.size(), 1U);
        ASSERT_TRUE(phone.take(responses[0].message));
        send(2, phone.credentials("REGISTER", "sip:example.com"));
    }

    Config config;
    std::shared_ptr<const Config> shared;
    Users users;
    NonceLedger ledger{SipKey{1, 2}, {}, at({}).utc};
    std::optional<DigestAuthenticator> local;
    std::optional<ServerDigest> digest;
    Server server;
    std::optional<AuthenticationHandler> gate;
    Sink sink;
    Phone phone;
    std::vector<Asked> asked;
    unsigned requests = 0;
};

// §2.1.5: Digest-Method and Digest-URI, no Digest-Nonce; what comes stands in the challenge, its escapes as they are.
TEST_F(ServerNonces, ChallengeIsTheServers) {
    send(1);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].user, "");
    EXPECT_EQ(asked[0].method, "REGISTER");
    EXPECT_EQ(asked[0].uri, "sip:example.com");
    EXPECT_EQ(asked[0].nonce, "");
    EXPECT_EQ(server.take_status(), 0) << "it waits";
    reply(Reply::challenge, challenge("first"));
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1U);
    EXPECT_EQ(responses[0].message.status(), 401);
    EXPECT_EQ(responses[0].message.value(message::HeaderId::www_authenticate),
              "Digest realm=\"example.com\", nonce=\"first\", algorithm=MD5, qop=\"auth\", opaque=\"o\\\"\"");
    EXPECT_EQ(gate->suspended(), 0U);
}

TEST_F(ServerNonces, LetsInAndGivesStateBackOnce) {
    challenged_then_credentials();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[1].user, "alice");
    EXPECT_EQ(asked[1].nonce, "first");
    EXPECT_EQ(asked[1].state, "s");
    reply(Reply::right);
    EXPECT_EQ(server.take_status(), 202);
    ASSERT_EQ(sink.passed.size(), 1U);
    EXPECT_EQ(sink.passed[0].user, "alice");
    send(3, phone.credentials("REGISTER", "sip:example.com"));
    EXPECT_EQ(asked.back().nonce, "first");
    EXPECT_EQ(asked.back().state, "");
    reply(Reply::challenge, challenge("second", true));
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1U);
    EXPECT_NE(responses[0].message.value(message::HeaderId::www_authenticate).find("stale=true"), std::string_view::npos);
    EXPECT_EQ(digest->waiting(), 0U);
}

// §2.1.4: an Access-Reject is an error response, which needs a challenge (RFC 3261 §22.1), which needs a nonce.
TEST_F(ServerNonces, WrongPasswordCountsAndGetsAFreshNonce) {
    challenged_then_credentials();
    reply(Reply::wrong);
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[2].nonce, "");
    reply(Reply::challenge, challenge("second"));
    EXPECT_EQ(server.take_status(), 401);
    EXPECT_THAT(server.observer.causes, ElementsAre(Cause::not_authenticated, Cause::wrong_credentials));
    EXPECT_TRUE(sink.passed.empty());
}

TEST_F(ServerNonces, NonceThatNobodyGaveGetsANewOne) {
    challenged_then_credentials();
    reply(Reply::right);
    std::ignore = server.take();
    digest.emplace(shared, *local, server.observer, [this](const ServerQuestion& q, Ticket ticket) {
        asked.push_back({std::string(q.user), {}, {}, std::string(q.fields.nonce), {}, ticket});
        return true;
    });
    send(3, phone.credentials("REGISTER", "sip:example.com"));
    EXPECT_EQ(asked.back().nonce, "") << "RFC 5090 §2.1.2: nobody is asked about a nonce that is not recognised";
    reply(Reply::challenge, challenge("third"));
    EXPECT_EQ(server.take_status(), 401);
    EXPECT_EQ(server.observer.causes.back(), Cause::not_authenticated) << "that is no wrong password";
}

TEST_F(ServerNonces, NobodyThereOrAnUnusableChallengeIs503) {
    send(1);
    reply(Reply::nobody);
    EXPECT_EQ(server.take_status(), 503);
    for (const ServerChallenge& bad :
         {ServerChallenge{.realm = "example.org", .nonce = "n"}, ServerChallenge{.realm = "example.com", .nonce = "n\r\nX: y"},
          ServerChallenge{.realm = "example.com", .nonce = "a\"b"}, ServerChallenge{.realm = "example.com", .nonce = "a\\"},
          ServerChallenge{.realm = "example.com", .nonce = "n", .algorithm = "AKAv1-MD5"}}) {
        send(2);
        reply(Reply::challenge, bad);
        EXPECT_EQ(server.take_status(), 503);
    }
    send(3);
    reply(Reply::right);  // to a question for a nonce: nobody was proven right
    EXPECT_EQ(server.take_status(), 503);
    EXPECT_TRUE(sink.passed.empty());
}

}  // namespace
}  // namespace offhook::auth
