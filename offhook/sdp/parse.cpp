// Reads a session description line by line (RFC 8866 §5, §9).
#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/sdp/description.hpp"

namespace offhook::sdp {

namespace {

using Result = std::expected<void, ParseError>;

/// The words of a line, one blank between them; more blanks are forgiven.
class Words {
public:
    explicit Words(std::string_view text) : rest_(text) {}
    std::string_view next() {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        const std::size_t end = std::min(rest_.find(' '), rest_.size());
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return word;
    }
    [[nodiscard]] bool done() const { return rest_.find_first_not_of(' ') == std::string_view::npos; }

private:
    std::string_view rest_;
};

bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::expected<Description, ParseError> run() {
        if (trim(text_).empty()) return std::unexpected(ParseError{ErrorCode::empty, 0});
        while (at_ < text_.size()) {
            if (const auto read = line(); !read) return std::unexpected(read.error());
        }
        if (!origin_ || !name_ || out_.times.empty())
            return std::unexpected(ParseError{ErrorCode::missing_line, static_cast<std::uint32_t>(text_.size())});
        return std::move(out_);
    }

private:
    Result fail(ErrorCode code, std::size_t where) const { return std::unexpected(ParseError{code, static_cast<std::uint32_t>(where)}); }
    // Points at a word of the current value, or at its end.
    [[nodiscard]] std::size_t place(std::string_view word) const { return static_cast<std::size_t>(word.data() - text_.data()); }

    Result line() {
        const std::size_t from = at_;
        std::size_t end = std::min(text_.find('\n', from), text_.size());
        at_ = end + 1;
        if (end > from && text_[end - 1] == '\r') --end;
        if (end == from && trim(text_.substr(std::min(at_, text_.size()))).empty()) return {};  // an empty line at the very end
        if (end < from + 2 || text_[from + 1] != '=') return fail(ErrorCode::no_equals_sign, from);
        const std::string_view value = text_.substr(from + 2, end - from - 2);
        if (const std::size_t bad = value.find_first_of(std::string_view("\0\r", 2)); bad != std::string_view::npos)
            return fail(ErrorCode::control_octet, from + 2 + bad);
        const bool first = !seen_version_;
        if (first && text_[from] != 'v') return fail(ErrorCode::version_not_first, from);
        return out_.media.empty() ? session_line(text_[from], value, from) : media_line(text_[from], value, from);
    }

    Result session_line(char type, std::string_view value, std::size_t from) {
        switch (type) {
            case 'v':
                if (seen_version_) return fail(ErrorCode::repeated_line, from);
                seen_version_ = true;
                return value == "0" ? Result{} : fail(ErrorCode::bad_version, from + 2);
            case 'o':
                return origin(value, from);
            case 's':
                if (name_) return fail(ErrorCode::repeated_line, from);
                name_ = true;
                out_.name = value;
                return {};
            case 'i':
                return once(out_.information, value, from);
            case 'u':
                return once(out_.uri, value, from);
            case 'e':
                out_.emails.push_back(value);
                return {};
            case 'p':
                out_.phones.push_back(value);
                return {};
            case 'c': {
                if (out_.connection) return fail(ErrorCode::repeated_line, from);
                out_.connection.emplace();
                return connection(*out_.connection, value);
            }
            case 'b':
                return bandwidth(out_.bandwidths, value);
            case 't':
                return time(value);
            case 'r':
                if (out_.times.empty()) return fail(ErrorCode::bad_time, from);
                out_.times.back().repeats.push_back(value);
                return {};
            case 'z':
                if (out_.times.empty()) return fail(ErrorCode::bad_time, from);
                return once(out_.times.back().zones, value, from);
            case 'k':
                return once(out_.key, value, from);
            case 'a':
                return attribute(out_.attributes, value);
            case 'm':
                return media(value);
            default:
                return fail(ErrorCode::unknown_type, from);
        }
    }

    Result media_line(char type, std::string_view value, std::size_t from) {
        Media& medium = out_.media.back();
        switch (type) {
            case 'm':
                return media(value);
            case 'i':
                return once(medium.title, value, from);
            case 'c':
                return connection(medium.connections.emplace_back(), value);
            case 'b':
                return bandwidth(medium.bandwidths, value);
            case 'k':
                return once(medium.key, value, from);
            case 'a':
                return attribute(medium.attributes, value);
            default:
                return fail(
                    std::string_view("vosuepctrz").find(type) == std::string_view::npos ? ErrorCode::unknown_type : ErrorCode::session_line_in_media,
                    from);
        }
    }

    Result once(std::optional<std::string_view>& where, std::string_view value, std::size_t from) {
        if (where) return fail(ErrorCode::repeated_line, from);
        where = value;
        return {};
    }

    Result origin(std::string_view value, std::size_t from) {
        if (origin_) return fail(ErrorCode::repeated_line, from);
        origin_ = true;
        Words words(value);
        Origin& o = out_.origin;
        for (std::string_view* part : {&o.user, &o.session_id, &o.session_version, &o.network, &o.address_type, &o.address}) {
            *part = words.next();
            if (part->empty()) return fail(ErrorCode::bad_origin, place(*part));
        }
        for (const std::string_view number : {o.session_id, o.session_version})
            if (!is_number(number)) return fail(ErrorCode::bad_origin, place(number));
        return words.done() ? Result{} : fail(ErrorCode::bad_origin, place(o.address) + o.address.size());
    }

    Result connection(Connection& c, std::string_view value) {
        Words words(value);
        for (std::string_view* part : {&c.network, &c.address_type, &c.address}) {
            *part = words.next();
            if (part->empty()) return fail(ErrorCode::bad_connection, place(*part));
        }
        return words.done() ? Result{} : fail(ErrorCode::bad_connection, place(c.address) + c.address.size());
    }

    Result bandwidth(std::vector<Bandwidth>& rows, std::string_view value) {
        const std::size_t colon = value.find(':');
        if (colon == std::string_view::npos || colon == 0) return fail(ErrorCode::bad_bandwidth, place(value));
        const Bandwidth row{value.substr(0, colon), value.substr(colon + 1)};
        if (!is_number(row.value)) return fail(ErrorCode::bad_bandwidth, place(row.value));
        rows.push_back(row);
        return {};
    }

    Result time(std::string_view value) {
        Words words(value);
        Time row;
        row.start = words.next();
        row.stop = words.next();
        for (const std::string_view part : {row.start, row.stop})
            if (!is_number(part)) return fail(ErrorCode::bad_time, place(part));
        if (!words.done()) return fail(ErrorCode::bad_time, place(row.stop) + row.stop.size());
        out_.times.push_back(std::move(row));
        return {};
    }

    Result attribute(std::vector<Attribute>& rows, std::string_view value) {
        const std::size_t colon = std::min(value.find(':'), value.size());
        if (colon == 0) return fail(ErrorCode::bad_attribute, place(value));
        const bool has_value = colon < value.size();
        rows.push_back({value.substr(0, colon), has_value ? value.substr(colon + 1) : std::string_view{}, has_value});
        return {};
    }

    // m=<media> <port>[/<number of ports>] <proto> <fmt> ... (RFC 8866 §5.14)
    Result media(std::string_view value) {
        Words words(value);
        Media medium;
        medium.media = words.next();
        if (medium.media.empty()) return fail(ErrorCode::bad_media, place(medium.media));
        const std::string_view ports = words.next();
        const std::size_t slash = std::min(ports.find('/'), ports.size());
        const auto port = to_number<std::uint16_t>(ports.substr(0, slash));
        if (!port) return fail(ErrorCode::bad_media, place(ports));
        medium.port = *port;
        if (slash < ports.size()) {
            const auto count = to_number<std::uint32_t>(ports.substr(slash + 1));
            if (!count || *count == 0) return fail(ErrorCode::bad_media, place(ports) + slash + 1);
            medium.port_count = *count;
        }
        medium.protocol = words.next();
        while (!words.done()) medium.formats.push_back(words.next());
        if (medium.protocol.empty() || medium.formats.empty()) return fail(ErrorCode::bad_media, place(value) + value.size());
        out_.media.push_back(std::move(medium));
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Description out_;
    bool seen_version_ = false, origin_ = false, name_ = false;
};

}  // namespace

std::expected<Description, ParseError> Description::parse(std::string_view text) { return Parser(text).run(); }

}  // namespace offhook::sdp
