#include "offhook/store/event.hpp"

#include <concepts>
#include <cstdint>

#include "offhook/base/text.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::store {
namespace {

class Object {
public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    ~Object() { out_ += '}'; }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    void text(std::string_view name, std::string_view octets) {
        key(name);
        escape(scratch_, octets);
        append_json_string(out_, scratch_);
    }
    void number(std::string_view name, std::int64_t value) {
        key(name);
        if (value < 0) out_ += '-';
        append_number(out_, value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value));
    }
    void truth(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }
    void time(std::string_view name, UtcTime value) {
        if (value != UtcTime{}) number(name, value.time_since_epoch().count());
    }

private:
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }

    std::string& out_;
    std::string scratch_;
    bool first_ = true;
};

}  // namespace

void append_event(std::string& out, const accounting::CallRecord& r) {
    Object o(out);
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
}

void append_event(std::string& out, std::string_view address_of_record, const location::Binding& binding) {
    Object o(out);
    o.text("aor", address_of_record);
    o.text("contact", binding.contact);
    o.time("expires", binding.expires);
    o.text("user_agent", binding.user_agent);
    o.text("source", binding.flow.remote.text());
}

void append_event(std::string& out, const UserChange& change) {
    const bool added = change.kind == UserChange::Kind::add;
    Object o(out);
    o.text("domain", change.user.domain);
    o.text("name", change.user.name);
    if (added) o.text("realm", change.user.realm);
    if (added || change.kind == UserChange::Kind::set_enabled) o.truth("enabled", change.user.enabled);
}

}  // namespace offhook::store
