// What goes wrong in the database and must not spread: a row that it refuses, a full disk, another program's lock, a schema of
// tomorrow, the end of the process by SIGKILL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "offhook/store/fixture_test.hpp"
#include "offhook/store/schema.hpp"
#include "offhook/store/volatile_vfs_test.hpp"

namespace offhook::store {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// A session of another program.
class Other {
public:
    explicit Other(const std::string& path) { EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK); }
    ~Other() { sqlite3_close(database_); }
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;
    std::string run(const std::string& sql) {
        std::string said;
        const auto collect = [](void* to, int columns, char** values, char**) {
            for (int i = 0; i < columns; ++i) (*static_cast<std::string*>(to) += values[i] != nullptr ? values[i] : "NULL") += ' ';
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), collect, &said, nullptr), SQLITE_OK) << sql << ": " << sqlite3_errmsg(database_);
        return said;
    }

private:
    sqlite3* database_ = nullptr;
};

template <class Condition>
bool eventually(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

// ROLLBACK, then row by row: the faulty ones are put aside, the others of the group are committed (rule 4).
class Poisoned : public ::testing::TestWithParam<const char*> {};

TEST_P(Poisoned, RowFailsAlone) {
    const Directory directory;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.commit_window = 50ms;  // one group for all rows of this test
    const std::unique_ptr<Store> store = opened(config, &answers);
    {
        Other other(config.path);
        const std::string raise = std::string("SELECT RAISE(") + GetParam() + ", 'poisoned')";
        other.run("CREATE TRIGGER poison_record BEFORE INSERT ON call_record WHEN NEW.reason = 'poison' BEGIN " + raise + "; END");
        other.run("CREATE TRIGGER poison_binding BEFORE INSERT ON binding WHEN NEW.contact = 'sip:poison' BEGIN " + raise + "; END");
        other.run("CREATE TRIGGER poison_user BEFORE INSERT ON user WHEN NEW.name = 'poison' BEGIN " + raise + "; END");
    }
    store->put(record(99), Ticket{});  // a group of its own: the next one waits for the window
    store->flush();
    const std::uint64_t groups = store->health().writer.groups;

    store->commit(bindings("sip:a@example.com", {binding("sip:a@192.0.2.1")}), Answers::ticket(1));
    accounting::CallRecord bad = record(2);
    bad.reason = "poison";
    store->put(bad, Answers::ticket(2));
    store->put(record(3), Answers::ticket(3));
    store->commit(bindings("sip:b@example.com", {binding("sip:b@192.0.2.1"), binding("sip:poison")}), Answers::ticket(4));
    store->commit(bindings("sip:c@example.com", {binding("sip:c@192.0.2.1")}), Answers::ticket(5));
    NewUser poison;
    poison.domain = "example.com";
    poison.name = "poison";
    poison.password = "secret";
    const AdminResult refused = store->user_admin().add(poison);

    for (const auto& [slot, ok] : {std::pair{1U, true}, {2U, false}, {3U, true}, {4U, false}, {5U, true}}) EXPECT_EQ(answers.ok(slot), ok) << slot;
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, HasSubstr("poisoned"));
    EXPECT_NE(store->find("sip:a@example.com"), nullptr);
    EXPECT_EQ(store->find("sip:b@example.com"), nullptr);  // nothing of it: all or nothing
    EXPECT_NE(store->find("sip:c@example.com"), nullptr);
    EXPECT_FALSE(store->reader().record(2).value().has_value());
    EXPECT_TRUE(store->reader().record(3).value().has_value());
    EXPECT_EQ(store->users().find("example.com", "poison"), nullptr);

    const auto rejected = store->reader().rejected(0, 10).value();
    ASSERT_EQ(rejected.size(), 3U);
    EXPECT_EQ(rejected[0].kind, "call_record");
    EXPECT_EQ(rejected[0].key, "0000000000000002");
    EXPECT_THAT(rejected[0].error, HasSubstr("poisoned"));
    EXPECT_THAT(rejected[0].payload, HasSubstr(R"("reason":"poison")"));
    EXPECT_EQ(rejected[1].key, "sip:b@example.com");
    EXPECT_THAT(rejected[1].payload, HasSubstr("sip:poison"));
    EXPECT_EQ(rejected[2].key, "poison@example.com");
    const WriterHealth health = store->health().writer;
    EXPECT_EQ(health.rejected, 3U);
    EXPECT_TRUE(health.healthy);
    EXPECT_THAT(health.last_error, HasSubstr("poisoned"));
    EXPECT_GT(health.groups, groups);

    // The event of a record that fails goes with it, and its next row is told as a start.
    const auto events = store->reader().events(0, 100).value();
    for (const Event& e : events) EXPECT_THAT(e.payload, ::testing::Not(HasSubstr("poison")));
    store->put(record(2), Answers::ticket(6));
    EXPECT_TRUE(answers.ok(6));
    EXPECT_EQ(store->reader().events(0, 100)->back().kind, "call_started");
}

// RAISE(ROLLBACK) ends the transaction under the writer, as SQLite itself does on some errors.
INSTANTIATE_TEST_SUITE_P(By, Poisoned, ::testing::Values("ABORT", "FAIL", "ROLLBACK"), [](const auto& test) { return std::string(test.param); });

TEST(Fault, AFullDiskRefusesRegistrationsAndKeepsRecords) {
    const Directory directory;
    VolatileVfs vfs;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.retry_for = 100ms;
    std::unique_ptr<Store> store = opened(config, &answers);
    EXPECT_TRUE(store->healthy({}));
    vfs.set_full(true);
    store->commit(bindings("sip:a@example.com", {binding("sip:a@192.0.2.1")}), Answers::ticket(1));
    store->put(record(2), Answers::ticket(2));
    EXPECT_FALSE(answers.ok(1));
    EXPECT_FALSE(answers.ok(2));
    EXPECT_FALSE(store->healthy({}));
    EXPECT_EQ(store->find("sip:a@example.com"), nullptr);
    EXPECT_THAT(store->health().writer.last_error, HasSubstr("full"));
    EXPECT_EQ(store->health().writer.rejected, 0U);
    EXPECT_FALSE(store->user_admin().add({"example.com", "alice", "", "secret", {}, true, 0}));

    vfs.set_full(false);
    EXPECT_TRUE(eventually([&] { return store->healthy({}); }));  // it finds out by itself
    EXPECT_TRUE(eventually([&] { return store->reader().record(2).value().has_value(); }));
    EXPECT_EQ(store->health().writer.kept, 0U);
    store->commit(bindings("sip:a@example.com", {binding("sip:a@192.0.2.1")}), Answers::ticket(3));
    EXPECT_TRUE(answers.ok(3));
    store = nullptr;
}

// The kept row is tried first; if the database takes only the next one, which is newer, the kept one must not be written over it.
TEST(Fault, AKeptRecordNeverReplacesANewerRowOfItsCall) {
    const Directory directory;
    VolatileVfs vfs;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.retry_for = 50ms;
    std::unique_ptr<Store> store = opened(config, &answers);
    vfs.set_full(true);
    store->put(record(2), Answers::ticket(2));
    EXPECT_FALSE(answers.ok(2));
    vfs.fail_writes(1);
    vfs.set_full(false);
    accounting::CallRecord ended = record(2);
    ended.ended = seconds_from_now(0);
    ended.end = accounting::CallRecord::End::caller;
    store->put(ended, Answers::ticket(3));
    EXPECT_TRUE(answers.ok(3));
    EXPECT_TRUE(eventually([&] { return store->health().writer.kept == 0; }));
    EXPECT_FALSE(store->reader().record(2).value()->in_progress());
    store = nullptr;
}

TEST(Fault, AnotherProgramsLockMakesItUnhealthyNotWrong) {
    const Directory directory;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.store_limit = 20ms;
    const std::unique_ptr<Store> store = opened(config, &answers);
    Other other(config.path);
    other.run("BEGIN IMMEDIATE");
    store->put(record(1), Answers::ticket(1));
    EXPECT_TRUE(eventually([&] { return !store->healthy({}); }));
    EXPECT_GE(store->health().writer.oldest, 20ms);
    EXPECT_EQ(answers.count(), 0U);
    EXPECT_FALSE(store->reader().record(1).value().has_value());  // who reads does not wait
    other.run("COMMIT");
    EXPECT_TRUE(answers.ok(1));
    EXPECT_TRUE(eventually([&] { return store->healthy({}); }));
}

/// What the store tells its owner.
class Notes {
public:
    Writer::Note note() {
        return [this](Severity severity, std::string_view text) {
            const std::lock_guard lock(mutex_);
            texts_.push_back((severity == Severity::error ? "error: " : "info: ") + std::string(text));
        };
    }
    std::vector<std::string> texts() {
        const std::lock_guard lock(mutex_);
        return texts_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> texts_;
};

// Rows are tried again for `retry_for`, whatever else waits for the lock; and the owner hears of it once.
TEST(Fault, ALockThatStaysIsToldOfAndRefusesInTime) {
    const Directory directory;
    Answers answers;
    Notes notes;
    Config config = config_for(directory.file("offhook.db"));
    config.retry_for = 300ms;
    const std::unique_ptr<Store> store = Store::open(config, &answers, notes.note()).value();
    ASSERT_TRUE(store->wait_loaded());
    Other other(config.path);
    other.run("BEGIN IMMEDIATE");
    const auto begin = std::chrono::steady_clock::now();
    store->put(record(1), Answers::ticket(1));
    EXPECT_FALSE(answers.ok(1));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    store->put(record(2), Answers::ticket(2));
    EXPECT_FALSE(answers.ok(2));
    EXPECT_FALSE(store->healthy({}));
    other.run("COMMIT");
    EXPECT_TRUE(eventually([&] { return store->healthy({}) && store->health().writer.kept == 0; }));
    EXPECT_TRUE(store->reader().record(2).value().has_value());
    EXPECT_TRUE(store->stop().empty());
    ASSERT_EQ(notes.texts().size(), 2U);
    EXPECT_THAT(notes.texts()[0], HasSubstr("error: the database cannot be written: "));
    EXPECT_THAT(notes.texts()[0], HasSubstr("locked"));
    EXPECT_THAT(notes.texts()[0], HasSubstr("new calls are refused, 1 call records wait for it"));
    EXPECT_EQ(notes.texts()[1], "info: the database can be written again");
}

TEST(Fault, WhatAFullDiskNeverTakesIsGivenBackAtTheEnd) {
    const Directory directory;
    VolatileVfs vfs;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.retry_for = 50ms;
    const std::unique_ptr<Store> store = opened(config, &answers);
    store->put(record(1), Answers::ticket(1));
    EXPECT_TRUE(answers.ok(1));
    vfs.set_full(true);
    accounting::CallRecord ended = record(1);
    ended.ended = ended.answered + 3s;
    ended.end = accounting::CallRecord::End::caller;
    store->put(ended, Ticket{});
    store->put(record(2), Answers::ticket(2));
    EXPECT_FALSE(answers.ok(2));
    const std::vector<std::string> unwritten = store->stop();
    ASSERT_EQ(unwritten.size(), 2U);
    EXPECT_THAT(unwritten[0], HasSubstr(R"({"id":"0000000000000001",)"));
    EXPECT_THAT(unwritten[0], HasSubstr(R"("end":"caller")"));
    EXPECT_THAT(unwritten[1], HasSubstr(R"({"id":"0000000000000002",)"));
    vfs.set_full(false);
}

TEST(Fault, ANewerSchemaIsRefusedAndLeftAlone) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    opened(config, nullptr)->stop();
    EXPECT_EQ(Other(config.path).run("SELECT schema_version FROM meta"), std::to_string(schema_version()) + ' ');
    Other(config.path).run("UPDATE meta SET schema_version = 1000");
    const auto refused = Store::open(config, nullptr);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr(config.path + ": the database is of version 1000, this program knows up to "));
    EXPECT_EQ(Other(config.path).run("SELECT schema_version FROM meta"), "1000 ");
}

TEST(Fault, AFullQueueRefusesAtOnce) {
    const Directory directory;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.queue_limit = 4;
    const std::unique_ptr<Store> store = opened(config, &answers);
    Other other(config.path);
    other.run("BEGIN IMMEDIATE");  // the writer waits with one batch in hand
    std::uint32_t last = 0;
    EXPECT_TRUE(eventually([&] {
        ++last;
        store->put(record(last), Answers::ticket(last));
        return answers.count() != 0;
    }));
    EXPECT_EQ(answers.count(), 1U);
    EXPECT_FALSE(answers.ok(last));
    EXPECT_LE(last, 9U);  // two queues full, and one
    EXPECT_EQ(store->health().writer.refused, 1U);
    other.run("COMMIT");
    for (std::uint32_t i = 1; i < last; ++i) EXPECT_TRUE(answers.ok(i));
}

TEST(Fault, AfterStopEverythingIsAnsweredFalse) {
    const Directory directory;
    Answers answers;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    for (std::uint32_t i = 1; i <= 200; ++i) store->put(record(i), Answers::ticket(i));
    store->stop();
    for (std::uint32_t i = 1; i <= 200; ++i) EXPECT_TRUE(answers.ok(i));  // what was queued is committed
    store->put(record(1), Answers::ticket(1000));
    store->commit(bindings("sip:a@example.com", {}), Answers::ticket(1001));
    EXPECT_FALSE(answers.ok(1000));
    EXPECT_FALSE(answers.ok(1001));
    EXPECT_FALSE(store->user_admin().remove("example.com", "alice"));
}

TEST(Fault, ExpiredBindingsAreNotLoadedAndArePurged) {
    const Directory directory;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    std::unique_ptr<Store> store = opened(config, &answers);
    store->commit(bindings("sip:gone@example.com", {binding("sip:g@192.0.2.1", -7200)}), Ticket{});
    store->commit(bindings("sip:half@example.com", {binding("sip:h@192.0.2.1", -7200), binding("sip:h@192.0.2.2")}), Ticket{});
    store->commit(bindings("sip:late@example.com", {binding("sip:l@192.0.2.1", -5)}), Ticket{});
    store = nullptr;
    store = opened(config, &answers);
    EXPECT_EQ(store->find("sip:gone@example.com"), nullptr);
    EXPECT_EQ(store->find("sip:late@example.com"), nullptr);
    ASSERT_NE(store->find("sip:half@example.com"), nullptr);
    // A set of which only a part was dropped is written whole: nothing of the old one stays behind.
    store->commit(bindings("sip:late@example.com", {binding("sip:l@192.0.2.9")}), Ticket{});
    store = nullptr;

    config.purge_interval = 1ms;
    store = opened(config, &answers);
    EXPECT_TRUE(eventually([&] { return store->reader().bindings("sip:g", 10)->front()->address_of_record == "sip:half@example.com"; }));
    EXPECT_TRUE(eventually([&] { return store->find("sip:half@example.com")->bindings.size() == 1; }));
    const auto left = store->reader().bindings("", 10).value();
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0]->bindings.front().contact, "sip:h@192.0.2.2");
    EXPECT_EQ(left[1]->bindings.front().contact, "sip:l@192.0.2.9");
}

TEST(Fault, OldEventsAreRemovedAndNoSeqComesTwice) {
    const Directory directory;
    Config config = config_for(directory.file("offhook.db"));
    std::unique_ptr<Store> store = opened(config, nullptr);
    for (std::uint64_t i = 1; i <= 5; ++i) store->put(record(i), Ticket{});
    store = nullptr;
    config.keep_events = std::chrono::hours(0);
    config.purge_interval = 1ms;
    store = opened(config, nullptr);
    EXPECT_TRUE(eventually([&] { return store->reader().events(0, 10)->empty(); }));
    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), nullptr);
    store->put(record(6), Ticket{});
    store->flush();
    EXPECT_EQ(store->reader().events(0, 10)->front().seq, 6U);
}

// SIGKILL at a random moment: the log holds every acknowledged row, with no close and no checkpoint.
TEST(Fault, ASigkillLosesNothingAcknowledged) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    std::mt19937 random(4);
    std::vector<std::uint32_t> acknowledged(51, 0);
    for (int life = 0; life < 10; ++life) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            Answers answers;
            answers.on_answer = [&](std::uint32_t slot, bool ok) {
                if (ok && ::write(pipe[1], &slot, sizeof slot) != sizeof slot) ::_exit(1);
            };
            auto store = Store::open(config, &answers);
            if (!store || !(*store)->wait_loaded()) ::_exit(1);
            for (std::uint32_t n = static_cast<std::uint32_t>(life) * 1'000'000 + 1;; ++n) {
                accounting::CallRecord r = record(n % 50 + 1);
                r.seconds = n;
                (*store)->put(r, Answers::ticket(n));
                if (n % 16 == 0) (*store)->flush();
            }
        }
        ::close(pipe[1]);
        const auto wanted = static_cast<std::uint32_t>(1 + random() % 400);
        std::uint32_t slot = 0;
        for (std::uint32_t seen = 0; ::read(pipe[0], &slot, sizeof slot) == sizeof slot;) {
            acknowledged[slot % 50 + 1] = slot;
            if (++seen == wanted) ::kill(child, SIGKILL);  // what it told until then is still in the pipe
        }
        ::close(pipe[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
        Other other(config.path);
        EXPECT_EQ(other.run("PRAGMA integrity_check"), "ok ");
        for (std::uint32_t id = 1; id <= 50; ++id) {
            const std::string found = other.run("SELECT seconds FROM call_record WHERE id = " + std::to_string(id));
            EXPECT_GE(found.empty() ? 0U : static_cast<std::uint32_t>(std::stoul(found)), acknowledged[id]) << "record " << id << " in life " << life;
        }
    }
}

}  // namespace
}  // namespace offhook::store
