// The registrar under random load in virtual time: phones that register, refresh, leave and repeat themselves, a store that is slow and
// sometimes fails. Whatever happens, each request gets one final answer, and what is stored follows the rules of §10.3.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "offhook/auth/server_test.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/location/memory_store.hpp"
#include "offhook/registrar/registrar.hpp"

namespace offhook::registrar {
namespace {

using auth::test::at;
using auth::test::RequestParts;
using message::HeaderId;
using Trust = transaction::Sender::Trust;
using namespace std::chrono_literals;

class Trusting final : public transaction::Handler {
public:
    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now) override {
        request->sender.trust = Trust::trusted_network;
        return request;
    }
};

struct World {
    explicit World(unsigned seed) : random(seed) {
        config.domains = {"example.com"};
        config.max_contacts = 3;
        config.max_waiting = 4;
        for (const char* name : {"a", "b", "c"}) users.add("example.com", name, "example.com", "secret", {});
        registrar = std::make_unique<Registrar>(std::make_shared<const Config>(config), store, users, nullptr, server.observer, std::uint16_t{0},
                                                std::uint16_t{1});
        server.chain.add(trusting);
        server.chain.add(*registrar);
    }

    unsigned below(unsigned n) { return static_cast<unsigned>(random() % n); }

    void send() {
        const std::string user(1, static_cast<char>('a' + below(3))), phone = std::to_string(below(5));
        RequestParts parts;
        parts.from = "<sip:" + user + "@example.com>;tag=1";
        parts.to = "<sip:" + user + "@example.com>";
        parts.call_id = user + phone;
        unsigned& cseq = cseqs[parts.call_id];
        if (below(8) != 0) ++cseq;  // else a late repetition
        parts.cseq = cseq;
        parts.branch = "z9hG4bK" + std::to_string(++sent);
        const unsigned what = below(10);
        if (what < 6)
            parts.headers = "Contact: <sip:" + phone + "@192.0.2.7>;expires=" + std::to_string(60 + below(200)) + "\r\n";
        else if (what < 8)
            parts.headers = "Contact: <sip:" + phone + "@192.0.2.7>;expires=0\r\n";
        else if (what < 9)
            parts.headers = "Contact: *\r\nExpires: 0\r\n";
        server.receive(write(parts), at(now));
    }

    void check_answers() {
        for (const auto& response : server.take()) {
            const std::string branch(response.message.value(HeaderId::via));
            EXPECT_TRUE(answered.insert(branch).second) << branch;
            const int status = response.message.status();
            EXPECT_TRUE(status == 200 || status == 403 || status == 500 || status == 503) << status;
            ++statuses[status];
        }
    }

    void check_store() {
        for (const char* address : {"a@example.com", "b@example.com", "c@example.com"}) {
            const auto set = store.find(address);
            if (!set) continue;
            EXPECT_EQ(set->address_of_record, address);
            EXPECT_LE(location::targets(*set, at(now).utc).size(), config.max_contacts);
            std::set<std::string> contacts;
            for (const location::Binding& binding : set->bindings) {
                EXPECT_TRUE(contacts.emplace(binding.contact).second) << binding.contact;
                if (binding.expires <= at(now).utc) continue;
                std::uint32_t& highest = committed[std::string(binding.contact) + " " + std::string(binding.call_id)];
                EXPECT_GE(binding.cseq, highest);  // never back to an older request
                highest = binding.cseq;
            }
        }
    }

    std::mt19937 random;
    Config config;
    auth::test::Users users;
    Trusting trusting;
    auth::test::Server server;
    std::unique_ptr<Registrar> registrar;
    location::MemoryBindingStore store{[this](Ticket ticket, bool ok, Now when) { registrar->on_committed(ticket, ok, when); }};
    Duration now = 1s;
    unsigned sent = 0;
    std::map<std::string, unsigned> cseqs;
    std::map<std::string, std::uint32_t> committed;
    std::set<std::string> answered;
    std::map<int, unsigned> statuses;
};

TEST(Order, HoldsUnderRandomLoad) {
    std::map<int, unsigned> total;
    for (unsigned seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        World world(seed);
        for (int step = 0; step < 200; ++step) {
            for (unsigned n = world.below(4); n > 0; --n) world.send();
            if (world.below(20) == 0) world.store.fail_next(1);
            world.now += world.below(10) == 0 ? 30s : 3ms;
            world.store.advance(at(world.now));
            world.check_answers();
            world.check_store();
        }
        for (int turn = 0; turn < 20; ++turn) world.store.advance(at(world.now += 5ms));
        world.check_answers();
        EXPECT_EQ(world.answered.size(), world.sent);
        EXPECT_EQ(world.registrar->pending(), 0u);
        EXPECT_EQ(world.server.layer.request_count(), 0u);
        for (const auto& [status, count] : world.statuses) total[status] += count;
    }
    for (const int status : {200, 403, 500, 503}) EXPECT_GT(total[status], 30u) << status;  // all of it was tried
}

}  // namespace
}  // namespace offhook::registrar
