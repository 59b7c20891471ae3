#include "offhook/message/builder.hpp"

#include <algorithm>
#include <iterator>

#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::message {

namespace {

struct Phrase {
    int status;
    std::string_view text;
};

// RFC 3261 §21 and the registry of its extensions, in ascending order.
constexpr Phrase phrases[] = {
    {100, "Trying"},
    {180, "Ringing"},
    {181, "Call Is Being Forwarded"},
    {182, "Queued"},
    {183, "Session Progress"},
    {199, "Early Dialog Terminated"},
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Notification"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {380, "Alternative Service"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {412, "Conditional Request Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {417, "Unknown Resource-Priority"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {422, "Session Interval Too Small"},
    {423, "Interval Too Brief"},
    {424, "Bad Location Information"},
    {428, "Use Identity Header"},
    {429, "Provide Referrer Identity"},
    {430, "Flow Failed"},
    {433, "Anonymity Disallowed"},
    {436, "Bad Identity Info"},
    {437, "Unsupported Credential"},
    {438, "Invalid Identity Header"},
    {439, "First Hop Lacks Outbound Support"},
    {440, "Max-Breadth Exceeded"},
    {469, "Bad Info Package"},
    {470, "Consent Needed"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {485, "Ambiguous"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {491, "Request Pending"},
    {493, "Undecipherable"},
    {494, "Security Agreement Required"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {580, "Precondition Failure"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
    {607, "Unwanted"},
    {608, "Rejected"},
};
static_assert(std::ranges::is_sorted(phrases, {}, &Phrase::status));

}  // namespace

std::string_view reason_phrase(int status) {
    const auto* found = std::ranges::lower_bound(phrases, status, {}, &Phrase::status);
    if (found != std::end(phrases) && found->status == status) return found->text;
    constexpr std::string_view of_class[] = {"Trying", "OK", "Redirection", "Request Failure", "Server Failure", "Global Failure"};
    return status >= 100 && status < 700 ? of_class[status / 100 - 1] : std::string_view("Unknown");
}

Builder& Builder::request(std::string_view method, std::string_view uri) {
    out_.append(method).append(" ").append(uri).append(" SIP/2.0\r\n");
    return *this;
}

Builder& Builder::status(int status, std::string_view reason) {
    out_.append("SIP/2.0 ");
    append_number(out_, static_cast<std::uint64_t>(status));
    out_.append(" ").append(reason.empty() ? reason_phrase(status) : reason).append("\r\n");
    return *this;
}

Builder& Builder::header(std::string_view name, std::string_view value) {
    out_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

Builder& Builder::header(HeaderId id, std::uint64_t value) {
    out_.append(name_of(id)).append(": ");
    append_number(out_, value);
    out_.append("\r\n");
    return *this;
}

Builder& Builder::lines(std::string_view complete_lines) {
    out_.append(complete_lines);
    return *this;
}

Builder& Builder::copy_first(const Message& from, HeaderId id) {
    if (const HeaderField* field = from.first(id); field != nullptr) header(id, from.value(*field));
    return *this;
}

Builder& Builder::copy(const Message& from, HeaderId id) {
    for (const HeaderField* field = from.first(id); field != nullptr; field = from.next(*field)) header(id, from.value(*field));
    return *this;
}

void Builder::body(std::string_view content_type, std::string_view content) {
    if (!content_type.empty() && !content.empty()) header(HeaderId::content_type, content_type);
    header(HeaderId::content_length, content.size());
    out_.append("\r\n").append(content);
}

namespace {

// Of a value that may be malformed too: a refusal must not give a second tag to a To that has one.
bool has_tag(const Message& message) {
    if (const auto& to = message.to()) return to->address.parameter("tag").has_value();
    const std::string_view value = message.value(HeaderId::to);
    const std::size_t from = value.find(';', value.rfind('>') == std::string_view::npos ? 0 : value.rfind('>'));
    return from != std::string_view::npos && parameter(value.substr(from), "tag").has_value();
}

bool makes_dialog(Method method) { return method == Method::invite || method == Method::subscribe || method == Method::refer; }

// The fields in which ACK and CANCEL are their INVITE again, but for To.
void begin_like_invite(Builder& builder, const Message& invite, std::string_view method, std::string_view to) {
    builder.request(method, invite.request_uri()).header(HeaderId::via, invite.top_via_text());
    builder.copy(invite, HeaderId::route);
    builder.header(HeaderId::max_forwards, 70).copy(invite, HeaderId::from).header(HeaderId::to, to);
    builder.copy(invite, HeaderId::call_id);
}

void append_cseq(std::string& out, const Message& invite, std::string_view method) {
    const std::string_view value = invite.value(HeaderId::cseq);
    const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
    out.append(name_of(HeaderId::cseq)).append(": ").append(value.substr(0, digits)).append(" ").append(method).append("\r\n");
}

}  // namespace

void write_response(std::string& out, const Message& request, const ResponseParts& parts) {
    Builder builder(out);
    builder.status(parts.status, parts.reason).copy(request, HeaderId::via);
    // §12.1.1: the route of the dialog is what the proxies on the way left here.
    const bool to_has_tag = has_tag(request);
    if (parts.status > 100 && parts.status < 300 && makes_dialog(request.method()) && !to_has_tag) builder.copy(request, HeaderId::record_route);
    // A response has each of these once, also where the request that it refuses has several or none (RFC 4475 §3.3.1, §3.3.8).
    builder.copy_first(request, HeaderId::from);
    if (request.has(HeaderId::to)) {
        out.append("To: ").append(request.value(HeaderId::to));
        if (parts.status > 100 && !parts.to_tag.empty() && !to_has_tag) out.append(";tag=").append(parts.to_tag);
        out.append("\r\n");
    }
    builder.copy_first(request, HeaderId::call_id).copy_first(request, HeaderId::cseq);
    if (parts.status == 100) builder.copy(request, HeaderId::timestamp);
    builder.lines(parts.headers).body(parts.content_type, parts.body);
}

void write_ack(std::string& out, const Message& invite, std::string_view to) {
    Builder builder(out);
    begin_like_invite(builder, invite, "ACK", to);
    append_cseq(out, invite, "ACK");
    builder.finish();
}

void write_cancel(std::string& out, const Message& invite, std::string_view reason) {
    Builder builder(out);
    begin_like_invite(builder, invite, "CANCEL", invite.value(HeaderId::to));
    append_cseq(out, invite, "CANCEL");
    if (!reason.empty()) builder.header(HeaderId::reason, reason);
    builder.finish();
}

}  // namespace offhook::message
