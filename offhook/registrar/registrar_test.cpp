#include "offhook/registrar/registrar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/auth/server_test.hpp"
#include "offhook/location/memory_store.hpp"

namespace offhook::registrar {
namespace {

using auth::test::at;
using auth::test::RequestParts;
using message::HeaderId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Trust = transaction::Sender::Trust;
using namespace std::chrono_literals;

/// Says who sent the request, as authentication would.
class Introduction final : public transaction::Handler {
public:
    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now) override {
        request->sender = sender;
        return request;
    }
    transaction::Sender sender{Trust::authenticated, "alice", "example.com"};
};

class Registering : public ::testing::Test {
protected:
    Registering() {
        config.domains = {"example.com", "example.net"};
        users.add("example.com", "alice", "example.com", "secret");
        registrar = std::make_unique<Registrar>(std::make_shared<const Config>(config), store, users, nullptr, server.observer, std::uint16_t{0},
                                                std::uint16_t{1});
        server.chain.add(introduction);
        server.chain.add(*registrar);
        server.chain.add(sink);
        store.advance(at(now));
    }
    void send(RequestParts parts) {
        parts.branch = "z9hG4bK" + std::to_string(++branches);
        server.receive(write(parts), at(now));
    }
    void pass(Duration d) {
        now += d;
        store.advance(at(now));
    }
    /// Sends, lets the store commit, and gives the one response.
    auth::test::OwnedMessage exchange(const RequestParts& parts) {
        send(parts);
        pass(5ms);
        auto responses = server.take();
        EXPECT_EQ(responses.size(), 1u);
        return responses.empty() ? auth::test::OwnedMessage("SIP/2.0 999 None\r\n\r\n") : std::move(responses[0]);
    }
    int status_of(const RequestParts& parts) { return exchange(parts).message.status(); }
    static RequestParts contact(std::string value, unsigned cseq = 1) {
        RequestParts parts;
        parts.headers = "Contact: " + std::move(value) + "\r\n";
        parts.cseq = cseq;
        return parts;
    }
    static std::vector<std::string> contacts(const message::Message& response) {
        std::vector<std::string> list;
        for (const auto* field = response.first(HeaderId::contact); field != nullptr; field = response.next(*field))
            list.emplace_back(response.value(*field));
        return list;
    }

    Config config;
    auth::test::Users users;
    auth::test::Sink sink;
    Introduction introduction;
    auth::test::Server server;
    std::unique_ptr<Registrar> registrar;
    location::MemoryBindingStore store{[this](Ticket ticket, bool ok, Now when) { registrar->on_committed(ticket, ok, when); }};
    Duration now = 1s;
    unsigned branches = 0;
};

// Design rule 4: durable before acknowledged.
TEST_F(Registering, AnswersAfterTheCommit) {
    send(contact("<sip:alice@192.0.2.7>"));
    EXPECT_EQ(server.take_status(), 0);
    EXPECT_EQ(registrar->pending(), 1u);
    pass(4ms);
    EXPECT_EQ(server.take_status(), 0);
    pass(1ms);
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_EQ(responses[0].message.status(), 200);
    EXPECT_THAT(contacts(responses[0].message), ElementsAre("<sip:alice@192.0.2.7>;expires=3600"));
    EXPECT_THAT(responses[0].bytes, HasSubstr("\r\nDate: "));
    EXPECT_EQ(store.find("alice@example.com")->bindings.size(), 1u);
    EXPECT_EQ(registrar->pending(), 0u);
}

TEST_F(Registering, ListsEveryCurrentBinding) {
    EXPECT_EQ(status_of(contact("<sip:1@192.0.2.7>;expires=100")), 200);
    now += 50s;
    const auto second = exchange(contact("<sip:2@192.0.2.7>;q=0.5;expires=100", 2));
    EXPECT_THAT(contacts(second.message), ElementsAre("<sip:1@192.0.2.7>;expires=50", "<sip:2@192.0.2.7>;q=0.500;expires=100"));
    now += 60s;
    const auto query = exchange({.cseq = 3});
    EXPECT_THAT(contacts(query.message), ElementsAre("<sip:2@192.0.2.7>;q=0.500;expires=40"));
    EXPECT_EQ(store.commits(), 2u);  // a query stores nothing
}

TEST_F(Registering, Deregisters) {
    EXPECT_EQ(status_of(contact("<sip:1@192.0.2.7>, <sip:2@192.0.2.7>")), 200);
    const auto one = exchange(contact("<sip:1@192.0.2.7>;expires=0", 2));
    EXPECT_THAT(contacts(one.message), ElementsAre("<sip:2@192.0.2.7>;expires=3600"));
    RequestParts all = contact("*", 3);
    all.headers += "Expires: 0\r\n";
    const auto none = exchange(all);
    EXPECT_EQ(none.message.status(), 200);
    EXPECT_THAT(contacts(none.message), IsEmpty());
    EXPECT_EQ(store.find("alice@example.com"), nullptr);
    EXPECT_EQ(store.commits(), 3u);
    all.cseq = 4;
    EXPECT_EQ(status_of(all), 200);  // nothing to remove, nothing to store
    EXPECT_EQ(store.commits(), 3u);
}

// §10.3 step 7: on failure 500, and nothing changed.
TEST_F(Registering, ChangesNothingWhenTheStoreFails) {
    EXPECT_EQ(status_of(contact("<sip:1@192.0.2.7>")), 200);
    store.fail_next(1);
    EXPECT_EQ(status_of(contact("<sip:2@192.0.2.7>", 2)), 500);
    EXPECT_THAT(contacts(exchange({.cseq = 3}).message), ElementsAre("<sip:1@192.0.2.7>;expires=3600"));
    EXPECT_EQ(status_of(contact("<sip:2@192.0.2.7>", 4)), 200);
}

// "REGISTER requests MUST be processed by a registrar in the order that they are received."
TEST_F(Registering, DoesTheRequestsOfOneAddressOneAfterTheOther) {
    send(contact("<sip:1@192.0.2.7>", 1));
    send(contact("<sip:2@192.0.2.7>", 2));
    send({.cseq = 3});
    send(contact("<sip:1@192.0.2.7>;expires=0", 4));
    send(contact("<sip:2@192.0.2.7>", 2));  // late: refused against what was committed before it
    EXPECT_THAT(server.take(), IsEmpty());
    std::vector<std::string> seen;
    for (int i = 0; i < 3; ++i) {
        pass(5ms);
        for (const auto& response : server.take())
            seen.push_back(std::string(response.message.value(HeaderId::cseq)) + " " + std::to_string(response.message.status()) + " " +
                           std::to_string(contacts(response.message).size()));
    }
    EXPECT_THAT(seen, ElementsAre("1 REGISTER 200 1", "2 REGISTER 200 2", "3 REGISTER 200 2", "4 REGISTER 200 1", "2 REGISTER 500 0"));
    EXPECT_EQ(registrar->pending(), 0u);
    EXPECT_EQ(server.layer.request_count(), 0u);
}

TEST_F(Registering, GoesOnWithTheNextWhenOneFails) {
    store.fail_next(1);
    send(contact("<sip:1@192.0.2.7>", 1));
    send(contact("<sip:2@192.0.2.7>", 2));
    pass(5ms);
    EXPECT_EQ(server.take_status(), 500);
    pass(5ms);
    const auto responses = server.take();
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_THAT(contacts(responses[0].message), ElementsAre("<sip:2@192.0.2.7>;expires=3600"));
}

TEST_F(Registering, BoundsItsQueue) {
    for (unsigned i = 1; i <= 10; ++i) send(contact("<sip:1@192.0.2.7>", i));
    const auto responses = server.take();  // one under way, eight waiting
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_EQ(responses[0].message.status(), 503);
    EXPECT_THAT(responses[0].bytes, HasSubstr("Retry-After: 5\r\n"));
    for (int i = 0; i < 9; ++i) pass(5ms);
    EXPECT_EQ(server.take().size(), 9u);
    EXPECT_EQ(registrar->pending(), 0u);
}

TEST_F(Registering, LetsDifferentAddressesBeStoredTogether) {
    send(contact("<sip:1@192.0.2.7>"));
    introduction.sender.user = "bob";
    RequestParts bob = contact("<sip:2@192.0.2.7>");
    bob.to = "<sip:bob@example.com>";
    send(bob);
    EXPECT_EQ(registrar->pending(), 2u);
    pass(5ms);
    EXPECT_EQ(server.take().size(), 2u);
}

TEST_F(Registering, IsUnavailableUntilTheStoreIsLoaded) {
    store.set_loaded(false);
    for (const RequestParts& parts : {contact("<sip:1@192.0.2.7>"), RequestParts{}}) {
        const auto response = exchange(parts);
        EXPECT_EQ(response.message.status(), 503);
        EXPECT_THAT(response.bytes, HasSubstr("Retry-After: 5\r\n"));
    }
    EXPECT_EQ(store.commits(), 0u);
}

TEST_F(Registering, LeavesOtherRequestsToTheProxy) {
    EXPECT_EQ(status_of({.method = "OPTIONS"}), 202);
    EXPECT_EQ(status_of({.uri = "sip:elsewhere.org"}), 202);
    EXPECT_EQ(sink.passed.size(), 2u);
}

TEST_F(Registering, KnowsItselfByItsListeners) {
    const transport::ListenerTable listeners({{transport::Protocol::udp, Endpoint::parse("198.51.100.1:5060").value(), {}, 0}});
    Registrar listening(std::make_shared<const Config>(config), store, users, &listeners, server.observer, 0, 1);
    transaction::Chain chain;
    chain.add(introduction);
    chain.add(listening);
    chain.add(sink);
    std::swap(chain, server.chain);
    EXPECT_EQ(status_of({.uri = "sip:198.51.100.1"}), 200);
    EXPECT_EQ(status_of({.uri = "sip:198.51.100.1:5070"}), 202);
    std::swap(chain, server.chain);
}

// Steps 4 and 5.
TEST_F(Registering, RefusesAddressesThatAreNotTheSenders) {
    EXPECT_EQ(status_of({.to = "<sip:alice@elsewhere.org>"}), 404);
    EXPECT_EQ(status_of({.to = "<sip:example.com>"}), 404);
    EXPECT_EQ(status_of({.to = "<tel:+4930>"}), 400);
    EXPECT_EQ(status_of({.to = "isbn:2983792873"}), 400);
    EXPECT_EQ(status_of({.to = "<sip:bob@example.com>"}), 403);
    EXPECT_EQ(status_of({.to = "<sip:alice@example.net>"}), 403);
    introduction.sender = {Trust::unknown, {}, {}};
    EXPECT_EQ(status_of({}), 403);
    introduction.sender = {Trust::trusted_network, {}, {}};
    EXPECT_EQ(status_of({}), 200);
    EXPECT_EQ(status_of({.to = "<sip:nobody@example.com>"}), 404);
    EXPECT_THAT(server.observer.causes,
                ElementsAre(Cause::no_user, Cause::no_user, Cause::malformed, Cause::malformed, Cause::forbidden, Cause::forbidden, Cause::forbidden,
                            Cause::no_user));
}

// Step 5: parameters removed, escapes decoded: one list of bindings for all spellings.
TEST_F(Registering, MakesTheAddressCanonical) {
    EXPECT_EQ(status_of(contact("<sip:1@192.0.2.7>")), 200);
    RequestParts parts = contact("<sip:2@192.0.2.7>", 2);
    parts.to = "\"A\" <sips:%61lice@EXAMPLE.com:5061;user=phone>";
    EXPECT_THAT(contacts(exchange(parts).message), ElementsAre("<sip:1@192.0.2.7>;expires=3600", "<sip:2@192.0.2.7>;expires=3600"));
    EXPECT_EQ(store.size(), 1u);
}

TEST_F(Registering, SendsTheHeadersThatARefusalOwes) {
    EXPECT_THAT(exchange(contact("<sip:1@192.0.2.7>;expires=5")).bytes, HasSubstr("Min-Expires: 60\r\n"));
    RequestParts parts = contact("<sip:1@192.0.2.7>");
    parts.headers += "Require: gruu\r\n";
    EXPECT_THAT(exchange(parts).bytes, HasSubstr("Unsupported: gruu\r\n"));
}

// §10.3: Record-Route is ignored and never answered.
TEST_F(Registering, IgnoresRecordRoute) {
    RequestParts parts = contact("<sip:1@192.0.2.7>");
    parts.headers += "Record-Route: <sip:p;lr>\r\n";
    const auto response = exchange(parts);
    EXPECT_EQ(response.message.status(), 200);
    EXPECT_THAT(response.bytes, Not(HasSubstr("Record-Route")));
}

TEST_F(Registering, DropsAnswersThatItDoesNotWaitFor) {
    registrar->on_committed({0, 1, {3, 5}}, true, at(now));
    EXPECT_THAT(server.take(), IsEmpty());
}

}  // namespace
}  // namespace offhook::registrar
