#include "apps/offhookd/metrics.hpp"

namespace offhook::daemon {

std::vector<http::Metric> runtime_metrics(const runtime::Runtime& runtime) {
    using Kind = http::Metric::Kind;
    const runtime::Counters c = runtime.counters();
    const auto metric = [](const char* name, const char* help, std::uint64_t value, Kind kind = Kind::counter) {
        return http::Metric{name, help, kind, {}, static_cast<double>(value)};
    };
    return {
        metric("offhook_datagrams_received_total", "Datagrams read from UDP sockets, keep-alives included.", c.datagrams_in),
        metric("offhook_datagrams_sent_total", "Datagrams given to the kernel.", c.datagrams_out),
        metric("offhook_datagrams_lost_total", "Datagrams that the kernel dropped because a receive buffer was full.", c.datagrams_lost),
        metric("offhook_datagrams_unsent_total", "Datagrams that the kernel refused to send.", c.datagrams_unsent),
        metric("offhook_messages_total", "SIP messages given to the handlers.", c.messages),
        metric("offhook_malformed_total", "Messages that could not be read.", c.malformed),
        metric("offhook_handed_over_total", "Messages that came in at a shard that does not own them.", c.handed_over),
        metric("offhook_mailbox_dropped_total", "Messages dropped because a shard's mailbox was full.", c.mailbox_dropped),
        metric("offhook_connections_accepted_total", "Stream connections accepted.", c.connections_accepted),
        metric("offhook_connections_opened_total", "Stream connections opened.", c.connections_opened),
        metric("offhook_connections_refused_total", "Stream connections refused because there were too many.", c.connections_refused),
        metric("offhook_connections", "Stream connections that are open.", c.connections_now, Kind::gauge),
    };
}

}  // namespace offhook::daemon
