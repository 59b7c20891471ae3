// Decides what is on record of each call, and holds back what must not go out before its record is durable (design rule 4).
//
//   admit ──refused──► row, then the refusal goes on
//     │
//     └──answered──► leg: start row, then it goes on ──BYE──► ending ──its final response──► row, then that goes on
//        (each To tag)        │                                └──bye_limit──► row
//                             ├──session expiry──► row, ended at the last proof of life, `expired`
//                             ├──max_call without a sign of life──► row, `unconfirmed`
//                             └──nobody pays for more──► a BYE to each side ──both over──► row, ended at the limit, `credit`
//
// A call that somebody pays for waits at admit() until the ChargeStore has allowed it (credit.cpp), and is ended when its credit is
// (cut.cpp). Knows calls, rows and who waits. Must not know routing, sockets or SQL. RFC 3261 §16.7, RFC 4028 §8. Thread rule: one shard.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "offhook/accounting/call_table.hpp"
#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/config.hpp"
#include "offhook/accounting/record_id.hpp"
#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/call_port.hpp"

namespace offhook::accounting {

/// Since the start of the shard.
struct Counters {
    std::uint64_t admitted = 0, turned_away = 0;  ///< turned away: 503 because the store was unhealthy
    std::uint64_t answered = 0;                   ///< legs: one for each To tag
    std::uint64_t refused = 0, ended = 0;         ///< ended: legs closed, for whatever reason
    std::uint64_t expired = 0, unconfirmed = 0;
    std::uint64_t late = 0;                       ///< what went on before its row was committed
    std::uint64_t not_written = 0;                ///< rows that the store could not write
    std::uint64_t adopted = 0;
    std::uint64_t denied = 0;                     ///< calls that somebody pays for and that a rule did not allow
    std::uint64_t cut = 0;                        ///< legs that were ended because nobody pays for more
};

/// What accounting works with; all of it outlives it.
struct Ports {
    TimerWheel& wheel;
    RecordStore& records;
    ChargeStore& charges;
    const auth::UserDirectory& users;  ///< name the account that pays for their calls
    std::function<bool(const message::Uri&)> on_net;  ///< true if this is a user of an own domain
    Observer& observer;
};

class Accounting final : public dialog::CallPort {
public:
    /// `ticket_kind`: of the tickets given to the stores; their answers come to on_committed() and on_granted(). `key`: of the hash tables.
    Accounting(const Config& config, const Ports& ports, const SipKey& key, RecordIds ids, std::uint16_t shard, std::uint16_t ticket_kind);
    Accounting(const Accounting&) = delete;
    Accounting& operator=(const Accounting&) = delete;

    void set_gate(dialog::CallGate& gate) { gate_ = &gate; }
    void set_config(const Config& config) { config_ = config; }  ///< for what begins from now on
    /// The process is ending: what was to be written later is written now, and from now on at once.
    void drain(Now now);

    /// The store's answer to one of our tickets. A stale ticket is dropped.
    void on_committed(Ticket ticket, bool ok, Now now);
    /// Likewise the ChargeStore's.
    void on_granted(Ticket ticket, const Grant& grant, Now now);

    /// A row that was in progress when the process ended: a later BYE closes it, its limits go on. Before the first request.
    void adopt(const CallRecord& record, Now now);

    [[nodiscard]] std::expected<dialog::Admission, message::Reject> admit(const transaction::Request& invite, const message::Uri* target,
                                                                          Ticket waiting, Now now) override;
    void tried(Handle call, std::string_view target, Now now) override;
    void ringing(Handle call, const message::Message& response, Now now) override;
    [[nodiscard]] dialog::Verdict answered(Handle call, const message::Message& response, std::string_view target, const IpAddress& source,
                                           Ticket waiting, Now now) override;
    [[nodiscard]] dialog::Verdict refused(Handle call, int status, std::string_view reason, Ticket waiting, Now now) override;
    void cancelled(Handle call, Now now) override;
    [[nodiscard]] InDialog find(const message::Message& request) override;
    void request_passed(const InDialog& where, const message::Message& request, const IpAddress& source, Now now) override;
    [[nodiscard]] dialog::Verdict response_passed(const InDialog& where, message::Method method, const message::Message* response,
                                                  Ticket waiting, Now now) override;
    void hung_up(const InDialog& where, int status, Now now) override;

    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] std::size_t active() const { return table_.legs.size(); }      ///< answered calls, those being closed included
    [[nodiscard]] bool idle() const { return table_.empty(); }

private:
    void begin_record(CallRecord& record, const dialog::InviteFacts& facts, const transaction::Request& request, const message::Uri* target, Now now);
    void make_leg(Handle call, Attempt& attempt, const message::Message& response, std::string_view target, const IpAddress& source, Ticket waiting,
                  Now now);
    void begin_again(const Attempt& attempt, UtcTime now);
    void close(Handle handle, Leg& leg, CallRecord::End end, UtcTime ended, const Ticket* waiting, Now now);
    void set_end(Leg& leg, Now now);
    void arm(Leg& leg);
    void leg_ended(Handle handle, Leg& leg, Now now);
    void update_later(Leg& leg, Now now);
    void update(Leg& leg, Now now);
    [[nodiscard]] Instant next_interim(Now now) const;
    Write& put(const CallRecord& record, Write::Purpose purpose, const Ticket* waiting, Now now);
    void release(Write& write, Now now);
    void alarm(std::string_view text, std::uint64_t record, Now now);

    // credit.cpp: how long a call may last
    void find_payer(CallRecord& record, const transaction::Request& request, const message::Uri* target);
    [[nodiscard]] dialog::Verdict authorise(Handle call, const Attempt& attempt, Ticket waiting, Now now);
    void decide(Handle call, Ticket waiting, const Grant& grant, Now now);
    void begin_credit(Handle handle, Leg& leg, Duration granted, bool answered_now, Now now);
    void extend(Handle handle, Leg& leg, Duration wanted);
    void extended(Handle handle, const Grant& grant, Now now);
    void set_limit(Leg& leg, Now now);
    void credit_due(Handle handle, Leg& leg, Now now);

    // cut.cpp: the end of a call that nobody pays for any longer
    void cut(Handle handle, Leg& leg, CallRecord::End end, UtcTime ended, Now now);
    void say_bye(Handle handle, Leg& leg, dialog::Direction from, Now now);
    void acknowledged(Handle handle, Leg& leg, Now now);
    void close_if_over(Handle handle, Leg& leg, Now now);

    // guard.cpp: that a call ends with its record
    [[nodiscard]] bool guard(Handle handle, Leg& leg, dialog::Direction from, const message::Message& request, bool from_stranger, Now now);
    void bye_passed(const InDialog& where, Leg& leg, const message::Message& request, bool from_stranger, Now now);
    void hang_up_as_well(const InDialog& where, Leg& leg, Now now);

    static void on_linger(Timer& timer, Now now);
    static void on_leg(Timer& timer, Now now);
    static void on_limit(Timer& timer, Now now);
    static void on_no_word(Timer& timer, Now now);

    Config config_;
    bool draining_ = false;
    Ports ports_;
    dialog::CallGate* gate_ = nullptr;
    RecordIds ids_;
    std::uint16_t shard_, ticket_kind_;
    CallTable table_;
    Counters counters_;
    CallRecord row_;               ///< composed from what is kept
    dialog::InviteFacts invite_;   ///< likewise, for a further answer
    ChargeRequest request_;        ///< likewise
    Instant next_alarm_{};
    std::uint64_t alarms_held_ = 0;
};

}  // namespace offhook::accounting
