#include "offhook/location/lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/location/memory_store.hpp"

namespace offhook::location {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const UtcTime start = UtcTime(std::chrono::seconds(1'800'000'000));

Binding binding(std::string_view contact, std::uint16_t q, Duration lives) {
    Binding b;
    b.contact = contact;
    b.q = q;
    b.expires = start + lives;
    return b;
}

TEST(Snapshot, HoldsAllOfItsOwn) {
    BindingSnapshot snapshot;
    {
        std::string contact = "sip:first@192.0.2.1", path = "<sip:edge;lr>", address = "a@b", empty;
        Binding first = binding(contact, 500, 10s), second = binding("sip:second@192.0.2.2", 1000, 20s);
        first.parameters = ";x";
        first.call_id = empty;
        first.path = path;
        first.cseq = 7;
        first.flow.remote = *Endpoint::parse("[2001:db8::7]:49152");
        second.user_agent = "Phone";
        second.behind_nat = true;
        const Binding both[] = {first, second};
        snapshot = make_snapshot({address, both});
        for (std::string* text : {&contact, &path, &address}) text->assign(text->size(), '?');
    }
    ASSERT_EQ(snapshot->bindings.size(), 2u);
    const Binding &first = snapshot->bindings[0], &second = snapshot->bindings[1];
    EXPECT_EQ(snapshot->address_of_record, "a@b");
    EXPECT_THAT((std::vector{first.contact, first.parameters, first.call_id, first.path, first.user_agent}),
                ElementsAre("sip:first@192.0.2.1", ";x", "", "<sip:edge;lr>", ""));
    EXPECT_THAT((std::vector{second.contact, second.parameters, second.call_id, second.path, second.user_agent}),
                ElementsAre("sip:second@192.0.2.2", "", "", "", "Phone"));
    EXPECT_EQ(first.q, 500);
    EXPECT_EQ(first.expires, start + 10s);
    EXPECT_EQ(first.cseq, 7u);
    EXPECT_EQ(first.flow.remote, *Endpoint::parse("[2001:db8::7]:49152"));
    EXPECT_TRUE(second.behind_nat);
    EXPECT_EQ(make_snapshot({"c@d", {}})->address_of_record, "c@d");
}

// RFC 3261 §16.6: higher q first, equal ones together.
TEST(Targets, StandByQAndLeaveOutWhatExpired) {
    const Binding bindings[] = {binding("sip:1", 500, 10s), binding("sip:2", 1000, 10s), binding("sip:3", 500, 10s), binding("sip:4", 1000, 1s)};
    const BindingSet set{"a@b", bindings};
    std::vector<std::string_view> contacts;
    const Targets found = targets(set, start + 1s);
    for (const Binding* b : found) contacts.push_back(b->contact);
    EXPECT_THAT(contacts, ElementsAre("sip:2", "sip:1", "sip:3"));
    EXPECT_TRUE(targets(set, start + 10s).empty());
}

TEST(RemainingSeconds, AreRoundedUp) {
    const Binding b = binding("sip:1", 1000, 60s);
    EXPECT_EQ(remaining_seconds(b, start), 60u);
    EXPECT_EQ(remaining_seconds(b, start + 1us), 60u);
    EXPECT_EQ(remaining_seconds(b, start + 1s), 59u);
    EXPECT_EQ(remaining_seconds(b, start + 59'999'999us), 1u);
    EXPECT_EQ(remaining_seconds(b, start + 60s), 0u);
    EXPECT_EQ(remaining_seconds(b, start + 99s), 0u);
}

// §19.1.1 table 1: no headers and no method parameter in a Request-URI.
TEST(RequestUri, LeavesOutWhatMayNotStandThere) {
    const std::pair<const char*, const char*> cases[] = {
        {"sip:a@192.0.2.1:5070;transport=tcp", "sip:a@192.0.2.1:5070;transport=tcp"},
        {"sip:a@192.0.2.1?Subject=x", "sip:a@192.0.2.1"},
        {"sip:a@192.0.2.1;method=INVITE;ob?Subject=x&b=c", "sip:a@192.0.2.1;ob"},
        {"sips:a@[2001:db8::1]:5061;x=\"y\"", "sips:a@[2001:db8::1]:5061;x=\"y\""},
        {"sip:a?b;method=c&d@192.0.2.1", "sip:a?b;method=c&d@192.0.2.1"},
        {"sip:a?b@192.0.2.1?Subject=x", "sip:a?b@192.0.2.1"},
        {"sip:a?b@192.0.2.1;method=INVITE;lr?Subject=x", "sip:a?b@192.0.2.1;lr"},
        {"tel:+4930;phone-context=x", "tel:+4930;phone-context=x"},
    };
    for (const auto& [contact, uri] : cases) {
        if (!message::parse_uri(contact)) continue;
        std::string out;
        append_request_uri(out, contact);
        EXPECT_EQ(out, uri);
    }
}

TEST(BehindNat, ComparesTheContactWithTheSource) {
    transport::Flow flow;
    flow.remote = Endpoint::parse("203.0.113.9:40000").value();
    const auto judge = [&flow](const char* contact, bool has_path = false) {
        return behind_nat(message::parse_uri(contact).value(), flow, has_path);
    };
    EXPECT_TRUE(judge("sip:a@192.168.1.5:5060"));
    EXPECT_TRUE(judge("sip:a@198.51.100.1"));
    EXPECT_FALSE(judge("sip:a@203.0.113.9:5060"));
    EXPECT_FALSE(judge("sip:a@phone.example.com"));
    EXPECT_TRUE(judge("sip:a@df7jal23ls0d.invalid;transport=ws"));
    EXPECT_FALSE(judge("sip:a@192.168.1.5:5060", /*has_path=*/true));
    flow.remote = Endpoint::parse("[2001:db8::7]:5060").value();
    EXPECT_FALSE(judge("sip:a@[2001:0db8:0:0::7]:5060"));
    EXPECT_TRUE(judge("sip:a@[2001:db8::8]:5060"));
}

class MemoryStore : public ::testing::Test {
protected:
    static Now at(Duration d) { return {Instant(d), start + d}; }
    static BindingSnapshot set(std::string_view address, const std::vector<Binding>& bindings) { return make_snapshot({address, bindings}); }
    std::vector<std::pair<std::uint32_t, bool>> answers;
    MemoryBindingStore store{[this](Ticket ticket, bool ok, Now) { answers.emplace_back(ticket.handle.slot, ok); }, 5ms};
};

TEST_F(MemoryStore, ShowsNothingBeforeItIsCommitted) {
    store.advance(at(1s));
    store.commit(set("a@b", {binding("sip:1", 1000, 60s)}), {0, 0, {7, 1}});
    EXPECT_EQ(store.find("a@b"), nullptr);
    EXPECT_EQ(store.next_due(), at(1005ms).steady);
    store.advance(at(1004ms));
    EXPECT_EQ(store.find("a@b"), nullptr);
    store.advance(at(1005ms));
    EXPECT_EQ(store.find("a@b")->bindings[0].contact, "sip:1");
    EXPECT_THAT(answers, ElementsAre(std::pair(7u, true)));
    store.commit(set("a@b", {}), {0, 0, {8, 1}});
    store.advance(at(2s));
    EXPECT_EQ(store.find("a@b"), nullptr);
    EXPECT_EQ(store.size(), 0u);
}

TEST_F(MemoryStore, ChangesNothingWhenItFails) {
    store.commit(set("a@b", {binding("sip:1", 1000, 60s)}), {0, 0, {1, 1}});
    store.advance(at(1s));
    store.fail_next(1);
    store.commit(set("a@b", {}), {0, 0, {2, 1}});
    store.advance(at(2s));
    EXPECT_EQ(store.find("a@b")->bindings.size(), 1u);
    EXPECT_THAT(answers, ElementsAre(std::pair(1u, true), std::pair(2u, false)));
    EXPECT_EQ(store.commits(), 2u);
}

}  // namespace
}  // namespace offhook::location
