// Shards over real TCP connections: framing, keep-alives, reuse, failures, limits.
#include <gmock/gmock.h>

#include "offhook/runtime/rig_test.hpp"

namespace offhook::runtime::test {
namespace {

using transport::Protocol;
using transport::SendError;
const ListenConfig on_udp{Protocol::udp, at("127.0.0.1:0"), {}, 0}, on_tcp{Protocol::tcp, at("127.0.0.1:0"), {}, 0};

transport::SendTag tag(std::uint32_t slot) { return {transport::SendTag::Kind::client_transaction, {slot, 1}}; }

struct Failure {
    std::uint16_t shard;
    std::uint32_t slot;
    SendError error;
    friend bool operator==(const Failure&, const Failure&) = default;
};

auto report_to(Reports<Failure>& failures) {
    return [&failures](ShardServices& services, const transport::SendTag& t, SendError error) {
        failures.add({services.index, t.handle.slot, error});
    };
}

/// A handler that sends "hello" to a stream peer for every message that comes by UDP, its tag the number in the Call-ID.
auto send_to(const Endpoint& peer) {
    return [peer](ShardServices& services, const message::Message& m, const transport::Flow& from) {
        if (from.protocol != Protocol::udp) return echo(services, m, from);
        transport::Flow flow = from;
        flow.protocol = Protocol::tcp;
        flow.remote = peer;
        services.sender.send(flow, "hello", tag(static_cast<std::uint32_t>(std::stoul(std::string(m.value(message::HeaderId::call_id))))));
    };
}

TEST(Streams, AMessageCutAnywhereIsAnsweredOnItsConnection) {
    for (const unsigned shards : {1u, 3u}) {
        Server server(listening({on_tcp}, shards), {.on_message = [](ShardServices& services, auto& m, auto& from) {
                          EXPECT_TRUE(services.sender.alive(from));
                          services.sender.send(from, fmt::format("[{}]", m.body()), {});
                      }});
        Peer phone = tcp();
        ASSERT_TRUE(phone.connect(server.endpoint()));
        for (const std::size_t piece : {1u, 2u, 7u, 100u, 1'000u}) {
            const std::string bytes = options("a", "one") + options("b", "two") + options("c", "three");
            for (std::size_t from = 0; from < bytes.size(); from += piece) phone.send(std::string_view(bytes).substr(from, piece));
            std::string answers = phone.receive_exactly(15);
            // Three calls may belong to three shards, whose answers are not in order.
            for (const char* answer : {"[one]", "[two]", "[three]"}) EXPECT_THAT(answers, ::testing::HasSubstr(answer)) << piece;
        }
        EXPECT_EQ(server.runtime().counters().connections_accepted, 1u);
    }
}

// RFC 3261 §18.2.2: the connection of the request comes first, the port of its Via (here 9, where nobody listens) only when it is gone.
TEST(Streams, AnAnswerGoesBackOverItsConnectionWhicheverShardGivesIt) {
    Server server(listening({on_tcp}, 3), {.on_message = [](ShardServices& services, auto&, const transport::Flow& from) {
                      transport::Flow to = from;
                      to.remote.port = 9;
                      services.sender.send(to, "x", {});
                  }});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    for (int i = 0; i < 20; ++i) phone.send(options(std::to_string(i)));
    EXPECT_EQ(phone.receive_exactly(20), std::string(20, 'x'));
    EXPECT_EQ(server.runtime().counters().connections_opened, 0u);
}

// A flow may be older than this process (a relay token holds one): the same slot and generation are another peer's then.
TEST(Streams, AConnectionOfAnotherPeerIsNeverTakenForThatOfAFlow) {
    Peer callee = tcp("127.0.0.2:0");
    callee.listen();
    Server server(listening({on_tcp}), {.on_message = [to = callee.local()](ShardServices& services, auto&, const transport::Flow& from) {
                      transport::Flow old = from;
                      old.remote = to;
                      services.sender.send(old, services.sender.alive(old) ? "alive" : "anew!", {});
                  }});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    phone.send(options("1"));
    ASSERT_TRUE(callee.readable());
    EXPECT_EQ(callee.accept().receive_exactly(5), "anew!");
}

TEST(Streams, ADoubleLineEndIsAnsweredByASingleOne) {
    Server server(listening({on_tcp}), {.on_message = echo});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    phone.send("\r\n\r\n");
    EXPECT_EQ(phone.receive_exactly(2), "\r\n");
    phone.send(options("after"));
    EXPECT_EQ(phone.receive_exactly(7), "0 after");
}

TEST(Streams, WhatCannotBeFramedIsReportedAnsweredAndClosed) {
    Reports<message::ErrorCode> errors;
    Server server(listening({on_tcp}), {.on_message = echo, .on_malformed = [&](ShardServices& services, auto& m, auto& error, auto& from) {
                                            errors.add(error.code);
                                            services.sender.send(from, m.partial() || m.has(message::HeaderId::via) ? "400 with Via" : "400", {});
                                        }});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    std::string bytes = options("x");
    bytes.erase(bytes.find("Content-Length"), std::string("Content-Length: 0\r\n").size());
    phone.send(bytes + bytes + std::string(100'000, 'x'));
    EXPECT_EQ(phone.receive_exactly(100), "400 with Via");
    EXPECT_EQ(errors.next(), message::ErrorCode::bad_content_length);
    EXPECT_EQ(server.runtime().counters().messages, 0u);
}

// RFC 4475 §3.3.9: of two lengths neither is believed, though each alone might fit.
TEST(Streams, TwoLengthsAreNone) {
    Reports<message::ErrorCode> errors;
    Server server(listening({on_tcp}),
                  {.on_message = echo, .on_malformed = [&](ShardServices&, auto&, auto& error, auto&) { errors.add(error.code); }});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    std::string bytes = options("x");
    bytes.replace(bytes.find("Content-Length: 0\r\n"), 19, "Content-Length: 13\r\nl: 5\r\n");
    phone.send(bytes + "There's no way to know\r\n");
    EXPECT_EQ(errors.next(), message::ErrorCode::bad_content_length);
    EXPECT_EQ(phone.receive_exactly(1), "");
}

TEST(Streams, APeerThatStopsSendingStillGetsItsAnswer) {
    Server server(listening({on_tcp}), {.on_message = echo});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    phone.send(options("last"));
    phone.shutdown();
    EXPECT_EQ(phone.receive_exactly(100), "0 last");
}

TEST(Streams, EveryShardUsesTheConnectionThatExists) {
    Peer phone = tcp();
    Server server(listening({on_udp, on_tcp}, 3), {.on_message = send_to(phone.local())});
    ASSERT_TRUE(phone.connect(server.endpoint(1)));
    phone.send(options("0"));
    EXPECT_THAT(phone.receive_exactly(3), ::testing::EndsWith(" 0"));  // accepted by now
    Peer other = udp();
    for (int i = 0; i < 20; ++i) other.send_to(server.endpoint(0), options(std::to_string(i)));
    EXPECT_EQ(phone.receive_exactly(100).size(), 100u);
    const Counters counters = server.runtime().counters();
    EXPECT_EQ(counters.connections_opened, 0u);
    EXPECT_EQ(counters.connections_now, 1u);
}

TEST(Streams, AConnectionIsOpenedOnceAndUsedForBothDirections) {
    Peer callee = tcp();
    callee.listen();
    Reports<transport::Flow> flows;
    Server server(listening({on_udp, on_tcp}), {.on_message = [&, send = send_to(callee.local())](auto& services, auto& m, auto& from) {
                      if (from.protocol == Protocol::tcp) flows.add(from);
                      send(services, m, from);
                  }});
    Peer other = udp();
    other.send_to(server.endpoint(0), options("1"));
    other.send_to(server.endpoint(0), options("2"));
    Peer connection = callee.accept();
    EXPECT_EQ(connection.receive_exactly(10), "hellohello");
    connection.send(options("back"));
    EXPECT_EQ(connection.receive_exactly(6), "0 back");
    const auto flow = flows.next();
    ASSERT_TRUE(flow);
    EXPECT_EQ(flow->listener, 1);
    EXPECT_EQ(flow->local, server.endpoint(1));
    EXPECT_EQ(flow->remote, callee.local());
    EXPECT_EQ(server.runtime().counters().connections_opened, 1u);
}

TEST(Streams, AClosedConnectionIsReplacedByANewOne) {
    Peer callee = tcp();
    callee.listen();
    Reports<transport::Flow> flows;
    Server server(listening({on_udp, on_tcp}), {.on_message = [&](ShardServices& services, auto&, const transport::Flow& from) {
                      static transport::Flow to;
                      if (from.protocol == Protocol::tcp)
                          to = from;
                      else
                          services.sender.send(to, services.sender.alive(to) ? "alive" : "again", tag(1));
                      flows.add(from);
                  }});
    // The callee's own connection comes from the address where it listens.
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint(1)));
    const Endpoint address = phone.local();
    phone.send(options("1"));
    EXPECT_TRUE(flows.next());
    Peer other = udp();
    other.send_to(server.endpoint(0), options("2"));
    EXPECT_EQ(phone.receive_exactly(5), "alive");
    phone.reset();
    while (server.runtime().counters().connections_now != 0) std::this_thread::yield();
    Peer again = tcp(address.text(), true);
    again.listen();
    other.send_to(server.endpoint(0), options("3"));
    EXPECT_EQ(again.accept().receive_exactly(5), "again");
}

TEST(Streams, ARefusedConnectionIsReportedToTheOwnerOfTheMessage) {
    Reports<Failure> failures;
    Peer nobody = tcp();  // bound, not listening
    Server server(listening({on_udp, on_tcp}, 2), {.on_message = send_to(nobody.local()), .on_send_failure = report_to(failures)});
    Peer other = udp();
    for (std::uint32_t i = 1; i < 9; ++i) {
        const std::string id = std::to_string(i);
        other.send_to(server.endpoint(0), options(id));
        EXPECT_EQ(failures.next(), (Failure{server.runtime().shard_of(id), i, SendError::refused}));
    }
}

TEST(Streams, AConnectionThatIsNotMadeInTimeIsReported) {
    Peer callee = tcp();
    callee.listen(0);
    Peer first = tcp(), second = tcp();  // the queue is full with the first; whoever comes later hears nothing
    ASSERT_TRUE(first.connect(callee.local()));
    std::ignore = second.connect_later(callee.local());
    Reports<Failure> failures;
    Config config = listening({on_udp, on_tcp});
    config.connect_limit = 100ms;
    Server server(config, {.on_message = send_to(callee.local()), .on_send_failure = report_to(failures)});
    Peer other = udp();
    other.send_to(server.endpoint(0), options("4"));
    EXPECT_EQ(failures.next(), (Failure{0, 4, SendError::timed_out}));
}

TEST(Streams, APeerThatDoesNotReadIsCutOffAndItsSendersAreTold) {
    Peer phone = tcp();
    Reports<Failure> failures;
    Config config = listening({on_udp, on_tcp}, 2);
    config.unsent_bytes = 100'000;
    std::atomic<std::uint16_t> other_shard{0};
    Server server(config, {.on_message =
                               [&, to = phone.local()](ShardServices& services, const message::Message& m, const transport::Flow& from) {
                                   if (from.protocol == Protocol::tcp) {
                                       other_shard = static_cast<std::uint16_t>(1 - from.connection.shard);
                                       return echo(services, m, from);
                                   }
                                   transport::Flow flow = from;
                                   flow.protocol = Protocol::tcp;
                                   flow.remote = to;
                                   for (std::uint32_t i = 0; i < 1'000; ++i) services.sender.send(flow, std::string(50'000, 'x'), tag(i));
                               },
                           .on_send_failure = report_to(failures)});
    ASSERT_TRUE(phone.connect(server.endpoint(1)));
    phone.send(options("0"));
    EXPECT_THAT(phone.receive_exactly(3), ::testing::EndsWith(" 0"));
    // A call of the shard that does not have the connection: its failures come back by mail.
    std::string id = "a";
    while (server.runtime().shard_of(id) != other_shard) id += 'a';
    Peer other = udp();
    other.send_to(server.endpoint(0), options(id));
    const auto failure = failures.next();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->shard, other_shard);
    EXPECT_EQ(failure->error, SendError::closed);
}

// RFC 3261 §10.2: a phone is reached over the connection of its REGISTER, which may come once an hour.
TEST(Streams, AConnectionOutlivesTheTimeBetweenTwoRegistrations) { EXPECT_GT(Config{}.idle_limit, 1h); }

TEST(Streams, IdleConnectionsAreClosed) {
    Config config = listening({on_tcp});
    config.idle_limit = 100ms;
    Server server(config, {.on_message = echo});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    EXPECT_EQ(phone.receive(), "");
}

TEST(Streams, AMessageThatNeverBecomesWholeEndsItsConnection) {
    Config config = listening({on_tcp});
    config.message_limit = 100ms;
    Server server(config, {.on_message = echo});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    phone.send(options("whole"));
    EXPECT_EQ(phone.receive_exactly(7), "0 whole");
    phone.send("OPTIONS sip:127");
    EXPECT_EQ(phone.receive(), "");
}

TEST(Streams, AWildcardListenerKnowsTheAddressThatWasReached) {
    Reports<Endpoint> reached;
    Server server(listening({{Protocol::tcp, at("0.0.0.0:0"), {}, 0}}),
                  {.on_message = [&](auto&, auto&, const transport::Flow& from) { reached.add(from.local); }});
    Peer phone = tcp();
    const Endpoint second = {*IpAddress::parse("127.0.0.2"), server.endpoint().port};
    ASSERT_TRUE(phone.connect(second));
    phone.send(options("a"));
    EXPECT_EQ(reached.next(), second);
}

TEST(Streams, ConnectionsBeyondTheLimitAreRefused) {
    Config config = listening({on_tcp});
    config.connections = 1;
    Server server(config, {.on_message = echo});
    Peer first = tcp(), second = tcp();
    ASSERT_TRUE(first.connect(server.endpoint()));
    first.send(options("1"));
    EXPECT_EQ(first.receive_exactly(3), "0 1");
    ASSERT_TRUE(second.connect(server.endpoint()));
    EXPECT_EQ(second.receive(), "");
    EXPECT_EQ(server.runtime().counters().connections_refused, 1u);
}

TEST(Streams, AFullMailboxHoldsTheStreamButLosesNothing) {
    constexpr int count = 2'000;
    Config config = listening({on_tcp}, 3);
    config.mailbox_messages = 4;
    Server server(config, {.on_message = [](ShardServices& services, auto&, auto& from) { services.sender.send(from, "x", {}); }});
    Peer phone = tcp();
    ASSERT_TRUE(phone.connect(server.endpoint()));
    std::thread writer([&] {
        for (int i = 0; i < count; ++i) phone.send(options(std::to_string(i)));
    });
    EXPECT_EQ(phone.receive_exactly(count).size(), static_cast<std::size_t>(count));
    writer.join();
    EXPECT_EQ(server.runtime().counters().mailbox_dropped, 0u);
}

TEST(Streams, WithoutAStreamListenerNothingCanBeSent) {
    Reports<Failure> failures;
    Server server(listening({on_udp}), {.on_message = send_to(at("127.0.0.1:9")), .on_send_failure = report_to(failures)});
    Peer other = udp();
    other.send_to(server.endpoint(0), options("5"));
    EXPECT_EQ(failures.next(), (Failure{0, 5, SendError::no_listener}));
}

}  // namespace
}  // namespace offhook::runtime::test
