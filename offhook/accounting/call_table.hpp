// The calls of one shard: attempts (INVITEs without a final answer, or whose further forks may still answer), legs (answered
// dialogs, one record each) and writes (rows on their way to the store, with whoever waits for them).
//
// Knows where a call is found; accounting.cpp decides what happens to it. Thread rule: one shard.
#pragma once
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/dialog_state.hpp"

namespace offhook::accounting {

class Accounting;

/// What an attempt or a leg consists of, kept when it is over: the next one writes into the same strings, so that a warm shard
/// allocates nothing for a call (design rule 5).
template <class Text>
class Spares {
public:
    [[nodiscard]] std::unique_ptr<Text> take() {
        if (spare_.empty()) return std::make_unique<Text>();
        auto text = std::move(spare_.back());
        spare_.pop_back();
        return text;
    }
    void give_back(std::unique_ptr<Text> text) { spare_.push_back(std::move(text)); }

private:
    std::vector<std::unique_ptr<Text>> spare_;
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
    std::unique_ptr<Text> text;
    bool cancelled = false;
    Handle refusal;                 ///< the Write of its refusal
    boost::container::small_vector<std::uint64_t, 2> answers;  ///< keys of the dialogs that answered: their legs may be gone already
    OwnedTimer linger;              ///< armed by the first answer
};

/// An answered dialog: one record.
struct Leg {
    struct Text {
        CallRecord record;
        dialog::DialogState dialog;
        std::string offer;          ///< SDP of the 2xx, if the ACK holds the answer
    };
    Leg(Timer::Fire end_fire, Timer::Fire update_fire, Accounting& owner) : end(end_fire, owner), update(update_fire, owner) {}
    std::unique_ptr<Text> text;
    std::uint64_t key = 0;
    bool ending = false;            ///< a BYE passed
    Handle closing;                 ///< the Write of the closed record; the leg goes when it is committed
    OwnedTimer end;                 ///< session expiry, max_call, or the limit of a BYE
    OwnedTimer update;              ///< writes what changed meanwhile
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

class CallTable {
public:
    CallTable(const SipKey& key, std::size_t expected);

    Slab<Attempt> attempts;
    Slab<Leg> legs;
    Slab<Write> writes;

    /// With texts in which everything may still stand from an earlier one.
    Handle add_attempt(Timer::Fire fire, Accounting& owner);
    Handle add_leg(Timer::Fire end_fire, Timer::Fire update_fire, Accounting& owner);
    void erase_attempt(Handle attempt);
    void erase_leg(Handle leg);

    /// The same for both orders of the tags.
    [[nodiscard]] std::uint64_t key_of(std::string_view call_id, std::string_view tag, std::string_view other_tag) const;
    /// Makes the leg findable by its dialog. A leg of the same dialog, left by a faulty peer, is hidden by the newer one.
    void index(Handle leg);
    [[nodiscard]] dialog::CallPort::InDialog find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag);
    [[nodiscard]] bool empty() const { return attempts.size() + legs.size() + writes.size() + by_dialog_.size() == 0; }

private:
    SipKey key_;
    Spares<Attempt::Text> spare_attempts_;
    Spares<Leg::Text> spare_legs_;
    boost::unordered_flat_map<std::uint64_t, Handle> by_dialog_;
};

}  // namespace offhook::accounting
