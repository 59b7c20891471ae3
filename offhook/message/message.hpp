// A SIP message as borrowed bytes: one pass finds the start line, the header fields and the body; nothing is copied or owned.
//
// Knows where things stand, not what they mean: typed values are parsed when asked for (uri.hpp, name_addr.hpp, via.hpp ...) and
// fail each time they are asked; those that every element asks for are kept (essentials.hpp); validate.hpp judges. RFC 3261 §7, §25.
// Thread rule: a value, one thread at a time; the bytes must outlive it.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/essentials.hpp"
#include "offhook/message/header_id.hpp"
#include "offhook/message/method.hpp"

namespace offhook::message {

struct Limits {
    std::uint32_t size = 65'535;         ///< octets of the whole message
    std::uint32_t headers = 112;         ///< header fields; below Message::capacity by more than forwarding adds, so that we can read what we sent
    std::uint32_t request_uri = 2'048;   ///< octets: 414 above
};

struct HeaderField {
    std::uint32_t begin;        ///< offset of the first octet of the name
    std::uint32_t value;        ///< offset of the value, blanks skipped
    std::uint32_t value_size;   ///< octets of the value, blanks at its end left out; folds inside are kept
    std::uint32_t end;          ///< offset after the line end (of the last folded line)
    std::uint16_t name_size;
    HeaderId id;
    std::uint8_t next;          ///< index of the next field with the same id, Message::none if it is the last one
};

class Message {
public:
    static constexpr std::size_t capacity = 128;
    static constexpr std::uint8_t none = 0xff;

    Message() { first_.fill(none); }  ///< no fields

    /// Indexes the bytes of one message. On a stream or in a datagram, line ends before the start line are skipped (§7.5).
    /// Body: what Content-Length says, else the rest (§18.3); octets beyond it do not belong to the message.
    /// The error is the defect with the lowest offset, whichever was seen first; of a request line with another version, the version.
    /// After an error the message is unusable except as said at partial().
    [[nodiscard]] std::expected<void, ParseError> index(std::string_view bytes, const Limits& limits = {});

    /// After index() failed: true if the start line was a request's and Via, From, To, Call-ID and CSeq were found, so that a
    /// response can be made from it.
    [[nodiscard]] bool partial() const { return partial_; }
    /// True if the last index() succeeded.
    [[nodiscard]] bool whole() const { return whole_; }

    /// The same message in another place: after the bytes were copied. `bytes` holds the same octets.
    void rebind(std::string_view bytes) {
        bytes_ = bytes.substr(0, bytes_.size());
        essentials_.known = 0;
    }

    [[nodiscard]] bool is_request() const { return status_ == 0; }
    [[nodiscard]] Method method() const { return method_; }                          ///< of a request; of a response: of its CSeq
    [[nodiscard]] std::string_view method_name() const { return at(method_name_); }  ///< as written
    [[nodiscard]] std::string_view request_uri() const { return at(request_uri_); }  ///< text between the two spaces
    [[nodiscard]] std::uint32_t request_uri_offset() const { return request_uri_.offset; }
    [[nodiscard]] int status() const { return status_; }                             ///< 100..699; 0 for a request
    [[nodiscard]] std::string_view reason() const { return at(request_uri_); }

    [[nodiscard]] std::string_view bytes() const { return bytes_; }  ///< the whole message, without what follows its body
    [[nodiscard]] std::string_view body() const { return bytes_.substr(body_); }
    [[nodiscard]] std::uint32_t headers_begin() const { return headers_; }  ///< offset of the first header field
    [[nodiscard]] std::uint32_t headers_end() const { return headers_end_; }  ///< offset of the empty line
    [[nodiscard]] std::uint32_t body_offset() const { return body_; }

    [[nodiscard]] std::span<const HeaderField> fields() const { return {fields_.data(), count_}; }
    [[nodiscard]] const HeaderField* first(HeaderId id) const {
        const std::uint8_t i = first_[static_cast<std::size_t>(id)];
        return i == none ? nullptr : &fields_[i];
    }
    [[nodiscard]] const HeaderField* next(const HeaderField& field) const { return field.next == none ? nullptr : &fields_[field.next]; }
    [[nodiscard]] bool has(HeaderId id) const { return first(id) != nullptr; }
    [[nodiscard]] std::size_t count(HeaderId id) const;
    [[nodiscard]] std::string_view name(const HeaderField& field) const { return bytes_.substr(field.begin, field.name_size); }
    [[nodiscard]] std::string_view value(const HeaderField& field) const { return bytes_.substr(field.value, field.value_size); }
    /// Value of the first field with this id; empty if there is none.
    [[nodiscard]] std::string_view value(HeaderId id) const {
        const HeaderField* field = first(id);
        return field == nullptr ? std::string_view{} : value(*field);
    }
    /// Parsed once. The error's offset counts from the start of the value; missing_header if there is none.
    [[nodiscard]] const std::expected<Via, ParseError>& top_via() const;
    [[nodiscard]] const std::expected<Party, ParseError>& from() const;
    [[nodiscard]] const std::expected<Party, ParseError>& to() const;
    [[nodiscard]] const std::expected<CSeq, ParseError>& cseq() const;
    [[nodiscard]] const std::expected<Uri, ParseError>& uri() const;  ///< the Request-URI
    /// The text of top_via() and where it stands from the start of the message; empty if there is none.
    [[nodiscard]] std::string_view top_via_text() const;
    [[nodiscard]] std::uint32_t top_via_offset() const;
    [[nodiscard]] std::string_view from_tag() const { return from() ? from()->tag : std::string_view{}; }  ///< empty: none, or malformed
    [[nodiscard]] std::string_view to_tag() const { return to() ? to()->tag : std::string_view{}; }

    /// First field with this name in any case, for names without a row.
    [[nodiscard]] const HeaderField* find(std::string_view name) const;

private:
    friend class Indexer;
    struct Span {
        std::uint32_t offset = 0, size = 0;
    };
    [[nodiscard]] std::string_view at(Span s) const { return bytes_.substr(s.offset, s.size); }

    std::string_view bytes_;
    Span method_name_, request_uri_;
    std::uint32_t headers_ = 0, headers_end_ = 0, body_ = 0;
    int status_ = 0;
    Method method_ = Method::other;
    bool partial_ = false, whole_ = false;
    std::uint8_t count_ = 0;
    std::array<std::uint8_t, static_cast<std::size_t>(HeaderId::count_)> first_;
    mutable Essentials essentials_;
    std::array<HeaderField, capacity> fields_;  // only the first count_ are set
};

/// One value of a comma-separated header field, with where it stands, so that it can be edited alone.
struct ListItem {
    const HeaderField* field;
    std::string_view text;     ///< trimmed
    std::uint32_t offset;      ///< of text, from the start of the message
    bool first_in_field, last_in_field;
};

/// Walks the values of all fields with one id in order, across fields and commas (quoted strings and angle brackets respected):
/// `ListReader vias(message, HeaderId::via); while (auto item = vias.next()) ...`
class ListReader {
public:
    ListReader(const Message& message, HeaderId id);
    [[nodiscard]] std::optional<ListItem> next();

private:
    const Message* message_;
    const HeaderField* field_;
    std::uint32_t at_ = 0;  ///< within the field's value
};

}  // namespace offhook::message
