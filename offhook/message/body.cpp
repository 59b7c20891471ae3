#include "offhook/message/body.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

constexpr auto npos = std::string_view::npos;

// What needs no decoding: identity, and of MIME's transfer encodings those that are none (RFC 5621 §3.2 wants binary).
bool is_plain(std::string_view coding) {
    return coding.empty() || iequals(coding, "identity") || iequals(coding, "binary") || iequals(coding, "8bit") || iequals(coding, "7bit");
}

std::string_view first_coding(std::string_view list) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view one = trim(list.substr(0, comma));
        if (!is_plain(one)) return one;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return {};
}

// The number of codings that are known by name; each has a reason phrase to be refused with. IANA's registry of content codings
// (RFC 9110 §16.6) and the transfer encodings of RFC 2045 §6.
struct Coding {
    std::string_view name, reason;
};
constexpr Coding codings[] = {
    {"gzip", "Content-Encoding gzip Not Supported"},
    {"x-gzip", "Content-Encoding gzip Not Supported"},
    {"deflate", "Content-Encoding deflate Not Supported"},
    {"compress", "Content-Encoding compress Not Supported"},
    {"x-compress", "Content-Encoding compress Not Supported"},
    {"br", "Content-Encoding br Not Supported"},
    {"zstd", "Content-Encoding zstd Not Supported"},
    {"base64", "Content-Transfer-Encoding base64 Not Supported"},
    {"quoted-printable", "Content-Transfer-Encoding quoted-printable Not Supported"},
};

std::string_view reason_of(std::string_view coding) {
    for (const Coding& known : codings)
        if (iequals(known.name, coding)) return known.reason;
    return "Content-Encoding Not Supported";
}

constexpr bool is_boundary_character(char c) {
    return is_digit(c) || is_alpha(c) || c == ' ' || std::string_view("'()+_,-./:=?").find(c) != npos;
}

}  // namespace

bool is_boundary(std::string_view text) {
    return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::ranges::all_of(text, is_boundary_character);
}

std::optional<MediaType> Entity::type() const {
    if (content_type.empty()) return MediaType{"text", "plain", {}};
    const auto parsed = parse_media_type(content_type);
    return parsed ? std::optional(*parsed) : std::nullopt;
}

bool Entity::is(std::string_view wanted) const {
    const auto own = type();
    const std::size_t slash = wanted.find('/');
    return own && slash != npos && own->is(wanted.substr(0, slash), wanted.substr(slash + 1));
}

std::string_view Entity::disposition() const {
    if (const auto written = parse_token_value(content_disposition)) return written->value;
    return is("application/sdp") ? "session" : "render";
}

bool Entity::required() const {
    const auto written = parse_token_value(content_disposition);
    const auto handling = written ? written->parameter("handling") : std::nullopt;
    return !handling || !iequals(*handling, "optional");
}

Entity entity_of(const Message& message) {
    Entity out;
    out.content_type = message.value(HeaderId::content_type);
    out.content_disposition = message.value(HeaderId::content_disposition);
    const HeaderField* field = message.first(HeaderId::content_encoding);
    for (; field != nullptr && out.coding.empty(); field = message.next(*field)) out.coding = first_coding(message.value(*field));
    out.content = message.body();
    return out;
}

// Reading --------------------------------------------------------------------------------------------------------------------------

PartReader::PartReader(const Entity& multipart) : content_(multipart.content) {
    const auto type = multipart.type();
    const auto boundary = type ? parameter(type->parameters, "boundary") : std::nullopt;
    if (!boundary || !is_boundary(*boundary)) {
        fail(ErrorCode::bad_boundary, 0);
        return;
    }
    boundary_ = *boundary;
    digest_ = iequals(type->subtype, "digest");
    const Delimiter first = find_delimiter(0);
    open_ = first.found && !first.last;
    if (!open_) fail(ErrorCode::boundary_not_found, first.found ? first.begin : content_.size());
    at_ = first.end;
}

void PartReader::fail(ErrorCode code, std::size_t offset) {
    if (!error_) error_ = {code, static_cast<std::uint32_t>(offset)};
}

// RFC 2046 §5.1.1: "--", the boundary, perhaps "--", padding, and the end of the line. A line that only begins like that belongs to
// the part: so a boundary that has another one at its beginning does no harm. One look at each line: linear, whatever is sent.
PartReader::Delimiter PartReader::find_delimiter(std::size_t from) const {
    for (std::size_t line = from;;) {
        if (content_.substr(line).starts_with("--") && content_.substr(line + 2).starts_with(boundary_)) {
            std::size_t at = line + 2 + boundary_.size();
            const bool last = content_.substr(at).starts_with("--");
            if (last) at += 2;
            while (at < content_.size() && grammar::is_blank(content_[at])) ++at;
            const bool ends = content_.substr(at).starts_with("\r\n");
            // The line end before it is the delimiter's; where there is none, the part before it is empty.
            if (ends || at == content_.size()) return {line == from ? line : line - 2, ends ? at + 2 : at, true, last};
        }
        do {
            const std::size_t newline = content_.find('\n', line);
            if (newline == npos) return {content_.size(), content_.size(), false, false};
            line = newline + 1;
        } while (line < 2 || content_[line - 2] != '\r');
    }
}

std::optional<Entity> PartReader::next() {
    if (!open_) return std::nullopt;
    const std::size_t begin = at_;
    const Delimiter end = find_delimiter(begin);
    open_ = end.found && !end.last;
    // §5.1.2: the end may have got lost; what is there is a part all the same.
    const Entity out = part(begin, end.begin);
    if (!end.found) fail(ErrorCode::multipart_unclosed, content_.size());
    at_ = end.end;
    return out;
}

// §5.1: header fields as in a message, none of them mandatory, then an empty line and the content; or header fields alone.
Entity PartReader::part(std::size_t begin, std::size_t end) {
    Entity out;
    if (digest_) out.content_type = "message/rfc822";
    const std::string_view text = content_.substr(0, end);
    std::size_t at = begin;
    while (at < end && !text.substr(at).starts_with("\r\n")) {
        const std::size_t field = at;
        do at = std::min(text.find("\r\n", at) == npos ? end : text.find("\r\n", at) + 2, end);
        while (at < end && grammar::is_blank(text[at]));

        grammar::Cursor cursor{text.substr(0, at), field};
        const std::string_view name = cursor.take(grammar::token);
        cursor.skip_lws();
        if (name.empty() || !cursor.eat(':')) {
            fail(name.empty() ? ErrorCode::bad_header_name : ErrorCode::no_colon, cursor.at);
            continue;
        }
        const std::string_view value = trim(cursor.rest());
        if (iequals(name, "Content-Type")) out.content_type = value;
        if (iequals(name, "Content-Disposition")) out.content_disposition = value;
        if (iequals(name, "Content-ID")) out.content_id = value.starts_with('<') && value.ends_with('>') ? value.substr(1, value.size() - 2) : value;
        if (out.coding.empty() && (iequals(name, "Content-Encoding") || iequals(name, "Content-Transfer-Encoding"))) out.coding = first_coding(value);
    }
    out.fields = text.substr(begin, at - begin);
    out.content = text.substr(std::min(at + 2, end));
    return out;
}

namespace {

bool is_multipart(const Entity& entity) {
    const auto type = entity.type();
    return type && iequals(type->type, "multipart");
}

// Depth first, within the limits, for whichever part `wanted` says yes to.
template <class Wanted>
class Search {
public:
    Search(const Wanted& wanted, const BodyLimits& limits) : wanted_(wanted), left_(limits.parts) {}

    std::optional<Entity> in(const Entity& entity, unsigned depth) {
        if (wanted_(entity)) return entity;
        if (depth == 0 || !entity.coding.empty() || !is_multipart(entity)) return std::nullopt;
        const bool alternative = entity.is("multipart/alternative");
        std::optional<Entity> found;
        PartReader parts(entity);
        while (left_ > 0) {
            const auto part = parts.next();
            if (!part) break;
            --left_;
            if (auto hit = in(*part, depth - 1)) found = std::move(hit);
            if (found && !alternative) break;
        }
        return found;
    }

private:
    const Wanted& wanted_;
    unsigned left_;
};

}  // namespace

std::optional<Entity> find_part(const Message& message, std::string_view type, std::string_view disposition, const BodyLimits& limits) {
    if (message.body().empty()) return std::nullopt;
    const auto wanted = [&](const Entity& entity) {
        return entity.coding.empty() && entity.is(type) && (disposition.empty() || iequals(entity.disposition(), disposition));
    };
    return Search(wanted, limits).in(entity_of(message), limits.depth);
}

std::optional<Entity> find_part_by_id(const Message& message, std::string_view id, const BodyLimits& limits) {
    const auto wanted = [&](const Entity& entity) { return !id.empty() && entity.content_id == id; };
    return Search(wanted, limits).in(entity_of(message), limits.depth);
}

std::string_view session_description(const Message& message) {
    const auto found = find_part(message, "application/sdp", "session");
    return found ? found->content : std::string_view{};
}

namespace {

class Check {
public:
    Check(std::string_view bytes, const BodyLimits& limits) : bytes_(bytes), left_(limits.parts) {}

    std::expected<void, ParseError> of(const Entity& entity, unsigned depth) {
        const auto type = entity.content_type.empty() ? std::expected<MediaType, ParseError>{MediaType{}} : parse_media_type(entity.content_type);
        if (!type) return at(type.error(), entity.content_type);
        if (!entity.content_disposition.empty())
            if (const auto disposition = parse_token_value(entity.content_disposition); !disposition)
                return at(disposition.error(), entity.content_disposition);
        if (!iequals(type->type, "multipart") || !entity.coding.empty()) return {};
        if (depth == 0) return at({ErrorCode::too_many_parts, 0}, entity.content);
        PartReader parts(entity);
        while (const auto part = parts.next()) {
            if (left_ == 0) return at({ErrorCode::too_many_parts, 0}, part->fields.empty() ? part->content : part->fields);
            --left_;
            if (const auto ok = of(*part, depth - 1); !ok) return ok;
        }
        if (!parts.error()) return {};
        return at(*parts.error(), parts.error()->code == ErrorCode::bad_boundary ? entity.content_type : entity.content);
    }

private:
    // A default type is not in the message: it is right, too.
    [[nodiscard]] std::unexpected<ParseError> at(ParseError error, std::string_view text) const {
        error.offset += static_cast<std::uint32_t>(text.data() - bytes_.data());
        return std::unexpected(error);
    }

    std::string_view bytes_;
    unsigned left_;
};

}  // namespace

std::expected<void, ParseError> check_body(const Message& message, const BodyLimits& limits) {
    if (message.body().empty()) return {};
    return Check(message.bytes(), limits).of(entity_of(message), limits.depth);
}

// Refusing -------------------------------------------------------------------------------------------------------------------------

namespace {

class Refusal {
public:
    Refusal(std::span<const std::string_view> types, const BodyLimits& limits) : types_(types), left_(limits.parts) {}

    std::optional<BodyRefusal> of(const Entity& entity, unsigned depth) {
        if (!entity.coding.empty()) return BodyRefusal{{415, reason_of(entity.coding)}, "Accept-Encoding: identity\r\n", entity.coding};
        for (const std::string_view type : types_)
            if (entity.is(type)) return std::nullopt;
        if (depth == 0 || !is_multipart(entity)) return unknown_type(entity);
        // RFC 5621 §8.3: of alternatives one is enough, whatever their own handling says.
        const bool alternative = entity.is("multipart/alternative");
        std::optional<BodyRefusal> first;
        PartReader parts(entity);
        while (const auto part = parts.next()) {
            if (left_ == 0) return unknown_type(entity);
            --left_;
            if (!alternative && !part->required()) continue;
            auto refusal = of(*part, depth - 1);
            if (!refusal && alternative) return std::nullopt;
            if (refusal && !first) first = std::move(refusal);
        }
        return first;
    }

private:
    [[nodiscard]] BodyRefusal unknown_type(const Entity& entity) const {
        std::string accept = "Accept: ";
        for (const std::string_view type : types_) accept.append(type).append(", ");
        return {{415, "Unsupported Media Type"}, accept + "multipart/mixed, multipart/alternative\r\n", entity.content_type};
    }

    std::span<const std::string_view> types_;
    unsigned left_;
};

}  // namespace

std::optional<BodyRefusal> refuse_body(const Message& message, std::span<const std::string_view> types, const BodyLimits& limits) {
    const Entity body = entity_of(message);
    if (body.content.empty() || !body.required()) return std::nullopt;
    return Refusal(types, limits).of(body, limits.depth);
}

// Writing --------------------------------------------------------------------------------------------------------------------------

std::string free_boundary(std::span<const NewPart> parts, std::string_view candidate) {
    const std::string stem(is_boundary(candidate) && candidate.size() <= 60 ? candidate : "part");
    const auto occurs = [&](std::string_view boundary) {
        return std::ranges::any_of(parts, [&](const NewPart& part) {
            return part.content.find(boundary) != npos || part.fields.find(boundary) != npos || part.content_type.find(boundary) != npos;
        });
    };
    std::string boundary = stem;
    for (std::uint32_t n = 1; occurs(boundary); ++n) {
        boundary = stem;
        append_number(boundary, n);
    }
    return boundary;
}

std::string multipart_type(std::string_view subtype, std::string_view boundary) {
    return std::string("multipart/").append(subtype).append(";boundary=\"").append(boundary).append("\"");
}

void write_multipart(std::string& out, std::span<const NewPart> parts, std::string_view boundary) {
    for (const NewPart& part : parts) {
        out.append("--").append(boundary).append("\r\n");
        if (!part.content_type.empty()) out.append("Content-Type: ").append(part.content_type).append("\r\n");
        out.append(part.fields).append("\r\n").append(part.content).append("\r\n");
    }
    out.append("--").append(boundary).append("--\r\n");
}

}  // namespace offhook::message
