// Random sequences of events: nothing crashes, and whatever happened, in the end no transaction, timer or request is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "offhook/transaction/world_test.hpp"

namespace offhook::transaction {
namespace {

/// Peers without manners: any message at any time, any of them lost, doubled or late, users that answer, wait or forget.
class Chaos : public World {
public:
    Chaos(std::uint32_t seed, transport::Protocol protocol) : World(protocol), random_(seed) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i) step();
        requests.clear();  // whatever was forgotten gets its 500
        acks.clear();
        for (const ClientId id : clients_) layer.abandon(id);
        drain();
    }

private:
    [[nodiscard]] std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    template <class T>
    [[nodiscard]] const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }

    void step() {
        switch (below(9)) {
            case 0:
            case 1: return peer_sends();
            case 2:
            case 3: return user_answers();
            case 4: return user_starts();
            case 5: return peer_answers();
            case 6: return user_cancels();
            case 7: return sender_fails();
            default: run_until(sender.now + Duration(static_cast<Duration::rep>(below(3) == 0 ? below(40'000'000) : below(1'000'000))));
        }
    }

    void peer_sends() {
        const auto method = pick<std::string_view>({"INVITE", "INVITE", "ACK", "CANCEL", "OPTIONS", "BYE"});
        const auto branch = pick<std::string_view>({";branch=z9hG4bKa", ";branch=z9hG4bKb;rport", "", ";branch=old"});
        receive(request(method, {.branch = branch, .to_tag = pick<std::string_view>({"", "b"})}));
    }

    void user_answers() {
        if (requests.empty()) return;
        const std::size_t i = below(requests.size());
        const int status = pick<int>({100, 180, 200, 200, 302, 408, 486, 500, 603});
        const Calling calling(*this);
        if (below(2) == 0) layer.respond(*requests[i], status, now());
        else layer.respond(requests[i]->transaction, status, response(requests[i]->bytes, status), now());
        if (below(3) == 0) requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(i));
        if (below(4) == 0) acks.clear();
    }

    void user_starts() {
        const Calling calling(*this);
        clients_.push_back(start(pick<std::string_view>({"INVITE", "OPTIONS", "BYE"})));
    }

    void peer_answers() {
        std::vector<const Sent*> asked;
        for (const Sent& s : sender.sent)
            if (s.tag.kind == transport::SendTag::Kind::client_transaction && !s.bytes.starts_with("ACK")) asked.push_back(&s);
        if (asked.empty()) return;
        receive(response(pick(asked)->bytes, pick<int>({100, 180, 200, 200, 302, 486, 487, 603}), pick<std::string_view>({"x", "y"})));
    }

    void user_cancels() {
        if (clients_.empty()) return;
        const Calling calling(*this);
        const ClientId id = pick(clients_);
        if (below(4) == 0) layer.abandon(id);
        else layer.cancel(id, "", now());
    }

    void sender_fails() {
        if (sender.sent.empty() || below(3) != 0) return;
        layer.on_send_failure(pick(sender.sent).tag, transport::SendError::closed, now());
    }

    /// While a user calls the layer, the layer must not call a user.
    struct Calling {
        explicit Calling(Chaos& c) : chaos(c) { ++chaos.calling_; }
        ~Calling() { --chaos.calling_; }
        Calling(const Calling&) = delete;
        Calling& operator=(const Calling&) = delete;
        Chaos& chaos;
    };
    void on_failure(ClientId id, Handle cookie, Failure failure, Now at) override {
        EXPECT_EQ(calling_, 0);
        World::on_failure(id, cookie, failure, at);
    }
    void on_terminated(ClientId id, Handle cookie, Now at) override {
        EXPECT_EQ(calling_, 0);
        World::on_terminated(id, cookie, at);
    }

    void on_response(ClientId id, Handle cookie, const message::Message& r, const transport::Flow& from, Now at) override {
        EXPECT_EQ(calling_, 0);
        World::on_response(id, cookie, r, from, at);
        if (below(8) == 0) layer.abandon(id);
        if (below(8) == 0) layer.cancel(id, "SIP;cause=200", at);
    }
    void on_request(RequestPtr request, Now at) override {
        if (below(3) == 0) layer.respond(*request, pick<int>({180, 200, 404}), at);
        if (below(6) != 0) requests.push_back(std::move(request));  // else it is forgotten here
    }
    void on_cancel(ServerId invite, const message::Message& cancel, Now at) override {
        World::on_cancel(invite, cancel, at);
        for (const RequestPtr& r : requests)
            if (r->transaction == invite && below(2) == 0) layer.respond(*r, 487, at);
    }

    std::mt19937 random_;
    std::vector<ClientId> clients_;
    int calling_ = 0;
};

/// Ten cases of a thousand seeds each, so that they may run beside each other.
class LayerRandom : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(LayerRandom, ThousandSequencesDrainToNothing) {
    std::size_t sent = 0, told = 0;
    for (std::uint32_t seed = GetParam() * 1000; seed < (GetParam() + 1) * 1000; ++seed) {
        Chaos world(seed, seed % 3 == 0 ? transport::Protocol::tcp : transport::Protocol::udp);
        world.run(30);
        ASSERT_EQ(world.layer.server_count(), 0u) << "seed " << seed;
        ASSERT_EQ(world.layer.client_count(), 0u) << "seed " << seed;
        ASSERT_EQ(world.layer.request_count(), 0u) << "seed " << seed;
        ASSERT_EQ(world.wheel.size(), 0u) << "seed " << seed;
        sent += world.sender.sent.size();
        told += world.responses.size() + world.failures.size() + world.cancels.size();
    }
    EXPECT_GT(sent, 10'000u);
    EXPECT_GT(told, 1'000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LayerRandom, ::testing::Range(0u, 10u));

}  // namespace
}  // namespace offhook::transaction
