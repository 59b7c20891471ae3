// Bodies and their parts: what a Content-Type says that the octets are, multipart bodies taken apart and put together, and the
// refusal that is owed for a body that cannot be read. RFC 2046 §5.1, RFC 5621, RFC 3261 §20.11 and §20.12.
//
// Borrows everything from the message. Must not know what any type but multipart means. Nothing is decoded: an element that has
// to read a body refuses an encoded one by the name of its coding (§8.2.3); one that passes it on leaves it alone.
// Thread rule: values over borrowed bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/values.hpp"

namespace offhook::message {

/// A body, or one part of a multipart body: octets and what its header fields say of them. Values are as written, trimmed.
struct Entity {
    std::string_view content_type;         ///< empty: none
    std::string_view content_disposition;  ///< empty: none
    std::string_view content_id;           ///< of a part, without its angle brackets
    std::string_view coding;               ///< the first coding that has to be undone before the octets are of their type; empty: none
    std::string_view fields;               ///< header area of a part, complete lines; empty for the body of a message
    std::string_view content;

    /// text/plain where there is none (RFC 2046 §5.1); nothing if it cannot be read.
    [[nodiscard]] std::optional<MediaType> type() const;
    [[nodiscard]] bool is(std::string_view wanted) const;  ///< "application/sdp", in any case; wanted has no parameters
    /// "session" for application/sdp, "render" for others, unless Content-Disposition says otherwise (§20.11).
    [[nodiscard]] std::string_view disposition() const;
    /// handling=optional is what an element may ignore that does not understand it; all else is required (RFC 5621 §8.1).
    [[nodiscard]] bool required() const;
};

[[nodiscard]] Entity entity_of(const Message& message);  ///< its body

/// Walks the parts of a multipart body of whatever subtype, not into parts of parts: `PartReader parts(entity); while (auto part =
/// parts.next()) ...`. Preamble and epilogue are ignored. Lenient: what can be told apart is given, error() names what is wrong.
class PartReader {
public:
    explicit PartReader(const Entity& multipart);
    [[nodiscard]] std::optional<Entity> next();
    /// The first defect so far; its offset is from the start of the multipart's content (bad_boundary: 0).
    [[nodiscard]] const std::optional<ParseError>& error() const { return error_; }

private:
    struct Delimiter {
        std::size_t begin, end;  ///< with the line end before it, which is its own
        bool found, last;
    };
    [[nodiscard]] Delimiter find_delimiter(std::size_t from) const;
    [[nodiscard]] Entity part(std::size_t begin, std::size_t end);
    void fail(ErrorCode code, std::size_t offset);

    std::string_view content_, boundary_;
    std::size_t at_ = 0;
    bool open_ = false, digest_ = false;
    std::optional<ParseError> error_;
};

struct BodyLimits {
    unsigned parts = 64;  ///< of a message, those within parts included
    unsigned depth = 4;   ///< of multiparts within multiparts
};

/// The body, or the part of a multipart body, that is of the type and not encoded: the first one; of a multipart/alternative the
/// last, which is the richest (RFC 5621 §6.1). With `disposition`, only one that has it.
[[nodiscard]] std::optional<Entity> find_part(const Message& message, std::string_view type, std::string_view disposition = {},
                                              const BodyLimits& limits = {});
/// The part that a cid: URL names (RFC 5621 §9.1): `id` is its Content-ID without brackets.
[[nodiscard]] std::optional<Entity> find_part_by_id(const Message& message, std::string_view id, const BodyLimits& limits = {});
/// The session description of a message, alone or within a multipart; empty if it has none.
[[nodiscard]] std::string_view session_description(const Message& message);

/// Whether the body is what its Content-Type says as far as this layer knows types: multiparts and all their parts.
/// Offsets are from the start of the message.
[[nodiscard]] std::expected<void, ParseError> check_body(const Message& message, const BodyLimits& limits = {});

/// What an element owes that has to read the body and cannot.
struct BodyRefusal {
    Reject reject;         ///< 415, with the coding's name where it is one that is known
    std::string headers;   ///< complete lines: Accept-Encoding, or Accept
    std::string_view what; ///< coding or type that is not understood, as written
};
/// For an element that understands these types ("application/sdp") and multipart: the refusal of a body whose handling is required
/// (RFC 3261 §8.2.3, RFC 5621 §8.4). No body needs no refusal.
[[nodiscard]] std::optional<BodyRefusal> refuse_body(const Message& message, std::span<const std::string_view> types, const BodyLimits& limits = {});

// Writing --------------------------------------------------------------------------------------------------------------------------

struct NewPart {
    std::string_view content_type;
    std::string_view content;
    std::string_view fields{};  ///< further complete lines: "Content-Disposition: signal;handling=optional\r\n"
};

/// 1 to 70 of the characters that RFC 2046 §5.1.1 allows, no blank at the end.
[[nodiscard]] bool is_boundary(std::string_view text);
/// A boundary that occurs in no part: the candidate, drawn by the caller, or the candidate and a number. Not a boundary, or longer
/// than 60: "part" stands in for it.
[[nodiscard]] std::string free_boundary(std::span<const NewPart> parts, std::string_view candidate);
/// The value of Content-Type: `multipart/mixed;boundary="..."`.
[[nodiscard]] std::string multipart_type(std::string_view subtype, std::string_view boundary);
/// Appends the body; the boundary is one that occurs in no part. At least one part.
void write_multipart(std::string& out, std::span<const NewPart> parts, std::string_view boundary);

}  // namespace offhook::message
