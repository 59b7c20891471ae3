#include "offhook/journal/postgresql_rows.hpp"

#include <array>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/charging/account.hpp"
#include "offhook/charging/money.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::journal {
namespace {

constexpr std::array<std::string_view, 5> schema{
    "CREATE SCHEMA IF NOT EXISTS offhook", "CREATE TABLE offhook.meta (one integer PRIMARY KEY CHECK (one = 1), schema_version integer NOT NULL)",
    R"(CREATE TABLE offhook.call_record (
        id text PRIMARY KEY,
        event bigint NOT NULL,
        call text NOT NULL,
        sip_call_id text NOT NULL,
        from_tag text NOT NULL,
        to_tag text NOT NULL,
        user_name text NOT NULL,
        from_uri text NOT NULL,
        to_uri text NOT NULL,
        request_uri text NOT NULL,
        binding text NOT NULL,
        invited timestamptz NOT NULL,
        ringing timestamptz,
        answered timestamptz,
        ended timestamptz,
        seconds bigint NOT NULL,
        end_cause text NOT NULL,
        status integer NOT NULL,
        reason text NOT NULL,
        codecs text NOT NULL,
        caller_agent text NOT NULL,
        callee_agent text NOT NULL,
        source text NOT NULL,
        account text NOT NULL,
        destination text NOT NULL,
        on_net boolean NOT NULL,
        rule text NOT NULL,
        price numeric(24, 6),
        currency text,
        tariff text,
        prefix text,
        increments bigint,
        charged_seconds bigint))",
    R"(CREATE TABLE offhook.rejected (
        sink text NOT NULL,
        event bigint NOT NULL,
        id text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        error text NOT NULL,
        payload text NOT NULL,
        PRIMARY KEY (sink, event)))",    "CREATE TABLE offhook.sink (name text PRIMARY KEY, position bigint NOT NULL)",
};

constexpr std::array<std::string_view, 33> columns{
    "id",          "event",    "call",         "sip_call_id",  "from_tag",   "to_tag",         "user_name",   "from_uri",  "to_uri",
    "request_uri", "binding",  "invited",      "ringing",      "answered",   "ended",          "seconds",     "end_cause", "status",
    "reason",      "codecs",   "caller_agent", "callee_agent", "source",     "account",        "destination", "on_net",    "rule",
    "price",       "currency", "tariff",       "prefix",       "increments", "charged_seconds"};

Postgres::Value time(UtcTime t) { return t == UtcTime{} ? Postgres::Value() : Postgres::Value(format_time(t)); }

}  // namespace

std::span<const std::string_view> postgresql_schema() { return schema; }

// An event that comes again, or late, changes nothing that a later one has written.
std::string upsert_records(std::size_t count) {
    std::string names, changes, rows;
    for (const std::string_view column : columns) {
        names.append(names.empty() ? "" : ", ").append(column);
        if (column != "id") changes.append(changes.empty() ? "" : ", ").append(column).append(" = excluded.").append(column);
    }
    std::size_t place = 0;
    for (std::size_t row = 0; row < count; ++row) {
        rows += row == 0 ? "(" : ", (";
        for (std::size_t column = 0; column < columns.size(); ++column) {
            rows += column == 0 ? "$" : ", $";
            append_number(rows, ++place);
        }
        rows += ')';
    }
    return "INSERT INTO offhook.call_record AS stored (" + names + ") VALUES " + rows + " ON CONFLICT (id) DO UPDATE SET " + changes +
           " WHERE stored.event <= excluded.event";
}

void append_record(std::vector<Postgres::Value>& out, const store::Event& event) {
    const accounting::CallRecord& r = *event.record;
    const auto text = [&](std::string_view octets) { out.emplace_back(store::escaped(octets)); };
    out.emplace_back(to_hex(r.id));
    out.emplace_back(std::to_string(event.seq));
    out.emplace_back(to_hex(r.call));
    for (const std::string* octets : {&r.sip_call_id, &r.from_tag, &r.to_tag, &r.user, &r.from_uri, &r.to_uri, &r.request_uri, &r.binding})
        text(*octets);
    for (const UtcTime t : {r.invited, r.ringing, r.answered, r.ended}) out.push_back(time(t));
    out.emplace_back(std::to_string(r.seconds));
    text(store::name_of(r.end));
    out.emplace_back(std::to_string(r.status));
    for (const std::string* octets : {&r.reason, &r.codecs, &r.caller_agent, &r.callee_agent, &r.source, &r.account, &r.destination}) text(*octets);
    out.emplace_back(r.on_net ? "true" : "false");
    text(charging::text_of(r.rule));
    if (!r.rated) {
        out.insert(out.end(), 6, std::nullopt);
        return;
    }
    out.emplace_back(charging::amount_text(r.rated->price));
    for (const std::string* octets : {&r.rated->currency, &r.rated->tariff, &r.rated->prefix}) text(*octets);
    out.emplace_back(std::to_string(r.rated->increments));
    out.emplace_back(std::to_string(r.rated->seconds));
}

}  // namespace offhook::journal
