#include "offhook/message/wording.hpp"

#include <algorithm>
#include <vector>

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using enum ErrorCode;

constexpr auto npos = std::string_view::npos;

// §8.1.1.1 to §8.1.1.7: why a field is mandatory.
struct Place {
    HeaderId header;
    std::string_view section;
};
constexpr Place mandatory[] = {
    {HeaderId::to, "RFC 3261 §8.1.1.2"},      {HeaderId::from, "RFC 3261 §8.1.1.3"},         {HeaderId::call_id, "RFC 3261 §8.1.1.4"},
    {HeaderId::cseq, "RFC 3261 §8.1.1.5"},    {HeaderId::max_forwards, "RFC 3261 §8.1.1.6"}, {HeaderId::via, "RFC 3261 §8.1.1.7"},
};

// Rules of form: each field has its own section for them.
constexpr bool is_of_the_field(ErrorCode code) {
    constexpr ErrorCode codes[] = {bad_parameter,  bad_name_addr,  number_out_of_range, bad_number, bad_token,
                                   trailing_bytes, bad_media_type, bad_credentials,     bad_call_id};
    return std::ranges::find(codes, code) != std::end(codes);
}

class Words {
public:
    Words(std::string_view bytes, const Message& message, const Defect& defect) : bytes_(bytes), message_(message), header_(defect.header) {
        const Description general = describe(defect.error.code);
        out_ = {std::string(general.text), general.section, static_cast<std::uint32_t>(std::min<std::size_t>(defect.error.offset, bytes.size()))};
        if (is_of_the_field(defect.error.code) && header_ != HeaderId::other) out_.section = row_of(header_).section;
        refine(defect.error.code);
    }

    Wording take() && { return std::move(out_); }

private:
    void refine(ErrorCode code) {
        switch (code) {
            case bad_start_line:
                return start_line();
            case bad_method:
                if (bytes_.starts_with("\xef\xbb\xbf")) out_.text = "a byte order mark stands before the first line: an editor has put it there";
                return;
            case bad_line_end:
                if (bytes_.find('\r') == npos) out_.text = "each line ends with CR and LF, but here all have LF alone, as an editor saves text";
                return;
            case bad_request_uri:
                return request_uri();
            case bad_uri:
                return uri();
            case bad_host:
            case bad_port:
                return host();
            case bad_name_addr:
                return name_addr();
            case comma_needs_brackets:
                return brackets();
            case bad_parameter:
                if (see(';') || see(',') || at_line_end()) out_.text = "a parameter is missing: nothing stands where name or name=value belongs";
                return;
            case number_out_of_range:
                return number();
            case bad_date:
                if (is_alpha(octet()) && previous_is(' ')) out_.text = "the time zone of a date is GMT, no other";
                return;
            case cseq_method_mismatch:
                out_.text = "the method differs from that of the request line, " + std::string(message_.method_name());
                return;
            case missing_header:
                return missing();
            case repeated_header:
                return repeated();
            case body_too_short:
                return body();
            default:
                return;
        }
    }

    void start_line() {
        const std::size_t end = line_end(out_.offset);
        if (out_.offset >= end && previous_is(' ')) {
            out_.offset = static_cast<std::uint32_t>(bytes_.find_last_not_of(' ', end - 1) + 1);
            out_.text = "nothing may follow the version, no blank either";
        } else if (out_.offset >= end) {
            out_.text = "the line ends where a blank and more belong: METHOD SP URI SP SIP/2.0, or SIP/2.0 SP STATUS SP REASON";
        } else if (see(' ')) {
            out_.text = "one blank, no more, stands between method, Request-URI and version";
        }
    }

    // §7.1: "The Request-URI MUST NOT contain unescaped spaces or control characters and MUST NOT be enclosed in <>."
    void request_uri() {
        if (grammar::is_blank(octet())) out_.text = "a Request-URI holds no blank";
        if (see('<') || see('>')) out_.text = "a Request-URI stands without angle brackets";
    }

    void uri() {
        if (grammar::is_space(octet())) {
            out_.text = "a URI holds no blank, nor does one stand between it and its angle brackets";
            out_.section = "RFC 3261 §25.1";
        } else if (see('>') && previous_is('<')) {
            out_.text = "there is no URI within the angle brackets";
        } else if (see('@')) {
            out_.text = "the user is missing before the @, or the @ is one too many";
        }
    }

    void host() {
        // From the first octet of the host: colons of an IPv6 address, or of one cut at its first colon.
        std::size_t from = out_.offset;
        while (from > 0 && std::string_view("0123456789abcdefABCDEF:").find(bytes_[from - 1]) != npos) --from;
        const std::size_t end = std::min(bytes_.find_first_not_of("0123456789abcdefABCDEF:.", from), bytes_.size());
        if (see('[')) {
            out_.text = "this is not an IPv6 address";
        } else if (std::ranges::count(bytes_.substr(from, end - from), ':') > 1) {
            out_.text = "an IPv6 address stands in square brackets";
            out_.section = "RFC 3261 §19.1.1";
        } else if (at_line_end() || see(';') || see('>')) {
            out_.text = "the host or its port is missing";
        }
    }

    // Only tokens may be a display name without quotes (§25.1).
    void name_addr() {
        const std::string_view rest = bytes_.substr(out_.offset, line_end(out_.offset) - out_.offset);
        if (rest.find('<') == npos || rest.front() == '<') return;
        out_.text = "a display name with this character stands in quotes";
        if (see(',')) out_.text = "a display name with a comma stands in quotes";
    }

    void brackets() {
        out_.text = see(',')   ? "a URI with a comma must stand in angle brackets"
                    : see('?') ? "a URI with a question mark must stand in angle brackets"
                               : "a URI with a semicolon must stand in angle brackets";
    }

    void number() {
        if (header_ == HeaderId::cseq) {
            out_.text = "a sequence number is below 2147483648";
            out_.section = "RFC 3261 §8.1.1.5";
        } else {
            out_.text = "the number is larger than 4294967295";
        }
    }

    void missing() {
        if (const auto* why = std::ranges::find(mandatory, header_, &Place::header); why != std::end(mandatory)) out_.section = why->section;
        std::vector<std::string_view> others;
        for (const HeaderId id : {HeaderId::to, HeaderId::from, HeaderId::cseq, HeaderId::call_id, HeaderId::via})
            if (id != header_ && !message_.has(id)) others.push_back(name_of(id));
        for (std::size_t i = 0; i < others.size(); ++i)
            out_.text.append(i == 0 ? ", and so is " : i + 1 < others.size() ? ", " : " and ").append(others[i]);
        if (others.size() > 1) out_.text.replace(out_.text.find("and so is"), 9, "and so are");
    }

    void repeated() {
        const HeaderField* first = message_.first(header_);
        if (first == nullptr) return;
        const auto line = 1 + std::count(bytes_.begin(), bytes_.begin() + first->begin, '\n');
        out_.text.append("; it does in line ").append(std::to_string(line)).append(" already");
    }

    void body() {
        const HeaderField* length = message_.first(HeaderId::content_length);
        if (length == nullptr) return;
        out_.offset = length->value;
        out_.text = "this says " + std::string(message_.value(*length)) + " octets, but the body has " +
                    std::to_string(bytes_.size() - std::min<std::size_t>(bytes_.size(), message_.body_offset()));
    }

    [[nodiscard]] char octet() const { return out_.offset < bytes_.size() ? bytes_[out_.offset] : '\0'; }
    [[nodiscard]] bool see(char c) const { return out_.offset < bytes_.size() && bytes_[out_.offset] == c; }
    [[nodiscard]] bool previous_is(char c) const { return out_.offset > 0 && bytes_[out_.offset - 1] == c; }
    [[nodiscard]] bool at_line_end() const { return out_.offset >= bytes_.size() || see('\r') || see('\n'); }
    [[nodiscard]] std::size_t line_end(std::size_t from) const { return std::min(bytes_.find_first_of("\r\n", from), bytes_.size()); }

    std::string_view bytes_;
    const Message& message_;
    HeaderId header_;
    Wording out_;
};

}  // namespace

Wording wording_of(std::string_view bytes, const Message& message, const Defect& defect) { return Words(bytes, message, defect).take(); }

}  // namespace offhook::message
