// Digest with the passwords elsewhere: what is asked, what follows from each answer, and the way back to local passwords.
#include "offhook/auth/remote_digest.hpp"

#include <gtest/gtest.h>

#include "offhook/auth/gate.hpp"
#include "offhook/auth/server_test.hpp"

namespace offhook::auth {
namespace {

using namespace test;

class Remote : public ::testing::Test {
protected:
    struct Asked {
        std::string user, domain, method, uri, response;
        Ticket ticket;
    };

    Remote() {
        config.domains = {"example.com"};
        config.algorithms = {Algorithm::md5};
        shared = std::make_shared<const Config>(config);
        local.emplace(shared, users, ledger, NonceKey{7}, SipKey{3, 4}, std::uint16_t{0});
        remote.emplace(shared, *local, [this](const DigestQuestion& q, Ticket ticket) {
            asked.push_back({std::string(q.user), std::string(q.domain), std::string(q.method), std::string(q.fields.uri),
                             std::string(q.fields.response), ticket});
            return can_ask;
        });
        gate.emplace(shared, *remote, server.chain, server.observer, SipKey{5, 6}, std::uint16_t{0}, std::uint16_t{9});
        server.chain.add(*gate);
        server.chain.add(sink);
        phone.algorithm = Algorithm::md5;
    }

    /// REGISTER, its challenge, REGISTER with credentials.
    void register_with_credentials(Duration wait = {}) {
        server.receive(write({.branch = "z9hG4bK" + std::to_string(++requests)}), at(clock));
        for (const OwnedMessage& response : server.take())
            EXPECT_TRUE(response.message.status() != 401 || phone.take(response.message));
        clock += wait;
        server.receive(
            write({.headers = phone.credentials("REGISTER", "sip:example.com"), .cseq = 2, .branch = "z9hG4bK" + std::to_string(++requests)}),
            at(clock));
    }
    void reply(DigestReply reply) {
        if (const auto verdict = remote->on_reply(asked.back().ticket, reply, at(clock))) gate->on_verdict(asked.back().ticket, *verdict, at(clock));
    }

    Config config;
    std::shared_ptr<const Config> shared;
    Users users;
    NonceLedger ledger{SipKey{1, 2}, {}, at({}).utc};
    std::optional<DigestAuthenticator> local;
    std::optional<RemoteDigest> remote;
    Server server;
    std::optional<AuthenticationHandler> gate;
    Sink sink;
    Phone phone;
    std::vector<Asked> asked;
    bool can_ask = true;
    Duration clock = 1s;
    unsigned requests = 0;
};

TEST_F(Remote, AsksWhatTheCredentialsSay) {
    register_with_credentials();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].user, "alice");
    EXPECT_EQ(asked[0].domain, "example.com");
    EXPECT_EQ(asked[0].method, "REGISTER");
    EXPECT_EQ(asked[0].uri, "sip:example.com");
    EXPECT_EQ(asked[0].response.size(), 32u);
    EXPECT_EQ(server.take_status(), 0) << "it waits";
    EXPECT_EQ(gate->suspended(), 1u);
}

TEST_F(Remote, LetsIn) {
    register_with_credentials();
    reply(DigestReply::right);
    ASSERT_EQ(sink.passed.size(), 1u);
    EXPECT_EQ(sink.passed[0].user, "alice");
    EXPECT_EQ(server.take_status(), 202);
    EXPECT_EQ(remote->waiting(), 0u);
    EXPECT_FALSE(remote->on_reply(asked[0].ticket, DigestReply::right, at(clock))) << "a ticket is answered once";
}

TEST_F(Remote, ChallengesAgainAWrongPassword) {
    register_with_credentials();
    reply(DigestReply::wrong);
    EXPECT_EQ(server.take_status(), 401);
    EXPECT_TRUE(sink.passed.empty());
}

TEST_F(Remote, SaysThatNobodyCanTell) {
    register_with_credentials();
    reply(DigestReply::nobody);
    EXPECT_EQ(server.take_status(), 503);
}

// RFC 5090 §2.1.2.
TEST_F(Remote, IsNotAskedAboutANonceThatIsTooOldOrNotOurs) {
    config.max_failures = 1;
    gate->configure(std::make_shared<const Config>(config));
    phone.password = "wrong";
    register_with_credentials(301s);
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_NE(responses[0].bytes.find("stale=true"), std::string::npos);
    phone.nonce = "a nonce of the phone's own making";
    for (int i = 0; i < 3; ++i) {
        server.receive(write({.headers = phone.credentials("REGISTER", "sip:example.com"), .cseq = 2, .branch = "z9hG4bKown" + std::to_string(i)}),
                       at(clock));
        EXPECT_EQ(server.take_status(), 401) << "and it is no wrong password, which would bring 403";
    }
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(gate->suspended(), 0u);
}

TEST_F(Remote, TakesANonceCountOnce) {
    register_with_credentials();
    reply(DigestReply::right);
    EXPECT_EQ(server.take_status(), 202);
    server.receive(write({.call_id = "c2", .headers = phone.credentials("REGISTER", "sip:example.com"), .cseq = 7, .branch = "z9hG4bKother"}),
                   at(clock));
    EXPECT_EQ(server.take_status(), 401) << "the same count with another request";
    EXPECT_EQ(asked.size(), 1u) << "which is known without asking";
}

TEST_F(Remote, RefusesWhatCannotBeAsked) {
    can_ask = false;
    register_with_credentials();
    EXPECT_EQ(server.take_status(), 401);
    EXPECT_EQ(remote->waiting(), 0u);
}

TEST_F(Remote, IsNotAskedAboutWhatIsNoCredentials) {
    phone.algorithm = Algorithm::sha256;
    server.receive(write({.headers = phone.credentials("REGISTER", "sip:example.com")}), at(clock));
    EXPECT_EQ(server.take_status(), 401);
    EXPECT_TRUE(asked.empty()) << "SHA-256 was not offered";
}

TEST_F(Remote, DoesNotLetInWhoIsDisabledHere) {
    users.add("example.com", "alice", "example.com", "secret").enabled = false;
    register_with_credentials();
    reply(DigestReply::right);
    EXPECT_EQ(server.take_status(), 401);
}

TEST_F(Remote, KnowsWhoIsStoredHere) {
    users.add("example.com", "alice", "example.com", "secret");
    register_with_credentials();
    EXPECT_TRUE(remote->stored_here(asked[0].ticket));
    phone.user = "bob";
    register_with_credentials();
    ASSERT_EQ(asked.size(), 2u);
    EXPECT_FALSE(remote->stored_here(asked[1].ticket));
}

// Answers may take seconds: as many passwords as the line carries could be tried meanwhile.
TEST_F(Remote, CountsAttemptsUnderWayForTheLimit) {
    config.max_failures = 3;
    gate->configure(std::make_shared<const Config>(config));
    phone.password = "wrong";
    for (int i = 0; i < 4; ++i) register_with_credentials();
    ASSERT_EQ(asked.size(), 3u);
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_EQ(responses[0].message.status(), 503);
    EXPECT_NE(responses[0].bytes.find("Retry-After: 5\r\n"), std::string::npos);
    reply(DigestReply::right);
    EXPECT_EQ(server.take_status(), 202);
    register_with_credentials();
    EXPECT_EQ(asked.size(), 4u) << "one place is free again";
    for (const std::size_t i : {0u, 1u, 3u})
        if (const auto verdict = remote->on_reply(asked[i].ticket, DigestReply::wrong, at(clock)))
            gate->on_verdict(asked[i].ticket, *verdict, at(clock));
    for (const OwnedMessage& response : server.take()) EXPECT_EQ(response.message.status(), 401);
    register_with_credentials();
    EXPECT_EQ(server.take_status(), 403);
    EXPECT_EQ(asked.size(), 4u);
}

TEST_F(Remote, GivesWayToLocalPasswords) {
    users.add("example.com", "alice", "example.com", "secret");
    register_with_credentials();
    gate->verify_by(*local, asked[0].ticket, at(clock));
    EXPECT_EQ(server.take_status(), 202);
    phone.password = "wrong";
    register_with_credentials();
    gate->verify_by(*local, asked[1].ticket, at(clock));
    EXPECT_EQ(server.take_status(), 401);
    gate->verify_by(*local, asked[1].ticket, at(clock));
    EXPECT_EQ(server.take_status(), 0) << "answered once";
}

}  // namespace
}  // namespace offhook::auth
