// Durability on a file system that forgets (volatile_vfs_test.hpp): a random stream of registrations, removals and records, the
// power lost at a random change, then a restart. Whatever was acknowledged must be there, whatever was acknowledged as removed must
// not; what was under way may be there or not.
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "offhook/store/fixture_test.hpp"
#include "offhook/store/volatile_vfs_test.hpp"

namespace offhook::store {
namespace {

constexpr std::uint32_t addresses = 12, records = 10;

// What phones and accounting have been told, and what they wait for. A version of an address of record is the CSeq of its bindings,
// of a record its seconds; 0: none.
class World final : public runtime::Mailer {
public:
    struct Entry {
        std::uint32_t acknowledged = 0, latest = 0;
        bool waiting = false;
        bool gone_acknowledged = true, gone_latest = true;  ///< address of record: no bindings
    };

    void post(std::uint16_t, runtime::Mail&& mail) override {
        const std::lock_guard lock(mutex);
        const std::uint32_t slot = mail.ticket.handle.slot, version = mail.ticket.handle.generation;
        Entry& entry = slot < addresses ? sets[slot] : calls[slot - addresses];
        if (mail.ok) {
            entry.acknowledged = version;
            if (slot < addresses) entry.gone_acknowledged = entry.gone_latest;
            ++answered;
            if (slot >= addresses) ++answered_records;
        } else {
            refused = true;
        }
        if (slot < addresses) entry.waiting = false;
        changed.notify_all();
    }
    [[nodiscard]] std::uint16_t shard_count() const override { return 1; }
    [[nodiscard]] std::uint16_t shard_of(std::string_view) const override { return 0; }

    std::mutex mutex;
    std::condition_variable changed;
    Entry sets[addresses], calls[records];
    bool refused = false, power_lost = false;
    std::uint64_t answered = 0, answered_records = 0;
};

std::string address(std::uint32_t i) { return "sip:u" + std::to_string(i) + "@example.com"; }

location::BindingSnapshot version_of(std::uint32_t i, std::uint32_t version, std::uint32_t count) {
    std::vector<location::Binding> list;
    std::deque<std::string> contacts;
    const std::string agent(version % 7 * 100, 'x');
    for (std::uint32_t n = 0; n < count; ++n) {
        list.push_back(binding(contacts.emplace_back("sip:u@192.0.2." + std::to_string(n))));
        list.back().cseq = version;
        list.back().user_agent = agent;
    }
    return bindings(address(i), list);
}

class Trial {
public:
    explicit Trial(std::uint32_t seed) : random_(seed), seed_(seed) {
        config_ = config_for(directory_.file("offhook.db"));
        config_.commit_window = std::chrono::milliseconds(random_() % 2);
        config_.retry_for = std::chrono::milliseconds(0);  // a disk without power does not come back
        config_.checkpoint_pages = 4 + static_cast<int>(random_() % 30);
        vfs_.on_loss = [this] {
            const std::lock_guard lock(world_.mutex);
            world_.power_lost = true;
            world_.changed.notify_all();
        };
    }

    void go() {
        for (int life = 0; life < 2 && !::testing::Test::HasFailure(); ++life) {
            // From the first writes of an empty database to after several checkpoints.
            vfs_.lose_power_after(static_cast<int>(random_() % (random_() % 3 == 0 ? 60 : 700)), seed_ + static_cast<std::uint32_t>(life),
                                  random_() % 2 == 0);
            live();
            vfs_.restore_power();
            world_.power_lost = world_.refused = false;
            verify();
        }
    }

private:
    void live() {
        auto store = Store::open(config_, &world_);
        if (!store) {
            EXPECT_TRUE(vfs_.lost()) << store.error();
            return;
        }
        if (!wait([&] { return (*store)->loaded(); })) return;
        for (int step = 0; step < 400; ++step) {
            if (random_() % 3 == 0) {
                put_record(**store);
            } else if (!commit_bindings(**store)) {
                break;
            }
            if (random_() % 8 == 0 && !wait([&] { return world_.answered >= submitted_ / 2; })) break;
        }
        wait([&] { return world_.answered >= submitted_; });
        const std::unique_lock lock(world_.mutex);
        EXPECT_TRUE(world_.power_lost || !world_.refused) << "refused with the power on";
    }

    // Until it holds (true) or the power is lost.
    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(world_.mutex);
        while (!condition() && !world_.power_lost) world_.changed.wait_for(lock, std::chrono::milliseconds(1));
        return !world_.power_lost;
    }

    bool commit_bindings(Store& store) {
        const auto i = static_cast<std::uint32_t>(random_() % addresses);
        if (!wait([&] { return !world_.sets[i].waiting; })) return false;  // one commit at a time for each address
        const std::uint32_t version = ++version_, count = random_() % 3 == 0 ? 0 : 1 + static_cast<std::uint32_t>(random_() % 3);
        {
            const std::lock_guard lock(world_.mutex);
            world_.sets[i].latest = version;
            world_.sets[i].gone_latest = count == 0;
            world_.sets[i].waiting = true;
        }
        ++submitted_;
        store.commit(version_of(i, version, count), Ticket{0, 0, {i, version}});
        return true;
    }

    void put_record(Store& store) {
        const auto i = static_cast<std::uint32_t>(random_() % records);
        const std::uint32_t version = ++version_;
        {
            const std::lock_guard lock(world_.mutex);
            world_.calls[i].latest = version;
        }
        accounting::CallRecord r = record(i + 1);
        r.seconds = version;
        if (random_() % 2 == 0) r.end = accounting::CallRecord::End::caller;
        ++submitted_;
        store.put(r, Ticket{0, 0, {addresses + i, version}});
    }

    void verify() {
        const std::unique_ptr<Store> store = opened(config_, &world_);
        ASSERT_NE(store, nullptr);
        for (std::uint32_t i = 0; i < addresses; ++i) {
            World::Entry& e = world_.sets[i];
            const location::BindingSnapshot found = store->find(address(i));
            const bool as_acknowledged = found ? !e.gone_acknowledged && found->bindings.front().cseq == e.acknowledged : e.gone_acknowledged;
            const bool as_latest = found ? !e.gone_latest && found->bindings.front().cseq == e.latest : e.gone_latest;
            EXPECT_TRUE(as_acknowledged || (e.waiting && as_latest) || (!e.waiting && e.acknowledged != e.latest && as_latest))
                << address(i) << ": acknowledged " << e.acknowledged << (e.gone_acknowledged ? " (removed)" : "") << ", under way " << e.latest
                << ", found " << (found ? static_cast<std::int64_t>(found->bindings.front().cseq) : -1);
            if (found) {
                for (const location::Binding& b : found->bindings) EXPECT_EQ(b.cseq, found->bindings.front().cseq) << "half a registration";
            }
            e.gone_acknowledged = e.gone_latest = !found;
            e.acknowledged = e.latest = found ? found->bindings.front().cseq : e.latest;
            e.waiting = false;
        }
        for (std::uint32_t i = 0; i < records; ++i) {
            World::Entry& e = world_.calls[i];
            const auto found = store->reader().record(i + 1).value();
            const auto version = found ? static_cast<std::uint32_t>(found->seconds) : 0;
            EXPECT_GE(version, e.acknowledged) << "record " << i + 1;
            EXPECT_LE(version, e.latest) << "record " << i + 1;
            e.acknowledged = e.latest = version;
        }
        EXPECT_GE(store->reader().totals()->last_event, world_.answered_records);
        submitted_ = world_.answered;
        check_integrity();
    }

    void check_integrity() {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open_v2(config_.path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
        std::string said;
        const auto collect = [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) += values[0];
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database, "PRAGMA integrity_check", collect, &said, nullptr), SQLITE_OK);
        EXPECT_EQ(said, "ok");
        sqlite3_close(database);
    }

    Directory directory_;
    VolatileVfs vfs_;
    World world_;
    Config config_;
    std::mt19937 random_;
    std::uint32_t seed_, version_ = 0;
    std::uint64_t submitted_ = 0;
};

// Four parts, so that a machine with processors to spare runs them side by side.
class PowerLoss : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(PowerLoss, LosesNothingAcknowledged) {
    for (std::uint32_t seed = GetParam() * 250; seed < GetParam() * 250 + 250 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Trial(seed).go();
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PowerLoss, ::testing::Range(0U, 4U));

// The file system itself: without syncs it must lose rows, or the test above would prove nothing.
TEST(VolatileVfs, ForgetsWhatNoSyncCovered) {
    const Directory directory;
    VolatileVfs vfs;
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(directory.file("offhook.db").c_str(), &database), SQLITE_OK);
    const auto run = [&](const char* sql) { return sqlite3_exec(database, sql, nullptr, nullptr, nullptr); };
    ASSERT_EQ(run("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA synchronous = OFF"), SQLITE_OK);
    const int syncs = vfs.syncs();
    ASSERT_EQ(run("INSERT INTO t VALUES (2)"), SQLITE_OK);
    EXPECT_EQ(vfs.syncs(), syncs);
    vfs.lose_power_after(0, 1, false);
    EXPECT_NE(run("INSERT INTO t VALUES (3)"), SQLITE_OK);
    EXPECT_TRUE(vfs.lost());
    sqlite3_close(database);
    vfs.restore_power();
    ASSERT_EQ(sqlite3_open(directory.file("offhook.db").c_str(), &database), SQLITE_OK);
    std::string rows;
    const auto collect = [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) += values[0];
        return 0;
    };
    ASSERT_EQ(sqlite3_exec(database, "SELECT x FROM t", collect, &rows, nullptr), SQLITE_OK);
    EXPECT_EQ(rows, "1");
    sqlite3_close(database);
}

}  // namespace
}  // namespace offhook::store
