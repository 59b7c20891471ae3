// Against a real PostgreSQL, which the test starts; skipped where there is none.
#include "offhook/journal/postgresql_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/base/text.hpp"
#include "offhook/journal/delivery.hpp"
#include "offhook/journal/postgresql_server_test.hpp"
#include "offhook/store/fixture_test.hpp"

namespace offhook::journal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

store::Event event(std::uint64_t seq, std::uint64_t id, std::string kind = "call_ended") {
    accounting::CallRecord r = store::record(id);
    r.dialog.clear();
    if (kind == "call_ended") {
        r.ended = r.answered + 3s;
        r.seconds = 3;
        r.end = accounting::CallRecord::End::caller;
    }
    return {.seq = seq, .time = r.invited, .kind = std::move(kind), .payload = "{\"id\":\"" + to_hex(id) + "\"}", .record = r};
}

class PostgresqlTest : public testing::Test {
protected:
    void SetUp() override {
        if (!PostgresqlServer::installed()) GTEST_SKIP() << "postgresql-15 is not installed: script/setup --tests";
        server = std::make_unique<PostgresqlServer>();
        config.name = "one";
        config.kind = SinkConfig::Kind::postgresql;
        config.connection = server->connection();
        config.timeout = 5s;
        config.delay = 1ms;
    }
    [[nodiscard]] std::string one(const std::string& statement) const {
        const auto rows = server->run(statement);
        return rows.empty() || !rows[0][0] ? "(none)" : *rows[0][0];
    }
    [[nodiscard]] std::string rows() const { return one("SELECT count(*) FROM offhook.call_record"); }

    std::unique_ptr<PostgresqlServer> server;
    SinkConfig config;
};

TEST_F(PostgresqlTest, HoldsTheLastEventOfEachCallAndSaysHowFarItHasCome) {
    PostgresqlSink sink(config);
    ASSERT_EQ(sink.open(0), 0U);
    std::vector<store::Event> events{event(1, 0xa, "call_started"), event(2, 0xb, "call_started"), event(3, 0xa)};
    events[2].record->rated =
        accounting::RatedPrice{.price = -1'500'001, .currency = "EUR", .tariff = "night", .prefix = "49", .increments = 2, .seconds = 60};
    ASSERT_TRUE(sink.deliver(events));
    EXPECT_EQ(rows(), "2");
    const auto row = server->run(
        "SELECT event, end_cause, seconds, price, currency, extract(epoch FROM ended - answered)::int, from_tag, to_tag, reason, call "
        "FROM offhook.call_record WHERE id = '000000000000000a'");
    EXPECT_THAT(row.at(0), ElementsAre("3", "caller", "3", "-1.500001", "EUR", "3", "f\\\\1", "t\\x00", "OK \\xc3(", "0000000000000009"));
    EXPECT_EQ(one("SELECT ended FROM offhook.call_record WHERE id = '000000000000000b'"), "(none)");

    // An event that comes again, or late, changes nothing; another connection begins where this one is.
    PostgresqlSink again(config);
    ASSERT_EQ(again.open(0), 3U) << "the database says it, whatever the caller thinks";
    const store::Event late[] = {event(1, 0xa, "call_started"), event(4, 0xb)};
    ASSERT_TRUE(again.deliver(late));
    EXPECT_EQ(one("SELECT string_agg(event || end_cause, ' ' ORDER BY id) FROM offhook.call_record"), "3caller 4caller");

    // The first one has been overtaken: it may not move the position.
    const store::Event next[] = {event(4, 0xc)};
    const auto overtaken = sink.deliver(next);
    ASSERT_FALSE(overtaken);
    EXPECT_THAT(overtaken.error(), HasSubstr("moved the position"));
    EXPECT_EQ(rows(), "2") << "nothing of that transaction stands";
    EXPECT_EQ(sink.open(0), 4U);

    const auto calls = calls_in_postgresql(config);
    ASSERT_TRUE(calls) << calls.error();
    EXPECT_THAT(calls->held, ElementsAre(0xa, 0xb));
    server->run("UPDATE offhook.meta SET schema_version = 99");
    const auto newer = PostgresqlSink(config).open(0);
    ASSERT_FALSE(newer);
    EXPECT_THAT(newer.error(), HasSubstr("another version"));
}

// The position is of an event that was written: if the journal has another call there, it is another journal.
TEST_F(PostgresqlTest, KnowsWhetherTheEventThatItEndsWithIsThatOfTheJournal) {
    PostgresqlSink sink(config);
    ASSERT_EQ(sink.open(0), 0U);
    server->run("ALTER TABLE offhook.call_record ADD CHECK (codecs <> 'poison')");
    std::vector<store::Event> events{event(1, 0xa)};
    ASSERT_TRUE(sink.deliver(events));
    EXPECT_TRUE(sink.compare(events.data()));
    events = {event(2, 0xb)};
    events[0].record->codecs = "poison";
    ASSERT_TRUE(sink.deliver(events));
    EXPECT_TRUE(sink.compare(events.data())) << "refused, but known";
    const store::Event other = event(2, 0xc);
    for (const auto& [found, text] : {std::pair{&other, "event 2 is held, which is another one"}, {static_cast<const store::Event*>(nullptr), "which the journal does not have"}}) {
        const auto same = sink.compare(found);
        ASSERT_FALSE(same);
        EXPECT_THAT(same.error(), HasSubstr(text));
    }
}

// PostgreSQL answers the COMMIT of a failed transaction without an error. Wherever the row stands that it refuses, its neighbours are written,
// itself is put aside, and the sink goes on.
TEST_F(PostgresqlTest, APoisonedRowInAnyPlaceHarmsNobody) {
    PostgresqlSink sink(config);
    ASSERT_EQ(sink.open(0), 0U);
    server->run("ALTER TABLE offhook.call_record ADD CHECK (codecs <> 'poison')");
    constexpr std::uint64_t group = 8;
    std::uint64_t seq = 0;
    for (std::uint64_t poisoned = 0; poisoned < group; ++poisoned) {
        std::vector<store::Event> events;
        for (std::uint64_t i = 0; i < group; ++i) {
            ++seq;
            events.push_back(event(seq, seq));
            if (i == poisoned) events.back().record->codecs = "poison";
        }
        const auto taken = sink.deliver(events);
        ASSERT_TRUE(taken) << taken.error();
        EXPECT_EQ(taken->refused, 1U);
        EXPECT_THAT(taken->reason, HasSubstr("check constraint"));
        EXPECT_EQ(rows(), std::to_string((poisoned + 1) * (group - 1)));
        EXPECT_EQ(one("SELECT position FROM offhook.sink"), std::to_string(seq));
    }
    EXPECT_EQ(one("SELECT count(*) FROM offhook.rejected WHERE sink = 'one' AND error LIKE '%check constraint%' AND payload LIKE '%' || id || '%'"),
              std::to_string(group));
    const auto calls = calls_in_postgresql(config);
    ASSERT_TRUE(calls) << calls.error();
    EXPECT_EQ(calls->held.size(), group * (group - 1));
    EXPECT_EQ(calls->refused.size(), group);

    // One that only the COMMIT would refuse.
    server->run("UPDATE offhook.call_record SET destination = id");
    server->run("ALTER TABLE offhook.call_record ADD CONSTRAINT once UNIQUE (destination) DEFERRABLE INITIALLY DEFERRED");
    std::vector<store::Event> events;
    for (int i = 0; i < 3; ++i) {
        ++seq;
        events.push_back(event(seq, seq));
        events.back().record->destination = i == 2 ? "other" : "same";
    }
    const auto taken = sink.deliver(events);
    ASSERT_TRUE(taken) << taken.error();
    EXPECT_EQ(taken->refused, 1U);
    EXPECT_THAT(taken->reason, HasSubstr("once"));
}

TEST_F(PostgresqlTest, ServerThatHangsOrDiesLosesAndDoublesNothing) {
    config.timeout = 2s;
    PostgresqlSink sink(config);
    ASSERT_EQ(sink.open(0), 0U);
    const store::Event first[] = {event(1, 1), event(2, 2)}, second[] = {event(3, 3), event(4, 4)};
    ASSERT_TRUE(sink.deliver(first));
    server->signal(SIGSTOP);
    const auto begun = std::chrono::steady_clock::now();
    const auto hung = sink.deliver(second);
    ASSERT_FALSE(hung);
    EXPECT_THAT(hung.error(), HasSubstr("no answer within 2000 ms"));
    const auto unreachable = sink.open(0);
    ASSERT_FALSE(unreachable);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    server->signal(SIGCONT);
    ASSERT_EQ(sink.open(0), 2U);
    server->kill();
    ASSERT_FALSE(sink.deliver(second));
    server->start();
    ASSERT_EQ(sink.open(0), 2U);
    ASSERT_TRUE(sink.deliver(second));
    EXPECT_EQ(rows(), "4");
}

// The whole way from the store, while the server is killed in the middle again and again.
TEST_F(PostgresqlTest, EverythingArrivesWhileTheServerIsKilledUnderLoad) {
    const store::Directory directory;
    store::Config store_config = store::config_for(directory.file("offhook.db"));
    store_config.sinks = {"one"};
    const auto store = store::opened(store_config, nullptr);
    constexpr std::uint64_t calls = 4000;
    Delivery delivery(config, std::make_unique<PostgresqlSink>(config), *store, [](Severity, std::string_view) {});
    for (std::uint64_t id = 1; id <= calls; ++id) {
        store->put(store::record(id), {});
        store->put(*event(0, id).record, {});
        if (id % 1000 != 0) continue;
        store->flush();
        if (id == calls) break;
        if (id % 2000 == 0) {
            server->signal(SIGSTOP);
            std::this_thread::sleep_for(100ms);
            server->signal(SIGCONT);
        } else {
            server->kill();
            server->start();
        }
    }
    for (int i = 0; i < 600 && delivery.status().backlog != 0; ++i) std::this_thread::sleep_for(100ms);
    EXPECT_EQ(delivery.status().backlog, 0U) << delivery.status().error;
    EXPECT_EQ(one("SELECT count(*) FROM offhook.call_record WHERE end_cause = 'caller'"), std::to_string(calls));
    EXPECT_EQ(one("SELECT count(*) FROM offhook.rejected"), "0");
}

}  // namespace
}  // namespace offhook::journal
