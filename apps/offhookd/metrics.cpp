#include "apps/offhookd/metrics.hpp"

#include <array>

namespace offhook::daemon {

namespace {
constexpr const char* refused_help = "New requests refused with 503, by kind: because of overload, or (no-room) because of too many transactions.";
}

std::vector<http::Metric> runtime_metrics(const runtime::Runtime& runtime, const runtime::Rejections& rejections) {
    using Kind = http::Metric::Kind;
    const runtime::Counters c = runtime.counters();
    const auto metric = [](const char* name, const char* help, std::uint64_t value, Kind kind = Kind::counter) {
        return http::Metric{name, help, kind, {}, static_cast<double>(value)};
    };
    std::vector<http::Metric> all{
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
        {"offhook_wait_seconds", "How long what a shard read last had waited in the kernel, of the shard where it is longest.", Kind::gauge, {},
         static_cast<double>(c.waited_us) / 1e6},
        metric("offhook_overload_loss_percent", "What peers that speak RFC 7339 are asked to leave out.", c.loss, Kind::gauge),
    };
    constexpr std::array<const char*, transport::Admission::kinds> kinds{"invite",           "other",     "register-unproven", "register-first",
                                                                         "register-refresh", "emergency"};
    for (std::size_t i = 0; i < kinds.size(); ++i)
        all.push_back({"offhook_refused_total", refused_help, Kind::counter, {{"kind", kinds[i]}}, static_cast<double>(c.refused[i])});
    all.push_back({"offhook_refused_total", refused_help, Kind::counter, {{"kind", "no-room"}}, static_cast<double>(c.refused_for_room)});
    for (std::size_t i = 0; i < runtime::cause_count; ++i)
        all.push_back({"offhook_rejected_total",
                       "Messages refused or dropped, by cause; not-authenticated is the challenge that every call begins with.",
                       Kind::counter,
                       {{"cause", std::string(runtime::name_of(static_cast<Cause>(i)))}},
                       static_cast<double>(rejections.of(static_cast<Cause>(i)))});
    all.push_back(metric("offhook_radius_sent_total", "Requests sent to RADIUS servers, without retransmissions.", c.radius.sent));
    all.push_back(metric("offhook_radius_resent_total", "Requests sent to RADIUS servers once more.", c.radius.resent));
    all.push_back(metric("offhook_radius_answered_total", "Requests that RADIUS servers answered.", c.radius.answered));
    all.push_back(
        metric("offhook_radius_unanswered_total", "Failures of RADIUS servers: no answer in time, or nobody listened.", c.radius.unanswered));
    for (std::size_t i = 0; i < radius::packet_error_count; ++i)
        all.push_back({"offhook_radius_dropped_total",
                       "Packets of RADIUS servers that were dropped, by reason.",
                       Kind::counter,
                       {{"reason", std::string(radius::name_of(static_cast<radius::PacketError>(i)))}},
                       static_cast<double>(c.radius.dropped[i])});
    return all;
}

}  // namespace offhook::daemon
