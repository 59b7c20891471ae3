// Users: hashing, administration, what a realm offers; and many readers and writers of the API beside registrations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "offhook/store/fixture_test.hpp"

namespace offhook::store {
namespace {

using auth::Algorithm;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

NewUser new_user(std::string name, std::string domain = "example.com") {
    NewUser u;
    u.name = std::move(name);
    u.domain = std::move(domain);
    u.password = "secret";
    return u;
}

// RFC 7616 §3.9.1: the password "Circle of Life" of Mufasa; its HA1s computed with `printf ... | md5sum` and the like.
TEST(HashPassword, GivesBothNamesInEachAlgorithm) {
    const auto ha1 = hash_password("example.org", "Mufasa", "http-auth@example.org", "Circle of Life");
    EXPECT_EQ(ha1[0].plain_name, "3d78807defe7de2157e2b0b6573a855f");
    EXPECT_EQ(ha1[0].full_name, "f930597fbb1b0334f5e8b770b9b13757");
    EXPECT_EQ(ha1[1].plain_name, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
    EXPECT_EQ(ha1[1].full_name, "f4b97b0f46b2eb3f50e196f99f4d71aefe60a6d9cf639d8bd70ca04a60edfa5a");
    EXPECT_EQ(ha1[2].plain_name, "fb174f5c3c7802721517cae13b98e2b8dae2e0118cb705d94ee29946319204ce");
    EXPECT_EQ(ha1[2].full_name, "b3e0bab70ceedaa4c77ed1c54ce902351b08ff3adf3602848d9b71eaedf2c4cd");
}

TEST(Users, AreAddedChangedRemovedAndOutliveARestart) {
    const Directory directory;
    std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    NewUser alice = new_user("alice", "Example.COM");
    ASSERT_TRUE(store->user_admin().add(alice));
    const AdminResult again = store->user_admin().add(alice);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, AdminError::Code::exists);
    EXPECT_EQ(again.error().text, "alice@example.com exists already");

    auth::UserSnapshot user = store->users().find("EXAMPLE.com", "alice");
    ASSERT_NE(user, nullptr);
    EXPECT_EQ(user->domain, "example.com");
    EXPECT_EQ(user->realm, "example.com");
    EXPECT_EQ(user->ha1[0].plain_name, hash_password("example.com", "alice", "example.com", "secret")[0].plain_name);
    EXPECT_EQ(store->users().find("example.com", "Alice"), nullptr);  // the name keeps its case

    ASSERT_TRUE(store->user_admin().set_password("Example.com", "alice", "other"));
    ASSERT_TRUE(store->user_admin().set_enabled("example.com", "alice", false));
    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), nullptr);
    user = store->users().find("example.com", "alice");
    ASSERT_NE(user, nullptr);
    EXPECT_FALSE(user->enabled);
    const auto expected = hash_password("example.com", "alice", "example.com", "other");
    for (std::size_t a = 0; a < auth::algorithm_count; ++a) {
        EXPECT_EQ(user->ha1[a].plain_name, expected[a].plain_name);
        EXPECT_EQ(user->ha1[a].full_name, expected[a].full_name);
    }

    ASSERT_TRUE(store->user_admin().remove("example.com", "alice"));
    EXPECT_EQ(store->users().find("example.com", "alice"), nullptr);
    for (const AdminResult& missing :
         {store->user_admin().remove("example.com", "alice"), store->user_admin().set_password("example.com", "alice", "x"),
          store->user_admin().set_enabled("example.com", "alice", true)}) {
        ASSERT_FALSE(missing);
        EXPECT_EQ(missing.error().code, AdminError::Code::not_found);
    }
    std::vector<std::string> kinds;
    const auto events = store->reader().events(0, 10).value();
    for (const Event& e : events) {
        kinds.push_back(e.kind);
        EXPECT_THAT(e.payload, HasSubstr(R"("domain":"example.com","name":"alice")"));
    }
    EXPECT_THAT(kinds, ElementsAre("user_added", "password_changed", "user_changed", "user_removed"));
}

// Who may not register any more is not reachable any more; and who gets the name next does not get the phones with it.
TEST(Users, WhoAreRemovedOrDisabledLoseTheirBindings) {
    const Directory directory;
    Answers answers;
    std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    // As the registrar has it: what may not stand bare in a user part is escaped (RFC 3261 §19.1.2).
    const std::vector<std::pair<std::string, std::string>> users{{"alice", "alice@example.com"}, {"b%#", "b%25%23@example.com"}, {"carol", "carol@example.com"}};
    std::uint32_t slot = 0;
    for (const auto& [name, address] : users) {
        ASSERT_TRUE(store->user_admin().add(new_user(name)));
        store->commit(bindings(address, {binding("sip:x@192.0.2.1")}), Answers::ticket(++slot));
        EXPECT_TRUE(answers.ok(slot));
    }
    ASSERT_TRUE(store->user_admin().set_password("example.com", "alice", "another"));
    EXPECT_NE(store->find("alice@example.com"), nullptr);
    ASSERT_TRUE(store->user_admin().remove("example.com", "alice"));
    ASSERT_TRUE(store->user_admin().set_enabled("example.com", "b%#", false));
    EXPECT_EQ(store->find("alice@example.com"), nullptr);
    EXPECT_EQ(store->find("b%25%23@example.com"), nullptr);
    EXPECT_FALSE(store->user_admin().remove("example.com", "nobody"));
    std::vector<std::string> last;
    const auto events = store->reader().events(7, 10).value();
    for (const Event& e : events) last.push_back(e.kind);
    EXPECT_THAT(last, ElementsAre("user_removed", "unregistered", "user_changed", "unregistered"));

    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), &answers);
    ASSERT_TRUE(store->user_admin().add(new_user("alice")));
    EXPECT_EQ(store->find("alice@example.com"), nullptr);
    ASSERT_NE(store->find("carol@example.com"), nullptr);

    // Registered and removed in the same group.
    store->commit(bindings("carol@example.com", {binding("sip:y@192.0.2.1")}), Answers::ticket(10));
    ASSERT_TRUE(store->user_admin().remove("example.com", "carol"));
    EXPECT_EQ(store->find("carol@example.com"), nullptr);
    EXPECT_TRUE(store->reader().bindings("", 10)->empty());
}

// What the first start of a server does: it waits for no loading itself.
TEST(Users, AreAddedRightAfterTheStoreIsOpen) {
    const Directory directory;
    auto store = Store::open(config_for(directory.file("offhook.db")), nullptr);
    ASSERT_TRUE(store);
    EXPECT_TRUE((*store)->user_admin().add(new_user("alice")));
    EXPECT_NE((*store)->users().find("example.com", "alice"), nullptr);
}

// A sink remembers how far it has come: a seq that was rolled back must not be told, and none may come twice after a restart.
TEST(Users, AnImportThatFailsLeavesNoGapInTheJournal) {
    const Directory directory;
    Config config = config_for(directory.file("offhook.db"));
    config.sinks = {"one"};
    std::unique_ptr<Store> store = opened(config, nullptr);
    ASSERT_TRUE(store->user_admin().add(new_user("alice")));
    ASSERT_FALSE(store->user_admin().import(std::vector{new_user("bob"), new_user("carol"), new_user("alice")}));
    store->flush();
    EXPECT_EQ(store->journal_bell().last(), 1U);
    ASSERT_TRUE(store->put_position({"one", 7}));  // of a database that an earlier version left so
    store = nullptr;
    store = opened(config, nullptr);
    ASSERT_TRUE(store->user_admin().add(new_user("dave")));
    EXPECT_EQ(store->reader().events(1, 10)->front().seq, 8U);
}

TEST(Users, WithMistakesAreRefusedInWords) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    const auto refusal = [&](const auto& change) {
        NewUser u = new_user("alice");
        change(u);
        const AdminResult result = store->user_admin().add(u);
        EXPECT_FALSE(result);
        EXPECT_EQ(result ? AdminError::Code::exists : result.error().code, AdminError::Code::invalid);
        return result ? std::string() : result.error().text;
    };
    EXPECT_THAT(refusal([](NewUser& u) { u.name.clear(); }), HasSubstr("must not be empty"));
    EXPECT_THAT(refusal([](NewUser& u) { u.name = "a:b"; }), HasSubstr("none of :"));
    EXPECT_THAT(refusal([](NewUser& u) { u.name = "a\nb"; }), HasSubstr("cannot be the name"));
    EXPECT_THAT(refusal([](NewUser& u) { u.domain = "exa mple.com"; }), HasSubstr("is not a domain"));
    EXPECT_THAT(refusal([](NewUser& u) { u.realm = "a\"b"; }), HasSubstr("cannot be a realm"));
    EXPECT_THAT(refusal([](NewUser& u) { u.password = ""; }), HasSubstr("is empty"));
    EXPECT_THAT(refusal([](NewUser& u) { u.password.reset(); }), HasSubstr("neither a password nor an HA1"));
    EXPECT_THAT(refusal([](NewUser& u) {
                    u.password.reset();
                    u.ha1[1].plain_name = std::string(63, 'a');
                }),
                HasSubstr("64 hexadecimal digits"));
}

TEST(Users, AreImportedAllOrNone) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    ASSERT_TRUE(store->user_admin().add(new_user("u7")));
    std::vector<NewUser> users;
    for (std::size_t i = 1; i <= 20; ++i) {
        users.push_back(new_user("u" + std::to_string(i)));
        users.back().line = i + 1;
    }
    AdminResult result = store->user_admin().import(users);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, AdminError::Code::exists);
    EXPECT_EQ(result.error().line, 8U);
    EXPECT_EQ(result.error().text, "u7@example.com exists already");
    EXPECT_EQ(store->users().find("example.com", "u1"), nullptr);
    EXPECT_EQ(store->reader().users("", "", 100)->size(), 1U);
    EXPECT_EQ(store->reader().events(0, 100)->size(), 1U);

    users[6].name = "u 7";
    result = store->user_admin().import(users);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().line, 8U);
    users[6].name = "u77";
    ASSERT_TRUE(store->user_admin().import(users));
    EXPECT_NE(store->users().find("example.com", "u20"), nullptr);
    EXPECT_EQ(store->health().users, 21U);
    std::vector<std::string> names;
    for (std::string name, domain;;) {
        const auto page = store->reader().users(domain, name, 4).value();
        if (page.empty()) break;
        for (const auth::User& u : page) names.push_back(u.name);
        name = page.back().name;
        domain = page.back().domain;
    }
    EXPECT_EQ(names.size(), 21U);
    EXPECT_TRUE(std::ranges::is_sorted(names));
}

TEST(Users, ARealmOffersWhatAllItsUsersHave) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    EXPECT_THAT(store->users().offered("example.com"), ElementsAre(true, true, true));
    ASSERT_TRUE(store->user_admin().add(new_user("alice")));
    NewUser old = new_user("old");
    old.password.reset();
    old.ha1[0].plain_name = "3D78807DEFE7DE2157E2B0B6573A855F";
    ASSERT_TRUE(store->user_admin().add(old));
    EXPECT_EQ(store->users().find("example.com", "old")->ha1[0].plain_name, "3d78807defe7de2157e2b0b6573a855f");
    EXPECT_THAT(store->users().offered("example.com"), ElementsAre(true, false, false));
    EXPECT_THAT(store->users().offered("elsewhere"), ElementsAre(true, true, true));
    ASSERT_TRUE(store->user_admin().set_password("example.com", "old", "new"));
    EXPECT_THAT(store->users().offered("example.com"), ElementsAre(true, true, true));
    old.name = "older";
    ASSERT_TRUE(store->user_admin().add(old));
    EXPECT_THAT(store->users().offered("example.com"), ElementsAre(true, false, false));
    ASSERT_TRUE(store->user_admin().remove("example.com", "older"));
    EXPECT_THAT(store->users().offered("example.com"), ElementsAre(true, true, true));
}

TEST(Users, OfAnotherRealmAreNamed) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    NewUser bob = new_user("bob");
    bob.realm = "old realm";
    ASSERT_TRUE(store->user_admin().add(new_user("alice")));
    ASSERT_TRUE(store->user_admin().add(bob));
    ASSERT_TRUE(store->user_admin().add(new_user("carol", "example.net")));
    const auto differing = store->reader().users_of_other_realm("example.com", "example.com", 10).value();
    ASSERT_EQ(differing.size(), 1U);
    EXPECT_EQ(full_name(differing[0]), "bob@example.com");
    EXPECT_EQ(differing[0].realm, "old realm");
    EXPECT_EQ(store->reader().users_of_other_realm("", "example.com", 10)->size(), 2U);
}

// Issue: 100,000 reads and writes by the API beside registrations, and no "database is locked". Three quarters read.
TEST(Concurrency, ReadersAndWritersNeverMeetALock) {
    constexpr int api_threads = 8, each = 12'500, registrations = 20'000;
    const Directory directory;
    Answers answers;
    Config config = config_for(directory.file("offhook.db"));
    config.checkpoint_pages = 100;
    config.durability = Durability::relaxed;  // locks are the same, and 25,000 answers in turn do not wait for a disk
    config.commit_window = std::chrono::milliseconds(0);
    const std::unique_ptr<Store> store = opened(config, &answers);
    std::atomic<int> failures{0}, refused{0}, done{0};
    std::mutex mutex;
    std::string first;
    const auto check = [&](const auto& result, const auto& text) {
        if (result) return;
        if (failures++ != 0) return;
        const std::lock_guard lock(mutex);
        first = text(result);
    };
    const auto reading = [&](const auto& result) { check(result, [](const auto& r) { return r.error(); }); };
    const auto writing = [&](const auto& result) { check(result, [](const auto& r) { return r.error().text; }); };
    answers.on_answer = [&](std::uint32_t, bool ok) {
        if (!ok) ++refused;
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < api_threads; ++t) {
        threads.emplace_back([&, t] {
            RecordFilter filter;
            filter.user = "alice@example.com";
            filter.newest_first = true;
            const std::string name = "user" + std::to_string(t);
            for (int i = 0; i < each / 4; ++i) {
                reading(store->reader().records(filter, 0, 3));
                reading(store->reader().bindings("sip:u5", 2));
                reading(store->reader().users("", "", 2));
                writing(i % 2 == 0 ? store->user_admin().add({"example.com", name, "", {}, {{{std::string(32, 'a'), ""}, {}, {}}}, true, 0})
                                   : store->user_admin().remove("example.com", name));
                ++done;
            }
        });
    }
    for (std::uint32_t i = 0; i < registrations; ++i) {
        const std::string aor = "sip:u" + std::to_string(i % 500);
        store->commit(bindings(aor, {binding("sip:u@192.0.2.1:" + std::to_string(i % 3))}), Answers::ticket(i));
        if (i % 10 == 0) store->put(record(i + 1), Ticket{});
        if (i % 200 == 199) store->flush();  // phones of one address wait for their answers
    }
    for (std::thread& t : threads) t.join();
    store->flush();
    EXPECT_EQ(failures, 0) << first;
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(done * 4, api_threads * (each / 4) * 4);
    EXPECT_EQ(answers.count(), static_cast<std::size_t>(registrations));
    EXPECT_EQ(store->health().writer.last_error, "");
}

}  // namespace
}  // namespace offhook::store
