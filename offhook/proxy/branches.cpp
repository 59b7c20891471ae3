// Branches: which target is tried when, over which flow, and what is written to it (RFC 3261 §16.6, §16.8, §16.9, §18.1.1; RFC 3263 §4.3).
#include <algorithm>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/via.hpp"
#include "offhook/proxy/loop.hpp"
#include "offhook/proxy/proxy.hpp"
#include "offhook/proxy/tags.hpp"
#include "offhook/transport/target.hpp"

namespace offhook::proxy {

using message::HeaderId;
using message::Message;
using message::Method;
using transport::Flow;
using transport::Protocol;

namespace {

constexpr std::size_t most_addresses = 4;  ///< of one host name that are tried

/// True if the request came straight from the phone that made it.
bool is_from_a_phone(const Message& request) {
    message::ListReader vias(request, HeaderId::via);
    return vias.next() && !vias.next();
}

/// True if requests to this phone's Contact would not find it: it stands behind NAT, or can only be reached over its stream.
bool needs_flow(const transaction::Request& request) {
    if (!is_from_a_phone(request.message)) return false;
    message::ListReader contacts(request.message, HeaderId::contact);
    const auto item = contacts.next();
    message::Uri uri;
    if (!item || !message::parse_name_addr(item->text, uri)) return false;
    return transport::is_reliable(request.flow.protocol) || location::behind_nat(uri, request.flow, /*has_path=*/false);
}

/// Requests that make a dialog, within which we want to stay (§16.6 step 4). Unknown methods may make one too.
bool is_recorded(Method method) {
    switch (method) {
        case Method::invite:
        case Method::subscribe:
        case Method::notify:
        case Method::refer:
        case Method::other:
            return true;
        default:
            return false;
    }
}

}  // namespace

// Starts what may run now; when nothing runs and nothing is left, the best failure goes upstream.
void Proxy::advance(Context& context, Now now) {
    while (!context.decided) {
        const bool more = !context.no_more_targets && context.next_target < context.targets.size();
        if (!more) {
            if (context.pending == 0) finish(context, now);
            return;
        }
        const Target target = context.targets[context.next_target];
        if (context.pending > 0 && target.group != context.running_group) return;
        const std::uint32_t available = context.breadth - context.breadth_used;
        if (available == 0) return;  // RFC 5393 §5.3.3.1: a branch that ends makes room
        std::uint32_t parallel = 0;
        for (std::size_t i = context.next_target; i < context.targets.size() && context.targets[i].group == target.group; ++i) ++parallel;
        context.running_group = target.group;
        ++context.next_target;
        // A branch that cannot even be sent counts as 503 (§16.9).
        if (!start_branch(context, target, available / std::min(parallel, available), now)) remember(context, 503, nullptr);
    }
}

bool Proxy::start_branch(Context& context, const Target& target, std::uint32_t breadth, Now now) {
    const Handle handle = branches_.emplace(&Proxy::on_timer_c, *this, context.self);
    Branch& branch = *branches_.find(handle);
    branch.timer_c.branch = handle;
    branch.target = target;
    branch.breadth = breadth;
    context.branches.push_back(handle);
    context.breadth_used += breadth;
    ++context.pending;
    if (find_next_hop(context, branch, handle, now)) return true;
    erase_branch(handle);
    return false;
}

// §16.6 step 7: a phone's own flow, else the first Route, a static route's next hop or the Request-URI. False: nowhere.
bool Proxy::find_next_hop(Context& context, Branch& branch, Handle handle, Now now) {
    if (use_flow(context, branch)) return send_to_allowed(context, branch, handle, now);
    std::string_view text = branch.target.uri;
    if (branch.target.binding != nullptr && !branch.target.binding->path.empty()) {
        const std::string_view path = branch.target.binding->path;
        const std::size_t open = path.find('<'), close = path.find('>');
        text = open != std::string_view::npos && close > open ? path.substr(open + 1, close - open - 1) : path;
    } else if (!context.routing.next_route_uri.empty()) {
        text = context.routing.next_route_uri;
    } else if (!branch.target.next_hop.empty()) {
        text = branch.target.next_hop;
    }
    const auto uri = message::parse_uri(text);
    const auto target = uri ? transport::target_of(*uri) : std::nullopt;
    if (!target) return false;
    const Flow& in = context.request->flow;
    if (branch.target.next_hop.empty() && domains_.is_ours(*uri)) {
        // One of our own users: a spiral. It goes to where this request reached us, whatever the name resolves to.
        if (transport::is_reliable(in.protocol))
            for (const transport::Listener& listener : ports_.listeners.all())
                if (listener.protocol == Protocol::udp) add_flow(context, branch, Protocol::udp, {in.local.address, listener.bound.port});
        if (branch.flows.empty()) add_flow(context, branch, in.protocol, {in.local.address, ports_.listeners[in.listener].bound.port});
        return send(context, branch, handle, now);
    }
    branch.protocol = target->protocol;
    branch.port = target->port;
    if (target->address) {
        add_flow(context, branch, branch.protocol, {*target->address, branch.port});
        return send_to_allowed(context, branch, handle, now);
    }
    if (branch.target.is_callees && next_hops_.has_name(target->host)) {
        refuse_next_hop(context, branch, now);
        return false;
    }
    const auto addresses = ports_.resolver.resolve(target->host, ticket(handle));
    if (!addresses) return true;  // on_resolved() goes on
    use_addresses(context, branch, *addresses);
    return send_to_allowed(context, branch, handle, now);
}

// A gateway that trusts our address takes any call from us: no callee makes himself its target. The callee is then as good as away.
bool Proxy::send_to_allowed(Context& context, Branch& branch, Handle handle, Now now) {
    if (branch.target.is_callees && !next_hops_.empty()) {
        next_hops_.refresh(ports_.resolver, ticket({}), now);
        const location::Binding* binding = branch.target.binding;
        const auto is_next_hop = [&](const Flow& flow) {
            return next_hops_.contains(flow, binding == nullptr ? Endpoint{} : binding->flow.remote);
        };
        const auto refused = std::ranges::remove_if(branch.flows, is_next_hop);
        if (!refused.empty()) {
            branch.flows.erase(refused.begin(), refused.end());
            refuse_next_hop(context, branch, now);
        }
    }
    return send(context, branch, handle, now);
}

void Proxy::refuse_next_hop(Context& context, const Branch& branch, Now now) {
    const transaction::Request& request = *context.request;
    ports_.observer.rejected(Cause::relay_refused, 480, request.message.value(HeaderId::call_id), request.flow.remote, now);
    if (branch.flows.empty()) remember(context, 480, nullptr);
}

// A phone behind NAT or on a stream is reached over the flow that it registered or called by, as long as that lives.
bool Proxy::use_flow(Context& context, Branch& branch) {
    if (context.has_to_tag && context.routing.next_route.empty() && !context.routing.flow_ahead.empty()) {
        const auto flow = read_flow(context.routing.flow_ahead);
        if (flow && flow->listener < ports_.listeners.all().size() && ports_.listeners[flow->listener].protocol == flow->protocol &&
            ports_.sender.alive(*flow)) {
            branch.flows.push_back(*flow);
            branch.over_flow = branch.stays_on_udp = true;
            return true;
        }
    }
    const location::Binding* binding = branch.target.binding;
    if (binding == nullptr || !binding->path.empty() || binding->flow.remote.port == 0) return false;
    const Flow& flow = binding->flow;
    if (flow.listener >= ports_.listeners.all().size() || ports_.listeners[flow.listener].protocol != flow.protocol) return false;
    const bool stream = transport::is_reliable(flow.protocol);
    if (!stream && !binding->behind_nat) return false;
    if (!ports_.sender.alive(flow)) {
        // The stream is gone. Where the Contact cannot be reached from here, its source is the last hope.
        const auto uri = message::parse_uri(binding->contact);
        const auto address = uri ? IpAddress::parse(uri->host) : std::nullopt;
        if (!address || !address->is_private() || *address == flow.remote.address) return false;
    }
    branch.flows.push_back(flow);
    branch.over_flow = branch.stays_on_udp = true;
    return true;
}

void Proxy::use_addresses(Context& context, Branch& branch, const transport::Addresses& addresses) {
    for (const IpAddress& address : addresses) {
        if (branch.flows.size() == most_addresses) break;
        add_flow(context, branch, branch.protocol, {address, branch.port});
    }
}

void Proxy::add_flow(Context& context, Branch& branch, Protocol protocol, const Endpoint& remote) {
    // What a phone registered over tells by which of our addresses it knows us.
    const location::Binding* binding = branch.target.binding;
    const bool same_host = binding != nullptr && binding->flow.remote.address == remote.address && binding->flow.protocol == protocol;
    if (const auto flow = flow_to(protocol, remote, same_host ? binding->flow : context.request->flow)) branch.flows.push_back(*flow);
}

// The listener to send by, and on a wildcard one the address of ours: which this very host reached before, else which the way there
// leaves from, else which the other side of this request reached.
std::optional<Flow> Proxy::flow_to(Protocol protocol, const Endpoint& remote, const Flow& in) const {
    const auto listener = ports_.listeners.choose(protocol, remote.address, in.listener);
    if (!listener) return std::nullopt;
    Flow flow{protocol, *listener, ports_.listeners[*listener].bound, remote, {}};
    if (!flow.local.address.is_unspecified()) return flow;
    const auto fits = [&](const IpAddress& address) {
        return address.is_v6() == remote.address.is_v6() && address.is_loopback() == remote.address.is_loopback() && !address.is_unspecified();
    };
    const bool asks = !remote.address.is_loopback() && in.remote.address != remote.address;
    if (const IpAddress source = asks ? ports_.sender.source_for(remote.address) : IpAddress(); fits(source)) {
        flow.local.address = source;
    } else if (fits(in.local.address)) {
        flow.local.address = in.local.address;
    } else if (remote.address.is_loopback()) {
        flow.local.address = remote.address;
    } else {
        for (const IpAddress& address : ports_.listeners.own_addresses())
            if (fits(address)) {
                flow.local.address = address;
                break;
            }
    }
    return flow;
}

// Over the next flow that is left: a new transaction, with a Via of its own. False: none is left.
bool Proxy::send(Context& context, Branch& branch, Handle handle, Now now) {
    if (branch.next_flow >= branch.flows.size()) return false;
    if (context.method == Method::ack) {
        send_ack(context, branch);
        erase_branch(handle);
        return true;
    }
    Flow flow = branch.flows[branch.next_flow];
    branch.client = ports_.layer.open(*this, handle);
    const auto compose = [&] {
        mark_.clear();
        append_mark(mark_, {handle, context.loop_hash});
        branch_text_.clear();
        ports_.layer.append_branch(branch_text_, branch.client, mark_);
        write(context, branch, flow, branch_text_);
    };
    compose();
    // §18.1.1: what is near the MTU goes over TCP; should that fail, over UDP after all.
    if (flow.protocol == Protocol::udp && out_.size() > config_.stream_above && !branch.stays_on_udp && branch.next_flow >= branch.stream_tried) {
        if (const auto stream = flow_to(Protocol::tcp, flow.remote, context.request->flow)) {
            branch.flows.insert(branch.flows.begin() + static_cast<std::ptrdiff_t>(branch.next_flow), *stream);
            branch.stream_tried = branch.next_flow + 2;
            flow = *stream;
            compose();
        }
    }
    ++branch.next_flow;
    branch.state = Branch::State::calling;
    if (context.method == Method::invite) ports_.wheel.arm(branch.timer_c, now.steady + config_.timer_c);
    if (context.call) {
        const bool bound = branch.target.binding != nullptr;
        ports_.calls.tried(context.call, bound ? std::string_view(branch.target.binding->contact) : branch.target.uri, now);
    }
    ++counters_.forwarded;
    ports_.layer.start(branch.client, context.method, out_, flow, now);
    return true;
}

// The request for this branch, into out_.
void Proxy::write(Context& context, const Branch& branch, const Flow& flow, std::string_view branch_parameter) {
    const transaction::Request& request = *context.request;
    via_.assign("SIP/2.0/").append(transport::via_name(flow.protocol)).push_back(' ');
    ports_.listeners.append_sent_by(via_, flow);
    via_.append(";branch=").append(branch_parameter);
    if (flow.protocol == Protocol::udp) via_.append(";rport");  // RFC 3581: the answer comes back to where this came from
    record_route_.clear();
    if (config_.record_route && is_recorded(context.method) && (!context.has_to_tag || context.routing.relay))
        write_record_route(context, branch, flow);

    ForwardPlan plan;
    plan.request_uri = branch.target.uri;
    plan.routing = &context.routing;
    if (branch.target.binding != nullptr) plan.path = branch.target.binding->path;
    plan.record_route = record_route_;
    plan.via = via_;
    plan.max_breadth = context.method == Method::ack ? 0 : branch.breadth;
    plan.stream = transport::is_reliable(flow.protocol);
    const bool believed =
        request.sender.trust == transaction::Sender::Trust::trusted_network || context.trust == transaction::Sender::Trust::trusted_network;
    plan.remove_identity = !believed || (hides_identity(request.message) && !trusts(flow));
    plan.realm = config_.realm;
    plan.domains = &domains_;
    plan.session_timer = dialog::refreshes_session(request.message) ? &config_.session_timer : nullptr;
    out_.clear();
    write_forwarded(out_, request.message, plan, edits_);
}

// One value, or two where the sides differ in protocol or address (RFC 5658 §5): each side gets one that it can reach us by.
void Proxy::write_record_route(Context& context, const Branch& branch, const Flow& flow) {
    const transaction::Request& request = *context.request;
    std::string_view first_tag, caller, callee;
    std::string texts[2];
    if (context.routing.relay) {
        const Relay& relay = *context.routing.relay;
        caller = relay.caller;
        callee = relay.callee;
        first_tag = relay.from_caller ? context.identity.from_tag : context.identity.to_tag;
    } else {
        first_tag = context.identity.from_tag;
        if (needs_flow(request)) append_flow(texts[0], request.flow);
        if (branch.over_flow) append_flow(texts[1], flow);
        caller = texts[0];
        callee = texts[1];
    }
    const auto append_value = [&](const Flow& side) {
        record_route_.append("<sip:");
        ports_.listeners.append_sent_by(record_route_, side);
        if (side.protocol != Protocol::udp) record_route_.append(";transport=").append(transport::uri_name(side.protocol));
        tokens_.append_parameters(record_route_, context.identity.call_id, first_tag, caller, callee);
        record_route_.push_back('>');
    };
    append_value(flow);
    const std::size_t outer = record_route_.size();
    record_route_.append(", ");
    append_value(request.flow);
    const std::string_view both = record_route_;
    if (both.substr(0, outer) == both.substr(outer + 2)) record_route_.resize(outer);
}

// Statelessly (§16.11): the same ACK, sent again, gets the same branch.
void Proxy::send_ack(Context& context, Branch& branch) {
    const Message& ack = context.request->message;
    const Flow flow = branch.flows.front();
    const std::uint64_t hash =
        SipHash(loop_key_).add(ack.value(HeaderId::via)).add(context.identity_hash).add(context.identity.to_tag).add(branch.target.uri).finish();
    branch_text_.assign(message::Via::cookie).append("a");
    append_hex(branch_text_, hash, 16);
    write(context, branch, flow, branch_text_);
    ports_.sender.send(flow, out_, {});
    ++counters_.forwarded;
    close(context);
}

void Proxy::on_resolved(Ticket ticket, const transport::Addresses& addresses, Now now) {
    Branch* branch = branches_.find(ticket.handle);
    if (branch == nullptr || branch->state != Branch::State::resolving) return;
    const Handle self = branch->context;
    Context& context = *contexts_.find(self);
    use_addresses(context, *branch, addresses);
    if (!send_to_allowed(context, *branch, ticket.handle, now)) {
        failed(context, ticket.handle, 503, nullptr, now);
        advance(context, now);
    }
    close_if_done(self);
}

void Proxy::on_failure(transaction::ClientId client, Handle cookie, Failure failure, Now now) {
    Branch* branch = branches_.find(cookie);
    if (branch == nullptr || branch->client != client) return;
    const Handle self = branch->context;
    Context& context = *contexts_.find(self);
    // RFC 3263 §4.3: nothing came from this address, so the next one is tried.
    const bool silent = failure == Failure::transport_error || branch->state == Branch::State::calling;
    const bool again = silent && !context.decided && !context.no_more_targets && !branch->cancelled;
    if (again && send(context, *branch, cookie, now)) {
        ++counters_.failed_over;
    } else {
        failed(context, cookie, failure == Failure::timeout ? 408 : 503, nullptr, now);
        advance(context, now);
    }
    close_if_done(self);
}

void Proxy::on_terminated(transaction::ClientId client, Handle cookie, Now) {
    Branch* branch = branches_.find(cookie);
    if (branch == nullptr || branch->client != client) return;
    const Handle self = branch->context;
    erase_branch(cookie);
    close_if_done(self);
}

// §16.10, and §16.7 step 10 after a 2xx or a 6xx. Branches that wait for addresses just end.
void Proxy::cancel_branches(Context& context, std::string_view reason, Now now) {
    const auto handles = context.branches;
    for (const Handle handle : handles) {
        Branch& branch = *branches_.find(handle);
        if (branch.state == Branch::State::answered || branch.cancelled) continue;
        if (branch.state == Branch::State::resolving) {
            erase_branch(handle);
        } else if (context.method == Method::invite) {
            branch.cancelled = true;
            ports_.layer.cancel(branch.client, reason, now);
        } else {
            ports_.layer.abandon(branch.client);  // only an INVITE can be cancelled (§9.1)
            erase_branch(handle);
        }
    }
}

void Proxy::erase_branch(Handle handle) {
    Branch* branch = branches_.find(handle);
    if (branch == nullptr) return;
    if (Context* context = contexts_.find(branch->context)) {
        auto& branches = context->branches;
        branches.erase(std::remove(branches.begin(), branches.end(), handle), branches.end());
        if (branch->state != Branch::State::answered) {
            --context->pending;
            context->breadth_used -= branch->breadth;
        }
        if (context->finished) give_request_back(*context);
    }
    branches_.erase(handle);
}

void Proxy::on_timer_c(Timer& timer, Now now) {
    auto& armed = static_cast<Branch::TimerC&>(timer);
    armed.proxy.timer_c_fired(armed.branch, now);
}

// §16.8: with a provisional response the branch is cancelled, and its 487 counts as a timeout; without one it has timed out.
void Proxy::timer_c_fired(Handle handle, Now now) {
    Branch* branch = branches_.find(handle);
    if (branch == nullptr || branch->state == Branch::State::answered) return;
    const Handle self = branch->context;
    Context& context = *contexts_.find(self);
    if (branch->state == Branch::State::proceeding) {
        branch->timed_out = true;
        if (!branch->cancelled) ports_.layer.cancel(branch->client, "SIP;cause=408;text=\"Request Timeout\"", now);
        branch->cancelled = true;
        return;
    }
    ports_.layer.abandon(branch->client);
    failed(context, handle, 408, nullptr, now);
    advance(context, now);
    close_if_done(self);
}

}  // namespace offhook::proxy
