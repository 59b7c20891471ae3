#include "offhook/sdp/description.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/sdp/rtpmap.hpp"

namespace offhook::sdp {

namespace {

constexpr auto npos = std::string_view::npos;

}  // namespace

std::string_view describe(ErrorCode code) {
    using enum ErrorCode;
    switch (code) {
        case empty:
            return "there is no session description";
        case no_equals_sign:
            return "the line is not a letter, an equals sign and a value";
        case unknown_type:
            return "the letter of the line is unknown";
        case version_not_first:
            return "the first line is not v=0";
        case bad_version:
            return "the version is not 0";
        case repeated_line:
            return "the line may stand only once";
        case missing_line:
            return "an o=, s= or t= line is missing";
        case bad_origin:
            return "this is not user, id, version, network, address type and address";
        case bad_connection:
            return "this is not network, address type and address";
        case bad_bandwidth:
            return "this is not a bandwidth type, a colon and a number";
        case bad_time:
            return "this is not a start and a stop time";
        case bad_attribute:
            return "the attribute has no name";
        case bad_media:
            return "this is not media, port, protocol and formats";
        case session_line_in_media:
            return "a line of the session stands after the first m=";
        case control_octet:
            return "a control octet stands in the line";
        case bad_value:
            return "the value is not what the attribute asks for";
    }
    return "unknown";
}

bool is_rtp(std::string_view protocol) {
    // RTP/AVP, RTP/SAVP, RTP/AVPF, UDP/TLS/RTP/SAVPF, TCP/RTP/AVP ...
    return protocol.starts_with("RTP/") || protocol.find("/RTP/") != npos;
}

std::optional<std::string_view> Media::attribute(std::string_view name) const {
    for (const Attribute& one : attributes)
        if (one.name == name) return one.value;
    return std::nullopt;
}

std::string_view Media::encoding_name(std::string_view format) const {
    for (const Attribute& one : attributes) {
        // a=rtpmap:<payload type> <encoding name>/<clock rate>[/<channels>] (RFC 8866 §6.6)
        if (one.name != "rtpmap") continue;
        const std::size_t blank = std::min(one.value.find(' '), one.value.size());
        if (one.value.substr(0, blank) != format) continue;
        const std::string_view encoding = trim(one.value.substr(blank));
        return encoding.substr(0, encoding.find('/'));
    }
    const auto number = to_number<unsigned>(format);
    return number && rtp() ? static_encoding_name(*number) : std::string_view{};
}

namespace {

Direction direction_among(const std::vector<Attribute>& rows, Direction otherwise) {
    for (const Attribute& one : rows)
        if (const auto way = parse_direction(one.name); way && !one.has_value) return *way;
    return otherwise;
}

}  // namespace

Direction Media::direction(Direction of_session) const { return direction_among(attributes, of_session); }
Direction Description::session_direction() const { return direction_among(attributes, Direction::sendrecv); }

const Connection* Description::connection_of(const Media& medium) const {
    if (!medium.connections.empty()) return &medium.connections.front();
    return connection ? &*connection : nullptr;
}

bool Description::on_hold() const {
    bool any = false;
    const Direction of_session = session_direction();
    for (const Media& medium : media) {
        if (!medium.accepted()) continue;
        any = true;
        const Connection* where = connection_of(medium);
        const Direction way = medium.direction(of_session);
        const bool held = way == Direction::sendonly || way == Direction::inactive || (where != nullptr && where->address == "0.0.0.0");
        if (!held) return false;
    }
    return any;
}

std::string_view static_encoding_name(unsigned payload_type) {
    const auto encoding = static_encoding(payload_type);
    return encoding ? encoding->name : std::string_view{};
}

namespace {

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void line(char type, std::initializer_list<std::string_view> parts, char between = ' ') {
        out_ += type;
        out_ += '=';
        bool first = true;
        for (const std::string_view part : parts) {
            if (!first) out_ += between;
            first = false;
            out_.append(part);
        }
        out_.append("\r\n");
    }
    void optional(char type, const std::optional<std::string_view>& value) {
        if (value) line(type, {*value});
    }
    void connection(const Connection& c) { line('c', {c.network, c.address_type, c.address}); }
    void bandwidths(const std::vector<Bandwidth>& rows) {
        for (const Bandwidth& row : rows) line('b', {row.type, row.value}, ':');
    }
    void attributes(const std::vector<Attribute>& rows) {
        for (const Attribute& row : rows) row.has_value ? line('a', {row.name, row.value}, ':') : line('a', {row.name});
    }
    void media(const Media& medium) {
        out_.append("m=").append(medium.media).append(" ");
        append_number(out_, medium.port);
        if (medium.port_count != 0) {
            out_ += '/';
            append_number(out_, medium.port_count);
        }
        out_.append(" ").append(medium.protocol);
        for (const std::string_view format : medium.formats) out_.append(" ").append(format);
        out_.append("\r\n");
        optional('i', medium.title);
        for (const Connection& c : medium.connections) connection(c);
        bandwidths(medium.bandwidths);
        optional('k', medium.key);
        attributes(medium.attributes);
    }

private:
    std::string& out_;
};

}  // namespace

void Description::write(std::string& out) const {
    Writer writer(out);
    writer.line('v', {"0"});
    writer.line('o', {origin.user, origin.session_id, origin.session_version, origin.network, origin.address_type, origin.address});
    writer.line('s', {name});
    writer.optional('i', information);
    writer.optional('u', uri);
    for (const std::string_view email : emails) writer.line('e', {email});
    for (const std::string_view phone : phones) writer.line('p', {phone});
    if (connection) writer.connection(*connection);
    writer.bandwidths(bandwidths);
    for (const Time& time : times) {
        writer.line('t', {time.start, time.stop});
        for (const std::string_view repeat : time.repeats) writer.line('r', {repeat});
        writer.optional('z', time.zones);
    }
    writer.optional('k', key);
    writer.attributes(attributes);
    for (const Media& medium : media) writer.media(medium);
}

}  // namespace offhook::sdp
