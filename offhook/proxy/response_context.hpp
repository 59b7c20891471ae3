// What the proxy remembers of one request while it forwards it (the response context of RFC 3261 §16.2, §16.7): its targets, its
// branches, the best failure so far, and answers that wait for accounting.
//
//   Context ──1:n── Branch ──1:1── client transaction of the moment (a branch tries several addresses one after the other)
//      └─────1:n── Held: a response that waits for its row (design rule 4)
//
// Data only; proxy.cpp, targets.cpp, branches.cpp and responses.cpp act on it. Slab nodes, named by handles across turns.
// Thread rule: one shard.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/call_port.hpp"
#include "offhook/location/binding_store.hpp"
#include "offhook/proxy/routing.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::proxy {

class Proxy;

/// One place to send the request to. Texts live in the request, in the snapshot of bindings or among the context's own texts.
struct Target {
    std::string_view uri;                        ///< Request-URI
    std::string_view next_hop;                   ///< URI of a static route; empty: the Request-URI tells
    const location::Binding* binding = nullptr;  ///< it came from; kept alive by the context's snapshot
    std::uint16_t group = 0;                     ///< targets of one group are tried in parallel, groups one after the other
    bool is_callees = false;                     ///< chosen by a callee, with a binding or a 3xx: it may not be the next hop of a static route
};

struct Context;

struct Branch {
    struct TimerC : Timer {
        TimerC(Fire fire, Proxy& the_proxy) : Timer(fire), proxy(the_proxy) {}
        Proxy& proxy;
        Handle branch;
    };
    enum class State : std::uint8_t {
        resolving,   ///< waits for addresses
        calling,     ///< sent, nothing came
        proceeding,  ///< a provisional response came
        answered,    ///< 2xx to an INVITE: more of them may come until the transaction ends
    };

    Branch(Timer::Fire fire, Proxy& proxy, Handle the_context) : context(the_context), timer_c(fire, proxy) {}

    Handle context;
    transaction::ClientId client;
    State state = State::resolving;
    bool cancelled = false;     ///< a CANCEL was asked for
    bool timed_out = false;     ///< by timer C: its 487 counts as 408
    std::uint32_t breadth = 0;  ///< its share of Max-Breadth
    Target target;
    transport::Protocol protocol = transport::Protocol::udp;  ///< of the name that is being resolved
    std::uint16_t port = 0;
    bool stays_on_udp = false;  ///< to a binding registered over UDP from behind NAT, whatever the size (§18.1.1 notwithstanding)
    boost::container::small_vector<transport::Flow, 2> flows;  ///< where to send it, in order of preference
    std::size_t next_flow = 0;
    std::size_t stream_tried = 0;  ///< flows before this index have had their stream put before them
    bool over_flow = false;        ///< the flow that the phone registered over, not what its Contact says
    TimerC timer_c;
};

struct Context {
    Handle self;
    transaction::RequestPtr request;  ///< given back as soon as nothing needs it
    transaction::ServerId server;     ///< none for an ACK
    message::Method method = message::Method::other;
    transaction::Sender::Trust trust = transaction::Sender::Trust::unknown;
    Identity identity;  ///< valid while the request is here
    std::uint64_t identity_hash = 0, loop_hash = 0;
    Routing routing;

    Handle call;                        ///< accounting's, of an INVITE without To tag that is no spiral
    dialog::CallPort::InDialog dialog;  ///< accounting's, of a request within a call
    bool has_to_tag = false;
    bool led_by_callee = false;  ///< a spiral that a callee's binding or 3xx sent round
    transaction::Sender::Trust caller_trust = transaction::Sender::Trust::unknown;  ///< of a spiral: of who sent it when it came first
    bool is_ours = false;   ///< a BYE that accounting wanted: no server transaction
    bool is_told = false;   ///< of such a one: accounting hears what comes of it

    location::BindingSnapshot bindings;
    boost::container::small_vector<Target, 4> targets;  ///< in order of their groups
    std::size_t next_target = 0;
    std::vector<std::unique_ptr<std::string>> texts;  ///< URIs that nobody else keeps
    std::uint16_t running_group = 0, next_group = 1;
    std::uint32_t breadth = 0, breadth_used = 0;
    std::uint32_t redirects = 0;
    bool may_recurse = false;  ///< the Request-URI was ours to replace (§16.5)
    bool follows_redirections = true;  ///< accounting has nothing against it; of a spiral: of the call that it is part of

    boost::container::small_vector<Handle, 4> branches;
    std::uint32_t pending = 0;  ///< branches without a final response

    int best = 0;                  ///< status of the best failure so far; 0: none
    std::string best_bytes;        ///< as received; empty: it is ours
    std::string challenges;        ///< lines of 401s and 407s that are not the best one
    std::string_view best_reason;  ///< of ours; empty: the usual one
    std::string best_headers;      ///< of ours

    boost::container::small_vector<std::uint64_t, 2> answered_tags;  ///< hashes of the To tags whose 2xx was reported
    boost::container::small_vector<Handle, 1> held;                  ///< responses that wait
    bool ringing_reported = false;
    bool refused = false;          ///< `best` is a decision of ours, not what a branch came to
    bool decided = false;          ///< a final response was chosen or a 2xx passed: no failure goes upstream any more
    bool finished = false;         ///< a final response was sent upstream
    bool no_more_targets = false;  ///< after a 2xx, a 6xx or a CANCEL
    bool cancelled = false;        ///< by the caller
};

/// A response that waits for its row to be committed.
struct Held {
    Handle context;
    int status = 0;
    std::string bytes;  ///< ready to send; empty: made from the request
    std::string_view reason;
    std::string headers;
    std::uint64_t tag = 0;  ///< hash of the To tag of a 2xx to an INVITE: its repetitions are absorbed meanwhile
};

}  // namespace offhook::proxy
