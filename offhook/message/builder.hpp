// Writes new messages: responses to a request (RFC 3261 §8.2.6), ACK and CANCEL of a sent request (§17.1.1.3, §9.1), and requests
// of our own, each appended to a string that the caller reuses.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::message {

[[nodiscard]] std::string_view reason_phrase(int status);  ///< of RFC 3261 §21 and its extensions; of the class otherwise

class Builder {
public:
    explicit Builder(std::string& out) : out_(out) {}

    Builder& request(std::string_view method, std::string_view uri);
    Builder& status(int status, std::string_view reason = {});  ///< default: reason_phrase
    Builder& header(std::string_view name, std::string_view value);
    Builder& header(HeaderId id, std::string_view value) { return header(name_of(id), value); }
    Builder& header(HeaderId id, std::uint64_t value);
    Builder& lines(std::string_view complete_lines);            ///< "Name: value\r\n" ...
    Builder& copy_first(const Message& from, HeaderId id);  ///< the first field of this name only, if there is one
    Builder& copy(const Message& from, HeaderId id);            ///< every field with this id, as received
    void finish() { body({}, {}); }
    void body(std::string_view content_type, std::string_view content);  ///< Content-Length, empty line, body

private:
    std::string& out_;
};

struct ResponseParts {
    int status = 500;
    std::string_view reason{};      ///< default: reason_phrase(status)
    std::string_view to_tag{};      ///< added to To if it has none; never to a 100
    std::string_view headers{};     ///< complete lines, e.g. "Retry-After: 5\r\n"
    std::string_view content_type{}, body{};
};
/// §8.2.6: Via, From, To, Call-ID, CSeq copied; Timestamp into a 100; Record-Route into 101-299 of a request that makes a dialog.
/// The top Via must already bear received and rport (transport/via.hpp). Works on a partial() message too.
void write_response(std::string& out, const Message& request, const ResponseParts& parts);

/// §17.1.1.3: the ACK of a 300-699 to `invite`, the INVITE as it was sent; `to` is the response's To value.
void write_ack(std::string& out, const Message& invite, std::string_view to);

/// §9.1: the CANCEL of `invite` as it was sent; `reason` a Reason header value (RFC 3326) or empty.
void write_cancel(std::string& out, const Message& invite, std::string_view reason);

}  // namespace offhook::message
