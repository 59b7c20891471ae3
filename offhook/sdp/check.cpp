#include "offhook/sdp/check.hpp"

#include <algorithm>
#include <set>

#include "offhook/sdp/attribute.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/fmtp.hpp"
#include "offhook/sdp/grouping.hpp"
#include "offhook/sdp/line_grammar.hpp"
#include "offhook/sdp/rtpmap.hpp"
#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

constexpr auto npos = std::string_view::npos;

class Checker {
public:
    Checker(std::string_view text, const Strictness& rules) : text_(text), rules_(rules) {}

    std::optional<Defect> run() {
        const auto description = Description::parse(text_);
        if (!description) return Defect{description.error().offset, describe(description.error().code), "RFC 8866 §5"};
        lines();
        session(*description);
        for (const Media& medium : description->media) media(*description, medium);
        return first_;
    }

private:
    void note(std::size_t offset, std::string_view what, std::string_view section) {
        if (!first_ || offset < first_->offset) first_ = Defect{static_cast<std::uint32_t>(offset), what, section};
    }
    // All views of a description lie in the text that it was read from.
    void note(std::string_view at, std::size_t within, std::string_view what, std::string_view section) {
        note(static_cast<std::size_t>(at.data() - text_.data()) + within, what, section);
    }
    void note(std::string_view at, const Mistake& mistake, std::string_view what, std::string_view section) {
        if (mistake) note(at, *mistake, what, section);
    }
    void token(std::string_view word, std::string_view what, std::string_view section) {
        if (!is_token(word)) note(word, 0, what, section);
    }

    // §5: line ends and the order of lines, which Description does not keep.
    void lines() {
        constexpr std::string_view session_order = "vosiuepcbtka", media_order = "micbka";
        std::string_view order = session_order;
        std::size_t rank = 0;
        char before = 0;
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = text_.find('\n', at);
            if (rules_.line_ends && (end == npos || end == at || text_[end - 1] != '\r'))
                note(std::min(end, text_.size()), "the line does not end with CR LF", "RFC 8866 §5");
            const char type = text_[at];
            if (type == 'm') {
                single_blanks(text_.substr(0, std::min(end, text_.size())), at);
                order = media_order;
                rank = 0;
            } else if (type == 'r' || type == 'z') {
                // r= follows t= or r=; z= follows r= (§5.10, §5.11).
                if (before != 'r' && !(type == 'r' && before == 't')) note(at, "the line belongs behind t= and r=", "RFC 8866 §5.11");
            } else if (const std::size_t place = order.find(type); place != npos) {
                if (place < rank) note(at, "the line stands too late", "RFC 8866 §5");
                rank = std::max(rank, place);
            }
            before = type;
            at = end == npos ? text_.size() : end + 1;
        }
    }

    // §9: words of an m= line stand one blank apart.
    void single_blanks(std::string_view upto, std::size_t at) {
        const std::size_t found = std::min(upto.find("  ", at), upto.ends_with(" \r") ? upto.size() - 2 : npos);
        if (found != npos) note(found, "a blank too many", "RFC 8866 §9");
    }

    void session(const Description& d) {
        const Origin& o = d.origin;
        for (const std::string_view number : {o.session_id, o.session_version})
            if (!to_number<std::int64_t>(number)) note(number, 0, "the number is larger than 63 bits hold", "RFC 3264 §5");
        token(o.network, "the network type is not a token", "RFC 8866 §5.2");
        token(o.address_type, "the address type is not a token", "RFC 8866 §5.2");
        note(o.address, check_unicast_address(o.address_type, o.address), "the address is not one of its type", "RFC 8866 §5.2");
        if (d.name.empty()) note(d.name, 0, "the session name is empty; it should be \"-\"", "RFC 8866 §5.3");
        if (d.uri && (d.uri->empty() || d.uri->find(' ') != npos)) note(*d.uri, 0, "this is not a URI", "RFC 8866 §5.5");
        for (const std::string_view email : d.emails) note(email, check_email(email), "this is not an email address", "RFC 8866 §5.6");
        for (const std::string_view phone : d.phones) note(phone, check_phone(phone), "this is not a phone number", "RFC 8866 §5.6");
        if (d.connection) connection(*d.connection);
        for (const Bandwidth& row : d.bandwidths) token(row.type, "the bandwidth type is not a token", "RFC 8866 §5.8");
        for (const Time& time : d.times) {
            for (const std::string_view point : {time.start, time.stop})
                note(point, check_time(point), "a time is 0 or has ten digits at least", "RFC 8866 §5.9");
            for (const std::string_view repeat : time.repeats)
                note(repeat, check_repeat(repeat), "this is not an interval, a duration and offsets", "RFC 8866 §5.10");
            if (time.zones) note(*time.zones, check_zones(*time.zones), "these are not times with offsets", "RFC 8866 §5.11");
        }
        if (d.key) note(*d.key, check_key(*d.key), "this is not a method of k=", "RFC 8866 §5.12");
        attributes(d.attributes, Level::session);
        groups(d);
    }

    void media(const Description& d, const Media& m) {
        token(m.media, "the media type is not a token", "RFC 8866 §5.14");
        note(m.protocol, check_protocol(m.protocol), "the protocol is not made of tokens", "RFC 8866 §5.14");
        for (const std::string_view format : m.formats) {
            token(format, "the format is not a token", "RFC 8866 §5.14");
            const auto number = to_number<unsigned>(format);
            if (m.rtp() && (!number || *number > 127)) note(format, 0, "a format of RTP is a payload type from 0 to 127", "RFC 8866 §5.14");
        }
        if (!d.connection && m.connections.empty() && m.accepted())
            note(m.media, 0, "neither the session nor the media description has a c= line", "RFC 8866 §5.7");
        for (const Connection& c : m.connections) connection(c);
        for (const Bandwidth& row : m.bandwidths) token(row.type, "the bandwidth type is not a token", "RFC 8866 §5.8");
        if (m.key) note(*m.key, check_key(*m.key), "this is not a method of k=", "RFC 8866 §5.12");
        attributes(m.attributes, Level::media);
        formats(m);
    }

    void connection(const Connection& c) {
        token(c.network, "the network type is not a token", "RFC 8866 §5.7");
        token(c.address_type, "the address type is not a token", "RFC 8866 §5.7");
        note(c.address, check_connection_address(c.address_type, c.address), "the address is not one of its type", "RFC 8866 §5.7");
    }

    void attributes(const std::vector<Attribute>& rows, Level level) {
        bool direction = false;
        for (const Attribute& row : rows) {
            token(row.name, "the name of the attribute is not a token", "RFC 8866 §5.13");
            if (row.has_value && row.value.empty()) note(row.value, 0, "a colon without a value", "RFC 8866 §5.13");
            if (parse_direction(row.name)) {
                if (direction) note(row.name, 0, "a second direction", "RFC 8866 §6.7");
                direction = true;
            }
            const AttributeRule* rule = find_attribute_rule(row.name);
            if (rule == nullptr) continue;
            if (rule->level != Level::both && rule->level != level) note(row.name, 0, "the attribute does not belong at this level", rule->section);
            if (rule->flag != !row.has_value) {
                note(row.name, row.name.size(), rule->flag ? "the attribute has no value" : "the attribute needs a value", rule->section);
            } else if (!rule->flag) {
                if (const auto read = rule->check(row.value); !read) note(row.value, read.error().offset, describe(read.error().code), rule->section);
            }
        }
    }

    // At most one rtpmap and fmtp for each format of the line, none for others (§6.6, §6.15).
    void formats(const Media& m) {
        const std::set<std::string_view> known(m.formats.begin(), m.formats.end());
        std::set<std::string_view> mapped, described;
        for (const Attribute& row : m.attributes) {
            const bool map = row.name == "rtpmap";
            if (!map && row.name != "fmtp") continue;
            const std::string_view format = row.value.substr(0, row.value.find(' '));
            const std::string_view section = map ? "RFC 8866 §6.6" : "RFC 8866 §6.15";
            if (!known.contains(format)) note(row.value, 0, "the format is not one of the m= line", section);
            if (!(map ? mapped : described).insert(format).second) note(row.value, 0, "a second one for the same format", section);
        }
    }

    // RFC 5888 §4, §6: tags are unique, groups name tags that exist.
    void groups(const Description& d) {
        std::set<std::string_view> mids;
        for (const Media& m : d.media)
            for (const Attribute& row : m.attributes)
                if (row.name == "mid" && !mids.insert(row.value).second)
                    note(row.value, 0, "a second media description with this tag", "RFC 5888 §4");
        for (const Attribute& row : d.attributes) {
            if (row.name != "group") continue;
            const auto group = parse_group(row.value);
            if (!group) continue;
            for (const std::string_view mid : group->mids)
                if (!mids.contains(mid)) note(mid, 0, "no media description has this tag", "RFC 5888 §5");
        }
    }

    std::string_view text_;
    const Strictness& rules_;
    std::optional<Defect> first_;
};

}  // namespace

std::optional<Defect> first_defect(std::string_view text, const Strictness& rules) { return Checker(text, rules).run(); }

}  // namespace offhook::sdp
