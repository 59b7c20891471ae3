// Shards over real UDP sockets: echo, ownership, the reached address, timers, keep-alives, sizes.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "offhook/runtime/listen.hpp"
#include "offhook/runtime/rig_test.hpp"

namespace offhook::runtime::test {
namespace {

const ListenConfig loopback{transport::Protocol::udp, at("127.0.0.1:0"), {}, 0};

class Datagrams : public ::testing::TestWithParam<unsigned> {};

TEST_P(Datagrams, EveryMessageOfACallReachesTheSameShard) {
    Server server(listening({loopback}, GetParam()), {.on_message = echo});
    std::vector<Peer> phones;  // different ports, so that the kernel spreads them over the shards' sockets
    for (int i = 0; i < 8; ++i) phones.push_back(udp());
    std::map<std::string, std::set<std::string>> shards_of;
    std::set<std::string> shards;
    for (int round = 0; round < 4; ++round)
        for (Peer& phone : phones)
            for (int call = 0; call < 16; ++call) {
                const std::string id = fmt::format("call-{}", call);
                phone.send_to(server.endpoint(), options(id));
                const std::string answer = phone.receive();
                const auto space = answer.find(' ');
                ASSERT_NE(space, answer.npos) << answer;
                EXPECT_EQ(answer.substr(space + 1), id);
                shards_of[id].insert(answer.substr(0, space));
                shards.insert(answer.substr(0, space));
            }
    for (const auto& [id, owners] : shards_of) EXPECT_EQ(owners.size(), 1u) << id;
    EXPECT_EQ(shards.size(), GetParam());  // 16 calls over at most 3 shards: all of one only once in 10^7 starts
    server.finish();
    const Counters counters = server.runtime().counters();
    EXPECT_EQ(counters.messages, 4u * 8 * 16);
    EXPECT_EQ(counters.datagrams_out, 4u * 8 * 16);
    EXPECT_EQ(counters.handed_over > 0, GetParam() > 1);
    EXPECT_EQ(counters.mailbox_dropped, 0u);
}

INSTANTIATE_TEST_SUITE_P(Shards, Datagrams, ::testing::Values(1u, 2u, 3u));

TEST(Datagrams, ABurstIsAnsweredWhole) {
    Server server(listening({loopback}), {.on_message = echo});
    Peer phone = udp();
    for (int i = 0; i < 150; ++i) phone.send_to(server.endpoint(), options(fmt::format("{}", i)));
    for (int i = 0; i < 150; ++i) EXPECT_EQ(phone.receive(), fmt::format("0 {}", i));
}

TEST(Datagrams, AWildcardListenerAnswersFromTheAddressThatWasReached) {
    Reports<Endpoint> reached;
    Server server(listening({{transport::Protocol::udp, at("0.0.0.0:0"), {}, 0}}), {.on_message = [&](auto& services, auto& m, auto& from) {
                      reached.add(from.local);
                      echo(services, m, from);
                  }});
    Peer phone = udp();
    const Endpoint second = {*IpAddress::parse("127.0.0.2"), server.endpoint().port};
    phone.send_to(second, options("a"));
    Endpoint from;
    EXPECT_EQ(phone.receive(&from), "0 a");
    EXPECT_EQ(from, second);
    EXPECT_EQ(reached.next(), second);
}

TEST(Datagrams, Ipv6WildcardAnswersToo) {
    Server server(listening({{transport::Protocol::udp, at("[::]:0"), {}, 0}}), {.on_message = echo});
    Peer phone = udp("[::1]:0");
    phone.send_to({*IpAddress::parse("::1"), server.endpoint().port}, options("six"));
    Endpoint from;
    EXPECT_EQ(phone.receive(&from), "0 six");
    EXPECT_EQ(from.address.text(), "::1");
}

TEST(Datagrams, AnObserverSeesWhatComesAndGoes) {
    struct Traffic : Observer {
        void message_in(std::string_view bytes, const Endpoint&, Now) override { seen.add(fmt::format("in {}", bytes.substr(0, 7))); }
        void message_out(std::string_view bytes, const Endpoint&, Now) override { seen.add(fmt::format("out {}", bytes)); }
        Reports<std::string> seen;
    } traffic;
    Server server(listening({loopback}), {.on_message = echo, .observer = &traffic});
    Peer phone = udp();
    phone.send_to(server.endpoint(), options("x"));
    EXPECT_EQ(traffic.seen.next(), "in OPTIONS");
    EXPECT_EQ(traffic.seen.next(), "out 0 x");
}

TEST(Datagrams, KeepAlivesAreDroppedAndNonsenseIsReported) {
    Reports<message::ErrorCode> errors;
    Server server(listening({loopback}), {.on_message = echo, .on_malformed = [&](auto&, auto&, auto& error, auto&) { errors.add(error.code); }});
    Peer phone = udp();
    phone.send_to(server.endpoint(), "\r\n\r\n");
    phone.send_to(server.endpoint(), std::string_view("\0", 1));
    phone.send_to(server.endpoint(), "");
    phone.send_to(server.endpoint(), "nonsense");
    phone.send_to(server.endpoint(), options("after"));
    EXPECT_EQ(phone.receive(), "0 after");
    EXPECT_TRUE(errors.next().has_value());
    const Counters counters = server.runtime().counters();
    EXPECT_EQ(counters.datagrams_in, 5u);
    EXPECT_EQ(counters.malformed, 1u);
}

TEST(Datagrams, TheLargestDatagramPassesAndALargerOneIsReported) {
    Reports<transport::SendError> errors;
    Reports<std::size_t> sizes;
    Server server(listening({loopback}),
                  {.on_message =
                       [&](ShardServices& services, auto& m, auto& from) {
                           sizes.add(m.body().size());
                           services.sender.send(from, std::string(65'507, 'x'), {});
                           services.sender.send(from, std::string(65'508, 'x'), {transport::SendTag::Kind::client_transaction, {7, 1}});
                       },
                   .on_send_failure =
                       [&](auto&, const transport::SendTag& tag, transport::SendError error) {
                           EXPECT_EQ(tag.handle, (Handle{7, 1}));
                           errors.add(error);
                       }});
    Peer phone = udp();
    const std::string body(65'000, 'b');
    phone.send_to(server.endpoint(), options("big", body));
    EXPECT_EQ(sizes.next(), body.size());
    EXPECT_EQ(phone.receive().size(), 65'507u);
    EXPECT_EQ(errors.next(), transport::SendError::too_large);
}

TEST(Datagrams, SendingWithoutAListenerOfThatFamilyIsReported) {
    Reports<transport::SendError> errors;
    Server server(listening({loopback}), {.on_message =
                                              [&](ShardServices& services, auto&, const transport::Flow& from) {
                                                  transport::Flow six = from;
                                                  six.remote = at("[::1]:9");
                                                  services.sender.send(six, "x", {transport::SendTag::Kind::server_transaction, {1, 1}});
                                              },
                                          .on_send_failure = [&](auto&, auto&, transport::SendError error) { errors.add(error); }});
    Peer phone = udp();
    phone.send_to(server.endpoint(), options("x"));
    EXPECT_EQ(errors.next(), transport::SendError::no_listener);
}

// RFC 3261 §18.4: nobody listens there, ICMP says so, and it is told of the one message that went there.
TEST(Datagrams, APortWhereNobodyListensIsReported) {
    for (const char* host : {"127.0.0.1", "[::1]"}) {
        Reports<std::uint32_t> failed;
        Peer listening_peer = udp(fmt::format("{}:0", host)), gone = udp(fmt::format("{}:0", host));
        const Endpoint nobody = gone.local();
        gone.close();
        Server server(listening({{transport::Protocol::udp, at(fmt::format("{}:0", host)), {}, 0}}),
                      {.on_message =
                           [&](ShardServices& services, auto&, const transport::Flow& from) {
                               for (std::uint32_t i = 0; i < 5; ++i) {
                                   transport::Flow flow = from;
                                   if (i == 3) flow.remote = nobody;
                                   services.sender.send(flow, fmt::format("message {}", i), {transport::SendTag::Kind::client_transaction, {i, 1}});
                               }
                           },
                       .on_send_failure =
                           [&](auto&, const transport::SendTag& tag, transport::SendError error) {
                               EXPECT_EQ(error, transport::SendError::refused);
                               failed.add(tag.handle.slot);
                           }});
        listening_peer.send_to(server.endpoint(), options("x"));
        EXPECT_EQ(failed.next(), 3u);
        listening_peer.send_to(server.endpoint(), options("y"));
        EXPECT_EQ(failed.next(), 3u);
        for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(listening_peer.receive(), fmt::format("message {}", std::array{0, 1, 2, 4}[i % 4]));
        server.finish();
        EXPECT_LT(server.runtime().counters().turns, 50u);  // the error was taken from the socket: nothing spins
    }
}

struct Alarm : Timer {
    Alarm() : Timer([](Timer& t, Now now) { static_cast<Alarm&>(t).fired(now); }) {}
    std::function<void(Now)> fired;
};

TEST(Datagrams, TimersFireInOrderAndNeverEarly) {
    Reports<std::pair<int, bool>> fired;
    std::vector<std::unique_ptr<Alarm>> alarms;
    Server server(listening({loopback}), {.on_start = [&](ShardServices& services) {
                      for (const int ms : {30, 5, 15}) {
                          alarms.push_back(std::make_unique<Alarm>());
                          const Instant due = services.now.steady + std::chrono::milliseconds(ms);
                          alarms.back()->fired = [&fired, ms, due](Now now) { fired.add({ms, now.steady >= due}); };
                          services.wheel.arm(*alarms.back(), due);
                      }
                  }});
    for (const int ms : {5, 15, 30}) EXPECT_EQ(fired.next(), (std::pair{ms, true}));
}

TEST(Ports, AreExclusiveAndTheErrorNamesWhoHasThem) {
    for (const auto protocol : {transport::Protocol::udp, transport::Protocol::tcp})
        for (const unsigned shards : {1u, 3u}) {
            const auto first = open_port({protocol, at("127.0.0.1:0"), {}, 0}, shards, {});
            ASSERT_TRUE(first) << first.error();
            EXPECT_EQ(first->sockets.size(), shards);
            Runtime second(listening({{protocol, first->bound, {}, 0}}, shards));
            const auto bound = second.bind();
            ASSERT_FALSE(bound);
            EXPECT_THAT(bound.error(), ::testing::HasSubstr(fmt::format("{} {} is in use by process {} (runtime_test)", transport::uri_name(protocol),
                                                                        first->bound.text(), ::getpid())));
        }
}

TEST(Ports, AWildcardPortIsTakenByASocketOnOneAddress) {
    const auto first = open_port({transport::Protocol::udp, at("127.0.0.1:0"), {}, 0}, 1, {});
    ASSERT_TRUE(first);
    const Endpoint wildcard{{}, first->bound.port};
    const auto second = open_port({transport::Protocol::udp, wildcard, {}, 0}, 1, {});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error(), ::testing::HasSubstr("(runtime_test)"));
}

TEST(Ports, AnAddressThatIsNotOursIsExplained) {
    const auto port = open_port({transport::Protocol::udp, at("192.0.2.1:5060"), {}, 0}, 1, {});
    ASSERT_FALSE(port);
    EXPECT_THAT(port.error(), ::testing::AllOf(::testing::HasSubstr("udp 192.0.2.1:5060"), ::testing::HasSubstr("Cannot assign requested address")));
}

}  // namespace
}  // namespace offhook::runtime::test
