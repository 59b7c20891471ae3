// A warm shard takes nothing from the heap for a call (design rule 5): every allocation of this test program is counted.
#include <gtest/gtest.h>

#include "offhook/accounting/accounting.hpp"
#include "offhook/base/allocation_count_test.hpp"
#include "offhook/dialog/sip_text_test.hpp"

namespace offhook::accounting {
namespace {

using namespace std::chrono_literals;
using test::SipText;

struct LastTicket : RecordStore {
    void put(const CallRecord&, Ticket t) override { ticket = t; }
    [[nodiscard]] bool healthy(Now) const override { return true; }
    Ticket ticket;
};

struct NoCharges : ChargeStore {
    void authorise(const ChargeRequest&, Ticket) override { ADD_FAILURE() << "nobody pays for these calls"; }
    void extend(const ChargeRequest&, Duration, Ticket) override { ADD_FAILURE() << "nobody pays for these calls"; }
};

struct OneUser : auth::UserDirectory {
    [[nodiscard]] auth::UserSnapshot find(std::string_view, std::string_view) const override { return user; }
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {}; }
    [[nodiscard]] bool loaded() const override { return true; }
    auth::UserSnapshot user = std::make_shared<const auth::User>();
};

struct Gate : dialog::CallGate {
    void release(Ticket, Now) override { ++released; }
    void admitted(Ticket, const std::optional<dialog::Refusal>&, Now) override {}
    bool hang_up(const dialog::CallPort::InDialog&, const dialog::DialogState&, std::string_view, Now) override { return false; }
    unsigned released = 0;
};

TEST(Allocations, AreNoneForACallOnAWarmShard) {
    const std::string dialog =
        "Via: SIP/2.0/UDP 192.0.2.10:5070;branch=z9hG4bK-524287-1---7d7a3f;rport\nFrom: \"Alice\" <sip:u000000@example.com>;tag=9b2f3c1d9b2f3c1d\n"
        "Call-ID: 7c9e6679-7425-40de-944b-e07fc1f90ae7\nUser-Agent: A phone with a long name/1.0\n";
    const SipText invite("INVITE sip:u000001@example.com SIP/2.0\nTo: <sip:u000001@example.com>\nCSeq: 1 INVITE\n"
                         "Contact: <sip:u000000@192.0.2.10:5070>\n" + dialog);
    const std::string to = "To: <sip:u000001@example.com>;tag=524287abcdef524287\nContact: <sip:u000001@192.0.2.20:5070>\n"
                           "Record-Route: <sip:192.0.2.1:5060;lr;oh=0123456789abcdef>\n" + dialog;
    const SipText ringing("SIP/2.0 180 Ringing\nCSeq: 1 INVITE\n" + to), ok("SIP/2.0 200 OK\nCSeq: 1 INVITE\n" + to);
    const SipText ack("ACK sip:u000001@192.0.2.20:5070 SIP/2.0\nCSeq: 1 ACK\n" + to);
    const SipText bye("BYE sip:u000001@192.0.2.20:5070 SIP/2.0\nCSeq: 2 BYE\n" + to);
    const SipText gone("SIP/2.0 200 OK\nCSeq: 2 BYE\n" + to);

    Now now{Instant{}, UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 5 / 1))};
    TimerWheel wheel(now.steady);
    LastTicket store;
    Gate gate;
    Observer observer;
    NoCharges charges;
    const OneUser users;
    Accounting accounting({}, {wheel, store, charges, users, [](const message::Uri&) { return true; }, observer}, SipKey{1, 2}, RecordIds(0), 0, 1);
    accounting.set_gate(gate);
    transaction::Request request;
    request.message = invite.message;
    request.sender = {transaction::Sender::Trust::authenticated, "u000000", "example.com"};
    const auto target = message::parse_uri(request.message.request_uri());
    std::uint64_t before = 0;
    for (int i = 0; i < 1100; ++i) {
        if (i == 1000) before = test::allocations();
        const Handle call = accounting.admit(request, &*target, {}, now).value_or(dialog::Admission{}).call;
        accounting.tried(call, "sip:u000001@192.0.2.20:5070", now);
        accounting.ringing(call, ringing, now);
        ASSERT_EQ(accounting.answered(call, ok, "sip:u000001@192.0.2.20:5070", {}, {}, now), dialog::Verdict::wait);
        accounting.on_committed(store.ticket, true, now);
        accounting.request_passed(accounting.find(ack), ack, {}, now);
        const auto where = accounting.find(bye);
        accounting.request_passed(where, bye, {}, now);
        ASSERT_EQ(accounting.response_passed(where, message::Method::bye, &gone.message, {}, now), dialog::Verdict::wait);
        accounting.on_committed(store.ticket, true, now);
        now = {now.steady + 1s, now.utc + 1s};
        wheel.advance(now);
    }
    EXPECT_EQ(test::allocations(), before);
    EXPECT_EQ(gate.released, 2200U);
}

}  // namespace
}  // namespace offhook::accounting
