#include "offhook/proxy/proxy.hpp"

#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"
#include "offhook/proxy/loop.hpp"

namespace offhook::proxy {

using message::HeaderId;
using message::Message;
using message::Method;
using transaction::RequestPtr;
using Trust = transaction::Sender::Trust;

namespace {

std::uint64_t key_of(transaction::ServerId id) { return std::uint64_t{id.handle.generation} << 32 | id.handle.slot; }

// What passes through here for somebody else, and what this server itself answers.
constexpr std::string_view capabilities =
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, REFER, NOTIFY, SUBSCRIBE, PUBLISH, INFO, PRACK, UPDATE\r\n"
    "Accept: application/sdp\r\n"
    "Supported: path, timer\r\n";
constexpr std::string_view own_methods = "Allow: OPTIONS, REGISTER\r\n";

std::string unsupported(const Message& request, HeaderId id) {
    std::string line = "Unsupported: ";
    message::ListReader reader(request, id);
    for (bool first = true; const auto item = reader.next(); first = false) line.append(first ? "" : ", ").append(item->text);
    return line.append("\r\n");
}

// The Request-URI that is to be used: its own, nearly always.
std::expected<message::Uri, message::ParseError> target_of(const Message& request, const Routing& routing) {
    return routing.last_route_moved ? message::parse_uri(routing.request_uri) : request.uri();
}

bool came_back_unchanged(const Branch& branch, const Message& request) {
    if (request.request_uri() == branch.target.uri) return true;
    std::string sent;
    location::append_request_uri(sent, branch.target.uri);
    return request.request_uri() == sent;
}

}  // namespace

Proxy::Proxy(const Ports& ports, const Config& config, const Keys& keys, UserExists user_exists)
    : ports_(ports),
      config_(config),
      domains_(config.domains, ports.listeners),
      next_hops_(config.routes),
      tokens_(keys.relay),
      loop_key_(keys.loop),
      user_exists_(std::move(user_exists)) {}

void Proxy::set_config(const Config& config) {
    config_ = config;
    domains_ = OwnDomains(config.domains, ports_.listeners);
    next_hops_ = NextHops(config.routes);
}

Context& Proxy::open(RequestPtr request) {
    const Handle handle = contexts_.emplace();
    Context& context = *contexts_.find(handle);
    context.self = handle;
    context.method = request->message.method();
    context.server = request->transaction;
    context.trust = context.caller_trust = request->sender.trust;
    context.identity = identity_of(request->message);
    context.identity_hash = identity_hash(loop_key_, context.identity);
    context.has_to_tag = !context.identity.to_tag.empty();
    context.request = std::move(request);
    ++unanswered_;
    if (context.server) by_server_.insert_or_assign(key_of(context.server), handle);
    return context;
}

RequestPtr Proxy::handle(RequestPtr request, Now now) {
    Context& context = open(std::move(request));
    const Handle self = context.self;
    process(context, now);
    close_if_done(self);
    return {};
}

void Proxy::process(Context& context, Now now) {
    const Message& request = context.request->message;
    const bool cancelled = cancelled_early_.erase(key_of(context.server)) != 0;
    const auto routing = preprocess(request, context.identity, domains_, tokens_);
    const auto uri = routing ? target_of(request, *routing) : std::unexpected(message::ParseError{});
    bool goes_on = true;
    const Branch* original = original_of(request);
    if (original != nullptr) {
        ++counters_.spirals;
        // As we sent it, it is still its first sender's. Where it goes to if somebody changed its Request-URI is his choice and not the
        // caller's: a callee could otherwise call, in the caller's name and past the records, whom only known senders may call.
        if (context.trust == Trust::unknown && came_back_unchanged(*original, request)) context.trust = contexts_.find(original->context)->trust;
        const Context& before = *contexts_.find(original->context);
        context.led_by_callee = before.led_by_callee || original->target.is_callees;
        context.caller_trust = before.caller_trust;
        context.follows_redirections = before.follows_redirections;
    } else if (context.method == Method::invite && !context.has_to_tag) {
        goes_on = admit(context, uri ? &*uri : nullptr, now);
        if (context.decided) return;
        if (draining_) return refuse(context, Cause::draining, 503, now, {}, retry_after());  // on record, as any other refusal
    }
    if (cancelled) {
        // Its CANCEL came while it was suspended on its way here (design rule 3): nothing is forked.
        context.cancelled = true;
        if (context.call) ports_.calls.cancelled(context.call, now);
        return finish(context, now);
    }
    if (!routing) return refuse(context, Cause::malformed, 400, now, "Bad Route");
    if (!uri) return refuse(context, Cause::malformed, 400, now, "Bad Request-URI");
    context.routing = *routing;
    if (goes_on) route(context, *uri, now);
}

// Where it goes, once it may be made.
void Proxy::route(Context& context, const message::Uri& uri, Now now) {
    const Message& request = context.request->message;
    context.loop_hash =
        loop_hash(loop_key_, context.identity, request.value(HeaderId::proxy_require), context.routing.request_uri, context.routing.next_route_uri);
    if (!valid(context, uri, now)) return;
    if (!uri.has_user && domains_.is_ours(uri) && context.routing.next_route.empty()) return serve_ourselves(context, now);
    if (context.has_to_tag) context.dialog = ports_.calls.find(request);
    if (!may_pass(context, uri, now)) return;
    if (!find_targets(context, uri, now)) return;

    // §17.2.1: at once, not after 200 ms: forwarding may take any time from here on.
    if (context.method == Method::invite) std::ignore = ports_.layer.respond(*context.request, 100, now);
    if (context.dialog.call) ports_.calls.request_passed(context.dialog, request, context.request->flow.remote.address, now);
    advance(context, now);
}

// False: it was refused (then it is decided), or waits for admitted().
bool Proxy::admit(Context& context, const message::Uri* target, Now now) {
    const auto admission = ports_.calls.admit(*context.request, target, ticket(context.self), now);
    if (!admission) {
        refuse(context, admission.error().status, now, admission.error().reason, admission.error().status == 503 ? retry_after() : std::string{});
        return false;
    }
    context.call = admission->call;
    context.follows_redirections = admission->follows_redirections;
    return admission->verdict == dialog::Verdict::go_on;
}

void Proxy::admitted(Ticket ticket, const std::optional<dialog::Refusal>& refusal, Now now) {
    Context* context = contexts_.find(ticket.handle);
    if (context == nullptr || context->decided) return;  // a CANCEL was quicker: it has had its 487
    if (refusal) {
        std::string headers = "Warning: 399 ";
        headers.append(config_.domains.front()).append(" \"").append(refusal->warning).append("\"\r\n");
        if (refusal->status == 503) headers += retry_after();
        refuse(*context, Cause::forbidden, refusal->status, now, {}, std::move(headers));
    } else if (const auto uri = target_of(context->request->message, context->routing)) {
        route(*context, *uri, now);
    }
    close_if_done(ticket.handle);
}

// RFC 3261 §16.3, without what message::validate has judged before the chain.
bool Proxy::valid(Context& context, const message::Uri& uri, Now now) {
    const Message& request = context.request->message;
    if (!uri.is_sip()) {
        refuse(context, Cause::malformed, 416, now);
        return false;
    }
    if (max_forwards(request) == 0) {
        // Step 3: an OPTIONS may be answered as if it were for us (§11).
        if (context.method == Method::options)
            serve_ourselves(context, now);
        else
            refuse(context, Cause::too_many_hops, 483, now);
        return false;
    }
    if (has_looped(context)) {
        refuse(context, Cause::loop, 482, now);
        return false;
    }
    if (request.has(HeaderId::proxy_require)) {
        refuse(context, Cause::unsupported_extension, 420, now, {}, unsupported(request, HeaderId::proxy_require));
        return false;
    }
    if (message::parse_number(request.value(HeaderId::max_breadth)).value_or(1) == 0) {  // RFC 5393 §5.3.3
        refuse(context, Cause::too_many_hops, 440, now, "Max-Breadth Exceeded");
        return false;
    }
    if (auto too_short = dialog::check(request, config_.session_timer)) {
        refuse(context, too_short->reject.status, now, too_short->reject.reason, std::move(too_short->headers));
        return false;
    }
    return true;
}

// Design rule 10: a request within a dialog passes by the token of our own Route and by nothing else. Whoever may make calls would
// otherwise make them past the records by inventing a To tag. An INVITE must belong to a call on record as well: the token binds one tag
// only, and with another one invented it would make a new call of an old one. Any other request goes only where its sender may send it.
bool Proxy::may_pass(Context& context, const message::Uri& uri, Now now) {
    if (context.has_to_tag) {
        if (context.routing.relay && (context.method != Method::invite || context.dialog.call)) return true;
        refuse(context, Cause::relay_refused, 481, now);
        return false;
    }
    const bool known = context.trust != Trust::unknown;
    const bool foreign_route = !context.routing.next_route.empty();
    if (foreign_route ? known && config_.follow_foreign_routes : known || domains_.is_ours(uri)) return true;
    refuse(context, Cause::relay_refused, 403, now);
    return false;
}

bool Proxy::has_looped(const Context& context) const {
    MarkReader marks(context.request->message);
    while (const auto mark = marks.next())
        if (mark->hash == context.loop_hash) return true;
    return false;
}

const Branch* Proxy::original_of(const Message& request) {
    std::uint64_t identity = 0;
    MarkReader marks(request);
    while (const auto mark = marks.next()) {
        const Branch* branch = branches_.find(mark->branch);
        if (branch == nullptr || branch->state == Branch::State::answered) continue;
        const Context* context = contexts_.find(branch->context);
        if (context == nullptr || context->loop_hash != mark->hash) continue;
        if (identity == 0) identity = identity_hash(loop_key_, identity_of(request));
        if (context->identity_hash == identity && context->method == request.method()) return branch;
    }
    return nullptr;
}

bool Proxy::is_spiral(const Message& request) { return original_of(request) != nullptr; }

bool Proxy::in_dialog(const Message& request) const {
    const auto routing = preprocess(request, identity_of(request), domains_, tokens_);
    return routing && routing->relay;
}

// A request whose Request-URI is the server itself (§16.5, §11).
void Proxy::serve_ourselves(Context& context, Now now) {
    if (context.method != Method::options) {
        if (context.method == Method::other) return refuse(context, 501, now, {}, std::string(own_methods));
        return refuse(context, 405, now, {}, std::string(own_methods));
    }
    if (context.request->message.has(HeaderId::require))  // §8.2.2.3: here we are the user agent server, and this needs no extension
        return refuse(context, Cause::unsupported_extension, 420, now, {}, unsupported(context.request->message, HeaderId::require));
    close(context);
    std::ignore = ports_.layer.respond(*context.request, 200, now, {}, capabilities);
}

void Proxy::refuse(Context& context, Cause cause, int status, Now now, std::string_view reason, std::string headers) {
    const transaction::Request& request = *context.request;
    ports_.observer.rejected(cause, status, request.message.value(HeaderId::call_id), request.flow.remote, now);
    refuse(context, status, now, reason, std::move(headers));
}

void Proxy::refuse(Context& context, int status, Now now, std::string_view reason, std::string headers) {
    context.best = status;
    context.best_bytes.clear();
    context.best_reason = reason;
    context.best_headers = std::move(headers);
    context.refused = context.no_more_targets = true;
    finish(context, now);
}

std::string Proxy::retry_after() const { return "Retry-After: " + std::to_string(config_.retry_after) + "\r\n"; }

// The ACK of a 2xx has no transaction: it goes by its token, or nowhere (design rule 10).
void Proxy::on_ack(RequestPtr ack, Now now) {
    Context& context = open(std::move(ack));
    const Handle self = context.self;
    const Message& request = context.request->message;
    const auto routing = preprocess(request, context.identity, domains_, tokens_);
    const auto uri = routing ? target_of(request, *routing) : std::unexpected(message::ParseError{});
    if (!context.has_to_tag || !routing || !routing->relay || !uri || max_forwards(request) == 0) {
        drop_ack(context, now);
    } else {
        context.routing = *routing;
        context.dialog = ports_.calls.find(request);
        if (find_targets(context, *uri, now)) {
            context.targets.resize(1);
            if (context.dialog.call) ports_.calls.request_passed(context.dialog, request, context.request->flow.remote.address, now);
            advance(context, now);
        }
    }
    close_if_done(self);
}

void Proxy::drop_ack(Context& context, Now now) {
    ports_.observer.rejected(Cause::unmatched_ack, 0, context.request->message.value(HeaderId::call_id), context.request->flow.remote, now);
    close(context);
}

void Proxy::on_cancel(transaction::ServerId invite, const Message& cancel, Now now) {
    const auto found = by_server_.find(key_of(invite));
    if (found == by_server_.end()) {
        // Suspended before it came here. What was answered meanwhile never comes: its entries go when they have become many.
        if (cancelled_early_.size() >= 10'000) cancelled_early_.clear();
        cancelled_early_.insert(key_of(invite));
        return;
    }
    const Handle self = found->second;
    Context& context = *contexts_.find(self);
    if (context.decided) return;
    context.cancelled = context.no_more_targets = true;
    if (context.call) ports_.calls.cancelled(context.call, now);
    cancel_branches(context, cancel.value(HeaderId::reason), now);
    advance(context, now);
    close_if_done(self);
}

// Nothing more is owed upstream.
void Proxy::close(Context& context) {
    context.decided = true;
    if (!std::exchange(context.finished, true)) --unanswered_;
}

void Proxy::close_if_done(Handle handle) {
    Context* context = contexts_.find(handle);
    if (context == nullptr || !context->finished || !context->branches.empty() || !context->held.empty()) return;
    if (context->server) by_server_.erase(key_of(context->server));
    contexts_.erase(handle);
}

}  // namespace offhook::proxy
