// What `offhook parse` says about the bytes of one message: its structure, or the first thing that is wrong with it, where, by
// which section of which RFC, and what a server owes the sender. Every header field with a row is read (validate.hpp).
//
// Must not know files, terminals or JSON: the caller reads and prints. Thread rule: a pure function over borrowed bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/remarks.hpp"
#include "offhook/message/validate.hpp"

namespace offhook::message {

struct Problem {
    ErrorCode code;
    std::uint32_t offset;      ///< of the octet that breaks the rule, from 0
    std::uint32_t line;        ///< from 1, as an editor counts
    std::string header;        ///< name of the header field: "Contact"; "request line", "status line"; empty for the whole
    std::string text;          ///< "a URI with a comma must stand in angle brackets"
    std::string_view section;  ///< "RFC 3261 §20.10"
    std::string line_text;     ///< that line, controls shown as '?', long lines cut around the place
    std::uint32_t caret;       ///< column under line_text, from 0, counted in characters
    bool response;             ///< nothing is owed for a response: it is dropped
    int status;                ///< owed to the sender of a request
    std::string_view reason;   ///< "Bad Contact"
};

/// Values that decide where a message goes, each as text or number, ready for JSON. Empty where absent.
struct Routing {
    struct Address {
        std::string display_name, uri, scheme, user, host, tag;
        std::uint16_t port = 0;  ///< 0: none written
        std::vector<std::pair<std::string, std::string>> parameters;
    };
    struct Hop {
        std::string transport, host, branch, received;
        std::uint16_t port = 0;              ///< 0: none written
        std::optional<std::uint16_t> rport;  ///< 0: asked for, not filled in
    };
    std::optional<Address> request_uri, from, to;
    std::vector<Address> contacts, routes, record_routes;
    bool contact_star = false;
    std::vector<Hop> vias;
    std::string call_id;
    std::uint32_t cseq = 0;
    std::string cseq_method;
    std::optional<std::uint32_t> max_forwards, expires;
    std::string content_type;  ///< "application/sdp"
};

/// A part of a multipart body, or the whole of another one. Parts of parts follow their multipart.
struct Part {
    std::string content_type, content_disposition, content_id;
    std::uint32_t offset = 0, size = 0;
    unsigned depth = 0;  ///< 0: the body itself
};

struct Structure {
    bool request = true;
    std::string method, request_uri;  ///< of a request
    int status = 0;                   ///< of a response
    std::string reason;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names as written, values unfolded, in order
    std::uint32_t body_offset = 0, body_size = 0;
    std::uint32_t surplus = 0;  ///< octets after the message that belong to nothing
    std::vector<Part> parts;     ///< of a multipart body; empty for any other
    Routing routing;
};

struct Report {
    std::optional<Problem> problem;      ///< none: the message is valid
    std::optional<Structure> structure;  ///< whenever the header fields could be told apart, even if one of them is wrong
    std::vector<Remark> remarks;         ///< on a valid message
    [[nodiscard]] bool valid() const { return !problem; }
};

[[nodiscard]] Report examine(std::string_view bytes, const Strictness& strictness = {.check_everything = true});

/// The problem for a person: where and what, the line with a caret, what is owed. Several lines, each ended.
[[nodiscard]] std::string explain(const Problem& problem, std::string_view file_name);
/// One line, ended: where and what.
[[nodiscard]] std::string explain(const Remark& remark, std::string_view bytes, std::string_view file_name);
[[nodiscard]] std::uint32_t line_of(std::string_view bytes, std::uint32_t offset);  ///< from 1, as an editor counts

}  // namespace offhook::message
