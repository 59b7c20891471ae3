// A session description (RFC 8866) as views over borrowed bytes, read and written back; what call records ask of it.
//
// Must not know SIP. Tolerant where §5 asks for it (line ends) and where phones need it (order of lines, an empty s=); a type
// letter that RFC 8866 does not know is an error, as §5 says. Thread rule: a value over borrowed text.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/sdp/direction.hpp"
#include "offhook/sdp/error.hpp"

namespace offhook::sdp {

struct Origin {
    std::string_view user, session_id, session_version, network, address_type, address;  ///< "IN", "IP4" or "IP6"
};
struct Connection {
    std::string_view network, address_type, address;  ///< address with /ttl/count as written
};
struct Bandwidth {
    std::string_view type, value;
};
struct Attribute {
    std::string_view name, value;
    bool has_value = false;
};
struct Time {
    std::string_view start, stop;
    std::vector<std::string_view> repeats;
    std::optional<std::string_view> zones;  ///< shifts of the repeats (§5.11)
};

[[nodiscard]] bool is_rtp(std::string_view protocol);  ///< RTP/AVP, UDP/TLS/RTP/SAVPF ...: the formats are payload types

/// One m= line with the lines that belong to it.
struct Media {
    std::string_view media;  ///< "audio"
    std::uint16_t port = 0;  ///< 0: refused or switched off (RFC 3264 §6)
    std::uint32_t port_count = 0;  ///< what stands after the slash; 0: nothing does, so it is one port
    std::string_view protocol;  ///< "RTP/AVP"
    std::vector<std::string_view> formats;
    std::optional<std::string_view> title, key;
    std::vector<Connection> connections;
    std::vector<Bandwidth> bandwidths;
    std::vector<Attribute> attributes;

    [[nodiscard]] bool accepted() const { return port != 0; }
    [[nodiscard]] bool rtp() const { return is_rtp(protocol); }
    [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const;  ///< the first; empty text for a flag
    [[nodiscard]] Direction direction(Direction of_session) const;                         ///< its own, else that of the session
    /// The encoding name of a format: from its rtpmap, else the static one (RFC 3551 §6); empty if there is neither.
    [[nodiscard]] std::string_view encoding_name(std::string_view format) const;
};

struct Description {
    Origin origin;
    std::string_view name;
    std::optional<std::string_view> information, uri, key;
    std::vector<std::string_view> emails, phones;
    std::optional<Connection> connection;
    std::vector<Bandwidth> bandwidths;
    std::vector<Time> times;
    std::vector<Attribute> attributes;
    std::vector<Media> media;

    [[nodiscard]] static std::expected<Description, ParseError> parse(std::string_view text);

    /// Appends it in the order of RFC 8866 §5 with CR LF. What parse() gives for that writes the same again.
    void write(std::string& out) const;

    /// RFC 3264 §5.1, RFC 8866 §6.7: of the media, else of the session, else sendrecv.
    [[nodiscard]] Direction direction(const Media& medium) const { return medium.direction(session_direction()); }
    [[nodiscard]] Direction session_direction() const;
    /// The connection that holds for the media; nothing if neither it nor the session has one.
    [[nodiscard]] const Connection* connection_of(const Media& media) const;
    /// RFC 3264 §8.4: whoever wrote this hears nobody: each accepted medium is sendonly or inactive, or its address is 0.0.0.0.
    [[nodiscard]] bool on_hold() const;
};

/// RFC 3551 §6: "PCMU" for 0 ...; empty for numbers without an assignment.
[[nodiscard]] std::string_view static_encoding_name(unsigned payload_type);

/// What a call record keeps: the first format of each accepted medium of the answer, by name, "opus,VP8"; empty if there
/// is none. The other lines are not judged. The offer, if given, supplies the rtpmap that an answer left out.
[[nodiscard]] std::string codec_names(std::string_view answer, std::string_view offer = {});

}  // namespace offhook::sdp
