#include "offhook/auth/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/auth/server_test.hpp"

namespace offhook::auth {
namespace {

using test::at;
using test::OwnedMessage;
using test::Phone;
using test::RequestParts;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Trust = transaction::Sender::Trust;
using namespace std::chrono_literals;

RequestParts invite() {
    return {.method = "INVITE", .uri = "sip:bob@example.com", .from = "<sip:alice@example.com>;tag=1", .to = "<sip:bob@example.com>"};
}

class Gate : public ::testing::Test {
protected:
    Gate() {
        config.domains = {"example.com", "example.net"};
        config.trusted = {Network::parse("10.0.0.0/8").value()};
        users.add("example.com", "alice", "example.com", "secret");
        users.add("example.com", "bob", "example.com", "secret");
        restart();
    }
    void restart(Authenticator* other = nullptr) {
        server.emplace();
        const auto shared = std::make_shared<const Config>(config);
        digest = std::make_unique<DigestAuthenticator>(shared, users, ledger, NonceKey{7}, SipKey{3, 4}, std::uint16_t{0});
        gate = std::make_unique<AuthenticationHandler>(shared, other != nullptr ? *other : *digest, server->chain, server->observer, SipKey{5, 6},
                                                       std::uint16_t{2}, std::uint16_t{9}, hooks);
        server->chain.add(*gate);
        server->chain.add(sink);
    }
    /// The status that a new transaction of this request gets.
    int status_of(RequestParts parts, const char* source = "192.0.2.7:5060") {
        parts.branch = "z9hG4bK" + std::to_string(++branches);
        server->receive(write(parts), at(now), source);
        const auto responses = server->take();
        if (responses.empty()) return 0;
        if (responses[0].message.status() == 401 || responses[0].message.status() == 407) last_challenge = responses[0].bytes;
        last_response = responses[0].bytes;
        return responses.back().message.status();
    }
    /// The same after a challenge was answered by this phone.
    int answered(RequestParts parts, Phone phone = {}, const char* source = "192.0.2.7:5060") {
        const bool proxy = parts.method != "REGISTER";
        EXPECT_EQ(status_of(parts, source), proxy ? 407 : 401);
        EXPECT_TRUE(phone.take(OwnedMessage(last_challenge).message));
        parts.headers += phone.credentials(parts.method, parts.uri, proxy);
        ++parts.cseq;
        return status_of(parts, source);
    }

    Config config;
    GateHooks hooks;
    test::Users users;
    NonceLedger ledger{{1, 2}, {300s, 1000}, at(0s).utc};
    test::Sink sink;
    std::optional<test::Server> server;
    std::unique_ptr<DigestAuthenticator> digest;
    std::unique_ptr<AuthenticationHandler> gate;
    Duration now = 1s;
    unsigned branches = 0;
    std::string last_challenge, last_response;
};

// §10.2, RFC 4475 §3.3.4: before anybody is asked who he is.
TEST_F(Gate, RefusesRegistrationsOfWhatIsNoAddressOfRecord) {
    for (const char* to : {"isbn:2983792873", "<tel:+4930>"}) EXPECT_EQ(status_of({.from = "<http://www.example.com>;tag=1", .to = to}), 400) << to;
}

TEST_F(Gate, ChallengesWhoSpeaksForAnOwnDomain) {
    EXPECT_EQ(status_of({}), 401);
    EXPECT_EQ(status_of(invite()), 407);
    for (const char* method : {"OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "FROBNICATE"}) {
        RequestParts parts = invite();
        parts.method = method;
        EXPECT_EQ(status_of(parts), 407) << method;
    }
    EXPECT_THAT(sink.passed, IsEmpty());
}

TEST_F(Gate, LetsTheRightPasswordIn) {
    EXPECT_EQ(answered({}), 202);
    EXPECT_EQ(answered(invite()), 202);
    ASSERT_EQ(sink.passed.size(), 2u);
    EXPECT_EQ(sink.passed[1].trust, Trust::authenticated);
    EXPECT_EQ(sink.passed[1].user, "alice");
    EXPECT_EQ(sink.passed[1].domain, "example.com");
}

// RFC 3261 §22.1: an ACK cannot be challenged, a CANCEL must not be.
TEST_F(Gate, NeverChallengesAnAck) {
    RequestParts parts = invite();
    parts.method = "ACK";
    EXPECT_EQ(status_of(parts), 0);
    EXPECT_EQ(sink.passed.size(), 1u);
}

TEST_F(Gate, LetsForeignersInUnknown) {
    RequestParts parts = invite();
    for (const char* from : {"<sip:carol@elsewhere.org>;tag=1", "<tel:+4930123456>;tag=1", "<sip:example.com.elsewhere.org>;tag=1"}) {
        parts.from = from;
        EXPECT_EQ(status_of(parts), 202) << from;
        EXPECT_EQ(sink.passed.back().trust, Trust::unknown);
    }
    parts.from = "<sip:carol@EXAMPLE.net>;tag=1";
    EXPECT_EQ(status_of(parts), 407);
}

// Our bare address stands for the first domain: who calls from it as alice is not to be believed either.
TEST_F(Gate, ChallengesWhoSpeaksForOurOwnAddress) {
    hooks.is_us = [](std::string_view host, std::uint16_t port) { return host == "192.0.2.1" && (port == 0 || port == 5060); };
    restart();
    RequestParts parts = invite();
    parts.from = "<sip:alice@192.0.2.1>;tag=1";
    EXPECT_EQ(answered(parts), 202);
    EXPECT_EQ(sink.passed.back().user, "alice");
    parts.from = "<sip:bob@192.0.2.1:5060>;tag=1";
    EXPECT_EQ(answered(parts), 403);
    parts.from = "<sip:alice@192.0.2.1:5070>;tag=1";
    EXPECT_EQ(status_of(parts), 202);
    EXPECT_EQ(sink.passed.back().trust, Trust::unknown);
}

TEST_F(Gate, BelievesTrustedNetworksExceptForRegistrations) {
    EXPECT_EQ(status_of(invite(), "10.1.2.3:5060"), 202);
    EXPECT_EQ(sink.passed.back().trust, Trust::trusted_network);
    EXPECT_EQ(status_of({}, "10.1.2.3:5060"), 401);
    EXPECT_EQ(answered({}, {}, "10.1.2.3:5060"), 202);
    EXPECT_EQ(sink.passed.back().trust, Trust::authenticated);
    EXPECT_EQ(status_of(invite(), "11.1.2.3:5060"), 407);
}

TEST_F(Gate, RefusesABorrowedFrom) {
    RequestParts parts = invite();
    parts.from = "<sip:bob@example.com>;tag=1";
    EXPECT_EQ(answered(parts), 403);
    parts.from = "<sip:alice@example.net>;tag=1";
    EXPECT_EQ(answered(parts, {.user = "alice@example.com"}), 403);
    parts.from = "<sip:al%69ce@example.com>;tag=1";  // the same name (§19.1.4)
    EXPECT_EQ(answered(parts), 202);
    EXPECT_EQ(server->observer.causes,
              (std::vector{Cause::not_authenticated, Cause::forbidden, Cause::not_authenticated, Cause::forbidden, Cause::not_authenticated}));
}

TEST_F(Gate, LetsAUserRegisterOnlyItsOwnAddress) {
    EXPECT_EQ(answered({.to = "<sip:bob@example.com>"}), 403);
    EXPECT_EQ(answered({.from = "<sip:bob@example.com>;tag=1", .to = "<sip:alice@example.com>"}), 403);
    EXPECT_EQ(answered({.from = "<sip:bob@example.com>;tag=1", .to = "<sip:bob@example.com>"}, {.user = "bob"}), 202);
    // Third-party registration: with alice's credentials, for alice's address.
    EXPECT_EQ(answered({.from = "<sip:secretary@elsewhere.org>;tag=1"}), 202);
    EXPECT_EQ(answered({.from = "<sip:secretary@elsewhere.org>;tag=1", .to = "<sip:bob@example.com>"}, {.user = "alice@example.com"}), 403);
}

TEST_F(Gate, ChallengesARegistrationWhateverTagItBears) {
    EXPECT_EQ(status_of({.to = "<sip:alice@example.com>;tag=forged"}), 401);
    EXPECT_EQ(status_of({.from = "<sip:x@elsewhere.org>;tag=1", .to = "<sip:alice@example.com>;tag=forged"}), 401);
}

TEST_F(Gate, LetsRequestsInDialogsPassIfTheDialogIsKnown) {
    RequestParts parts = invite();
    parts.to += ";tag=2";
    EXPECT_EQ(status_of(parts), 202);
    EXPECT_EQ(sink.passed.back().trust, Trust::unknown);
    hooks.in_dialog = [](const message::Message& m) { return m.value(message::HeaderId::call_id) == "known"; };
    restart();
    EXPECT_EQ(status_of(parts), 407);
    parts.call_id = "known";
    EXPECT_EQ(status_of(parts), 202);
}

TEST_F(Gate, LetsASpiralPassUnasked) {
    hooks.is_spiral = [](const message::Message& m) { return m.request_uri() == "sip:spiral@example.com"; };
    restart();
    RequestParts parts = invite();
    parts.uri = "sip:spiral@example.com";
    EXPECT_EQ(status_of(parts), 202);
    EXPECT_EQ(sink.passed.back().trust, Trust::unknown);
    EXPECT_EQ(status_of({.uri = "sip:spiral@example.com"}), 401);  // not for REGISTER
}

// A wrong password and an unknown name get the same octets, but for nonce and tag.
TEST_F(Gate, AnswersWrongPasswordsAndUnknownNamesIdentically) {
    const auto refusal = [&](const Phone& phone, const char* address) {
        RequestParts parts{.from = std::string("<sip:") + address + ">;tag=0123456789abcdef", .to = std::string("<sip:") + address + ">"};
        EXPECT_EQ(answered(parts, phone), 401);
        std::string text = last_response;
        const auto blank = [&text](std::string_view from, std::size_t size) {
            for (auto p = text.find(from); p != std::string::npos; p = text.find(from, p + 1)) text.replace(p + from.size(), size, "*");
        };
        blank("nonce=\"", NonceMint::size);
        blank(">;tag=", 16);
        blank("branch=z9hG4bK", std::to_string(branches).size());
        for (auto p = text.find(address); p != std::string::npos; p = text.find(address)) text.replace(p, std::string_view(address).size(), "?");
        return text;
    };
    const std::string wrong = refusal({.password = "wrong"}, "alice@example.com"), unknown = refusal({.user = "nobody"}, "nobody@example.com");
    EXPECT_EQ(wrong, unknown);
    EXPECT_EQ(wrong.find("stale"), std::string::npos);
}

TEST_F(Gate, SaysStaleWhenOnlyTheNonceIsOld) {
    RequestParts parts;
    EXPECT_EQ(status_of(parts), 401);
    Phone phone;
    ASSERT_TRUE(phone.take(OwnedMessage(last_challenge).message));
    parts.headers = phone.credentials(parts.method, parts.uri);
    now += 400s;
    EXPECT_EQ(status_of(parts), 401);
    EXPECT_NE(last_challenge.find("stale=true"), std::string::npos);
}

TEST_F(Gate, SaysUnavailableWhileNobodyCanTell) {
    users.is_loaded = false;
    EXPECT_EQ(answered({}), 503);
    EXPECT_EQ(server->observer.causes.back(), Cause::authentication_unavailable);
    EXPECT_NE(last_response.find("Retry-After: 5\r\n"), std::string::npos);
}

TEST_F(Gate, PausesAPairOfNameAndSourceThatFailsTooOften) {
    config.max_failures = 3;
    restart();
    for (const char* name : {"alice", "nobody"}) {
        const Phone wrong{.user = name, .password = "wrong"}, right{.user = name};
        for (int i = 0; i < 3; ++i) EXPECT_EQ(answered({}, wrong), 401) << name;
        EXPECT_EQ(answered({}, right), 403) << name;
        EXPECT_EQ(server->observer.causes.back(), Cause::paused);
        EXPECT_NE(last_response.find("Retry-After: 60\r\n"), std::string::npos);
    }
    EXPECT_EQ(answered({}, {}, "192.0.2.8:5060"), 202);  // another source
    EXPECT_EQ(answered({.from = "<sip:bob@example.com>;tag=1", .to = "<sip:bob@example.com>"}, {.user = "bob"}), 202);
    now += 61s;
    EXPECT_EQ(answered({}), 202);
}

TEST_F(Gate, ForgetsFailuresAfterASuccessAndAfterTheWindow) {
    config.max_failures = 2;
    restart();
    EXPECT_EQ(answered({}, {.password = "wrong"}), 401);
    EXPECT_EQ(answered({}), 202);
    EXPECT_EQ(answered({}, {.password = "wrong"}), 401);
    now += 61s;
    EXPECT_EQ(answered({}, {.password = "wrong"}), 401);
    EXPECT_EQ(answered({}), 202);
}

/// Answers when the test says so.
class SlowAuthenticator final : public Authenticator {
public:
    void append_challenges(std::string& out, std::string_view, bool proxy, bool, Now) override {
        out += proxy ? "Proxy-Authenticate: Slow x=\"y\"\r\n" : "WWW-Authenticate: Slow x=\"y\"\r\n";
    }
    std::optional<Verdict> verify(const message::Message&, std::string_view, bool, Ticket ticket, Now) override {
        tickets.push_back(ticket);
        return std::nullopt;
    }
    [[nodiscard]] bool has_credentials(const message::Message&, std::string_view, bool) const override { return true; }
    std::vector<Ticket> tickets;
};

TEST_F(Gate, WaitsForALateVerdict) {
    SlowAuthenticator slow;
    restart(&slow);
    EXPECT_EQ(status_of(invite()), 0);
    EXPECT_EQ(status_of({}), 0);
    EXPECT_EQ(status_of({}), 0);
    ASSERT_EQ(slow.tickets.size(), 3u);
    EXPECT_EQ(slow.tickets[0].shard, 2);
    EXPECT_EQ(slow.tickets[0].kind, 9);
    EXPECT_EQ(gate->suspended(), 3u);

    gate->on_verdict(slow.tickets[0], Identity{"alice", "example.com"}, at(2s));
    EXPECT_EQ(server->take_status(), 202);
    gate->on_verdict(slow.tickets[0], Identity{"alice", "example.com"}, at(2s));  // a second answer is dropped
    EXPECT_EQ(server->take_status(), 0);
    gate->on_verdict(slow.tickets[1], Refused{}, at(2s));
    EXPECT_EQ(server->take_status(), 401);
    gate->on_verdict(slow.tickets[2], Unavailable{}, at(2s));
    EXPECT_EQ(server->take_status(), 503);
    EXPECT_EQ(gate->suspended(), 0u);
    EXPECT_EQ(sink.passed.size(), 1u);
    EXPECT_EQ(server->layer.request_count(), 0u);
}

// Design rule 3: 200, then 487, and nothing is forwarded afterwards.
TEST_F(Gate, GivesUpAWaitingInviteThatIsCancelled) {
    SlowAuthenticator slow;
    restart(&slow);
    RequestParts parts = invite();
    server->receive(write(parts), at(1s));
    parts.method = "CANCEL";
    server->receive(write(parts), at(2s));
    EXPECT_EQ(server->take_status(), 200);
    ASSERT_EQ(server->cancelled.size(), 1u);
    EXPECT_TRUE(gate->on_cancel(server->cancelled[0].first, at(2s)));
    EXPECT_EQ(server->take_status(), 487);
    EXPECT_FALSE(gate->on_cancel(server->cancelled[0].first, at(2s)));
    gate->on_verdict(slow.tickets[0], Identity{"alice", "example.com"}, at(3s));
    EXPECT_THAT(sink.passed, IsEmpty());
    EXPECT_EQ(server->take_status(), 0);
}

TEST_F(Gate, AnswersWhatItStillKeepsWhenItEnds) {
    SlowAuthenticator slow;
    restart(&slow);
    EXPECT_EQ(status_of({}), 0);
    gate.reset();
    EXPECT_EQ(server->take_status(), 500);
}

}  // namespace
}  // namespace offhook::auth
