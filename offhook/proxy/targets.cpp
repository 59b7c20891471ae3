// Where a request goes: bindings, static routes, its own Request-URI, the contacts of a redirection (RFC 3261 §16.5).
#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/values.hpp"
#include "offhook/proxy/proxy.hpp"

namespace offhook::proxy {

using message::HeaderId;
using message::Uri;
using Trust = transaction::Sender::Trust;

namespace {

// §16.4: a maddr that named us has done its work, and so have the port and the transport that went with it.
std::string without_maddr(const Uri& uri) {
    const std::size_t host_end = static_cast<std::size_t>(uri.host.data() - uri.text.data()) + uri.host.size();
    std::string out(uri.text.substr(0, host_end));
    message::ParameterReader reader(uri.parameters);
    while (const auto parameter = reader.next())
        if (!iequals(parameter->name, "maddr") && !iequals(parameter->name, "transport")) out.append(";").append(parameter->text);
    return out;
}

}  // namespace

// False: the request was answered.
bool Proxy::find_targets(Context& context, const Uri& uri, Now now) {
    const bool known = context.trust != Trust::unknown;
    const std::uint32_t asked = message::parse_number(context.request->message.value(HeaderId::max_breadth)).value_or(config_.max_breadth);
    context.breadth = std::clamp<std::uint32_t>(asked, 1, std::max<std::uint32_t>(config_.max_breadth, 1));
    const auto only = [&](std::string_view next_hop) {
        // A new configuration may come while this goes on.
        const std::string_view hop = next_hop.empty() ? next_hop : keep_text(context, next_hop);
        const std::string_view target = domains_.maddr_is_ours(uri) ? keep_text(context, without_maddr(uri)) : context.routing.request_uri;
        // A callee may have written the Request-URI and the Routes; a static route is the operator's.
        context.targets.push_back({target, hop, nullptr, 0, context.led_by_callee && hop.empty()});
        return true;
    };
    if (!context.routing.next_route.empty()) return only({});  // predetermined; may_pass() has allowed it
    const std::string_view domain = domains_.of(uri);
    if (domain.empty()) {
        // A route of ours may stand for a foreign domain; within a dialog the Request-URI is a Contact and is taken as it is.
        const StaticRoute* route = may_be_routed(context) ? match_route(uri, {}) : nullptr;
        return only(route != nullptr ? std::string_view(route->next_hop) : std::string_view{});
    }
    context.may_recurse = !context.has_to_tag;
    if (find_bindings(context, uri, domain, now)) return true;
    if (!ports_.bindings.loaded()) {  // nothing found proves nothing yet
        refuse(context, Cause::store_unhealthy, 503, now, {}, retry_after());
        return false;
    }
    // To a stranger, a user who does not exist and one who is away are the same.
    if (!known) {
        refuse(context, Cause::no_binding, 480, now);
        return false;
    }
    if (user_exists_ && user_exists_(message::unescape(uri.user), domain)) {
        refuse(context, Cause::no_binding, 480, now);
        return false;
    }
    if (const StaticRoute* route = may_be_routed(context) ? match_route(uri, domain) : nullptr) return only(route->next_hop);
    refuse(context, Cause::no_user, 404, now);
    return false;
}

bool Proxy::find_bindings(Context& context, const Uri& uri, std::string_view domain, Now now) {
    // The canonical address of record (§10.3 step 5); escapes are rare, and a bare address of ours stands for the first domain.
    aor_.clear();
    if (uri.user.find('%') != std::string_view::npos) {
        const std::string full = message::address_of_record(uri);
        aor_.assign(full, 0, full.rfind('@'));
    } else {
        aor_.assign(uri.user);
    }
    aor_.append("@").append(domain);
    context.bindings = ports_.bindings.find(aor_);
    if (!context.bindings) return false;
    // Who was removed is not called any more, though the phone's binding runs on until it expires.
    if (user_exists_ && !user_exists_(std::string_view(aor_).substr(0, aor_.rfind('@')), domain)) return false;
    const location::Binding* before = nullptr;
    for (const location::Binding* binding : location::targets(*context.bindings, now.utc)) {
        if (context.targets.size() >= config_.max_targets) break;
        if (before != nullptr && before->q != binding->q) ++context.next_group;
        context.targets.push_back({binding->contact, {}, binding, context.next_group, true});
        before = binding;
    }
    ++context.next_group;
    return !context.targets.empty();
}

// What an own user's binding or redirection leads back to us is led out by a route only if the caller might have called there himself at
// no other price: not at the price of a call to that user, and not for a gateway's caller, of whom nobody here answers for the call.
bool Proxy::may_be_routed(const Context& context) {
    if (context.has_to_tag) return false;
    return !context.led_by_callee || (context.follows_redirections && context.caller_trust == Trust::authenticated);
}

// `own_domain`: empty for a foreign Request-URI. For an own one this is asked only after no such user was found.
const StaticRoute* Proxy::match_route(const Uri& uri, std::string_view own_domain) const {
    const std::string plain = uri.user.find('%') == std::string_view::npos ? std::string() : message::unescape(uri.user);
    const std::string_view user = plain.empty() ? uri.user : plain;
    for (const StaticRoute& route : config_.routes) {
        if (route.domain.empty() ? own_domain.empty() : !iequals(route.domain, own_domain.empty() ? uri.host : own_domain)) continue;
        if (!user.starts_with(route.user_prefix)) continue;
        if (route.unknown && own_domain.empty()) continue;
        return &route;
    }
    return nullptr;
}

std::string_view Proxy::keep_text(Context& context, std::string_view text) {
    return *context.texts.emplace_back(std::make_unique<std::string>(text));
}

// §16.7 step 4. The new targets come next, before those that were left: each only once in the whole set. Somebody unknown cannot be
// redirected out of our domains: that would make us his relay.
std::size_t Proxy::add_redirections(Context& context, const message::Message& response) {
    struct Found {
        std::string_view uri;
        std::uint32_t q;
    };
    boost::container::small_vector<Found, 4> found;
    const bool known = context.trust != Trust::unknown;
    message::ListReader reader(response, HeaderId::contact);
    while (const auto item = reader.next()) {
        const auto contact = message::parse_name_addr(item->text);
        const auto uri = contact ? message::parse_uri(contact->uri) : std::unexpected(message::ParseError{});
        if (!uri || uri->scheme != message::Scheme::sip || (!known && !domains_.is_ours(*uri))) continue;
        if (context.targets.size() + found.size() >= config_.max_targets) break;
        const auto same = [&](std::string_view other) {
            const auto parsed = message::parse_uri(other);
            return parsed && message::equivalent(*parsed, *uri);
        };
        if (same(context.routing.request_uri) || std::ranges::any_of(context.targets, [&](const Target& t) { return same(t.uri); }) ||
            std::ranges::any_of(found, [&](const Found& f) { return same(f.uri); }))
            continue;
        const std::uint32_t q = message::parse_qvalue(contact->parameter("q").value_or("1")).value_or(1000);
        auto at = found.end();
        while (at != found.begin() && (at - 1)->q < q) --at;
        found.insert(at, {keep_text(context, contact->uri), q});
    }
    auto place = context.targets.begin() + static_cast<std::ptrdiff_t>(context.next_target);
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == 0 || found[i].q != found[i - 1].q) ++context.next_group;
        place = context.targets.insert(place, {found[i].uri, {}, nullptr, context.next_group, true}) + 1;
    }
    ++context.next_group;
    return found.size();
}

}  // namespace offhook::proxy
