#include "offhook/message/report.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/message/body.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"
#include "offhook/message/wording.hpp"

namespace offhook::message {

namespace {

constexpr std::size_t shown_width = 140;

// §7.3.1: a fold is a single space.
std::string unfolded(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\r' && value[i] != '\n') {
            out += value[i];
            continue;
        }
        while (i + 1 < value.size() && grammar::is_space(value[i + 1])) ++i;
        while (!out.empty() && grammar::is_blank(out.back())) out.pop_back();
        out += ' ';
    }
    return out;
}

// Octets of the character at the beginning, if a terminal may get it: of the form of UTF-8, and no control of C0 or C1.
std::size_t shown_character(std::string_view text) {
    const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = octet(0);
    if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
    if (first < 0xc2 || first > 0xf4 || (first == 0xc2 && octet(1) < 0xa0)) return 0;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    for (std::size_t i = 1; i < size; ++i)
        if ((octet(i) & 0xc0) != 0x80) return 0;
    return size;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }  // UTF-8

// The line around the offset, and the place in it. A long line is cut on both sides.
void show_line(std::string_view bytes, Problem& problem) {
    const std::size_t offset = std::min<std::size_t>(problem.offset, bytes.size());
    problem.line = line_of(bytes, problem.offset);
    const std::size_t before = offset == 0 ? std::string_view::npos : bytes.rfind('\n', offset - 1);
    std::size_t from = before == std::string_view::npos ? 0 : before + 1;
    std::size_t to = std::min(bytes.find('\n', offset), bytes.size());
    if (to > from && bytes[to - 1] == '\r') --to;
    if (offset - from > shown_width / 2 && to - from > shown_width) from = offset - shown_width / 2;
    to = std::max(std::min(to, from + shown_width), from);
    while (from < offset && continues_character(bytes[from])) ++from;
    while (to < bytes.size() && to > offset && continues_character(bytes[to])) --to;
    problem.caret = 0;
    for (std::size_t i = from, size = 0; i < to; i += size) {
        const std::size_t shown = shown_character(bytes.substr(i, to - i));
        size = std::max<std::size_t>(shown, 1);
        problem.line_text += shown != 0 ? bytes.substr(i, shown) : bytes[i] == '\t' ? " " : "?";
        if (i < offset) ++problem.caret;
    }
}

std::string header_at(const Message& message, std::uint32_t offset) {
    for (const HeaderField& field : message.fields())
        if (offset >= field.begin && offset < field.end) return std::string(message.name(field));
    return {};
}

Problem problem_of(std::string_view bytes, const Message& message, const Defect& defect) {
    using enum ErrorCode;
    Problem out{};
    out.code = defect.error.code;
    Wording words = wording_of(bytes, message, defect);
    out.offset = words.offset;
    out.text = std::move(words.text);
    out.section = words.section;
    std::size_t start = 0;
    while (start < bytes.size() && (bytes[start] == '\r' || bytes[start] == '\n')) ++start;
    out.response = iequals(bytes.substr(start, 4), "SIP/");
    if (defect.header != HeaderId::other) {
        out.header = name_of(defect.header);
    } else if (out.code != no_header_end && out.code != too_large && out.code != empty) {
        out.header = header_at(message, out.offset);
        if (out.header.empty() && out.offset <= bytes.find('\n', start)) out.header = out.response ? "status line" : "request line";
    }
    out.status = defect.status;
    out.reason = defect.reason;
    show_line(bytes, out);
    return out;
}

Routing::Address address_of(const Uri& uri) {
    Routing::Address out;
    out.uri = uri.text;
    out.scheme = lower(uri.scheme_name);
    out.user = uri.user;
    out.host = uri.host;
    out.port = uri.port;
    return out;
}

std::optional<Routing::Address> address_of(std::string_view text) {
    const auto value = parse_name_addr(text);
    if (!value || value->star) return std::nullopt;
    const auto uri = parse_uri(value->uri);
    if (!uri) return std::nullopt;
    Routing::Address out = address_of(*uri);
    out.display_name = unquote(unfolded(value->display_name));
    out.tag = value->tag();
    ParameterReader reader(value->parameters);
    while (const auto found = reader.next()) out.parameters.emplace_back(found->name, unquote(found->value));
    return out;
}

std::vector<Routing::Address> addresses_of(const Message& message, HeaderId id) {
    std::vector<Routing::Address> out;
    ListReader reader(message, id);
    while (const auto item = reader.next())
        if (auto address = address_of(item->text)) out.push_back(std::move(*address));
    return out;
}

std::vector<Routing::Hop> hops_of(const Message& message) {
    std::vector<Routing::Hop> out;
    ListReader reader(message, HeaderId::via);
    while (const auto item = reader.next()) {
        const auto via = parse_via(item->text);
        if (!via) continue;
        Routing::Hop& hop = out.emplace_back();
        hop.transport = via->transport;
        hop.host = via->host;
        hop.branch = via->branch;
        hop.received = via->received;
        hop.port = via->port;
        if (via->has_rport) hop.rport = via->rport;
    }
    return out;
}

std::optional<std::uint32_t> number_of(const Message& message, HeaderId id) {
    if (!message.has(id)) return std::nullopt;
    const auto number = parse_number(message.value(id));
    return number ? std::optional(*number) : std::nullopt;
}

Routing routing_of(const Message& message) {
    Routing out;
    if (const auto uri = parse_uri(message.request_uri()); uri && message.is_request()) out.request_uri = address_of(*uri);
    out.from = address_of(message.value(HeaderId::from));
    out.to = address_of(message.value(HeaderId::to));
    out.contacts = addresses_of(message, HeaderId::contact);
    out.contact_star = message.value(HeaderId::contact) == "*";
    out.routes = addresses_of(message, HeaderId::route);
    out.record_routes = addresses_of(message, HeaderId::record_route);
    out.vias = hops_of(message);
    out.call_id = message.value(HeaderId::call_id);
    if (const auto cseq = parse_cseq(message.value(HeaderId::cseq))) {
        out.cseq = cseq->number;
        out.cseq_method = cseq->method_name;
    }
    out.max_forwards = number_of(message, HeaderId::max_forwards);
    out.expires = number_of(message, HeaderId::expires);
    if (const auto type = parse_media_type(message.value(HeaderId::content_type))) out.content_type = lower(type->type) + "/" + lower(type->subtype);
    return out;
}

void list_parts(std::vector<Part>& out, const Message& message, const Entity& entity, unsigned depth) {
    constexpr BodyLimits limits;
    const auto type = entity.type();
    const bool multipart = type && iequals(type->type, "multipart") && entity.coding.empty();
    if (depth == 0 && !multipart) return;
    out.push_back({unfolded(entity.content_type), unfolded(entity.content_disposition), std::string(entity.content_id),
                   static_cast<std::uint32_t>(entity.content.data() - message.bytes().data()), static_cast<std::uint32_t>(entity.content.size()), depth});
    if (!multipart || depth == limits.depth) return;
    PartReader parts(entity);
    while (out.size() <= limits.parts) {
        const auto part = parts.next();
        if (!part) return;
        list_parts(out, message, *part, depth + 1);
    }
}

Structure structure_of(std::string_view bytes, const Message& message) {
    Structure out;
    out.request = message.is_request();
    if (out.request) {
        out.method = message.method_name();
        out.request_uri = message.request_uri();
    } else {
        out.status = message.status();
        out.reason = message.reason();
    }
    for (const HeaderField& field : message.fields()) out.headers.emplace_back(message.name(field), unfolded(message.value(field)));
    out.body_offset = message.body_offset();
    out.body_size = static_cast<std::uint32_t>(message.body().size());
    out.surplus = static_cast<std::uint32_t>(bytes.size() - message.bytes().size());
    out.routing = routing_of(message);
    if (out.body_size > 0) list_parts(out.parts, message, entity_of(message), 0);
    return out;
}

}  // namespace

Report examine(std::string_view bytes, const Strictness& strictness) {
    Report out;
    Message message;
    if (const auto indexed = message.index(bytes); !indexed) {
        out.problem = problem_of(bytes, message, defect_of(indexed.error()));
        return out;
    }
    out.structure = structure_of(bytes, message);
    if (const auto valid = validate(message, strictness); !valid) {
        out.problem = problem_of(bytes, message, valid.error());
    } else {
        out.remarks = remarks_on(bytes, message);
    }
    return out;
}

std::uint32_t line_of(std::string_view bytes, std::uint32_t offset) {
    const std::string_view before = bytes.substr(0, offset);
    return static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

namespace {

std::string where_and_what(std::string_view file_name, std::uint32_t offset, std::uint32_t line, std::string_view header, std::string_view text,
                           std::string_view section) {
    std::string out(file_name);
    out.append(": byte ");
    append_number(out, offset);
    out.append(", line ");
    append_number(out, line);
    out.append(": ");
    if (!header.empty()) out.append(header).append(": ");
    return out.append(text).append(" (").append(section).append(")\n");
}

}  // namespace

std::string explain(const Problem& problem, std::string_view file_name) {
    std::string out = where_and_what(file_name, problem.offset, problem.line, problem.header, problem.text, problem.section);
    out.append("    ").append(problem.line_text).append("\n");
    out.append(4 + problem.caret, ' ').append("^\n");
    if (problem.response) return out.append("nothing is owed: a response like this is dropped\n");
    out.append("a server owes: ");
    append_number(out, static_cast<std::uint64_t>(problem.status));
    return out.append(" ").append(problem.reason).append("\n");
}

std::string explain(const Remark& remark, std::string_view bytes, std::string_view file_name) {
    return where_and_what(file_name, remark.offset, line_of(bytes, remark.offset), remark.header, remark.text, remark.section);
}

}  // namespace offhook::message
