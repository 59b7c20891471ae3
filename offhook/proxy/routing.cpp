#include "offhook/proxy/routing.hpp"

#include <boost/container/small_vector.hpp>

#include "offhook/message/name_addr.hpp"

namespace offhook::proxy {

namespace {

using message::HeaderId;

struct Step {
    std::string_view value, text;
    message::Uri uri;
};
using Steps = boost::container::small_vector<Step, 6>;

std::optional<Step> read_step(std::string_view value) {
    message::Uri uri;
    const auto address = message::parse_name_addr(value, uri);
    if (!address) return std::nullopt;
    return Step{value, address->uri, uri};
}

bool read_steps(const message::Message& request, Steps& steps) {
    message::ListReader reader(request, HeaderId::route);
    while (const auto item = reader.next()) {
        const auto step = read_step(item->text);
        if (!step) return false;
        steps.push_back(*step);
    }
    return true;
}

}  // namespace

std::optional<Routing> preprocess(const message::Message& request, const Identity& identity, const OwnDomains& domains, const RelayTokens& tokens) {
    Routing routing;
    routing.request_uri = request.request_uri();
    Steps steps;
    if (!read_steps(request, steps)) return std::nullopt;

    const auto read_token = [&](const message::Uri& uri, bool topmost) {
        const auto relay = identity.to_tag.empty() ? std::nullopt : tokens.verify(uri, identity.call_id, identity.from_tag, identity.to_tag);
        if (topmost) routing.relay = relay;
        routing.flow_ahead = relay ? relay->flow_ahead() : std::string_view{};
    };

    // A strict router has put our Record-Route URI into the Request-URI and the real one at the end of Route.
    bool token_read = false;
    const auto& uri = request.uri();
    if (uri && uri->parameter("lr") && uri->parameter("oh") && domains.is_ours(*uri) && !steps.empty()) {
        read_token(*uri, true);
        token_read = true;
        routing.request_uri = steps.back().text;
        routing.last_route_moved = true;
        steps.pop_back();
    }
    // A request that crossed us twice, or changed protocols here, has several of our values; a spiral's last one knows the phone.
    while (routing.own_routes < steps.size() && domains.is_ours(steps[routing.own_routes].uri)) {
        read_token(steps[routing.own_routes].uri, !token_read);
        token_read = true;
        ++routing.own_routes;
    }
    if (routing.own_routes < steps.size()) {
        const Step& next = steps[routing.own_routes];
        routing.next_route = next.value;
        routing.next_route_uri = next.text;
        routing.next_is_strict = !next.uri.parameter("lr");
        routing.flow_ahead = {};
    }
    return routing;
}

}  // namespace offhook::proxy
