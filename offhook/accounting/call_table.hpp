// The calls of one shard: attempts (INVITEs without a final answer, or whose further forks may still answer), legs (answered
// dialogs, one record each) and writes (rows on their way to the store, with whoever waits for them).
//
// While people talk, a call is what its row and its end need, packed (Kept); while it is being made, it is strings (Attempt::Text).
// Knows where a call is found; accounting.cpp decides what happens to it. Thread rule: one shard.
#pragma once
#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/address.hpp"
#include "offhook/base/packed_texts.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/dialog_state.hpp"

namespace offhook::accounting {

class Accounting;

/// What calls consist of, kept when they are over: the next ones write into the same memory, so that a warm shard allocates nothing for a
/// call (design rule 5). What a storm left beyond that goes back to the heap.
template <class Content>
class Spares {
public:
    [[nodiscard]] std::unique_ptr<Content> take() {
        if (spare_.empty()) return std::make_unique<Content>();
        auto content = std::move(spare_.back());
        spare_.pop_back();
        return content;
    }
    void give_back(std::unique_ptr<Content> content) {
        if (content && spare_.size() < most) spare_.push_back(std::move(content));
    }

private:
    static constexpr std::size_t most = 1024;
    std::vector<std::unique_ptr<Content>> spare_;
};

/// A record of an answered call. What its dialog knows as well (Call-ID, tags, URIs) is kept there alone.
class KeptRecord {
public:
    std::uint64_t id = 0, call = 0;
    UtcTime invited{}, ringing{}, answered{}, ended{};
    CallRecord::End end = CallRecord::End::none;
    bool on_net = false;

    /// `offer`: SDP of the 2xx, if the ACK holds the answer.
    void keep(const CallRecord& record, std::string_view offer);
    /// Overwrites all of `record` but `seconds` and `dialog`; what only the end of a call brings is nothing.
    void restore(const dialog::DialogState& state, CallRecord& record) const;
    [[nodiscard]] std::string_view offer() const { return texts_[offer_text]; }
    [[nodiscard]] bool is_charged() const { return !texts_[account].empty(); }

private:
    enum Text : std::uint8_t { user, request_uri, binding, reason, caller_agent, callee_agent, codecs, source, account, destination, offer_text, text_count };
    int status_ = 0;
    PackedTexts texts_;
};

struct Kept {
    KeptRecord record;
    dialog::DialogState dialog;
};

/// A Timer that knows whose it is.
struct OwnedTimer : Timer {
    OwnedTimer(Fire fire, Accounting& the_owner) : Timer(fire), owner(the_owner) {}
    Accounting& owner;
    Handle self;
};

/// An INVITE server transaction.
struct Attempt {
    struct Text {
        CallRecord record;          ///< what every record of it begins with
        dialog::InviteFacts invite;
        std::string offer;          ///< SDP of the INVITE: then a 2xx holds the answer, else the ACK
    };
    Attempt(Timer::Fire fire, Accounting& owner) : linger(fire, owner) {}
    std::unique_ptr<Text> text;     ///< until the first answer
    std::unique_ptr<Kept> kept;     ///< of the first answer once its leg is gone: what a further answer's record is made from
    Handle first;                   ///< the leg of the first answer, while it has `kept`
    std::uint32_t cseq = 0;
    dialog::SessionRequest session;
    bool offered = false;           ///< the INVITE bore SDP
    bool cancelled = false;
    Handle refusal;                 ///< the Write of its refusal
    Duration granted = Duration::max();  ///< what the ChargeStore allowed at the INVITE
    boost::container::small_vector<std::uint64_t, 1> answers;  ///< keys of the dialogs that answered: their legs may be gone already
    OwnedTimer linger;              ///< armed by the first answer
};

constexpr std::uint32_t last_cseq = (std::uint32_t{1} << 31) - 1;  ///< RFC 3261 §8.1.1.5
constexpr std::uint32_t highest_cseq = last_cseq - 10'000;         ///< in a call that the server may have to end: its BYE needs a higher one

/// What somebody pays for: how long the call may last, and how it is ended when that is over.
struct Credit {
    enum class Bye : std::uint8_t { none, waits_for_ack, sent, sent_again, over };

    Duration granted{};                ///< since the answer; max: no limit
    Instant limit = Instant::max();    ///< when that has passed
    Instant ask = Instant::max();      ///< for more of it; max: not at all, or that is under way
    bool last = false;                 ///< there is no more
    charging::Rule rule = charging::Rule::no_credit;  ///< why there is no more
    bool used_up = false;              ///< the call is being ended
    Instant ack = Instant::max();      ///< until then the caller gets no BYE
    Bye from_caller = Bye::none, from_callee = Bye::none;
    std::optional<IpAddress> callee;   ///< where the answer came from; unknown after a restart

    [[nodiscard]] bool is_limited() const { return granted != Duration::max(); }
    [[nodiscard]] Instant next() const { return std::min({limit, ask, ack}); }
    [[nodiscard]] Bye& bye(dialog::Direction from) { return from == dialog::Direction::from_caller ? from_caller : from_callee; }
};

/// An answered dialog: one record. The timer is armed for its end, for the update of its row or for its credit, whichever comes first.
struct Leg : Timer {
    Leg(Fire fire, Accounting& the_owner) : Timer(fire), owner(the_owner) {}
    Accounting& owner;
    std::unique_ptr<Kept> kept;
    std::uint64_t key = 0;
    Handle attempt;                 ///< of which it is the first answer
    Handle closing;                 ///< the Write of the closed record; the leg goes when it is committed
    Instant answered{};             ///< when it was, on the clock that never jumps
    Instant ends{};                 ///< session expiry, max_call, or the limit of a BYE
    Instant update = Instant::max();  ///< when what changed meanwhile, or an interim record, is written; max: nothing is
    std::unique_ptr<Credit> credit;  ///< null: nobody pays
    bool ending = false;            ///< a BYE passed, or is made here
    /// The time in this call: it goes on from the answer as time does, whatever happens to the clock of the machine. All times of a record are by it.
    [[nodiscard]] Now clock(Now now) const { return {now.steady, kept->record.answered + (now.steady - answered)}; }
    [[nodiscard]] UtcTime paid_until() const { return credit->is_limited() ? kept->record.answered + credit->granted : UtcTime::max(); }
};

/// One row handed to the store, until the store has answered for it.
struct Write {
    enum class Purpose : std::uint8_t { answer, refusal, end, update };
    Write(Timer::Fire fire, Accounting& owner, Purpose why) : limit(fire, owner), purpose(why) {}
    OwnedTimer limit;
    Purpose purpose;
    std::uint64_t record = 0;
    boost::container::small_vector<Ticket, 1> waiting;  ///< of the proxy: each released once
    Handle attempt, leg;            ///< erased with it
};

/// Asked of the ChargeStore: whether a call may be made, or for more time.
struct Question {
    Question(Timer::Fire fire, Accounting& owner) : limit(fire, owner) {}
    OwnedTimer limit;               ///< of the first kind
    Handle attempt, leg;            ///< whichever it is about; gone: the answer is of no use any more
    Ticket waiting;                 ///< of the proxy
};

class CallTable {
public:
    CallTable(const SipKey& key, std::size_t expected);

    Slab<Attempt> attempts;
    Slab<Leg> legs;
    Slab<Write> writes;
    Slab<Question> questions;

    /// With contents in which everything may still stand from an earlier one.
    Handle add_attempt(Timer::Fire fire, Accounting& owner);
    Handle add_leg(Timer::Fire fire, Accounting& owner);
    void erase_attempt(Handle attempt);
    void erase_leg(Handle leg);
    void drop_text(Attempt& attempt) { spare_texts_.give_back(std::move(attempt.text)); }
    /// What the first answer of an attempt left, whether its leg still stands or not.
    [[nodiscard]] const Kept& first_answer(const Attempt& attempt);

    /// The same for both orders of the tags.
    [[nodiscard]] std::uint64_t key_of(std::string_view call_id, std::string_view tag, std::string_view other_tag) const;
    /// Makes the leg findable by its dialog. A leg of the same dialog, left by a faulty peer, is hidden by the newer one.
    void index(Handle leg);
    [[nodiscard]] dialog::CallPort::InDialog find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag);
    [[nodiscard]] bool empty() const { return attempts.size() + legs.size() + writes.size() + questions.size() + by_dialog_.size() == 0; }

private:
    SipKey key_;
    Spares<Attempt::Text> spare_texts_;
    Spares<Kept> spare_kept_;
    boost::unordered_flat_map<std::uint64_t, Handle> by_dialog_;
};

}  // namespace offhook::accounting
