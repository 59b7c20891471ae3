// Calls that accounting ends: the BYE that one side would send, sent on as if it had just come from there. Routes, flows, names and
// retransmissions are those of any request in a dialog; only its final response ends here.
#include <memory>
#include <utility>

#include "offhook/dialog/bye.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/proxy/proxy.hpp"

namespace offhook::proxy {

using dialog::Direction;
using transport::Flow;
using transport::Protocol;

namespace {

/// The dialog's texts came in messages that were within their limits, and stand once more in this one.
constexpr message::Limits own_limits{.size = 1u << 20, .headers = message::Message::capacity, .request_uri = 1u << 16};

constexpr std::uint16_t default_port = 5060;  // §19.1.2, for TLS 5061: then another listener fits no worse

Protocol protocol_of(const message::Uri& uri) {
    for (const Protocol protocol : {Protocol::tcp, Protocol::tls, Protocol::ws, Protocol::wss})
        if (uri.parameter("transport") == transport::uri_name(protocol)) return protocol;
    return Protocol::udp;
}

}  // namespace

// How the request would have come in: by the listener that the last of our Routes names, which is the one that the other side knows us by.
// Our Routes are the last that stand together and whose token fits: this dialog's other side may have written our name, and even a token
// of ours, before an element of its own. What stands before ours is of elements that the request would have passed before.
Flow Proxy::flow_known_by(const dialog::DialogState& dialog, Direction from, std::size_t& first_route) const {
    message::Uri ours;
    bool found = false, in_group = false;
    const std::string_view to_tag = dialog.tag(from == Direction::from_caller ? Direction::from_callee : Direction::from_caller);
    for (std::size_t i = 0; i < dialog.route_count(); ++i) {
        message::Uri uri;
        const bool is_ours = message::parse_name_addr(dialog.route(from, i), uri) && domains_.is_ours(uri) &&
                             tokens_.verify(uri, dialog.call_id(), dialog.tag(from), to_tag);
        if (is_ours) {
            if (!in_group) first_route = i;
            found = true;
            ours = uri;
        }
        in_group = is_ours;
    }
    std::uint16_t listener = 0;
    const std::uint16_t port = ours.port == 0 ? default_port : ours.port;
    const auto named = found ? IpAddress::parse(ours.host) : std::nullopt;
    for (std::uint16_t i = 0; found && i < ports_.listeners.all().size(); ++i) {
        const transport::Listener& candidate = ports_.listeners[i];
        const bool fits = candidate.protocol == protocol_of(ours) && (candidate.bound.port == port || candidate.advertise_port == port);
        if (fits && (!named || candidate.bound.address.is_unspecified() || candidate.bound.address == *named)) {
            listener = i;
            break;
        }
    }
    const transport::Listener& by = ports_.listeners[listener];
    Flow flow{by.protocol, listener, by.bound, {}, {}};
    if (by.bound.address.is_unspecified() && named && by.advertise_host.empty()) flow.local.address = *named;
    return flow;
}

bool Proxy::hang_up(const dialog::CallPort::InDialog& where, const dialog::DialogState& dialog, std::string_view reason, Now now) {
    std::size_t first_route = 0;
    transaction::RequestPtr request(std::make_unique<transaction::Request>().release());
    request->flow = flow_known_by(dialog, where.direction, first_route);
    request->arrived = now;
    request->sender.trust = transaction::Sender::Trust::authenticated;
    dialog::write_bye(request->bytes, dialog, where.direction, first_route, reason);
    if (!request->message.index(request->bytes, own_limits)) return false;

    Context& context = open(std::move(request));
    const Handle self = context.self;
    context.is_ours = true;
    context.dialog = where;
    const message::Message& bye = context.request->message;
    const auto routing = preprocess(bye, context.identity, domains_, tokens_);
    const auto uri = routing ? message::parse_uri(routing->request_uri) : std::unexpected(message::ParseError{});
    if (uri && uri->is_sip()) {
        context.routing = *routing;
        context.loop_hash = loop_hash(loop_key_, context.identity, {}, routing->request_uri, routing->next_route_uri);
        if (find_targets(context, *uri, now)) advance(context, now);
    } else {
        close(context);
    }
    const bool sent = !context.decided;
    context.is_told = sent;
    close_if_done(self);
    return sent;
}

void Proxy::end_hang_up(Context& context, int status, Now now) {
    const auto where = context.dialog;
    const bool told = context.is_told;
    context.no_more_targets = true;
    close(context);
    cancel_branches(context, {}, now);
    give_request_back(context);
    if (told) ports_.calls.hung_up(where, status, now);
}

}  // namespace offhook::proxy
