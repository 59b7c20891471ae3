// The control loop and the mailboxes: signals, draining, stopping, names, overflow.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>

#include "offhook/runtime/batch_window.hpp"
#include "offhook/runtime/dns_cache.hpp"
#include "offhook/runtime/mailbox.hpp"
#include "offhook/runtime/rig_test.hpp"
#include "offhook/runtime/source_addresses.hpp"

namespace offhook::runtime::test {
namespace {

using ::testing::ElementsAre;
const ListenConfig loopback{transport::Protocol::udp, at("127.0.0.1:0"), {}, 0};

Mail mail_of(Mail::Kind kind, std::string bytes = {}) {
    Mail mail;
    mail.kind = kind;
    mail.bytes = std::move(bytes);
    return mail;
}

TEST(Mailbox, DropsMessagesBeyondItsLimitsAndCountsThemButNoAnswers) {
    Mailbox box({.messages = 3, .bytes = 100});
    const Mailbox::Message message{{}, "0123456789"};
    EXPECT_EQ(box.hand_over(std::vector(5, message)), 3u);
    EXPECT_EQ(box.dropped(), 2u);
    EXPECT_TRUE(box.full());
    box.post(mail_of(Mail::Kind::message, "one more"));
    EXPECT_EQ(box.dropped(), 3u);
    box.post(mail_of(Mail::Kind::committed));
    const auto mails = box.take();
    ASSERT_EQ(mails.size(), 4u);
    EXPECT_EQ(mails[2].bytes, "0123456789");
    EXPECT_EQ(mails[3].kind, Mail::Kind::committed);
    EXPECT_FALSE(box.full());
    EXPECT_TRUE(box.take().empty());
}

TEST(Mailbox, IsBoundedInOctetsToo) {
    Mailbox box({.messages = 100, .bytes = 100});
    EXPECT_EQ(box.hand_over(std::vector(5, Mailbox::Message{{}, std::string_view("0123456789012345678901234567890123456789", 40)})), 2u);
    EXPECT_EQ(box.dropped(), 3u);
}

TEST(Mailbox, WakesItsOwnerOnlyWhenItWasEmpty) {
    Mailbox box({});
    const auto wakes = [&] {
        std::uint64_t count = 0;
        return ::read(box.wake_descriptor(), &count, sizeof count) == sizeof count ? count : 0;
    };
    for (int i = 0; i < 3; ++i) box.post(mail_of(Mail::Kind::committed));
    EXPECT_EQ(wakes(), 1u);
    std::ignore = box.take();
    box.post(mail_of(Mail::Kind::committed));
    EXPECT_EQ(wakes(), 1u);
    std::ignore = box.take();
    Mail many[] = {mail_of(Mail::Kind::ask, "first"), mail_of(Mail::Kind::ask, "second"), mail_of(Mail::Kind::ask, "third")};
    box.post_all(many);
    EXPECT_EQ(wakes(), 1u);
    const auto mails = box.take();
    ASSERT_EQ(mails.size(), 3u);
    EXPECT_EQ(mails[0].bytes, "first");
    EXPECT_EQ(mails[2].bytes, "third");
    box.post_all({});
    EXPECT_EQ(wakes(), 0u);
}

TEST(BatchWindow, IsKeptOnlyWhileManyDatagramsCome) {
    BatchWindow window(1ms);
    Instant now{10s};
    window.note(now, 0);
    const auto second = [&](int turns, std::size_t each) {
        for (int i = 0; i < turns; ++i) window.note(now += 1'000'000us / turns, each);
        return window.next() ? *window.next() - now : -1us;
    };
    EXPECT_EQ(second(400, 1), -1us);
    EXPECT_EQ(second(1'000, 1), 1ms);
    EXPECT_EQ(second(1'000, 40), 1ms);
    EXPECT_EQ(second(100, 1), -1us);
    EXPECT_EQ(BatchWindow(0ms).next(), std::nullopt);
}

TEST(DnsCache, ForgetsWhatIsOldAndStaysBounded) {
    DnsCache cache(2);
    const transport::Addresses one{*IpAddress::parse("192.0.2.1")};
    const Instant now{100s};
    cache.remember("a", one, now + 1s, now);
    cache.remember("b", one, now + 10s, now);
    ASSERT_NE(cache.find("a", now), nullptr);
    EXPECT_EQ(cache.find("a", now + 1s), nullptr);
    cache.remember("c", one, now + 10s, now + 2s);
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_NE(cache.find("b", now + 2s), nullptr);
    EXPECT_EQ(normal_host("Example.COM."), "example.com");
    for (const char* wrong : {"", ".", "a b", "a\r\nb", "caf\xc3\xa9.example"}) EXPECT_EQ(normal_host(wrong).value_or(""), "") << wrong;
}

TEST(Resolver, AnswersLiteralsAtOnceAndNamesByMailThenFromItsCache) {
    constexpr Ticket ticket{0, 3, {5, 1}};
    Reports<transport::Addresses> answers;
    Reports<bool> at_once;
    std::optional<transport::Addresses> literal, nonsense, first;
    Server server(listening({loopback}), {.on_start =
                                              [&](ShardServices& services) {
                                                  literal = services.resolver.resolve("[2001:db8::1]", ticket);
                                                  nonsense = services.resolver.resolve("not a host", ticket);
                                                  first = services.resolver.resolve("localhost", ticket);
                                              },
                                          .on_mail =
                                              [&](ShardServices& services, Mail& mail, Now) {
                                                  ASSERT_EQ(mail.kind, Mail::Kind::resolved);
                                                  EXPECT_EQ(mail.ticket, ticket);
                                                  at_once.add(services.resolver.resolve("LOCALHOST.", ticket) == mail.addresses);
                                                  answers.add(mail.addresses);
                                              }});
    const auto answer = answers.next();
    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, ::testing::Contains(*IpAddress::parse("127.0.0.1")));
    EXPECT_EQ(at_once.next(), true);
    EXPECT_THAT(literal, ::testing::Optional(ElementsAre(*IpAddress::parse("2001:db8::1"))));
    EXPECT_THAT(nonsense, ::testing::Optional(ElementsAre()));
    EXPECT_FALSE(first);
}

// A name server of our own: answers one question for each of A and AAAA, and counts.
TEST(Resolver, AsksOnceForEqualQuestions) {
    Peer dns = udp();
    Config config = listening({loopback}, 2);
    config.dns.servers = dns.local().text();
    Reports<std::pair<std::uint16_t, transport::Addresses>> answers;
    Server server(config, {.on_start =
                               [](ShardServices& services) {
                                   EXPECT_FALSE(services.resolver.resolve("sip.example", {services.index, 0, {1, 1}}));
                               },
                           .on_mail =
                               [&](ShardServices& services, Mail& mail, Now) {
                                   answers.add({services.index, mail.addresses});
                               }});
    for (int i = 0; i < 2; ++i) {
        Endpoint from;
        std::string query = dns.receive(&from);
        ASSERT_GT(query.size(), 12u);
        const bool wants_a = query[query.find('\0', 12) + 2] == 1;
        query.resize(query.find('\0', 12) + 5);  // without what EDNS adds
        query[2] = static_cast<char>(0x81), query[3] = static_cast<char>(0x80);
        query[7] = wants_a ? 1 : 0, query[11] = 0;
        if (wants_a) query += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\x09", 16);
        dns.send_to(from, query);
    }
    for (int i = 0; i < 2; ++i) {
        const auto answer = answers.next();
        ASSERT_TRUE(answer);
        EXPECT_THAT(answer->second, ElementsAre(*IpAddress::parse("192.0.2.9")));
    }
    EXPECT_FALSE(dns.readable(0ms));
}

TEST(Resolver, AnswersWithNothingWhenNobodyDoes) {
    Peer silent = udp();
    Config config = listening({loopback});
    config.dns.servers = silent.local().text();
    config.dns.limit = 200ms;
    Reports<std::pair<bool, std::size_t>> answers;
    Server server(config, {.on_start = [](ShardServices& services) { EXPECT_FALSE(services.resolver.resolve("sip.example", {})); },
                           .on_mail =
                               [&](auto&, Mail& mail, Now) {
                                   answers.add({mail.ok, mail.addresses.size()});
                               }});
    EXPECT_EQ(answers.next(), (std::pair{false, std::size_t{0}}));
}

TEST(Resolver, AnAddressIsSentToFromOneOfItsOwnKind) {
    EXPECT_EQ(source_address_for(*IpAddress::parse("127.0.0.1")).text(), "127.0.0.1");
    EXPECT_EQ(source_address_for(*IpAddress::parse("::1")).text(), "::1");
    EXPECT_TRUE(source_address_for(*IpAddress::parse("2001:db8::1")).is_v6());
}

TEST(Resolver, KeepsTheSourceAddressesOfManyDestinations) {
    SourceAddresses sources;
    for (std::uint16_t i = 0; i < 3000; ++i) {
        const IpAddress to = IpAddress::v4({127, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
        EXPECT_EQ(sources.find(to, Instant{}), source_address_for(to));
        EXPECT_EQ(sources.find(to, Instant{} + 61s), source_address_for(to));
    }
}

TEST(Config, AsksForDescriptorsForEveryConnectionOfEveryShard) {
    Config config = listening({loopback}, 3);
    config.connections = 1'000;
    EXPECT_GT(descriptors_needed(config), 3'000u);
    EXPECT_LT(descriptors_needed(config), 4'000u);
    EXPECT_EQ(connections_within(config, 1'000'000), config.connections);
    EXPECT_EQ(connections_within(config, 10), 0u);
    Config fitted = config;
    fitted.connections = connections_within(config, 2'000);
    EXPECT_GT(fitted.connections, 0u);
    EXPECT_LE(descriptors_needed(fitted), 2'000u);
    config.shards = 0;
    EXPECT_GE(shard_threads(config), 1u);
}

TEST(Control, DrainsUntilEveryHandlerIsIdle) {
    std::atomic<bool> idle{false};
    Reports<std::uint16_t> drained;
    Config config = listening({loopback}, 3);
    config.drain_limit = 60s;
    Server server(config, {.on_mail =
                               [&](ShardServices& services, Mail& mail, Now) {
                                   if (mail.kind == Mail::Kind::drain) drained.add(services.index);
                               },
                           .idle = [&] { return idle.load(); }});
    server.runtime().drain();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(drained.next());
    idle = true;
    EXPECT_TRUE(server.ends());
}

TEST(Control, DrainingIsBounded) {
    Config config = listening({loopback}, 2);
    config.drain_limit = 50ms;
    Server server(config, {.idle = [] { return false; }});
    server.runtime().drain();
    EXPECT_TRUE(server.ends());
}

TEST(Control, SignalsRereadDrainAndEnd) {
    Config config = listening({loopback}, 2);
    config.handle_signals = true;
    config.drain_limit = 600s;
    Reports<std::string> events;
    Behaviour behaviour{.on_mail = [&](auto&, Mail& mail, Now) { mail.kind == Mail::Kind::drain ? events.add("drain") : void(); },
                        .idle = [] { return false; }};
    Runtime runtime(config);
    ASSERT_TRUE(runtime.bind());
    runtime.on_hangup([&] { events.add("hangup"); });
    runtime.on_drain([&] { events.add("stopping"); });
    std::thread outside([&] {
        EXPECT_EQ(events.next(), "started");  // both handlers exist: signals are ours before the shards start
        EXPECT_EQ(events.next(), "started");
        ::kill(::getpid(), SIGHUP);
        EXPECT_EQ(events.next(), "hangup");
        ::kill(::getpid(), SIGTERM);
        EXPECT_EQ(events.next(), "stopping");
        EXPECT_EQ(events.next(), "drain");
        EXPECT_EQ(events.next(), "drain");
        ::kill(::getpid(), SIGTERM);
    });
    behaviour.on_start = [&](auto&) { events.add("started"); };
    runtime.run([&](ShardServices& services) { return std::make_unique<TestHandler>(services, behaviour); });
    outside.join();
}

TEST(Control, MailIsDeliveredToItsShardInOrder) {
    Reports<std::string> got;
    Server server(listening({loopback}, 2), {.on_mail = [&](ShardServices& services, Mail& mail, Now) {
                      if (services.index == 1) got.add(mail.bytes);
                  }});
    for (int i = 0; i < 100; ++i) server.runtime().post(1, mail_of(Mail::Kind::ask, std::to_string(i)));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(got.next(), std::to_string(i));
}

}  // namespace
}  // namespace offhook::runtime::test
