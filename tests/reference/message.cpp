// RFC 3261 §7: start line, header fields, empty line, body. First the octets are cut into lines, then each line is judged.
#include "tests/reference/reference.hpp"
#include "tests/reference/scanner.hpp"

namespace offhook::reference {

namespace {

struct Line {
    std::size_t begin, content_end, end;
    bool ended = false;  // a LF stands at its end
    bool clean = true;   // no CR and no LF but a CR LF at its end
};

class MessageReader {
public:
    MessageReader(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

    Message run() {
        out_.end = out_.headers = out_.headers_end = out_.body = bytes_.size();
        if (bytes_.size() > limits_.size) defect(ErrorCode::too_large, limits_.size);
        std::size_t at = 0;
        while (octet(at) == '\r' && octet(at + 1) == '\n') at += 2;  // §7.5
        if (at >= bytes_.size()) {
            defect(ErrorCode::empty, 0);
            return out_;
        }
        const Line first = cut(at);
        start_line(first);
        if (!first.ended) defect(ErrorCode::no_header_end, bytes_.size());
        out_.headers = first.end;
        header_fields(first.end);
        body();
        return out_;
    }

private:
    [[nodiscard]] int octet(std::size_t at) const { return at < bytes_.size() ? static_cast<int>(static_cast<unsigned char>(bytes_[at])) : -1; }
    [[nodiscard]] std::string_view slice(std::size_t from, std::size_t to) const { return bytes_.substr(from, to - from); }
    void defect(ErrorCode code, std::size_t at) { out_.defects.push_back({code, static_cast<std::uint32_t>(at)}); }

    // A line goes up to a LF, that there is one place where the next one begins even if a CR is missing or too many. Octets
    // after the last LF are no line: all that can be said of them is that the end of the header fields is missing.
    Line cut(std::size_t begin) {
        Line line{begin, bytes_.size(), bytes_.size()};
        std::size_t at = begin;
        while (octet(at) >= 0 && octet(at) != '\n') ++at;
        if (octet(at) < 0) return line;
        line.ended = true;
        line.end = at + 1;
        line.content_end = at > begin && octet(at - 1) == '\r' ? at - 1 : at;
        for (std::size_t i = begin; i < line.content_end && line.clean; ++i)
            if (octet(i) == '\r') {
                line.clean = false;
                defect(ErrorCode::bad_line_end, i);
            }
        if (line.clean && line.content_end == at) {
            line.clean = false;
            defect(ErrorCode::bad_line_end, at);
        }
        return line;
    }

    // No method holds a slash, so what begins with SIP/ in any case is a status line.
    void start_line(const Line& line) {
        out_.request = !same_letters(slice(line.begin, line.content_end).substr(0, 4), "SIP/");
        out_.request ? request_line(line) : status_line(line);
    }

    // §7.1 Request-Line = Method SP Request-URI SP SIP-Version. The version is what stands after the last space.
    void request_line(const Line& line) {
        std::vector<std::size_t> spaces;
        for (std::size_t i = line.begin; i < line.content_end; ++i)
            if (octet(i) == ' ') spaces.push_back(i);
        if (spaces.empty()) return defect(ErrorCode::bad_start_line, line.begin);
        out_.method = slice(line.begin, spaces.front());
        if (out_.method.empty()) return defect(ErrorCode::bad_method, line.begin);
        for (std::size_t i = line.begin; i < spaces.front(); ++i)
            if (!is_token(octet(i))) return defect(ErrorCode::bad_method, i);
        if (spaces.size() == 1) return defect(ErrorCode::bad_start_line, line.content_end);

        const std::size_t uri = spaces.front() + 1;
        out_.request_uri = slice(uri, spaces.back());
        if (uri >= spaces.back() || octet(uri) == ' ') return defect(ErrorCode::bad_start_line, uri);
        if (out_.request_uri.size() > limits_.request_uri) defect(ErrorCode::uri_too_long, uri + limits_.request_uri);
        // A request of another version is not ours to judge further.
        if (!version(spaces.back() + 1, line.content_end)) return;
        for (std::size_t i = uri; i < spaces.back(); ++i)
            if (is_wsp(octet(i)) || octet(i) == '<' || octet(i) == '>') return defect(ErrorCode::bad_request_uri, i);
    }

    bool version(std::size_t from, std::size_t to) {
        if (same_letters(slice(from, to), "SIP/2.0")) return true;
        defect(same_letters(slice(from, to).substr(0, 4), "SIP/") ? ErrorCode::bad_version : ErrorCode::bad_start_line, from);
        return false;
    }

    // §7.2 Status-Line = SIP-Version SP Status-Code SP Reason-Phrase. Forgiven: no space where the phrase is empty.
    void status_line(const Line& line) {
        std::size_t at = line.begin;
        while (at < line.content_end && octet(at) != ' ') ++at;
        version(line.begin, at);
        if (at == line.content_end) return defect(ErrorCode::bad_start_line, at);
        const std::size_t code = ++at;
        int status = 0;
        for (; at < line.content_end && octet(at) != ' '; ++at) {
            if (!is_digit(octet(at)) || at - code == 3) return defect(ErrorCode::bad_status, code);
            status = status * 10 + (octet(at) - '0');
        }
        if (at - code != 3 || status < 100 || status > 699) return defect(ErrorCode::bad_status, code);
        out_.status = status;
        out_.reason = at < line.content_end ? slice(at + 1, line.content_end) : std::string_view();
    }

    void header_fields(std::size_t at) {
        for (;;) {
            const Line first = cut(at);
            if (!first.ended) {
                out_.headers_end = out_.body = bytes_.size();
                return defect(ErrorCode::no_header_end, bytes_.size());
            }
            if (first.content_end == first.begin) {
                out_.headers_end = first.begin;
                out_.body = first.end;
                return;
            }
            // §7.3.1: a line that begins with a blank goes on with the field before it.
            Line last = first;
            bool clean = first.clean;
            while (last.ended && is_wsp(octet(last.end))) {
                last = cut(last.end);
                clean = clean && last.clean;
            }
            if (last.ended && clean) field(first.begin, last.content_end, last.end);
            at = last.end;
        }
    }

    // header-name HCOLON header-value; HCOLON allows blanks before the colon, but no fold.
    void field(std::size_t begin, std::size_t content_end, std::size_t end) {
        if (is_wsp(octet(begin))) return defect(ErrorCode::bad_folding, begin);
        std::size_t at = begin;
        while (at < content_end && is_token(octet(at))) ++at;
        const std::size_t name_size = at - begin;
        while (at < content_end && is_wsp(octet(at))) ++at;
        if (name_size == 0 || at == content_end || octet(at) != ':') {
            for (std::size_t i = at; i < content_end; ++i)
                if (octet(i) == ':') return defect(ErrorCode::bad_header_name, at);
            return defect(ErrorCode::no_colon, at);
        }
        if (out_.fields.size() >= limits_.headers) return defect(ErrorCode::too_many_headers, begin);
        if (name_size > UINT16_MAX) return defect(ErrorCode::bad_header_name, begin);
        std::size_t value = at + 1, value_end = content_end;
        const auto blank = [&](std::size_t i) { return is_one_of(octet(i), " \t\r\n"); };  // every CR and LF here is of a fold
        while (value < value_end && blank(value)) ++value;
        while (value_end > value && blank(value_end - 1)) --value_end;
        out_.fields.push_back({begin, name_size, value, value_end - value, end, id_of(slice(begin, begin + name_size))});
    }

    static HeaderId id_of(std::string_view name) {
        for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count_); ++i) {
            const auto& row = message::row_of(static_cast<HeaderId>(i));
            if (same_letters(name, row.name) || (row.compact != 0 && same_letters(name, {&row.compact, 1}))) return row.id;
        }
        return HeaderId::other;
    }

    // §18.3, §20.14: Content-Length = 1*DIGIT. Octets after the body belong to nothing, missing ones are a defect.
    void body() {
        for (const Field& field : out_.fields) {
            if (field.id != HeaderId::content_length) continue;
            std::uint64_t octets = 0;
            bool number = field.value_size > 0;
            for (std::size_t i = 0; i < field.value_size && number; ++i) {
                const int c = octet(field.value + i);
                number = is_digit(c);
                octets = octets * 10 + static_cast<std::uint64_t>(c - '0');
                number = number && octets <= UINT32_MAX;
            }
            if (!number) return defect(ErrorCode::bad_content_length, field.value);
            if (octets > bytes_.size() - out_.body) return defect(ErrorCode::body_too_short, bytes_.size());
            out_.end = out_.body + octets;
            return;
        }
    }

    std::string_view bytes_;
    Limits limits_;
    Message out_;
};

}  // namespace

const ParseError* Message::first_defect() const {
    const ParseError* first = nullptr;
    for (const ParseError& defect : defects)
        if (first == nullptr || defect.offset < first->offset) first = &defect;
    return first;
}

bool Message::answerable() const {
    for (const HeaderId id : {HeaderId::via, HeaderId::from, HeaderId::to, HeaderId::call_id, HeaderId::cseq}) {
        bool there = false;
        for (const Field& field : fields) there = there || field.id == id;
        if (!there) return false;
    }
    return request;
}

Message read_message(std::string_view bytes, const Limits& limits) { return MessageReader(bytes, limits).run(); }

std::vector<std::string_view> split(std::string_view value) {
    std::vector<std::string_view> out;
    if (value.empty()) return out;
    const auto cut = [&](std::size_t from, std::size_t to) {
        while (from < to && is_one_of(value[from], " \t\r\n")) ++from;
        while (to > from && is_one_of(value[to - 1], " \t\r\n")) --to;
        out.push_back(value.substr(from, to - from));
    };
    enum class In { open, quotes, angle } in = In::open;
    std::size_t from = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (in == In::quotes) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                in = In::open;
            }
        } else if (in == In::angle) {
            if (c == '>') in = In::open;
        } else if (c == '"') {
            in = In::quotes;
        } else if (c == '<') {
            in = In::angle;
        } else if (c == ',') {
            cut(from, i);
            from = i + 1;
        }
    }
    cut(from, value.size());
    return out;
}

}  // namespace offhook::reference
