// A second reading of the grammar, for tests only: octet by octet, as slow and as plain as RFC 3261 §7, §19.1, §20 and §25.1 can be
// read, and written without any function of offhook/message. Where both readings agree on every input, neither has a trick wrong.
//
// Shares names with the library (codes of errors, ids and rows of header fields) and nothing else. What the library forgives is
// said here once more, at its place, with the word "forgiven": all else is the RFC's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "offhook/message/error.hpp"
#include "offhook/message/header_id.hpp"

namespace offhook::reference {

using message::ErrorCode;
using message::HeaderId;
using message::ParseError;

template <class T>
using Result = std::expected<T, ParseError>;

struct Limits {
    std::size_t size, headers, request_uri;
};

struct Field {
    std::size_t begin, name_size, value, value_size, end;
    HeaderId id;
};

struct Message {
    std::vector<ParseError> defects;  ///< in the order in which they were seen
    bool request = true;
    std::string_view method, request_uri, reason;
    int status = 0;
    std::size_t headers = 0, headers_end = 0, body = 0, end = 0;
    std::vector<Field> fields;

    [[nodiscard]] const ParseError* first_defect() const;  ///< the one with the lowest offset; null if the message is well-formed
    [[nodiscard]] bool answerable() const;                 ///< a request with the five fields that a response copies
};
[[nodiscard]] Message read_message(std::string_view bytes, const Limits& limits);

/// The values of one list field (§7.3.1): cut at commas outside quoted strings and angle brackets, blanks at both ends away.
[[nodiscard]] std::vector<std::string_view> split(std::string_view value);

struct Parameter {
    std::string_view name, value;  ///< a quoted value without its quotes
    bool has_value = false;
};

struct HostPort {
    std::string_view host;
    unsigned port = 0;
};

struct Uri {
    std::string_view scheme, user, password, host, parameters, headers;
    bool has_user = false, has_password = false;
    unsigned port = 0;
};
[[nodiscard]] Result<Uri> read_uri(std::string_view text);

struct NameAddr {
    std::string_view display_name, uri;
    std::vector<Parameter> parameters;
};
[[nodiscard]] Result<NameAddr> read_name_addr(std::string_view text);

struct Via {
    std::string_view transport, host;
    unsigned port = 0;
    std::vector<Parameter> parameters;
};
[[nodiscard]] Result<Via> read_via(std::string_view text);

struct CSeq {
    std::uint64_t number = 0;
    std::string_view method;
};
[[nodiscard]] Result<CSeq> read_cseq(std::string_view text);

[[nodiscard]] Result<std::uint64_t> read_number(std::string_view text);

struct TokenValue {
    std::string_view value;
    std::vector<Parameter> parameters;
};
[[nodiscard]] Result<TokenValue> read_token_value(std::string_view text);

[[nodiscard]] Result<std::string_view> read_call_id(std::string_view text);

struct Credentials {
    std::string_view scheme, token68;  ///< token68: of another scheme than Digest, then there are no parameters
    std::vector<Parameter> parameters;
};
[[nodiscard]] Result<Credentials> read_credentials(std::string_view text);

}  // namespace offhook::reference
