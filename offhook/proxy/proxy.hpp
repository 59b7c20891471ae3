// The proxy: RFC 3261 §16. The last handler of the chain: takes a request that others have let pass, finds its targets, forwards it to
// them, and brings back the answer that is owed.
//
//   handle ──preprocess──admit──validate──targets──► advance: as many branches as their group and Max-Breadth allow
//                         │ ▲                           ▲  │
//        a call that waits┘ └admitted()                 │  └─► nothing left: the best failure upstream
//             1xx, 2xx: upstream at once ◄── responses ─┘
//
// Knows domains, bindings, routes and branches. Must not know sockets, databases, passwords or how calls are recorded: it reports to
// the CallPort and obeys when that says wait. RFC 3261 §16, RFC 3327, RFC 4028 §8, RFC 4320, RFC 5393, RFC 5658; design rules 3, 5, 10.
// Thread rule: one shard; every answer to a ticket comes in a later turn.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/observer.hpp"
#include "offhook/base/siphash.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/dialog/call_port.hpp"
#include "offhook/dialog/dialog_state.hpp"
#include "offhook/location/binding_store.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/proxy/config.hpp"
#include "offhook/proxy/domains.hpp"
#include "offhook/proxy/forward.hpp"
#include "offhook/proxy/next_hops.hpp"
#include "offhook/proxy/relay_token.hpp"
#include "offhook/proxy/response_context.hpp"
#include "offhook/proxy/user_port.hpp"
#include "offhook/transaction/chain.hpp"
#include "offhook/transaction/layer.hpp"
#include "offhook/transport/listeners.hpp"
#include "offhook/transport/resolver.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::proxy {

/// What the proxy works with; all of it outlives the proxy.
struct Ports {
    transaction::Layer& layer;
    TimerWheel& wheel;
    transport::Sender& sender;
    const transport::ListenerTable& listeners;
    transport::Resolver& resolver;
    const location::BindingStore& bindings;
    dialog::CallPort& calls;
    Observer& observer;
};

/// `relay` must survive restarts and be the same on every server of a cluster; `loop` is this shard's or server's own.
struct Keys {
    SipKey relay, loop;
};

/// Since the start of the shard.
struct Counters {
    std::uint64_t forwarded = 0, failed_over = 0, recursed = 0, held = 0, spirals = 0;
};

class Proxy final : public transaction::Handler, public transaction::ClientUser, public dialog::CallGate {
public:
    Proxy(const Ports& ports, const Config& config, const Keys& keys, UserExists user_exists);
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// A new request at the end of the chain: always answered or kept. Never an ACK, never a CANCEL.
    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now now) override;
    /// An ACK that no transaction absorbed (transaction::ServerUser::on_ack).
    void on_ack(transaction::RequestPtr ack, Now now);
    /// A CANCEL matched this INVITE (transaction::ServerUser::on_cancel), which may still be suspended before it gets here.
    void on_cancel(transaction::ServerId invite, const message::Message& cancel, Now now);
    /// The answer to a ticket given to the Resolver.
    void on_resolved(Ticket ticket, const transport::Addresses& addresses, Now now);
    /// The program is ending: new calls get 503.
    void set_draining(bool draining) { draining_ = draining; }
    void set_config(const Config& config);  ///< for requests that come from now on

    /// True if the request is a request of ours that came back, changed or not: part of a branch that is still alive here. Then its
    /// sender was judged when it came first; it is neither challenged nor recorded again. A stranger cannot make one up, and whoever
    /// changed its Request-URI speaks for himself from there on.
    [[nodiscard]] bool is_spiral(const message::Message& request);
    /// True if the request has a To tag and the token of one of our Routes fits it: it belongs to a dialog that we let be made.
    /// Any other request with a To tag gets 481 here.
    [[nodiscard]] bool in_dialog(const message::Message& request) const;

    void on_response(transaction::ClientId, Handle cookie, const message::Message& response, const transport::Flow& from, Now now) override;
    void on_failure(transaction::ClientId, Handle cookie, Failure failure, Now now) override;
    void on_terminated(transaction::ClientId, Handle cookie, Now now) override;
    void release(Ticket ticket, Now now) override;
    void admitted(Ticket ticket, const std::optional<dialog::Refusal>& refusal, Now now) override;
    [[nodiscard]] bool hang_up(const dialog::CallPort::InDialog& where, const dialog::DialogState& dialog, std::string_view reason, Now now) override;

    /// The own domain that this URI belongs to; empty: none.
    [[nodiscard]] std::string_view own_domain(const message::Uri& uri) const { return domains_.of(uri); }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// Every request was answered: what is left only absorbs repetitions and late answers.
    [[nodiscard]] bool idle() const { return unanswered_ == 0; }
    /// No context, branch or held response is left.
    [[nodiscard]] bool empty() const { return contexts_.size() + branches_.size() + held_.size() == 0; }

private:
    // proxy.cpp: a request comes in
    Context& open(transaction::RequestPtr request);
    void process(Context& context, Now now);
    [[nodiscard]] const Branch* original_of(const message::Message& request);
    [[nodiscard]] bool admit(Context& context, const message::Uri* target, Now now);
    void route(Context& context, const message::Uri& uri, Now now);
    [[nodiscard]] bool valid(Context& context, const message::Uri& uri, Now now);
    [[nodiscard]] bool may_pass(Context& context, const message::Uri& uri, Now now);
    [[nodiscard]] bool has_looped(const Context& context) const;
    void refuse(Context& context, int status, Now now, std::string_view reason = {}, std::string headers = {});
    void refuse(Context& context, Cause cause, int status, Now now, std::string_view reason = {}, std::string headers = {});
    void serve_ourselves(Context& context, Now now);
    void drop_ack(Context& context, Now now);
    [[nodiscard]] std::string retry_after() const;

    // targets.cpp: where it goes
    [[nodiscard]] bool find_targets(Context& context, const message::Uri& uri, Now now);
    [[nodiscard]] bool find_bindings(Context& context, const message::Uri& uri, std::string_view domain, Now now);
    [[nodiscard]] static bool may_be_routed(const Context& context);
    [[nodiscard]] const StaticRoute* match_route(const message::Uri& uri, std::string_view own_domain) const;
    std::size_t add_redirections(Context& context, const message::Message& response);
    [[nodiscard]] std::string_view keep_text(Context& context, std::string_view text);

    // branches.cpp: on its way there
    void advance(Context& context, Now now);
    [[nodiscard]] bool start_branch(Context& context, const Target& target, std::uint32_t breadth, Now now);
    [[nodiscard]] bool find_next_hop(Context& context, Branch& branch, Handle handle, Now now);
    [[nodiscard]] bool send_to_allowed(Context& context, Branch& branch, Handle handle, Now now);
    void refuse_next_hop(Context& context, const Branch& branch, Now now);
    [[nodiscard]] bool use_flow(Context& context, Branch& branch);
    void use_addresses(Context& context, Branch& branch, const transport::Addresses& addresses);
    void add_flow(Context& context, Branch& branch, transport::Protocol protocol, const Endpoint& remote);
    [[nodiscard]] std::optional<transport::Flow> flow_to(transport::Protocol protocol, const Endpoint& remote, const transport::Flow& in) const;
    [[nodiscard]] bool send(Context& context, Branch& branch, Handle handle, Now now);
    void write(Context& context, const Branch& branch, const transport::Flow& flow, std::string_view branch_parameter);
    void write_record_route(Context& context, const Branch& branch, const transport::Flow& flow);
    void send_ack(Context& context, Branch& branch);
    void cancel_branches(Context& context, std::string_view reason, Now now);
    void erase_branch(Handle handle);
    static void on_timer_c(Timer& timer, Now now);
    void timer_c_fired(Handle branch, Now now);

    // hang_up.cpp: a BYE of ours
    [[nodiscard]] transport::Flow flow_known_by(const dialog::DialogState& dialog, dialog::Direction from, std::size_t& first_route) const;
    void end_hang_up(Context& context, int status, Now now);

    // responses.cpp: on its way back
    void pass_provisional(Context& context, Branch& branch, const message::Message& response, Now now);
    void pass_success(Context& context, const message::Message& response, Branch& branch, Now now);
    void pass_other_success(Context& context, const message::Message& response, Handle branch, Now now);
    void failed(Context& context, Handle branch, int status, const message::Message* response, Now now);
    void remember(Context& context, int status, const message::Message* response);
    [[nodiscard]] bool trusts(const transport::Flow& flow) const;
    void edit_identity(const Context& context, const message::Message& response, message::Edits& edits) const;
    void finish(Context& context, Now now);
    void settle(Context& context, Handle held, dialog::Verdict verdict, int status, std::string_view bytes, Now now);
    void respond_upstream(Context& context, int status, std::string_view bytes, Now now);
    void give_request_back(Context& context);
    void close(Context& context);
    void close_if_done(Handle context);
    [[nodiscard]] Ticket ticket(Handle handle) const { return {config_.shard, config_.ticket_kind, handle}; }

    Ports ports_;
    Config config_;
    OwnDomains domains_;
    NextHops next_hops_;
    RelayTokens tokens_;
    SipKey loop_key_;
    UserExists user_exists_;
    bool draining_ = false;
    std::size_t unanswered_ = 0;
    Counters counters_;
    bool response_trusted_ = false;  ///< who sent the response that is being handled
    IpAddress response_source_;      ///< likewise

    Slab<Context> contexts_;
    Slab<Branch> branches_;
    Slab<Held> held_;
    boost::unordered_flat_map<std::uint64_t, Handle> by_server_;       ///< server transaction → context
    boost::unordered_flat_set<std::uint64_t> cancelled_early_;         ///< INVITEs that were cancelled before they got here
    std::string out_, via_, record_route_, branch_text_, mark_, aor_;  ///< reused
    std::vector<std::string> spare_;                                   ///< buffers of responses that waited
    message::Edits edits_, upstream_edits_;
};

}  // namespace offhook::proxy
