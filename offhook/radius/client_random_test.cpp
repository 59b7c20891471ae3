// The client machine against servers that lose, repeat, delay and forge packets, die and come back: whatever happens, each question is
// answered exactly once, with what was said to it, and the records of a session come in order.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "offhook/radius/server_test.hpp"

namespace offhook::radius {
namespace {

using namespace test;

struct Flight {
    std::uint16_t server, port;
    std::string octets;
    bool to_server;
};

class World {
public:
    World(ClientConfig config, std::uint32_t seed)
        : random_(seed), config_(config), client_(config, {seed, 7}), alive_(config.secrets.size(), true) {}

    void run(std::uint32_t questions) {
        while (asked_ < questions || client_.pending() != 0 || !flights_.empty()) {
            ASSERT_LT(++turns_, 2'000'000u) << "it goes on for ever";
            std::optional<Duration> next = asked_ < questions ? std::optional(ask_at_) : std::nullopt;
            if (!flights_.empty()) next = std::min(next.value_or(Duration::max()), flights_.begin()->first);
            if (const auto due = client_.next_due()) next = std::min(next.value_or(Duration::max()), due->time_since_epoch());
            ASSERT_TRUE(next) << "questions are pending, and nothing will ever happen";
            clock_ = std::max(clock_, *next);
            if (asked_ < questions && ask_at_ <= clock_) ask();
            while (!flights_.empty() && flights_.begin()->first <= clock_) {
                const Flight flight = flights_.begin()->second;
                flights_.erase(flights_.begin());
                arrive(flight);
            }
            client_.on_time(at(clock_), actions_);
            carry_out();
        }
        EXPECT_FALSE(client_.next_due());
        EXPECT_EQ(outcomes_.size(), questions);
    }
    [[nodiscard]] std::size_t answered() const { return answered_; }

private:
    bool chance(unsigned percent) { return random_() % 100 < percent; }
    Duration some(unsigned milliseconds) { return std::chrono::milliseconds(random_() % milliseconds); }

    void ask() {
        const std::uint32_t number = asked_++;
        ask_at_ = clock_ + (chance(90) ? some(30) : some(20'000));
        const std::string session = config_.request == Code::accounting_request ? "s" + std::to_string(random_() % 40) : "";
        if (!session.empty()) session_of_[number] = session;
        client_.ask({{0, 0, {number, 1}}, user(std::to_string(number)), session}, at(clock_), actions_);
        carry_out();
        if (chance(1)) alive_[random_() % alive_.size()] = !alive_[random_() % alive_.size()];
        if (!chance(2)) return;
        client_.on_unreachable(static_cast<std::uint16_t>(random_() % alive_.size()), at(clock_), actions_);
        carry_out();
    }

    void carry_out() {
        Actions actions;
        std::swap(actions, actions_);
        for (Action& action : actions) {
            if (action.kind == Action::Kind::send) launch({action.server, action.port, std::move(action.octets), true});
            if (action.kind == Action::Kind::complete) complete(action);
        }
    }
    void launch(Flight flight) {
        if (chance(10)) return;
        if (chance(5)) flights_.emplace(clock_ + some(40'000), flight);
        flights_.emplace(clock_ + (chance(95) ? some(100) : some(6'000)), std::move(flight));
    }

    void complete(const Action& action) {
        const std::uint32_t number = action.ticket.handle.slot;
        EXPECT_TRUE(outcomes_.emplace(number, action.outcome).second) << "answered twice: " << number;
        if (action.outcome != Outcome::answered) return;
        ++answered_;
        EXPECT_EQ(find(action.octets, Type::reply_message), std::to_string(number)) << "another question's answer";
        check_over_before(number);
    }

    void arrive(const Flight& flight) {
        if (!flight.to_server) {
            client_.on_datagram(flight.server, flight.port, flight.octets, at(clock_), actions_);
            return carry_out();
        }
        const std::string& secret = config_.secrets[flight.server];
        EXPECT_TRUE(genuine_request(flight.octets, secret));
        const auto packet = read_packet(flight.octets);
        const std::string name(find(packet->attributes(), Type::user_name).value());
        check_order(static_cast<std::uint32_t>(std::stoul(name)));
        if (!alive_[flight.server]) return;
        const Code code = config_.request == Code::accounting_request ? Code::accounting_response : Code::access_accept;
        const std::string reply = attributes(std::move(AttributeWriter().add(Type::reply_message, name)));
        launch({flight.server, flight.port, answer(flight.octets, secret, code, reply), false});
        if (chance(5)) launch({flight.server, flight.port, answer(flight.octets, "forged", code, reply), false});
    }

    // A record is on the way for the first time only when all before it in its session are over.
    void check_order(std::uint32_t number) {
        if (arrived_.insert(number).second) check_over_before(number);
    }

    void check_over_before(std::uint32_t number) {
        const auto session = session_of_.find(number);
        if (session == session_of_.end()) return;
        for (const auto& [other, key] : session_of_)
            EXPECT_TRUE(key != session->second || other >= number || outcomes_.contains(other)) << other << " before " << number;
    }

    std::mt19937 random_;
    ClientConfig config_;
    Client client_;
    Actions actions_;
    Duration clock_{}, ask_at_{};
    std::uint32_t asked_ = 0, turns_ = 0;
    std::size_t answered_ = 0;
    std::vector<bool> alive_;
    std::multimap<Duration, Flight> flights_;
    std::map<std::uint32_t, Outcome> outcomes_;
    std::map<std::uint32_t, std::string> session_of_;
    std::set<std::uint32_t> arrived_;
};

class RadiusRandomWorld : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(RadiusRandomWorld, AnswersEachQuestionOnce) {
    ClientConfig config{.secrets = {"one", "two", "three"}, .pause = 10s, .ports = 1};
    World world(config, GetParam());
    world.run(1'500);
    EXPECT_GT(world.answered(), 100u);
}

TEST_P(RadiusRandomWorld, KeepsRecordsInOrder) {
    ClientConfig config{.request = Code::accounting_request, .secrets = {"one", "two"}, .pause = 5s, .ports = 1, .queue = 300};
    World world(config, GetParam());
    world.run(1'000);
    EXPECT_GT(world.answered(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RadiusRandomWorld, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace offhook::radius
