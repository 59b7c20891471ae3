#include "offhook/store/event.hpp"

#include "offhook/base/text.hpp"
#include "offhook/store/json_object.hpp"
#include "offhook/store/names.hpp"

namespace offhook::store {
namespace {

// What does not apply is left out: most calls have nobody who pays.
void append_charges(JsonObject& o, const accounting::CallRecord& r) {
    if (!r.account.empty()) o.text("account", r.account);
    if (!r.destination.empty()) o.text("destination", r.destination);
    if (r.on_net) o.truth("on_net", true);
    if (r.rule != charging::Rule::none) o.text("rule", charging::text_of(r.rule));
    if (!r.rated) return;
    o.amount("price", r.rated->price);
    o.text("currency", r.rated->currency);
    o.text("tariff", r.rated->tariff);
    o.text("prefix", r.rated->prefix);
    o.number("increments", static_cast<std::int64_t>(r.rated->increments));
    o.number("charged_seconds", r.rated->seconds);
}

}  // namespace

void append_event(std::string& out, const accounting::CallRecord& r) {
    JsonObject o(out);
    o.text("id", to_hex(r.id));
    o.text("call", to_hex(r.call));
    o.text("sip_call_id", r.sip_call_id);
    o.text("user", r.user);
    o.text("from", r.from_uri);
    o.text("to", r.to_uri);
    o.text("request_uri", r.request_uri);
    o.text("binding", r.binding);
    o.time("invited", r.invited);
    o.time("ringing", r.ringing);
    o.time("answered", r.answered);
    o.time("ended", r.ended);
    o.number("seconds", r.seconds);
    o.text("end", name_of(r.end));
    o.number("status", r.status);
    o.text("reason", r.reason);
    o.text("caller_agent", r.caller_agent);
    o.text("callee_agent", r.callee_agent);
    o.text("codecs", r.codecs);
    o.text("source", r.source);
    append_charges(o, r);
}

void append_event(std::string& out, std::string_view address_of_record, const location::Binding& binding) {
    JsonObject o(out);
    o.text("aor", address_of_record);
    o.text("contact", binding.contact);
    o.time("expires", binding.expires);
    o.text("user_agent", binding.user_agent);
    o.text("source", binding.flow.remote.text());
}

void append_event(std::string& out, const accounting::ChargeRequest& request) {
    JsonObject o(out);
    o.text("record", to_hex(request.record));
    o.text("account", request.account);
    o.text("user", request.user);
    o.text("destination", request.destination);
    o.truth("on_net", request.on_net);
    o.text("source", request.source);
    o.time("at", request.at);
}

void append_event(std::string& out, const UserChange& change) {
    const bool added = change.kind == UserChange::Kind::add;
    JsonObject o(out);
    o.text("domain", change.user.domain);
    o.text("name", change.user.name);
    if (added) o.text("realm", change.user.realm);
    if (added || change.kind == UserChange::Kind::set_enabled) o.truth("enabled", change.user.enabled);
    if ((added && !change.user.account.empty()) || change.kind == UserChange::Kind::set_account) o.text("account", change.user.account);
}

}  // namespace offhook::store
