#include "offhook/message/message.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "offhook/base/text.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/scan.hpp"

namespace offhook::message {

namespace {

constexpr std::uint32_t nowhere = UINT32_MAX;

std::uint32_t find(std::string_view bytes, char wanted, std::size_t from, std::size_t end) {
    const void* found = from < end ? std::memchr(bytes.data() + from, wanted, end - from) : nullptr;
    return found == nullptr ? nowhere : static_cast<std::uint32_t>(static_cast<const char*>(found) - bytes.data());
}

}  // namespace

/// The one pass. The first defect is kept and the pass goes on as far as it can, so that a refusal can be addressed (partial()).
class Indexer {
public:
    Indexer(Message& message, const Limits& limits) : message_(message), bytes_(message.bytes_), limits_(limits) {}

    std::expected<void, ParseError> run() {
        if (bytes_.size() > limits_.size) fail(ErrorCode::too_large, limits_.size);
        std::uint32_t at = 0;
        while (at + 1 < bytes_.size() && bytes_[at] == '\r' && bytes_[at + 1] == '\n') at += 2;  // §7.5
        if (at >= bytes_.size()) return std::unexpected(error_.offset != nowhere ? error_ : ParseError{ErrorCode::empty, 0});
        scan::LineEnds line_ends(bytes_, at);
        start_line(at, line(line_ends));
        header_fields(line_ends);
        find_body();
        if (!request_) response_method();
        message_.whole_ = error_.offset == nowhere;
        if (message_.whole_) return {};
        message_.partial_ = request_ && message_.has(HeaderId::via) && message_.has(HeaderId::from) && message_.has(HeaderId::to) &&
                            message_.has(HeaderId::call_id) && message_.has(HeaderId::cseq);
        return std::unexpected(error_);
    }

private:
    struct Line {
        std::uint32_t content_end, end;  // without and with its CR LF
        bool proper = true;              // no CR or LF but those of its end
    };

    // The first defect is the one that stands first, whichever is seen first; of two at one octet the one seen first.
    void fail(ErrorCode code, std::size_t where) {
        if (where < error_.offset) error_ = {code, static_cast<std::uint32_t>(where)};
    }

    // The next line; content_end is `nowhere` if no line end follows.
    [[gnu::always_inline]] Line line(scan::LineEnds& line_ends) {
        std::uint32_t lone = nowhere;
        std::uint32_t at = line_ends.next();
        while (at != nowhere && bytes_[at] == '\r') {
            const std::uint32_t next = line_ends.next();
            if (next == at + 1 && bytes_[next] == '\n') {
                if (lone != nowhere) fail(ErrorCode::bad_line_end, lone);
                return {at, next + 1, lone == nowhere};
            }
            lone = std::min(lone, at);
            at = next;
        }
        if (at == nowhere) return {nowhere, size()};
        fail(ErrorCode::bad_line_end, std::min(lone, at));
        return {at, at + 1, false};
    }

    void start_line(std::uint32_t from, Line first) {
        const std::uint32_t end = first.content_end == nowhere ? size() : first.content_end;
        if (iequals(bytes_.substr(from, std::min<std::size_t>(4, end - from)), "SIP/")) {
            request_ = false;
            status_line(from, end);
        } else {
            request_line(from, end);
        }
        if (first.content_end == nowhere) fail(ErrorCode::no_header_end, size());
        message_.headers_ = first.end;
    }

    // §7.1: Method SP Request-URI SP SIP-Version, single spaces.
    void request_line(std::uint32_t from, std::uint32_t end) {
        const std::uint32_t method_end = find(bytes_, ' ', from, end);
        if (method_end == nowhere) return fail(ErrorCode::bad_start_line, from);
        message_.method_name_ = {from, method_end - from};
        const std::string_view method = message_.method_name();
        if (!grammar::all(method, grammar::token)) {
            const auto bad = std::find_if(method.begin(), method.end(), [](char c) { return !grammar::is(c, grammar::token); });
            return fail(ErrorCode::bad_method, from + static_cast<std::size_t>(bad - method.begin()));
        }
        message_.method_ = method_of(method);

        const std::uint32_t uri = method_end + 1;
        const std::size_t last = bytes_.substr(0, end).rfind(' ');
        if (last < uri) return fail(ErrorCode::bad_start_line, end);
        message_.request_uri_ = {uri, static_cast<std::uint32_t>(last) - uri};
        const std::string_view target = message_.request_uri();
        if (target.empty() || bytes_[uri] == ' ') return fail(ErrorCode::bad_start_line, uri);
        if (target.size() > limits_.request_uri) fail(ErrorCode::uri_too_long, uri + limits_.request_uri);
        if (!version(static_cast<std::uint32_t>(last) + 1, end)) return;  // another version may have other rules for what stands before it
        if (const std::size_t bad = scan::find<' ', '\t', '<', '>'>(target); bad < target.size()) fail(ErrorCode::bad_request_uri, uri + bad);
    }

    bool version(std::uint32_t from, std::uint32_t end) {
        const std::string_view text = bytes_.substr(from, end - from);
        if (iequals(text, "SIP/2.0")) return true;
        fail(iequals(text.substr(0, 4), "SIP/") ? ErrorCode::bad_version : ErrorCode::bad_start_line, from);
        return false;
    }

    // §7.2: SIP-Version SP Status-Code SP Reason-Phrase; a missing space before an empty reason is forgiven.
    void status_line(std::uint32_t from, std::uint32_t end) {
        const std::uint32_t version_end = std::min(find(bytes_, ' ', from, end), end);
        version(from, version_end);
        if (version_end == end) return fail(ErrorCode::bad_start_line, end);
        const std::uint32_t digits = version_end + 1;
        const std::uint32_t digits_end = std::min(find(bytes_, ' ', digits, end), end);
        const auto status = to_number<std::uint32_t>(bytes_.substr(digits, digits_end - digits));
        if (!status || digits_end - digits != 3 || *status < 100 || *status > 699) return fail(ErrorCode::bad_status, digits);
        message_.status_ = static_cast<int>(*status);
        const std::uint32_t reason = std::min(digits_end + 1, end);
        message_.request_uri_ = {reason, end - reason};
    }

    void header_fields(scan::LineEnds line_ends) {
        std::uint32_t at = message_.headers_;
        for (;;) {
            Line next = line(line_ends);
            if (next.content_end == nowhere) {
                fail(ErrorCode::no_header_end, size());
                message_.headers_end_ = message_.body_ = size();
                return;
            }
            if (next.content_end == at) {
                message_.headers_end_ = at;
                message_.body_ = next.end;
                return;
            }
            const std::uint32_t begin = at;
            bool proper = next.proper;
            while (next.content_end != nowhere && next.end < size() && grammar::is_blank(bytes_[next.end])) {  // folded
                next = line(line_ends);
                proper = proper && next.proper;
            }
            // A field with a line end inside is in no table: a refusal would carry it on as two fields.
            if (next.content_end != nowhere && proper) field(begin, next);
            at = next.end;
        }
    }

    void field(std::uint32_t begin, Line last) {
        HeaderId id = HeaderId::other;
        std::uint32_t at = near_colon(begin);
        if (at < last.content_end) id = header_id(bytes_.substr(begin, at - begin));
        std::uint32_t name_size = at - begin;
        if (id == HeaderId::other) {  // not a name of the table right before its colon: look at each octet
            at = begin;
            while (at < last.content_end && grammar::is(bytes_[at], grammar::token)) ++at;
            name_size = at - begin;
            while (at < last.content_end && grammar::is_blank(bytes_[at])) ++at;
            if (name_size == 0 || at >= last.content_end || bytes_[at] != ':') return bad_name(begin, at, last.content_end);
            id = header_id(bytes_.substr(begin, name_size));
        }
        if (message_.count_ >= std::min<std::size_t>(limits_.headers, Message::capacity)) return fail(ErrorCode::too_many_headers, begin);

        ++at;
        std::uint32_t end = last.content_end;
        while (at < end && grammar::is_space(bytes_[at])) ++at;
        while (end > at && grammar::is_space(bytes_[end - 1])) --end;
        if (name_size > UINT16_MAX) return fail(ErrorCode::bad_header_name, begin);
        const std::uint8_t index = message_.count_++;
        message_.fields_[index] = {begin, at, end - at, last.end, static_cast<std::uint16_t>(name_size), id, Message::none};
        auto& first = message_.first_[static_cast<std::size_t>(id)];
        if (first == Message::none) {
            first = index;
        } else {
            message_.fields_[last_[static_cast<std::size_t>(id)]].next = index;
        }
        last_[static_cast<std::size_t>(id)] = index;
    }

    // A colon among the sixteen octets from `begin` on.
    [[nodiscard]] std::uint32_t near_colon(std::uint32_t begin) const {
        if (size() - begin < 16) return nowhere;
        const std::uint32_t mask = scan::mask_16<':'>(bytes_.data() + begin);
        return mask == 0 ? nowhere : begin + static_cast<std::uint32_t>(std::countr_zero(mask));
    }

    void bad_name(std::uint32_t begin, std::uint32_t at, std::uint32_t end) {
        if (grammar::is_blank(bytes_[begin])) return fail(ErrorCode::bad_folding, begin);
        fail(find(bytes_, ':', at, end) == nowhere ? ErrorCode::no_colon : ErrorCode::bad_header_name, at);
    }

    // §18.3: the body is what Content-Length says, or the rest; octets beyond it are dropped, missing ones are an error.
    void find_body() {
        const HeaderField* length = message_.first(HeaderId::content_length);
        if (length == nullptr) return;
        const auto octets = to_number<std::uint32_t>(message_.value(*length));
        if (!octets) return fail(ErrorCode::bad_content_length, length->value);
        if (*octets > size() - message_.body_) return fail(ErrorCode::body_too_short, size());
        message_.bytes_ = bytes_.substr(0, message_.body_ + *octets);
    }

    void response_method() {
        const HeaderField* cseq = message_.first(HeaderId::cseq);
        if (cseq == nullptr) return;
        const std::string_view value = message_.value(*cseq);
        const std::size_t from = value.find_last_of(" \t\n") + 1;
        message_.method_name_ = {static_cast<std::uint32_t>(cseq->value + from), static_cast<std::uint32_t>(value.size() - from)};
        message_.method_ = method_of(message_.method_name());
    }

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }

    Message& message_;
    std::string_view bytes_;
    const Limits& limits_;
    ParseError error_{ErrorCode::empty, nowhere};
    bool request_ = true;
    std::array<std::uint8_t, static_cast<std::size_t>(HeaderId::count_)> last_;  // set where first_ is
};

std::expected<void, ParseError> Message::index(std::string_view bytes, const Limits& limits) {
    bytes_ = bytes.substr(0, std::min<std::size_t>(bytes.size(), nowhere - 1));
    method_name_ = request_uri_ = {};
    headers_ = headers_end_ = body_ = static_cast<std::uint32_t>(bytes_.size());
    status_ = 0;
    method_ = Method::other;
    partial_ = whole_ = false;
    count_ = 0;
    essentials_.known = 0;
    first_.fill(none);
    return Indexer(*this, limits).run();
}

namespace {

std::expected<Party, ParseError> parse_party(const HeaderField* field, std::string_view value) {
    if (field == nullptr) return std::unexpected(ParseError{ErrorCode::missing_header, 0});
    Uri uri;
    const auto address = parse_name_addr(value, uri);
    if (!address) return std::unexpected(address.error());
    return Party{*address, uri, address->tag()};
}

}  // namespace

const std::expected<Via, ParseError>& Message::top_via() const {
    if (essentials_.lacks(Essentials::Part::via)) {
        const auto top = ListReader(*this, HeaderId::via).next();
        essentials_.via_text = top ? top->text : std::string_view{};
        essentials_.via_offset = top ? top->offset : 0;
        if (top) essentials_.via = parse_via(top->text);
        else essentials_.via = std::unexpected(ParseError{ErrorCode::missing_header, 0});
    }
    return essentials_.via;
}

std::string_view Message::top_via_text() const {
    std::ignore = top_via();
    return essentials_.via_text;
}

std::uint32_t Message::top_via_offset() const {
    std::ignore = top_via();
    return essentials_.via_offset;
}

const std::expected<Party, ParseError>& Message::from() const {
    if (essentials_.lacks(Essentials::Part::from)) essentials_.from = parse_party(first(HeaderId::from), value(HeaderId::from));
    return essentials_.from;
}

const std::expected<Party, ParseError>& Message::to() const {
    if (essentials_.lacks(Essentials::Part::to)) essentials_.to = parse_party(first(HeaderId::to), value(HeaderId::to));
    return essentials_.to;
}

const std::expected<CSeq, ParseError>& Message::cseq() const {
    if (essentials_.lacks(Essentials::Part::cseq)) {
        if (has(HeaderId::cseq)) essentials_.cseq = parse_cseq(value(HeaderId::cseq));
        else essentials_.cseq = std::unexpected(ParseError{ErrorCode::missing_header, 0});
    }
    return essentials_.cseq;
}

const std::expected<Uri, ParseError>& Message::uri() const {
    if (essentials_.lacks(Essentials::Part::uri)) essentials_.uri = parse_uri(request_uri());
    return essentials_.uri;
}

std::size_t Message::count(HeaderId id) const {
    std::size_t n = 0;
    for (const HeaderField* field = first(id); field != nullptr; field = next(*field)) ++n;
    return n;
}

const HeaderField* Message::find(std::string_view wanted) const {
    for (const HeaderField& field : fields())
        if (iequals(name(field), wanted)) return &field;
    return nullptr;
}

ListReader::ListReader(const Message& message, HeaderId id) : message_(&message), field_(message.first(id)) {}

namespace {

// The comma that ends the value at `from`, or the end of the text. An open quote or bracket takes all that follows.
std::size_t find_comma(std::string_view text, std::size_t from) {
    grammar::Cursor cursor{text, from};
    for (;;) {
        cursor.at = scan::find<',', '"', '<'>(text, cursor.at);
        if (cursor.done() || cursor.see(',')) return cursor.at;
        if (cursor.see('<')) {
            cursor.at = scan::find<'>'>(text, cursor.at);
        } else if (!cursor.quoted()) {
            return text.size();
        }
    }
}

}  // namespace

std::optional<ListItem> ListReader::next() {
    while (field_ != nullptr) {
        const std::string_view value = message_->value(*field_);
        if (at_ > value.size() || value.empty()) {
            field_ = message_->next(*field_);
            at_ = 0;
            continue;
        }
        const bool list = field_->id != HeaderId::other && row_of(field_->id).list();
        const std::size_t end = list ? find_comma(value, at_) : value.size();
        std::size_t from = at_, to = end;
        while (from < to && grammar::is_space(value[from])) ++from;
        while (to > from && grammar::is_space(value[to - 1])) --to;
        const ListItem item{field_, value.substr(from, to - from), static_cast<std::uint32_t>(field_->value + from), at_ == 0, end >= value.size()};
        at_ = static_cast<std::uint32_t>(end) + 1;
        return item;
    }
    return std::nullopt;
}

}  // namespace offhook::message
