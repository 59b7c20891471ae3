// Accounting in virtual time between a proxy that is a few vectors and stores in memory; one call between alice and bob, written as text.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/accounting/accounting.hpp"
#include "offhook/accounting/memory_charge_store.hpp"
#include "offhook/accounting/memory_record_store.hpp"
#include "offhook/dialog/sip_text_test.hpp"

namespace offhook::accounting::test {

using namespace std::chrono_literals;
using dialog::Direction;
using dialog::Verdict;
using message::Method;
using offhook::test::SipText;
using End = CallRecord::End;

struct Released {
    std::uint32_t slot;
    Duration at;
    friend bool operator==(const Released&, const Released&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const Released& r) { return out << r.slot << " at " << r.at.count() << " us"; }

/// What became of an INVITE that waited: 0 if it may be made.
struct Told {
    std::uint32_t slot;
    int status;
    Duration at;
    friend bool operator==(const Told&, const Told&) = default;
};

struct SaidBye {
    dialog::CallPort::InDialog where;
    Direction from;
    std::uint32_t cseq;
    Duration at;
    std::string reason;
};

/// Everybody has the same account.
struct Users : auth::UserDirectory {
    [[nodiscard]] auth::UserSnapshot find(std::string_view domain, std::string_view name) const override {
        auto user = std::make_shared<auth::User>();
        user->name = name;
        user->domain = domain;
        user->account = account;
        return user;
    }
    [[nodiscard]] std::array<bool, auth::algorithm_count> offered(std::string_view) const override { return {}; }
    [[nodiscard]] bool loaded() const override { return true; }
    std::string account;
};

struct Notes : Observer {
    void note(Severity severity, std::string_view text, Now) override {
        if (severity == Severity::error) texts.emplace_back(text);
    }
    std::vector<std::string> texts;
};

class Calls : public ::testing::Test, public dialog::CallGate {
protected:
    static constexpr UtcTime began = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);

    Calls() { start(); }
    void TearDown() override {
        run_for(24h);
        EXPECT_TRUE(accounting->idle());
        EXPECT_TRUE(store.idle());
        EXPECT_EQ(wheel.size(), 0U);
    }

    void start(Config config = {}) {
        accounting = std::make_unique<Accounting>(config,
                                                  Ports{.wheel = wheel,
                                                        .records = store,
                                                        .charges = charges,
                                                        .users = users,
                                                        .on_net = [this](const message::Uri&) { return on_net; },
                                                        .observer = notes},
                                                  SipKey{1, 2}, RecordIds(3), 3, 9);
        accounting->set_gate(*this);
    }
    void run_for(Duration d) {
        const Now until{now.steady + d, now.utc + d};
        while (const auto due = wheel.next_due()) {
            if (*due > until.steady) break;
            const Duration step = std::max(*due - now.steady, Duration{0});
            now = {now.steady + step, now.utc + step};
            wheel.advance(now);
        }
        now = until;
        wheel.advance(now);
    }
    void release(Ticket ticket, Now at) override { released.push_back({ticket.handle.slot, at.steady - Instant{}}); }
    void admitted(Ticket ticket, const std::optional<dialog::Refusal>& refusal, Now at) override {
        told.push_back({ticket.handle.slot, refusal ? refusal->status : 0, at.steady - Instant{}});
    }
    bool hang_up(const dialog::CallPort::InDialog& where, const dialog::DialogState& state, std::string_view reason, Now at) override {
        byes.push_back({where, where.direction, where.direction == Direction::from_caller ? state.caller.cseq : state.callee.cseq, at.steady - Instant{}, std::string(reason)});
        return a_way_to_hang_up;
    }

    static Ticket ticket(std::uint32_t slot) { return {3, 1, {slot, 1}}; }
    [[nodiscard]] const CallRecord& row(std::size_t index = 0) const { return std::next(store.rows().begin(), static_cast<long>(index))->second; }
    [[nodiscard]] UtcTime at(Duration d) const { return began + d; }

    Handle invite(std::string_view headers = "", std::string_view body = "") {
        transaction::Request request;
        const SipText text("INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: <sip:alice@example.com>;tag=a\n"
                           "To: <sip:bob@example.com>\nCall-ID: 1@a\nCSeq: 1 INVITE\nContact: <sip:alice@192.0.2.1>\nUser-Agent: Caller/1\n" +
                               std::string(headers), body);
        request.message = text.message;
        request.flow.remote = *Endpoint::parse("192.0.2.1:5060");
        request.sender = {transaction::Sender::Trust::authenticated, "alice", "example.com"};
        const auto target = message::parse_uri(request.message.request_uri());
        const auto admission = accounting->admit(request, &*target, ticket(77), now);
        EXPECT_TRUE(admission);
        if (!admission) return {};
        EXPECT_EQ(admission->verdict == Verdict::wait, !users.account.empty());
        EXPECT_EQ(admission->follows_redirections, users.account.empty());
        return admission->call;
    }
    static std::string response_text(std::string_view status, std::string_view method, std::string_view to_tag, std::string_view headers = "") {
        return "SIP/2.0 " + std::string(status) + "\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: <sip:alice@example.com>;tag=a\n" +
               "To: <sip:bob@example.com>;tag=" + std::string(to_tag) + "\nCall-ID: 1@a\nCSeq: 1 " + std::string(method) +
               "\nContact: <sip:bob@192.0.2.2>\nServer: Callee/2\n" + std::string(headers);
    }
    Verdict answer(Handle call, std::uint32_t slot, std::string_view to_tag = "b", std::string_view headers = "") {
        return accounting->answered(call, SipText(response_text("200 OK", "INVITE", to_tag, headers)), "sip:bob@192.0.2.2;x", callee, ticket(slot), now);
    }
    dialog::CallPort::InDialog pass(std::string_view method, Direction from, int cseq, std::string_view headers = "", std::string_view to_tag = "b",
                                    std::string_view uri = "") {
        const std::string caller = "<sip:alice@example.com>;tag=a\n", called = "<sip:bob@example.com>;tag=" + std::string(to_tag) + "\n";
        const bool forth = from == Direction::from_caller;
        const SipText text(std::string(method) + " " + std::string(!uri.empty() ? uri : forth ? "sip:bob@192.0.2.2" : "sip:alice@192.0.2.1") + " SIP/2.0\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK2\nFrom: " +
                           (forth ? caller : called) + "To: " + (forth ? called : caller) + "Call-ID: 1@a\nCSeq: " + std::to_string(cseq) + " " +
                           std::string(method) + "\n" + std::string(headers));
        const auto where = accounting->find(text);
        EXPECT_TRUE(!where.call || where.direction == from);
        if (where.call) accounting->request_passed(where, text, from_elsewhere ? IpAddress{} : forth ? caller_address : callee, now);
        return where;
    }
    Verdict respond(const dialog::CallPort::InDialog& where, Method method, std::uint32_t slot, std::string_view headers = "") {
        const SipText text(response_text("200 OK", message::name_of(method), "b", headers));
        return accounting->response_passed(where, method, &text.message, ticket(slot), now);
    }
    /// Invited at 0 s, ringing at 1 s, answered and acknowledged at 3 s.
    void establish(std::string_view invite_headers = "", std::string_view answer_headers = "") {
        const Handle call = invite(invite_headers);
        run_for(1s);
        accounting->ringing(call, SipText(response_text("180 Ringing", "INVITE", "b")), now);
        run_for(2s);
        EXPECT_EQ(answer(call, 1, "b", answer_headers), Verdict::wait);
        std::ignore = pass("ACK", Direction::from_caller, 1);
    }

    Now now{Instant{}, began};
    TimerWheel wheel{Instant{}};
    Notes notes;
    std::unique_ptr<Accounting> accounting;
    MemoryRecordStore store{wheel, now, [this](Ticket t, bool ok, Now at) { accounting->on_committed(t, ok, at); }};
    MemoryChargeStore charges{store, [this](Ticket t, const Grant& grant, Now at) { accounting->on_granted(t, grant, at); }};
    Users users;
    bool on_net = false, a_way_to_hang_up = true;
    bool from_elsewhere = false;  ///< requests in the dialog do not come from the phone that they name
    const IpAddress callee = *IpAddress::parse("192.0.2.2"), caller_address = *IpAddress::parse("192.0.2.1");
    std::vector<Released> released;
    std::vector<Told> told;
    std::vector<SaidBye> byes;
};

}  // namespace offhook::accounting::test
