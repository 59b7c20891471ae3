#include "offhook/journal/lines.hpp"

#include "offhook/base/csv.hpp"
#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/names.hpp"

namespace offhook::journal {
namespace {

/// One line of CSV, field by field.
class Fields {
public:
    explicit Fields(std::string& out) : out_(out) {}
    ~Fields() { out_ += '\n'; }
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;

    Fields& number(std::uint64_t value) {
        separate();
        append_number(out_, value);
        return *this;
    }
    Fields& time(UtcTime value) {
        separate();
        if (value != UtcTime{}) out_ += format_time(value);
        return *this;
    }
    Fields& text(std::string_view octets) {
        separate();
        store::escape(escaped_, octets);
        // A line of the file is an event: a line end within it is written as the database writes a NUL.
        for (std::size_t at = 0; (at = escaped_.find_first_of("\r\n", at)) != std::string::npos;)
            escaped_.replace(at, 1, escaped_[at] == '\n' ? "\\x0a" : "\\x0d");
        append_csv_field(out_, escaped_);
        return *this;
    }

private:
    void separate() {
        if (!first_) out_ += ',';
        first_ = false;
    }

    std::string& out_;
    std::string escaped_;
    bool first_ = true;
};

}  // namespace

std::string_view json_start() { return "{\"seq\":"; }

void append_json_mark(std::string& out, const store::Event& event) {
    out += json_start();
    append_number(out, event.seq);
    out += ",\"time\":\"";
    out += format_time(event.time);
    out += "\",\"kind\":";
    store::append_json_string(out, event.kind);
}

void append_json_line(std::string& out, const store::Event& event) {
    append_json_mark(out, event);
    out += ",\"data\":";
    out += event.payload;
    out += "}\n";
}

std::string_view csv_header() {
    return "event,id,call,user,from_uri,to_uri,request_uri,binding,invited,ringing,answered,ended,seconds,end,status,reason,codecs,caller_agent,"
           "callee_agent,source,sip_call_id,from_tag,to_tag\n";
}

void append_csv_mark(std::string& out, const store::Event& event) {
    append_number(out, event.seq);
    out += ',';
    out += to_hex(event.record->id);
    out += ',';
}

void append_csv_line(std::string& out, const store::Event& event) {
    const accounting::CallRecord& r = *event.record;
    Fields(out)
        .number(event.seq)
        .text(to_hex(r.id))
        .text(to_hex(r.call))
        .text(r.user)
        .text(r.from_uri)
        .text(r.to_uri)
        .text(r.request_uri)
        .text(r.binding)
        .time(r.invited)
        .time(r.ringing)
        .time(r.answered)
        .time(r.ended)
        .number(static_cast<std::uint64_t>(r.seconds))
        .text(store::name_of(r.end))
        .number(static_cast<std::uint64_t>(r.status))
        .text(r.reason)
        .text(r.codecs)
        .text(r.caller_agent)
        .text(r.callee_agent)
        .text(r.source)
        .text(r.sip_call_id)
        .text(r.from_tag)
        .text(r.to_tag);
}

}  // namespace offhook::journal
