// Call records as rows of the database, as they are read. Thread rule: a value, for one statement at a time.
#pragma once
#include <soci/soci.h>

#include <string>

#include "offhook/accounting/record_store.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::store {

struct RecordReader {
    accounting::CallRecord r;
    long long id = 0, call = 0, invited = 0, ringing = 0, answered = 0, ended = 0, seconds = 0;
    std::string end_cause, rule;
    int on_net = 0;
    long long has_price = 0, price = 0, increments = 0, charged = 0;
    accounting::RatedPrice rated;

    static std::string select() {
        return "SELECT id, call, sip_call_id, from_tag, to_tag, user, from_uri, to_uri, request_uri, binding, invited, ringing, answered, ended, "
               "seconds, end_cause, status, reason, caller_agent, callee_agent, codecs, source, dialog, account, destination, on_net, rule, price IS NOT "
               "NULL, coalesce(price, 0), currency, tariff, prefix, increments, charged_seconds FROM call_record";
    }
    void bind(auto& q) {
        const auto reads = [&q](auto&... values) { (q.exchange(soci::into(values)), ...); };
        reads(id, call, r.sip_call_id, r.from_tag, r.to_tag, r.user, r.from_uri, r.to_uri, r.request_uri, r.binding, invited, ringing, answered,
              ended, seconds, end_cause, r.status, r.reason, r.caller_agent, r.callee_agent, r.codecs, r.source, r.dialog,
              r.account, r.destination, on_net, rule, has_price, price, rated.currency, rated.tariff, rated.prefix, increments, charged);
    }
    accounting::CallRecord take() {
        const auto utc = [](long long microseconds) { return UtcTime(Duration(microseconds)); };
        const auto restore = [](std::string& text) {
            if (text.find('\\') != std::string::npos) text = unescaped(text);
        };
        accounting::CallRecord out = r;
        out.id = static_cast<std::uint64_t>(id);
        out.call = static_cast<std::uint64_t>(call);
        out.invited = utc(invited);
        out.ringing = utc(ringing);
        out.answered = utc(answered);
        out.ended = utc(ended);
        out.seconds = seconds;
        out.end = end_of(end_cause);
        out.on_net = on_net != 0;
        out.rule = charging::rule_of(rule).value_or(charging::Rule::none);
        if (has_price != 0) {
            out.rated = rated;
            out.rated->price = price;
            out.rated->increments = static_cast<std::uint64_t>(increments);
            out.rated->seconds = charged;
            for (std::string* text : {&out.rated->tariff, &out.rated->prefix}) restore(*text);
        }
        for (std::string* text : {&out.sip_call_id, &out.from_tag, &out.to_tag, &out.user, &out.from_uri, &out.to_uri, &out.request_uri, &out.binding,
                                  &out.reason, &out.caller_agent, &out.callee_agent, &out.codecs, &out.source, &out.dialog, &out.account,
                                  &out.destination})
            restore(*text);
        return out;
    }
};

}  // namespace offhook::store
