#include "offhook/journal/radius_sink.hpp"

#include "offhook/base/text.hpp"
#include "offhook/charging/money.hpp"
#include "offhook/radius/accounting.hpp"
#include "offhook/runtime/clock.hpp"
#include "offhook/store/names.hpp"

namespace offhook::journal {
namespace {

using accounting::CallRecord;
using radius::AcctStatus;
using radius::TerminateCause;
using std::chrono::seconds;

runtime::RadiusConfig client_of(const SinkConfig& config) {
    runtime::RadiusConfig out;
    out.servers = config.servers;
    out.client.request = radius::Code::accounting_request;
    out.client.secrets.assign(config.servers.size(), config.secret);
    out.client.deadline = config.timeout;
    out.client.initial_timeout = std::min(out.client.initial_timeout, config.timeout / 4);
    out.client.pause = seconds(5);  // the delivery has a growing pause of its own
    out.client.ports = 1;
    return out;
}

/// RFC 2866 §5.10.
TerminateCause cause_of(CallRecord::End end) {
    switch (end) {
        case CallRecord::End::none:
        case CallRecord::End::caller:
        case CallRecord::End::callee:
        case CallRecord::End::cancelled:
            return TerminateCause::user_request;
        case CallRecord::End::refused:
        case CallRecord::End::timeout:
            return TerminateCause::service_unavailable;
        case CallRecord::End::expired:
            return TerminateCause::lost_service;
        case CallRecord::End::unconfirmed:
        case CallRecord::End::credit:
            return TerminateCause::session_timeout;
        case CallRecord::End::restart:
            return TerminateCause::nas_reboot;
    }
    return TerminateCause::nas_error;
}

AcctStatus status_of(std::string_view event_kind) {
    if (event_kind == name_of(store::EventKind::call_ended)) return AcctStatus::stop;
    return event_kind == name_of(store::EventKind::call_started) ? AcctStatus::start : AcctStatus::interim_update;
}

UtcTime happened(const store::Event& event, AcctStatus status) {
    const CallRecord& r = *event.record;
    if (status == AcctStatus::start && r.answered != UtcTime{}) return r.answered;
    if (status == AcctStatus::stop && r.ended != UtcTime{}) return r.ended;
    return event.time;
}

}  // namespace

std::string accounting_attributes(const store::Event& event, std::string_view nas_identifier, UtcTime now) {
    const CallRecord& r = *event.record;
    const AcctStatus status = status_of(event.kind);
    const std::string session = to_hex(r.id), call = to_hex(r.call);
    radius::AccountingRecord record{.status = status,
                                    .session_id = session,
                                    .multi_session_id = call,
                                    .user = r.user,
                                    .calling = r.from_uri,
                                    .called = r.request_uri,
                                    .happened = happened(event, status)};
    record.delay = std::chrono::floor<seconds>(now - record.happened);
    if (status == AcctStatus::stop) {
        record.duration = seconds(r.seconds);
        record.cause = cause_of(r.end);
    } else if (status == AcctStatus::interim_update && r.answered != UtcTime{}) {
        record.duration = std::chrono::floor<seconds>(event.time - r.answered);
    }
    radius::AttributeWriter out;
    out.add(radius::Type::nas_identifier, nas_identifier);
    radius::append_accounting(out, record);
    radius::append_pair(out, "offhook-event", std::to_string(event.seq));
    radius::append_pair(out, "sip-call-id", r.sip_call_id);
    if (status == AcctStatus::stop) {
        radius::append_pair(out, "sip-status", std::to_string(r.status));
        radius::append_pair(out, "offhook-end", store::name_of(r.end));
    }
    if (r.rated) {
        radius::append_pair(out, "offhook-price", charging::amount_text(r.rated->price));
        radius::append_pair(out, "offhook-currency", r.rated->currency);
    }
    return out.take().value_or(std::string());  // each is cut to what an attribute holds, and all of them fit into a packet
}

RadiusSink::RadiusSink(const SinkConfig& config) : identifier_(config.identifier), exchange_(client_of(config), closing()) {}

std::expected<std::uint64_t, std::string> RadiusSink::open(std::uint64_t position) { return position; }

std::expected<Taken, std::string> RadiusSink::deliver(std::span<const store::Event> events) {
    const UtcTime now = runtime::read_clock().utc;
    std::vector<runtime::RadiusExchange::Question> questions;
    std::vector<std::uint64_t> seqs;
    questions.reserve(events.size());
    seqs.reserve(events.size());
    for (const store::Event& event : events) {
        if (acknowledged_.contains(event.seq)) continue;
        questions.push_back({accounting_attributes(event, identifier_, now), to_hex(event.record->id)});
        seqs.push_back(event.seq);
    }
    if (auto done = exchange_.ask(questions, [&](std::size_t index) { acknowledged_.insert(seqs[index]); }); !done)
        return std::unexpected(done.error());
    acknowledged_.clear();
    return Taken{};
}

}  // namespace offhook::journal
