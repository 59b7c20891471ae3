// Responses on their way back (RFC 3261 §16.7): what goes upstream at once, what is kept as the best failure, and what waits for its
// record (design rule 4).
#include <algorithm>
#include <utility>

#include "offhook/message/builder.hpp"
#include "offhook/proxy/best_response.hpp"
#include "offhook/proxy/proxy.hpp"
#include "offhook/proxy/tags.hpp"

namespace offhook::proxy {

using dialog::Verdict;
using message::Message;
using message::Method;

namespace {

/// To tags that may answer one INVITE, each of which costs a record: more phones than RFC 5393 lets ring have not answered.
constexpr std::size_t most_answers = 64;

}  // namespace

void Proxy::on_response(transaction::ClientId client, Handle cookie, const Message& response, const transport::Flow& from, Now now) {
    Branch* branch = branches_.find(cookie);
    if (branch == nullptr || branch->client != client) return;
    const Handle self = branch->context;
    Context& context = *contexts_.find(self);
    const int status = response.status();
    response_trusted_ = trusts(from);
    response_source_ = from.remote.address;
    if (status < 200) {
        if (branch->state == Branch::State::calling) branch->state = Branch::State::proceeding;
        if (status > 100) pass_provisional(context, *branch, response, now);
        return;
    }
    if (status < 300) {
        if (context.method == Method::invite)
            pass_success(context, response, *branch, now);
        else
            pass_other_success(context, response, cookie, now);
    } else if (status == 503 && !context.decided && !branch->cancelled && send(context, *branch, cookie, now)) {
        ++counters_.failed_over;  // RFC 3263 §4.3: this server cannot, the next address may
    } else {
        failed(context, cookie, status, &response, now);
        advance(context, now);
    }
    close_if_done(self);
}

void Proxy::pass_provisional(Context& context, Branch& branch, const Message& response, Now now) {
    if (context.method != Method::invite) return;  // RFC 4320 §4.1: none but 100 to a non-INVITE
    if (branch.timer_c.armed() && !branch.timed_out) ports_.wheel.arm(branch.timer_c, now.steady + config_.timer_c);
    if (context.decided) return;
    upstream_edits_.clear();
    out_.clear();
    edit_identity(context, response, upstream_edits_);
    if (!write_response_upstream(out_, response, {}, upstream_edits_)) return;
    if (context.call && !context.ringing_reported && response.status() >= 180) {
        context.ringing_reported = true;
        ports_.calls.ringing(context.call, response, now);
    }
    std::ignore = ports_.layer.respond(context.server, response.status(), out_, now);
}

// Every 2xx to an INVITE goes upstream, the first of each To tag when its row is committed; its repetitions are absorbed until then.
void Proxy::pass_success(Context& context, const Message& response, Branch& branch, Now now) {
    const std::uint64_t tag = siphash(loop_key_, response.to_tag());
    upstream_edits_.clear();
    out_.clear();
    edit_identity(context, response, upstream_edits_);
    if (context.request) dialog::edit_response(context.request->message, response, config_.session_timer, upstream_edits_);
    if (!write_response_upstream(out_, response, {}, upstream_edits_)) {
        // Nobody but us is in its Vias: it can go nowhere, and the branch is over.
        const Handle handle = branch.timer_c.branch;
        if (branch.state == Branch::State::answered) return;
        failed(context, handle, 502, nullptr, now);
        return advance(context, now);
    }
    const bool repeated = std::ranges::find(context.answered_tags, tag) != context.answered_tags.end();
    if (repeated) {
        const bool held = std::ranges::any_of(context.held, [&](Handle h) { return held_.find(h)->tag == tag; });
        if (!held) std::ignore = ports_.layer.respond(context.server, response.status(), out_, now);
        return;
    }
    if (context.answered_tags.size() >= most_answers) return;
    context.answered_tags.push_back(tag);
    if (branch.state != Branch::State::answered) {
        branch.state = Branch::State::answered;
        branch.timer_c.cancel();
        --context.pending;
        context.breadth_used -= branch.breadth;
    }
    context.decided = context.no_more_targets = true;

    const Handle handle = held_.emplace();
    Verdict verdict = Verdict::go_on;
    if (context.call)
        verdict = ports_.calls.answered(context.call, response, branch.target.uri, response_source_, ticket(handle), now);
    else if (context.dialog.call)
        verdict = ports_.calls.response_passed(context.dialog, context.method, &response, ticket(handle), now);
    Held& held = *held_.find(handle);
    held.tag = tag;
    settle(context, handle, verdict, response.status(), out_, now);
    cancel_branches(context, "SIP;cause=200;text=\"Call completed elsewhere\"", now);
}

void Proxy::pass_other_success(Context& context, const Message& response, Handle branch, Now now) {
    erase_branch(branch);
    if (context.decided) return;
    if (context.is_ours) return end_hang_up(context, response.status(), now);
    upstream_edits_.clear();
    out_.clear();
    edit_identity(context, response, upstream_edits_);
    dialog::edit_response(context.request->message, response, config_.session_timer, upstream_edits_);
    if (!write_response_upstream(out_, response, {}, upstream_edits_)) return finish(context, now);
    context.decided = context.no_more_targets = true;
    cancel_branches(context, {}, now);
    const Handle handle = held_.emplace();
    Verdict verdict = Verdict::go_on;
    if (context.dialog.call) verdict = ports_.calls.response_passed(context.dialog, context.method, &response, ticket(handle), now);
    settle(context, handle, verdict, response.status(), out_, now);
}

bool Proxy::trusts(const transport::Flow& flow) const {
    if (std::ranges::any_of(config_.trusted, [&](const Network& network) { return network.contains(flow.remote.address); })) return true;
    return flow.remote == Endpoint{flow.local.address, ports_.listeners[flow.listener].bound.port};  // a spiral: we ourselves
}

// RFC 3325 §5 is of requests and responses alike: who answers may not say who he is unless he is trusted, and if he wants that kept
// private, to those only who are.
void Proxy::edit_identity(const Context& context, const Message& response, message::Edits& edits) const {
    if (!response.has(message::HeaderId::p_asserted_identity)) return;
    const bool told = context.trust == transaction::Sender::Trust::trusted_network || !hides_identity(response);
    if (!response_trusted_ || !told) edits.erase_all(response, message::HeaderId::p_asserted_identity);
}

// A branch has come to its end without success.
void Proxy::failed(Context& context, Handle handle, int status, const Message* response, Now now) {
    const Branch& branch = *branches_.find(handle);
    if (branch.timed_out && status == 487) {
        status = 408;
        response = nullptr;
    }
    erase_branch(handle);
    if (context.decided) return;
    const bool redirected = response != nullptr && status >= 300 && status <= 302;
    if (redirected && config_.recurse_redirects && context.follows_redirections && context.may_recurse && !context.no_more_targets && context.redirects < config_.max_redirects) {
        ++context.redirects;
        if (add_redirections(context, *response) > 0) {
            ++counters_.recursed;
            return;  // recursed on: no candidate any more (§16.7 step 4)
        }
    }
    remember(context, status, response);
    if (status >= 600) {
        context.no_more_targets = true;
        cancel_branches(context, "SIP;cause=600", now);
    }
}

void Proxy::remember(Context& context, int status, const Message* response) {
    const bool better = is_better(status, context.best);
    if (is_challenge(status) && response != nullptr && !better) append_challenges(context.challenges, *response);
    if (!better) return;
    if (is_challenge(context.best) && !context.best_bytes.empty()) {
        Message before;
        if (before.index(context.best_bytes)) append_challenges(context.challenges, before);
    }
    context.best = status;
    context.best_bytes.clear();
    if (response == nullptr) return;
    upstream_edits_.clear();
    edit_identity(context, *response, upstream_edits_);
    upstream_edits_.write(*response, context.best_bytes);
}

// §16.7 step 6: every branch has ended and none succeeded.
void Proxy::finish(Context& context, Now now) {
    if (context.decided) return;
    if (context.is_ours) return end_hang_up(context, context.best == 0 ? 408 : context.best, now);
    context.decided = context.no_more_targets = true;
    if (context.method == Method::ack) {
        close(context);
        return;
    }
    int status = context.best == 0 ? 408 : context.refused ? context.best : upstream_status(context.best);
    // Who gave up is told so, whatever single branches had answered before.
    if (context.cancelled && (context.best == 0 || context.best / 100 == 4)) status = 487;
    if (status != context.best) context.best_bytes.clear();

    Message best;
    const bool theirs = !context.best_bytes.empty() && best.index(context.best_bytes).has_value();
    out_.clear();
    upstream_edits_.clear();
    const bool forwards =
        theirs && write_response_upstream(out_, best, is_challenge(status) ? context.challenges : std::string_view{}, upstream_edits_);
    const std::string_view reason = forwards ? best.reason() : context.best_reason.empty() ? message::reason_phrase(status) : context.best_reason;

    const Handle handle = held_.emplace();
    Verdict verdict = Verdict::go_on;
    if (context.call)
        verdict = ports_.calls.refused(context.call, status, reason, ticket(handle), now);
    else if (context.dialog.call)
        verdict = ports_.calls.response_passed(context.dialog, context.method, forwards ? &best : nullptr, ticket(handle), now);
    settle(context, handle, verdict, status, forwards ? std::string_view(out_) : std::string_view{}, now);
}

// Sends the response now, or keeps it until the row is committed. `bytes` empty: made from the request.
void Proxy::settle(Context& context, Handle handle, Verdict verdict, int status, std::string_view bytes, Now now) {
    if (verdict == Verdict::go_on) {
        held_.erase(handle);
        return respond_upstream(context, status, bytes, now);
    }
    Held& held = *held_.find(handle);
    held.context = context.self;
    held.status = status;
    if (!bytes.empty() && !spare_.empty()) {
        held.bytes = std::move(spare_.back());
        spare_.pop_back();
    }
    held.bytes.assign(bytes);
    context.held.push_back(handle);
    ++counters_.held;
}

void Proxy::release(Ticket ticket, Now now) {
    Held* held = held_.find(ticket.handle);
    if (held == nullptr) return;
    const Handle self = held->context;
    if (Context* context = contexts_.find(self)) {
        context->held.erase(std::remove(context->held.begin(), context->held.end(), ticket.handle), context->held.end());
        respond_upstream(*context, held->status, held->bytes, now);
    }
    if (held->bytes.capacity() != 0 && spare_.size() < 256) spare_.push_back(std::move(held->bytes));
    held_.erase(ticket.handle);
    close_if_done(self);
}

void Proxy::respond_upstream(Context& context, int status, std::string_view bytes, Now now) {
    close(context);
    // A 408 to a non-INVITE stays in its transaction (RFC 4320 §4.2).
    if (!bytes.empty()) {
        std::ignore = ports_.layer.respond(context.server, status, bytes, now);
    } else {
        std::ignore = ports_.layer.respond(*context.request, status, now, context.best_reason, context.best_headers);
    }
    give_request_back(context);
}

// As soon as nothing needs its bytes: 2xx of an INVITE may come for half a minute after the first one.
void Proxy::give_request_back(Context& context) {
    if (!context.request || context.pending > 0 || !context.held.empty()) return;
    const Message& request = context.request->message;
    if (!context.answered_tags.empty() && dialog::session_request(request, config_.session_timer).supported) return;
    for (const Handle handle : context.branches) {
        Target& target = branches_.find(handle)->target;
        const auto* begin = context.request->bytes.data();
        if (target.uri.data() >= begin && target.uri.data() < begin + context.request->bytes.size()) target.uri = keep_text(context, target.uri);
    }
    context.request.reset();
}

}  // namespace offhook::proxy
