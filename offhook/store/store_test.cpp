#include "offhook/store/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>
#include <string>
#include <vector>

#include "offhook/store/escape.hpp"
#include "offhook/store/fixture_test.hpp"

namespace offhook::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> kinds(Store& store) {
    std::vector<std::string> out;
    const auto events = store.reader().events(0, page_limit).value();
    for (const Event& e : events) out.push_back(e.kind);
    return out;
}

TEST(Escape, IsReversibleAndLeavesValidText) {
    EXPECT_EQ(escaped("plain"), "plain");
    EXPECT_EQ(escaped(std::string_view("a\0b\\c\xff", 6)), "a\\x00b\\\\c\\xff");
    EXPECT_EQ(escaped("caf\u00e9 \U0001f4de"), "caf\u00e9 \U0001f4de");
    EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf");           // overlong (RFC 3629 §3)
    EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
    EXPECT_EQ(escaped("\xe2\x82"), "\\xe2\\x82");           // cut off
    EXPECT_EQ(unescaped("\\x0g\\"), "\\x0g\\");
    std::mt19937 random(7);
    for (int i = 0; i < 5000; ++i) {
        std::string octets(random() % 12, '\0');
        for (char& c : octets) c = random() % 3 == 0 ? '\\' : static_cast<char>(random());
        const std::string text = escaped(octets);
        EXPECT_EQ(unescaped(text), octets);
        EXPECT_EQ(text.find('\0'), std::string::npos);
    }
}

TEST(Escape, WritesJsonStrings) {
    std::string out;
    append_json_string(out, "a\"b\\c\n\u00e9");
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\u000a\u00e9\"");
}

TEST(Store, CommitsBindingsThenPublishesThenAnswers) {
    const Directory directory;
    Answers answers;
    std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    const std::string alice = "sip:alice@example.com";
    bool there = false;
    answers.on_answer = [&](std::uint32_t slot, bool) {
        if (slot == 1) there = store->find(alice) != nullptr;
    };
    const auto first = binding("sip:alice@192.0.2.4"), second = binding("sip:alice@192.0.2.5:5070;transport=tcp");
    store->commit(bindings(alice, {first, second}), Answers::ticket(1));
    EXPECT_TRUE(answers.ok(1));
    EXPECT_TRUE(there);
    EXPECT_EQ(store->find("sip:bob@example.com"), nullptr);

    store->stop();
    store = opened(config_for(directory.file("offhook.db")), &answers);
    location::BindingSnapshot found = store->find(alice);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->address_of_record, alice);
    ASSERT_EQ(found->bindings.size(), 2U);
    expect_equal(found->bindings[0], first);
    expect_equal(found->bindings[1], second);

    store->commit(bindings(alice, {second}), Answers::ticket(2));
    EXPECT_TRUE(answers.ok(2));
    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), &answers);
    found = store->find(alice);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(found->bindings.size(), 1U);
    expect_equal(found->bindings[0], second);

    store->commit(bindings(alice, {}), Answers::ticket(3));
    EXPECT_TRUE(answers.ok(3));
    EXPECT_EQ(store->find(alice), nullptr);
    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), &answers);
    EXPECT_EQ(store->find(alice), nullptr);
    EXPECT_THAT(kinds(*store), ElementsAre("registered", "registered", "unregistered", "unregistered"));
}

TEST(Store, KeepsEveryFieldOfARecordAndItsJournal) {
    const Directory directory;
    Answers answers;
    std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    accounting::CallRecord call = record(0xfedcba9876543210);
    store->put(call, Answers::ticket(1));
    EXPECT_TRUE(answers.ok(1));
    expect_equal(store->reader().record(call.id).value().value(), call);
    EXPECT_EQ(store->reader().totals()->calls_in_progress, 1U);

    store = nullptr;
    store = opened(config_for(directory.file("offhook.db")), &answers);
    const auto in_progress = store->reader().in_progress();
    ASSERT_EQ(in_progress->size(), 1U);
    expect_equal(in_progress->front(), call);
    call.codecs = "PCMU";
    store->put(call, Ticket{});  // nobody is told
    call.end = accounting::CallRecord::End::callee;
    call.ended = seconds_from_now(0);
    call.seconds = 8;
    call.dialog.clear();
    store->put(call, Answers::ticket(2));
    EXPECT_TRUE(answers.ok(2));
    expect_equal(store->reader().record(call.id).value().value(), call);
    EXPECT_TRUE(store->reader().in_progress()->empty());
    EXPECT_FALSE(store->reader().record(1).value().has_value());

    const auto events = store->reader().events(0, 10).value();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_THAT(kinds(*store), ElementsAre("call_started", "call_updated", "call_ended"));
    EXPECT_THAT(events[0].payload, HasSubstr(R"("seconds":0,"end":"none","status":200)"));  // of the start, also afterwards
    EXPECT_THAT(events[2].payload, HasSubstr(R"("id":"fedcba9876543210")"));
    EXPECT_THAT(events[2].payload, HasSubstr(R"("reason":"OK \\xc3(","caller_agent":"\"quoted\"\u0009agent")"));
    EXPECT_THAT(events[2].payload, HasSubstr(R"("seconds":8,"end":"callee","status":200)"));
}

TEST(Store, PagesRecordsByKey) {
    const Directory directory;
    Answers answers;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    const UtcTime start = seconds_from_now(-1000);
    for (std::uint64_t i = 1; i <= 20; ++i) {
        accounting::CallRecord r = record(1000 - i);  // ids are not in order of time
        r.invited = start + std::chrono::seconds(i / 2);
        r.user = i % 2 == 0 ? "alice@example.com" : "bob@example.com";
        if (i > 10) r.end = accounting::CallRecord::End::caller;
        store->put(r, Ticket{});
    }
    store->flush();
    const auto all_of = [&](const RecordFilter& filter, std::size_t limit) {
        std::vector<std::uint64_t> ids;
        for (std::uint64_t after = 0;;) {
            const auto page = store->reader().records(filter, after, limit).value();
            if (page.empty()) return ids;
            EXPECT_LE(page.size(), limit);
            after = page.back().id;
            for (const auto& r : page) ids.push_back(r.id);
        }
    };
    RecordFilter any;
    std::vector<std::uint64_t> forward = all_of(any, 3);
    EXPECT_EQ(forward.size(), 20U);
    EXPECT_EQ(forward.front(), 999U);
    any.newest_first = true;
    const std::vector<std::uint64_t> backward = all_of(any, 7);
    std::ranges::reverse(forward);
    EXPECT_EQ(forward, backward);
    RecordFilter some;
    some.user = "alice@example.com";
    EXPECT_EQ(all_of(some, 4).size(), 10U);
    some.in_progress = true;
    EXPECT_EQ(all_of(some, 4).size(), 5U);
    some.from = start + std::chrono::seconds(2);
    some.to = start + std::chrono::seconds(4);
    EXPECT_THAT(all_of(some, 1), ElementsAre(996U, 994U));
}

// More than a page from each end of the keys, some of which are stored escaped.
TEST(Store, LoadsEveryAddressAtTheStart) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    const auto address = [](int i) { return "sip:" + std::string(i % 7 == 0 ? "\\\xff" : i % 5 == 0 ? "\xc3\xa4" : "u") + std::to_string(i) + "@example.com"; };
    constexpr int addresses = 4 * static_cast<int>(page_limit) + 17;
    {
        const auto store = opened(config, nullptr);
        for (int i = 0; i < addresses; ++i) store->commit(bindings(address(i), {binding("sip:first@192.0.2.1"), binding("sip:second@192.0.2.1")}), {});
        store->flush();
    }
    const auto store = opened(config, nullptr);
    EXPECT_EQ(store->health().addresses, static_cast<std::size_t>(addresses));
    for (int i = 0; i < addresses; ++i) {
        const auto found = store->find(address(i));
        ASSERT_TRUE(found) << address(i);
        ASSERT_EQ(found->bindings.size(), 2u);
        EXPECT_EQ(found->bindings.front().contact, "sip:first@192.0.2.1");
    }
}

TEST(Store, KeysOutliveARestartAndTheFileIsPrivate) {
    const Directory directory;
    std::string relay, nonce;
    for (int start = 0; start < 2; ++start) {
        const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
        EXPECT_EQ(store->relay_key().size(), 32U);
        EXPECT_NE(store->relay_key(), store->nonce_key());
        if (start == 1) {
            EXPECT_EQ(store->relay_key() + store->nonce_key(), relay + nonce);
        }
        relay = store->relay_key();
        nonce = store->nonce_key();
        for (const char* suffix : {"", "-wal", "-shm"}) {
            struct stat status {};
            ASSERT_EQ(::stat((directory.file("offhook.db") + suffix).c_str(), &status), 0) << suffix;
            EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
        }
    }
}

TEST(Store, TellsWhatIsWrongWithTheFile) {
    const Directory directory;
    EXPECT_THAT(Store::open(config_for(directory.file("none/offhook.db")), nullptr).error(), HasSubstr("none/offhook.db: No such file or directory"));
    EXPECT_THAT(Store::open(config_for(directory.file("")), nullptr).error(), HasSubstr("Is a directory"));
    std::FILE* file = std::fopen(directory.file("text").c_str(), "w");
    std::fputs("this is not a database, and it is long enough to be seen as none by its header of a hundred octets .........", file);
    std::fclose(file);
    EXPECT_THAT(Store::open(config_for(directory.file("text")), nullptr).error(), ::testing::AllOf(HasSubstr("not a database"), HasSubstr(".recover")));
}

// After the clock was set back a later record was invited earlier: its id is the larger all the same.
TEST(Store, TheLastRecordIsTheOneWithTheLargestId) {
    const Directory directory;
    Answers answers;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    EXPECT_EQ(store->reader().last_record(), 0U);
    accounting::CallRecord first = record(70'000), second = record(80'000);
    second.invited = first.invited - std::chrono::hours(1);
    store->put(first, Answers::ticket(1));
    store->put(second, Answers::ticket(2));
    EXPECT_TRUE(answers.ok(1) && answers.ok(2));
    EXPECT_EQ(store->reader().last_record(), 80'000U);
}

}  // namespace
}  // namespace offhook::store
