// Money when the database or the process fails: a row that is refused, a full disk, SIGKILL and power loss at random moments. Whatever happens, what was
// paid in is what was spent and what is there, and no account is overspent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <vector>

#include "offhook/store/charging_fixture_test.hpp"
#include "offhook/store/volatile_vfs_test.hpp"

namespace offhook::store {
namespace {

using namespace std::chrono_literals;
using accounting::CallRecord;
using charging::Micros;
using charging::Rule;
using ::testing::HasSubstr;

constexpr std::size_t account_count = 3;
constexpr Micros deposit = 40'000'000;
constexpr UtcTime invited = UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 5));

std::string account_name(std::size_t i) { return "a" + std::to_string(i); }

void set_up_accounts(const Config& config) {
    const auto store = opened(config, nullptr);
    import_tariff(*store, "prefix,connection_fee,price_per_minute\n+49,0.02,0.6\n");
    for (std::size_t i = 0; i < account_count; ++i) {
        ASSERT_TRUE(store->account_admin().add(prepaid(account_name(i))));
        ASSERT_TRUE(store->account_admin().credit(account_name(i), deposit, "first", ""));
    }
}

accounting::ChargeRequest request(std::uint64_t id) {
    accounting::ChargeRequest r = request_of(id, invited);
    r.account = account_name(id % account_count);
    return r;
}

CallRecord call(std::uint64_t id) {
    CallRecord r = record(id);
    r.account = account_name(id % account_count);
    r.destination = "+4930";
    r.on_net = false;
    r.invited = r.answered = invited;
    return r;
}

CallRecord ended(std::uint64_t id, Duration lasted) {
    CallRecord r = call(id);
    r.ended = invited + lasted;
    r.end = CallRecord::End::caller;
    return r;
}

// What must hold at every commit, by the database alone.
std::string sums_mistake(const std::string& path) {
    sqlite3* database = nullptr;
    std::string said;
    const auto collect = [](void* to, int columns, char** values, char**) {
        for (int i = 0; i < columns; ++i) (*static_cast<std::string*>(to) += values[i] != nullptr ? values[i] : "NULL") += ' ';
        return 0;
    };
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database,
                           "SELECT name, balance, reserved FROM account a WHERE balance < reserved OR reserved <> (SELECT coalesce(sum(amount), 0) FROM "
                           "reservation WHERE account = a.name) OR balance + (SELECT coalesce(sum(price), 0) FROM call_record WHERE account = a.name) <> "
                           "(SELECT sum(amount) FROM payment WHERE account = a.name) OR (SELECT count(*) FROM call_record WHERE account = a.name AND "
                           "end_cause <> 'none' AND answered <> 0 AND price IS NULL) > 0",
                           collect, &said, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
    return said;
}

/// A stream of calls that begin, go on and end. Ids go on where the last life ended.
class Calls {
public:
    Calls(Store& store, std::mt19937& random, std::uint64_t first) : store_(store), random_(random), next_(first) {}

    void step(Ticket ticket) {
        if (open_.empty() || random_() % 3 == 0) {
            open_.push_back(next_);
            return store_.authorise(request(next_++), ticket);
        }
        const std::size_t n = random_() % open_.size();
        switch (random_() % 3) {
            case 0:
                return store_.put(call(open_[n]), ticket);
            case 1:
                return store_.extend(request(open_[n]), std::chrono::seconds(random_() % 200), ticket);
            default:
                store_.put(ended(open_[n], std::chrono::seconds(random_() % 100)), ticket);
                open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(n));
        }
    }

private:
    Store& store_;
    std::mt19937& random_;
    std::uint64_t next_;
    std::vector<std::uint64_t> open_;
};

class PoisonedCharge : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(PoisonedCharge, TakesNoOthersGrant) {
    const Directory directory;
    Config config = config_for(directory.file("offhook.db"));
    set_up_accounts(config);
    config.commit_window = 50ms;  // one group for all
    Answers answers;
    const auto store = opened(config, &answers);
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(config.path.c_str(), &other), SQLITE_OK);
    const std::string trigger = "CREATE TRIGGER poison BEFORE INSERT ON reservation WHEN NEW.record = " + std::to_string(GetParam()) +
                                " BEGIN SELECT RAISE(ABORT, 'poisoned'); END";
    ASSERT_EQ(sqlite3_exec(other, trigger.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
    store->flush();  // a group of its own: the next one waits for the window
    for (std::uint32_t id = 1; id <= 5; ++id) store->authorise(request(id), Answers::ticket(id));
    for (std::uint32_t id = 1; id <= 5; ++id) {
        const accounting::Grant grant = answers.grant(id);
        EXPECT_EQ(grant.rule, id == GetParam() ? Rule::unavailable : Rule::none) << id;
        EXPECT_EQ(grant.lasts, id == GetParam() ? 0s : 60s);
    }
    const auto rejected = store->reader().rejected(0, 10).value();
    ASSERT_EQ(rejected.size(), 1U);
    EXPECT_EQ(rejected[0].kind, "charge");
    EXPECT_THAT(rejected[0].payload, HasSubstr("\"destination\":\"+4930\""));
    EXPECT_EQ(sums_mistake(config.path), "");
}

INSTANTIATE_TEST_SUITE_P(InEachPlace, PoisonedCharge, ::testing::Range(1U, 6U));

TEST(LedgerFault, AFullDiskGrantsNothingAndLosesNoEnd) {
    const Directory directory;
    VolatileVfs vfs;
    Config config = config_for(directory.file("offhook.db"));
    config.retry_for = 100ms;
    set_up_accounts(config);
    Answers answers;
    auto store = opened(config, &answers);
    store->authorise(request(1), Answers::ticket(1));
    EXPECT_EQ(answers.grant(1).rule, Rule::none);
    store->put(call(1), Answers::ticket(2));
    EXPECT_TRUE(answers.ok(2));
    vfs.set_full(true);
    store->authorise(request(2), Answers::ticket(3));
    store->extend(request(1), 100s, Answers::ticket(4));
    store->put(ended(1, 30s), Answers::ticket(5));
    EXPECT_EQ(answers.grant(3).rule, Rule::unavailable);
    EXPECT_EQ(answers.grant(4).rule, Rule::unavailable);
    EXPECT_FALSE(answers.ok(5));
    vfs.set_full(false);
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!store->reader().record(1).value()->rated && std::chrono::steady_clock::now() < until) ::usleep(1000);
    EXPECT_EQ(store->reader().record(1).value()->rated.value().price, 320'000);
    EXPECT_EQ(account(*store, account_name(1)).balance, deposit - 320'000);
    EXPECT_EQ(sums_mistake(config.path), "");
    store->stop();
    store->authorise(request(9), Answers::ticket(6));
    EXPECT_EQ(answers.grant(6).rule, Rule::unavailable);
    store = nullptr;
}

TEST(LedgerFault, ASigkillMakesAndLosesNoMoney) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    set_up_accounts(config);
    std::mt19937 random(9);
    for (int life = 0; life < 8; ++life) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            Answers answers;
            answers.on_answer = [&](std::uint32_t slot, bool) {
                if (::write(pipe[1], &slot, sizeof slot) != sizeof slot) ::_exit(1);
            };
            auto store = Store::open(config, &answers);
            if (!store || !(*store)->wait_loaded()) ::_exit(1);
            std::mt19937 own(static_cast<std::uint32_t>(life));
            Calls calls(**store, own, 1 + static_cast<std::uint64_t>(life) * 1'000'000);
            for (std::uint32_t n = 1;; ++n) {
                calls.step(Answers::ticket(n));
                if (n % 16 == 0) (*store)->flush();
            }
        }
        ::close(pipe[1]);
        const auto wanted = 1 + random() % 400;
        std::uint32_t slot = 0;
        for (std::uint32_t seen = 0; ::read(pipe[0], &slot, sizeof slot) == sizeof slot;)
            if (++seen == wanted) ::kill(child, SIGKILL);
        ::close(pipe[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
        EXPECT_EQ(sums_mistake(config.path), "") << "as it was left, life " << life;
        opened(config, nullptr)->stop();
        EXPECT_EQ(sums_mistake(config.path), "") << "after the next start, life " << life;
    }
}

TEST(LedgerFault, APowerLossMakesAndLosesNoMoney) {
    for (std::uint32_t seed = 0; seed < 60 && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const Directory directory;
        VolatileVfs vfs;
        Config config = config_for(directory.file("offhook.db"));
        config.checkpoint_pages = 4 + static_cast<int>(random() % 30);
        config.commit_window = 0ms;
        config.retry_for = 0ms;
        set_up_accounts(config);
        {
            Answers answers;
            auto store = opened(config, &answers);
            vfs.lose_power_after(static_cast<int>(random() % 400), seed, random() % 2 == 0);
            Calls calls(*store, random, 1);
            for (std::uint32_t n = 1; n <= 300 && !vfs.lost(); ++n) {
                calls.step(Answers::ticket(n));
                if (n % 8 == 0) store->flush();
            }
        }
        vfs.restore_power();
        EXPECT_EQ(sums_mistake(config.path), "");
    }
}

}  // namespace
}  // namespace offhook::store
