// The client machine in virtual time: when it sends what to whom, what it takes for an answer, when it gives up.
#include "offhook/radius/client.hpp"

#include <gtest/gtest.h>

#include <map>

#include "offhook/radius/server_test.hpp"

namespace offhook::radius {
namespace {

using namespace test;
using Kind = Action::Kind;

class Driver {
public:
    explicit Driver(ClientConfig config, SipKey key = {1, 2}) : client(config, key), secrets(config.secrets) {}

    void ask(std::uint32_t number, std::string session = {}) {
        client.ask({{0, 0, {number, 1}}, user("user" + std::to_string(number)), std::move(session)}, now(), actions);
        sort();
    }
    /// Lets the time go on to this instant; what is sent on the way is kept with when it was.
    void run_to(Duration until) {
        while (const auto due = client.next_due()) {
            if (*due > Instant(until)) break;
            clock = std::max(clock, due->time_since_epoch());
            client.on_time(now(), actions);
            sort();
        }
        clock = until;
    }
    struct Sending {
        Duration when;
        std::uint16_t server, port;
        std::string octets;
    };
    void answer_to(const Sending& sending, Code code = Code::access_accept, std::string_view attributes = {}) {
        deliver(sending, answer(sending.octets, secrets[sending.server], code, attributes));
    }
    /// What was sent to this server, and what is sent to it because of that.
    void answer_all_at(std::uint16_t server) {
        for (std::size_t i = 0; i < sent.size(); ++i)
            if (sent[i].server == server) answer_to(Sending(sent[i]));
    }
    void deliver(const Sending& sending, const std::string& octets) {
        client.on_datagram(sending.server, sending.port, octets, now(), actions);
        sort();
    }
    void unreachable(std::uint16_t server) {
        client.on_unreachable(server, now(), actions);
        sort();
    }
    [[nodiscard]] Now now() const { return at(clock); }
    [[nodiscard]] std::uint64_t dropped(PacketError error) const { return client.counters().dropped[static_cast<std::size_t>(error)]; }

    Client client;
    std::vector<std::string> secrets;
    Duration clock{};
    std::vector<Sending> sent;
    std::map<std::uint32_t, std::vector<Action>> done;  ///< by the number asked with
    std::vector<std::pair<Kind, std::uint16_t>> turns;  ///< servers that died or came back
    std::vector<std::pair<std::uint16_t, PacketError>> told;

private:
    void sort() {
        for (Action& action : actions) {
            if (action.kind == Kind::send)
                sent.push_back({clock, action.server, action.port, std::move(action.octets)});
            else if (action.kind == Kind::complete)
                done[action.ticket.handle.slot].push_back(std::move(action));
            else if (action.kind == Kind::dropped)
                told.emplace_back(action.server, action.error);
            else
                turns.emplace_back(action.kind, action.server);
        }
        actions.clear();
    }
    Actions actions;
};

ClientConfig one_server() { return {.secrets = {"secret"}, .attempts = 5, .deadline = 30s}; }
ClientConfig two_servers() { return {.secrets = {"first", "second"}, .attempts = 2, .deadline = 20s}; }

Outcome only_outcome(const Driver& driver, std::uint32_t number) {
    const auto found = driver.done.find(number);
    if (found == driver.done.end() || found->second.size() != 1) throw std::runtime_error("not completed once: " + std::to_string(number));
    return found->second[0].outcome;
}

std::uint8_t identifier_of(const Driver::Sending& sending) { return read_packet(sending.octets)->identifier; }
std::string user_of(const std::string& octets) { return std::string(find(read_packet(octets)->attributes(), Type::user_name).value()); }

TEST(RadiusClient, SendsARequestAndTakesItsAnswer) {
    Driver driver(one_server());
    driver.ask(1);
    ASSERT_EQ(driver.sent.size(), 1u);
    EXPECT_TRUE(genuine_request(driver.sent[0].octets, "secret"));
    EXPECT_EQ(user_of(driver.sent[0].octets), "user1");
    driver.answer_to(driver.sent[0], Code::access_reject, user("x"));
    ASSERT_EQ(only_outcome(driver, 1), Outcome::answered);
    EXPECT_EQ(driver.done[1][0].code, Code::access_reject);
    EXPECT_EQ(find(driver.done[1][0].octets, Type::user_name), "x");
    EXPECT_EQ(driver.client.pending(), 0u);
    EXPECT_FALSE(driver.client.next_due());
}

TEST(RadiusClient, DrawsEachAuthenticatorAnew) {
    Driver driver(one_server()), other(one_server(), {3, 4});
    std::map<std::string, int> seen;
    for (std::uint32_t i = 0; i < 200; ++i) driver.ask(i), other.ask(i);
    for (const Driver* d : {&driver, &other})
        for (const auto& sending : d->sent) ++seen[std::string(read_packet(sending.octets)->authenticator())];
    EXPECT_EQ(seen.size(), 400u);
}

// RFC 5080 §2.2.1: 2 s, then each timeout is twice the one before, each ± a tenth, and at most MRT.
TEST(RadiusClient, RetransmitsWithBackoffAndJitter) {
    std::map<Duration, int> first;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        ClientConfig config = one_server();
        config.longest_timeout = 5s;
        Driver driver(config, {seed, seed});
        driver.ask(1);
        driver.run_to(29s);
        ASSERT_EQ(driver.sent.size(), 5u);
        Duration last{};
        for (std::size_t i = 1; i < 5; ++i) {
            EXPECT_EQ(driver.sent[i].octets, driver.sent[0].octets) << "the same packet, the same identifier";
            const Duration timeout = driver.sent[i].when - driver.sent[i - 1].when;
            const auto [least, most] = i == 1   ? std::pair<Duration, Duration>(1800ms, 2200ms)
                                       : i == 2 ? std::pair<Duration, Duration>(last * 19 / 10, last * 21 / 10)
                                                : std::pair<Duration, Duration>(4500ms, 5500ms);
            EXPECT_TRUE(timeout >= least && timeout <= most) << i << ": " << timeout.count();
            last = timeout;
        }
        ++first[driver.sent[1].when];
        EXPECT_EQ(only_outcome(driver, 1), Outcome::no_answer);
    }
    EXPECT_GT(first.size(), 20u) << "jitter";
}

TEST(RadiusClient, GivesUpAtTheDeadline) {
    ClientConfig config = one_server();
    config.deadline = 5s;
    Driver driver(config);
    driver.ask(1);
    driver.run_to(5s - 1us);
    EXPECT_TRUE(driver.done.empty());
    driver.run_to(5s);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::no_answer);
    EXPECT_EQ(driver.client.pending(), 0u);
    EXPECT_FALSE(driver.client.next_due());
}

TEST(RadiusClient, GoesOnToTheNextServer) {
    Driver driver(two_servers());
    driver.ask(1);
    driver.run_to(7s);
    ASSERT_GE(driver.sent.size(), 3u);
    EXPECT_EQ(driver.sent[1].server, 0);
    EXPECT_EQ(driver.sent[2].server, 1);
    EXPECT_TRUE(genuine_request(driver.sent[2].octets, "second"));
    driver.answer_to(driver.sent[0]);
    EXPECT_TRUE(driver.done.empty()) << "too late: the request is at the other server";
    EXPECT_EQ(driver.dropped(PacketError::not_asked), 1u);
    driver.answer_to(driver.sent[2]);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::answered);
}

TEST(RadiusClient, EndsWhenNoServerAnswered) {
    Driver driver(two_servers());
    driver.ask(1);
    driver.run_to(19s);
    EXPECT_EQ(driver.sent.size(), 4u);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::no_answer);
}

TEST(RadiusClient, GoesOnAtOnceWhereNobodyListens) {
    Driver driver(two_servers());
    driver.ask(1);
    driver.ask(2);
    driver.unreachable(0);
    ASSERT_EQ(driver.sent.size(), 4u);
    EXPECT_EQ(driver.sent[2].server, 1);
    EXPECT_EQ(driver.sent[3].server, 1);
    driver.unreachable(1);
    EXPECT_TRUE(driver.done.empty()) << "there is no other server: it may be back in time";
    driver.run_to(20s);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::no_answer);
    EXPECT_EQ(only_outcome(driver, 2), Outcome::no_answer);
}

TEST(RadiusClient, CountsOneFailureWhereNobodyListens) {
    Driver driver(two_servers());  // three failures make a server dead
    for (std::uint32_t i = 0; i < 10; ++i) driver.ask(i);
    driver.unreachable(0);
    EXPECT_EQ(driver.client.state(0), Breaker::State::up);
    EXPECT_EQ(driver.client.counters().unanswered, 1u);
    for (std::uint32_t i = 10; i < 12; ++i) {
        driver.ask(i);
        driver.unreachable(0);
    }
    EXPECT_EQ(driver.client.state(0), Breaker::State::dead);
}

TEST(RadiusClient, GoesOnUntilTheDeadlineWhereTheOnlyServerIsNotThere) {
    ClientConfig config = one_server();
    config.attempts = 2;
    config.longest_timeout = 2s;
    Driver driver(config);
    for (std::uint32_t i = 0; i < 10; ++i) driver.ask(i);
    for (Duration t = 0s; t < 20s; t += 1s) {
        driver.run_to(t);
        driver.unreachable(0);
    }
    EXPECT_EQ(driver.client.state(0), Breaker::State::up);
    driver.ask(10);
    driver.unreachable(0);
    driver.run_to(25s);
    EXPECT_TRUE(driver.done.empty());
    driver.answer_all_at(0);
    for (std::uint32_t i = 0; i <= 10; ++i) EXPECT_EQ(only_outcome(driver, i), Outcome::answered);
}

TEST(RadiusClient, EndsATrialAtOnceWhereNobodyListens) {
    ClientConfig config = one_server();
    config.failures = 1;
    config.attempts = 1;
    Driver driver(config);
    driver.ask(1);
    driver.run_to(40s);
    driver.ask(2);
    ASSERT_EQ(driver.client.state(0), Breaker::State::probing);
    driver.unreachable(0);
    EXPECT_EQ(only_outcome(driver, 2), Outcome::no_answer);
    EXPECT_EQ(driver.client.state(0), Breaker::State::dead);
}

TEST(RadiusClient, TellsOfTheFirstThatIsDroppedForEachReason) {
    Driver driver(two_servers());
    driver.ask(1);
    const Driver::Sending sending = driver.sent[0];
    for (int i = 0; i < 3; ++i) driver.deliver(sending, answer(sending.octets, "another secret", Code::access_accept));
    driver.deliver(sending, "");
    EXPECT_EQ(driver.told, (std::vector<std::pair<std::uint16_t, PacketError>>{{0, PacketError::wrong_authenticator}, {0, PacketError::too_short}}));
    driver.deliver({sending.when, 1, sending.port, sending.octets}, "");
    EXPECT_EQ(driver.told.back(), (std::pair<std::uint16_t, PacketError>{1, PacketError::too_short})) << "of each server";
}

TEST(RadiusClient, DropsWhatIsNoAnswer) {
    Driver driver(two_servers());
    driver.ask(1);
    const Driver::Sending sending = driver.sent[0];
    driver.deliver(sending, "");
    EXPECT_EQ(driver.dropped(PacketError::too_short), 1u);
    driver.deliver(sending, answer(sending.octets, "second", Code::access_accept));
    EXPECT_EQ(driver.dropped(PacketError::wrong_authenticator), 1u);
    driver.deliver(sending, sending.octets);
    driver.answer_to(sending, Code::accounting_response);
    EXPECT_EQ(driver.dropped(PacketError::not_asked), 2u) << "codes that answer no Access-Request";
    driver.answer_to({sending.when, 0, static_cast<std::uint16_t>(sending.port ^ 1), sending.octets});
    driver.answer_to({sending.when, 1, sending.port, sending.octets});
    EXPECT_EQ(driver.dropped(PacketError::not_asked), 4u) << "another port, another server";
    EXPECT_TRUE(driver.done.empty());
    driver.answer_to(sending);
    driver.answer_to(sending);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::answered);
    EXPECT_EQ(driver.dropped(PacketError::not_asked), 5u) << "the second one of two";
}

TEST(RadiusClient, DropsAnswersToAnEarlierUseOfAnIdentifier) {
    ClientConfig config = one_server();
    config.ports = 1;
    Driver driver(config);
    driver.ask(0);
    const Driver::Sending first = driver.sent[0];
    driver.answer_to(first);
    for (std::uint32_t i = 1; i <= 256; ++i) driver.ask(i);
    ASSERT_EQ(driver.sent.size(), 257u);
    EXPECT_EQ(identifier_of(driver.sent[256]), identifier_of(first)) << "RFC 5080 §2.2.2: least recently used first";
    driver.answer_to(first);
    EXPECT_EQ(driver.done.size(), 1u);
    EXPECT_EQ(driver.dropped(PacketError::wrong_authenticator), 1u);
}

TEST(RadiusClient, LetsRequestsWaitForAnIdentifier) {
    ClientConfig config = one_server();
    config.ports = 2;
    Driver driver(config);
    for (std::uint32_t i = 0; i < 515; ++i) driver.ask(i);
    EXPECT_EQ(driver.sent.size(), 512u);
    std::map<std::pair<std::uint16_t, std::uint8_t>, int> uses;
    for (const auto& sending : driver.sent) ++uses[{sending.port, identifier_of(sending)}];
    EXPECT_EQ(uses.size(), 512u);
    driver.answer_to(driver.sent[100]);
    ASSERT_EQ(driver.sent.size(), 513u);
    EXPECT_EQ(user_of(driver.sent[512].octets), "user512");
    EXPECT_EQ(identifier_of(driver.sent[512]), identifier_of(driver.sent[100]));
    driver.run_to(30s);
    for (std::uint32_t i = 0; i < 515; ++i) EXPECT_EQ(only_outcome(driver, i), i == 100 ? Outcome::answered : Outcome::no_answer) << i;
}

TEST(RadiusClient, RefusesMoreThanItMayHave) {
    ClientConfig config = one_server();
    config.queue = 3;
    Driver driver(config);
    for (std::uint32_t i = 0; i < 4; ++i) driver.ask(i);
    EXPECT_EQ(only_outcome(driver, 3), Outcome::too_many);
    driver.answer_to(driver.sent[0]);
    driver.ask(4);
    EXPECT_EQ(driver.sent.size(), 4u);
}

TEST(RadiusClient, LeavesADeadServerAloneAndTriesItAgain) {
    ClientConfig config = two_servers();
    config.failures = 2;
    config.pause = 60s;
    Driver driver(config);
    driver.ask(1);
    driver.ask(2);
    driver.run_to(7s);
    EXPECT_EQ(driver.turns, (std::vector<std::pair<Kind, std::uint16_t>>{{Kind::down, 0}}));
    EXPECT_EQ(driver.client.state(0), Breaker::State::dead);
    driver.answer_all_at(1);
    driver.sent.clear();
    driver.ask(3);
    ASSERT_EQ(driver.sent.size(), 1u);
    EXPECT_EQ(driver.sent[0].server, 1) << "at once";
    driver.answer_to(driver.sent[0]);

    driver.run_to(80s);
    driver.sent.clear();
    driver.ask(4);
    driver.ask(5);
    ASSERT_EQ(driver.sent.size(), 2u);
    EXPECT_EQ(driver.sent[0].server, 0) << "the trial";
    EXPECT_EQ(driver.sent[1].server, 1) << "one request only";
    driver.run_to(83s);
    for (std::size_t i = 1; i < driver.sent.size(); ++i) EXPECT_EQ(driver.sent[i].server, 1) << "a trial is sent once, then it goes on";
    driver.answer_all_at(1);
    EXPECT_EQ(only_outcome(driver, 4), Outcome::answered);
    EXPECT_EQ(only_outcome(driver, 5), Outcome::answered);

    driver.run_to(150s);
    driver.sent.clear();
    driver.turns.clear();
    driver.ask(6);
    ASSERT_EQ(driver.sent[0].server, 0);
    driver.answer_to(driver.sent[0]);
    EXPECT_EQ(driver.turns, (std::vector<std::pair<Kind, std::uint16_t>>{{Kind::up, 0}}));
    driver.ask(7);
    EXPECT_EQ(driver.sent.back().server, 0);
}

TEST(RadiusClient, SaysAtOnceThatEveryServerIsDead) {
    ClientConfig config = one_server();
    config.attempts = 1;
    config.failures = 1;
    Driver driver(config);
    driver.ask(1);
    driver.run_to(3s);
    driver.ask(2);
    EXPECT_EQ(only_outcome(driver, 2), Outcome::all_dead);
    driver.run_to(33s);
    driver.ask(3);
    driver.ask(4);
    EXPECT_EQ(only_outcome(driver, 4), Outcome::all_dead) << "while the trial is under way";
    driver.run_to(36s);
    EXPECT_EQ(only_outcome(driver, 3), Outcome::no_answer);
}

TEST(RadiusClient, MovesThoseThatWaitAwayFromADeadServer) {
    ClientConfig config = two_servers();
    config.ports = 1;
    config.failures = 1;
    Driver driver(config);
    for (std::uint32_t i = 0; i < 300; ++i) driver.ask(i);
    EXPECT_EQ(driver.sent.size(), 256u);
    driver.run_to(9s);
    driver.answer_all_at(1);
    for (std::uint32_t i = 0; i < 300; ++i) EXPECT_EQ(only_outcome(driver, i), Outcome::answered) << i;
}

ClientConfig accounting() { return {.request = Code::accounting_request, .secrets = {"secret"}, .attempts = 2, .deadline = 8s}; }

TEST(RadiusClient, KeepsTheOrderOfASession) {
    Driver driver(accounting());
    driver.ask(1, "call");
    driver.ask(2, "call");
    driver.ask(3, "other");
    driver.ask(4, "call");
    ASSERT_EQ(driver.sent.size(), 2u);
    EXPECT_TRUE(genuine_request(driver.sent[0].octets, "secret"));
    EXPECT_EQ(user_of(driver.sent[1].octets), "user3");
    driver.answer_to(driver.sent[0], Code::accounting_response);
    ASSERT_EQ(driver.sent.size(), 3u);
    EXPECT_EQ(user_of(driver.sent[2].octets), "user2");
    driver.answer_to(driver.sent[2], Code::accounting_response);
    driver.answer_to(driver.sent[3], Code::accounting_response);
    driver.ask(5, "call");
    EXPECT_EQ(driver.sent.size(), 5u) << "nothing is left of the session";
    for (const std::uint32_t number : {1u, 2u, 4u}) EXPECT_EQ(only_outcome(driver, number), Outcome::answered);
}

TEST(RadiusClient, FailsWhatIsBehindAFailure) {
    Driver driver(accounting());
    driver.ask(1, "call");
    driver.ask(2, "call");
    driver.ask(3, "call");
    driver.run_to(8s);
    EXPECT_EQ(only_outcome(driver, 1), Outcome::no_answer);
    EXPECT_EQ(only_outcome(driver, 2), Outcome::earlier_failed);
    EXPECT_EQ(only_outcome(driver, 3), Outcome::earlier_failed);
    EXPECT_EQ(driver.client.pending(), 0u);
    driver.ask(4, "call");
    EXPECT_EQ(user_of(driver.sent.back().octets), "user4");
}

}  // namespace
}  // namespace offhook::radius
