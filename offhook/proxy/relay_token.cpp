#include "offhook/proxy/relay_token.hpp"

#include <array>

#include "offhook/proxy/tags.hpp"

namespace offhook::proxy {

namespace {

void append_address(std::string& out, const Endpoint& endpoint) {
    const std::size_t size = endpoint.address.is_v6() ? 16 : 4;
    for (std::size_t i = 0; i < size; ++i) append_hex(out, endpoint.address.octets()[i], 2);
    append_hex(out, endpoint.port, 4);
}

/// Reads numbers of a fixed width from the front of the digits.
struct Digits {
    std::string_view rest;
    bool good = true;

    std::uint64_t take(std::size_t digits) {
        const auto value = rest.size() >= digits ? read_hex(rest.substr(0, digits)) : std::nullopt;
        good = good && value.has_value();
        rest.remove_prefix(std::min(digits, rest.size()));
        return value.value_or(0);
    }
    Endpoint endpoint(bool v6) {
        Endpoint out;
        if (v6) {
            std::array<std::uint8_t, 16> octets{};
            for (auto& octet : octets) octet = static_cast<std::uint8_t>(take(2));
            out.address = IpAddress::v6(octets);
        } else {
            std::array<std::uint8_t, 4> octets{};
            for (auto& octet : octets) octet = static_cast<std::uint8_t>(take(2));
            out.address = IpAddress::v4(octets);
        }
        out.port = static_cast<std::uint16_t>(take(4));
        return out;
    }
};

constexpr std::uint64_t v6_bit = 8;

}  // namespace

std::uint64_t RelayTokens::token(std::string_view call_id, std::string_view tag, std::string_view caller, std::string_view callee) const {
    return SipHash(key_).add(call_id).add(tag).add(caller).add(callee).finish();
}

void RelayTokens::append_parameters(std::string& out, std::string_view call_id, std::string_view first_from_tag, std::string_view caller,
                                    std::string_view callee) const {
    out.append(";lr;oh=");
    append_hex(out, token(call_id, first_from_tag, caller, callee), 16);
    if (!caller.empty()) out.append(";oc=").append(caller);
    if (!callee.empty()) out.append(";od=").append(callee);
}

std::optional<Relay> RelayTokens::verify(const message::Uri& route, std::string_view call_id, std::string_view from_tag,
                                         std::string_view to_tag) const {
    const auto text = route.parameter("oh");
    const auto given = text && text->size() == 16 ? read_hex(*text) : std::nullopt;
    if (!given) return std::nullopt;
    Relay relay{true, route.parameter("oc").value_or(std::string_view{}), route.parameter("od").value_or(std::string_view{})};
    if (!from_tag.empty() && token(call_id, from_tag, relay.caller, relay.callee) == *given) return relay;
    relay.from_caller = false;
    if (!to_tag.empty() && token(call_id, to_tag, relay.caller, relay.callee) == *given) return relay;
    return std::nullopt;
}

// One digit for protocol and family, four for the listener, both endpoints, then for streams the connection.
void append_flow(std::string& out, const transport::Flow& flow) {
    append_hex(out, static_cast<std::uint64_t>(flow.protocol) | (flow.remote.address.is_v6() ? v6_bit : 0), 1);
    append_hex(out, flow.listener, 4);
    append_address(out, flow.remote);
    append_hex(out, flow.local.address.is_v6() ? 1 : 0, 1);
    append_address(out, flow.local);
    if (!flow.connection) return;
    append_hex(out, flow.connection.shard, 4);
    append_hex(out, flow.connection.slot, 8);
    append_hex(out, flow.connection.generation, 8);
}

std::optional<transport::Flow> read_flow(std::string_view text) {
    Digits digits{text};
    transport::Flow flow;
    const std::uint64_t first = digits.take(1);
    const std::uint64_t protocol = first & ~v6_bit;
    if (protocol > static_cast<std::uint64_t>(transport::Protocol::wss)) return std::nullopt;
    flow.protocol = static_cast<transport::Protocol>(protocol);
    flow.listener = static_cast<std::uint16_t>(digits.take(4));
    flow.remote = digits.endpoint((first & v6_bit) != 0);
    flow.local = digits.endpoint(digits.take(1) == 1);
    if (!digits.rest.empty()) {
        flow.connection.shard = static_cast<std::uint16_t>(digits.take(4));
        flow.connection.slot = static_cast<std::uint32_t>(digits.take(8));
        flow.connection.generation = static_cast<std::uint32_t>(digits.take(8));
    }
    if (!digits.good || !digits.rest.empty()) return std::nullopt;
    return flow;
}

}  // namespace offhook::proxy
