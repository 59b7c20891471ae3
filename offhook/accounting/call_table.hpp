// The calls of one shard: attempts (INVITEs without a final answer, or whose further forks may still answer), legs (answered
// dialogs, one record each) and writes (rows on their way to the store, with whoever waits for them).
//
// Knows where a call is found; accounting.cpp decides what happens to it. Thread rule: one shard.
#pragma once
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/accounting/record_store.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/dialog_state.hpp"

namespace offhook::accounting {

class Accounting;

/// A Timer that knows whose it is.
struct OwnedTimer : Timer {
    OwnedTimer(Fire fire, Accounting& the_owner) : Timer(fire), owner(the_owner) {}
    Accounting& owner;
    Handle self;
};

/// An INVITE server transaction.
struct Attempt {
    Attempt(Timer::Fire fire, Accounting& owner) : linger(fire, owner) {}
    CallRecord record;              ///< what every record of it begins with
    dialog::InviteFacts invite;
    std::string offer;              ///< SDP of the INVITE: then a 2xx holds the answer, else the ACK
    bool cancelled = false;
    Handle refusal;                 ///< the Write of its refusal
    boost::container::small_vector<std::string, 1> tags;  ///< To tags that answered: their legs may be gone already
    OwnedTimer linger;              ///< armed by the first answer
};

/// An answered dialog: one record.
struct Leg {
    Leg(Timer::Fire end_fire, Timer::Fire update_fire, Accounting& owner) : end(end_fire, owner), update(update_fire, owner) {}
    CallRecord record;
    dialog::DialogState dialog;
    std::uint64_t key = 0;
    std::string offer;              ///< SDP of the 2xx, if the ACK holds the answer
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

    /// The same for both orders of the tags.
    [[nodiscard]] std::uint64_t key_of(std::string_view call_id, std::string_view tag, std::string_view other_tag) const;
    /// Makes the leg findable by its dialog. A leg of the same dialog, left by a faulty peer, is hidden by the newer one.
    void index(Handle leg);
    void erase_leg(Handle leg);
    [[nodiscard]] dialog::CallPort::InDialog find(std::string_view call_id, std::string_view from_tag, std::string_view to_tag);
    [[nodiscard]] bool empty() const { return attempts.size() + legs.size() + writes.size() + by_dialog_.size() == 0; }

private:
    SipKey key_;
    boost::unordered_flat_map<std::uint64_t, Handle> by_dialog_;
};

}  // namespace offhook::accounting
