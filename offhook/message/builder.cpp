#include "offhook/message/builder.hpp"

#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"

namespace offhook::message {

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100: return "Trying";
        case 180: return "Ringing";
        case 181: return "Call Is Being Forwarded";
        case 182: return "Queued";
        case 183: return "Session Progress";
        case 199: return "Early Dialog Terminated";
        case 200: return "OK";
        case 202: return "Accepted";
        case 204: return "No Notification";
        case 300: return "Multiple Choices";
        case 301: return "Moved Permanently";
        case 302: return "Moved Temporarily";
        case 305: return "Use Proxy";
        case 380: return "Alternative Service";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 407: return "Proxy Authentication Required";
        case 408: return "Request Timeout";
        case 410: return "Gone";
        case 412: return "Conditional Request Failed";
        case 413: return "Request Entity Too Large";
        case 414: return "Request-URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Unsupported URI Scheme";
        case 417: return "Unknown Resource-Priority";
        case 420: return "Bad Extension";
        case 421: return "Extension Required";
        case 422: return "Session Interval Too Small";
        case 423: return "Interval Too Brief";
        case 424: return "Bad Location Information";
        case 428: return "Use Identity Header";
        case 429: return "Provide Referrer Identity";
        case 430: return "Flow Failed";
        case 433: return "Anonymity Disallowed";
        case 436: return "Bad Identity Info";
        case 437: return "Unsupported Credential";
        case 438: return "Invalid Identity Header";
        case 439: return "First Hop Lacks Outbound Support";
        case 440: return "Max-Breadth Exceeded";
        case 469: return "Bad Info Package";
        case 470: return "Consent Needed";
        case 480: return "Temporarily Unavailable";
        case 481: return "Call/Transaction Does Not Exist";
        case 482: return "Loop Detected";
        case 483: return "Too Many Hops";
        case 484: return "Address Incomplete";
        case 485: return "Ambiguous";
        case 486: return "Busy Here";
        case 487: return "Request Terminated";
        case 488: return "Not Acceptable Here";
        case 489: return "Bad Event";
        case 491: return "Request Pending";
        case 493: return "Undecipherable";
        case 494: return "Security Agreement Required";
        case 500: return "Server Internal Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Server Time-out";
        case 505: return "Version Not Supported";
        case 513: return "Message Too Large";
        case 580: return "Precondition Failure";
        case 600: return "Busy Everywhere";
        case 603: return "Decline";
        case 604: return "Does Not Exist Anywhere";
        case 606: return "Not Acceptable";
        case 607: return "Unwanted";
        case 608: return "Rejected";
        default: break;
    }
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
bool has_tag(std::string_view value) {
    if (const auto parsed = parse_name_addr(value)) return parsed->parameter("tag").has_value();
    const std::size_t from = value.find(';', value.rfind('>') == std::string_view::npos ? 0 : value.rfind('>'));
    return from != std::string_view::npos && parameter(value.substr(from), "tag").has_value();
}

bool makes_dialog(Method method) { return method == Method::invite || method == Method::subscribe || method == Method::refer; }

std::string_view top_via(const Message& message) {
    const auto item = ListReader(message, HeaderId::via).next();
    return item ? item->text : std::string_view{};
}

// The fields in which ACK and CANCEL are their INVITE again, but for To.
void begin_like_invite(Builder& builder, const Message& invite, std::string_view method, std::string_view to) {
    builder.request(method, invite.request_uri()).header(HeaderId::via, top_via(invite));
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
    const bool to_has_tag = has_tag(request.value(HeaderId::to));
    if (parts.status > 100 && parts.status < 300 && makes_dialog(request.method()) && !to_has_tag) builder.copy(request, HeaderId::record_route);
    builder.copy(request, HeaderId::from);
    out.append("To: ").append(request.value(HeaderId::to));
    if (parts.status > 100 && !parts.to_tag.empty() && !to_has_tag) out.append(";tag=").append(parts.to_tag);
    out.append("\r\n");
    builder.copy(request, HeaderId::call_id).copy(request, HeaderId::cseq);
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
