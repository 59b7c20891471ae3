#include "tests/reference/compare.hpp"

#include <algorithm>
#include <utility>

#include "offhook/message/credentials.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"
#include "tests/reference/reference.hpp"
#include "tests/reference/scanner.hpp"

namespace offhook::reference {

namespace {

/// Collects differences: `is("host", fast.host, slow.host)`.
class Differences {
public:
    void is(std::string_view what, std::string_view fast, std::string_view slow) {
        if (fast != slow) say(what, '"' + std::string(fast) + '"', '"' + std::string(slow) + '"');
    }
    void is(std::string_view what, std::uint64_t fast, std::uint64_t slow) {
        if (fast != slow) say(what, std::to_string(fast), std::to_string(slow));
    }
    void is(std::string_view what, const ParseError& fast, const ParseError& slow) {
        if (fast != slow) say(what, words(fast), words(slow));
    }
    void say(std::string_view what, const std::string& fast, const std::string& slow) {
        text_.append(what).append(": ").append(fast).append(", but the reference says ").append(slow).append("\n");
    }
    void add(const std::string& text) { text_ += text; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] const std::string& text() const { return text_; }

    static std::string words(const ParseError& error) {
        return std::string(message::describe(error.code).text) + " at " + std::to_string(error.offset);
    }

private:
    std::string text_;
};

void compare(Differences& out, message::ParameterReader fast, const std::vector<Parameter>& slow) {
    std::size_t n = 0;
    for (; const auto one = fast.next(); ++n) {
        if (n >= slow.size()) return out.is("parameters", "one more: " + std::string(one->text), "");
        out.is("name of a parameter", one->name, slow[n].name);
        out.is("value of a parameter", one->value, slow[n].value);
        out.is("whether a parameter has a value", one->has_value, slow[n].has_value);
    }
    out.is("parameters", n, slow.size());
}

void compare(Differences& out, const message::Uri& fast, const Uri& slow) {
    out.is("scheme", fast.scheme_name, slow.scheme);
    out.is("has a user", fast.has_user, slow.has_user);
    out.is("user", fast.user, slow.user);
    out.is("has a password", fast.password.data() != nullptr, slow.has_password);
    out.is("password", fast.password, slow.password);
    out.is("host", fast.host, slow.host);
    out.is("port", fast.port, slow.port);
    out.is("parameters", fast.parameters, slow.parameters);
    out.is("headers", fast.headers, slow.headers);
}

void compare(Differences& out, const message::NameAddr& fast, const NameAddr& slow) {
    out.is("display name", fast.display_name, slow.display_name);
    out.is("URI", fast.uri, slow.uri);
    compare(out, message::ParameterReader(fast.parameters), slow.parameters);
}

// §7.3.1 has no parameter twice; of those that are, each side takes the first.
const Parameter* first(const std::vector<Parameter>& parameters, std::string_view name) {
    for (const Parameter& one : parameters)
        if (same_letters(one.name, name)) return &one;
    return nullptr;
}

void compare(Differences& out, const message::Via& fast, const Via& slow) {
    out.is("transport", fast.transport, slow.transport);
    out.is("host", fast.host, slow.host);
    out.is("port", fast.port, slow.port);
    compare(out, message::ParameterReader(fast.parameters), slow.parameters);
    const std::pair<std::string_view, std::string_view> named[] = {{"branch", fast.branch}, {"received", fast.received}, {"maddr", fast.maddr}};
    for (const auto& [name, value] : named) {
        const Parameter* found = first(slow.parameters, name);
        out.is(name, value, found == nullptr ? std::string_view() : found->value);
    }
    const Parameter* port = first(slow.parameters, "rport");
    out.is("has rport", fast.has_rport, port != nullptr);
    const bool filled = port != nullptr && port->has_value;
    out.is("rport", fast.rport, filled ? std::stoul(std::string(port->value)) : 0);
}

void compare(Differences& out, const message::CSeq& fast, const CSeq& slow) {
    out.is("number", fast.number, slow.number);
    out.is("method", fast.method_name, slow.method);
}

void compare(Differences& out, std::string_view fast, std::string_view slow) { out.is("value", fast, slow); }

void compare(Differences& out, std::uint32_t fast, std::uint64_t slow) { out.is("number", fast, slow); }

void compare(Differences& out, const message::TokenValue& fast, const TokenValue& slow) {
    out.is("token", fast.value, slow.value);
    compare(out, message::ParameterReader(fast.parameters), slow.parameters);
}

void compare(Differences& out, const message::Credentials& fast, const Credentials& slow) {
    out.is("scheme", fast.scheme, slow.scheme);
    if (!slow.token68.empty()) return out.is("credentials", fast.parameters, slow.token68);
    compare(out, message::ParameterReader(fast.parameters, ','), slow.parameters);
}

template <class Fast, class Slow>
std::string judge(const std::expected<Fast, ParseError>& fast, const Result<Slow>& slow) {
    Differences out;
    if (fast && slow) {
        compare(out, *fast, *slow);
    } else if (!fast && !slow) {
        out.is("defect", fast.error(), slow.error());
    } else {
        out.say("verdict", fast ? "well-formed" : Differences::words(fast.error()), slow ? "well-formed" : Differences::words(slow.error()));
    }
    return out.text();
}

void compare_start_line(Differences& out, const message::Message& fast, const Message& slow) {
    out.is("is a request", fast.is_request(), slow.request);
    if (slow.request) {
        out.is("method", fast.method_name(), slow.method);
        out.is("Request-URI", fast.request_uri(), slow.request_uri);
    } else {
        out.is("status", static_cast<std::uint64_t>(fast.status()), static_cast<std::uint64_t>(slow.status));
        out.is("reason", fast.reason(), slow.reason);
    }
}

void compare_fields(Differences& out, const message::Message& fast, const Message& slow) {
    out.is("number of header fields", fast.fields().size(), slow.fields.size());
    for (std::size_t i = 0; out.empty() && i < slow.fields.size(); ++i) {
        const message::HeaderField& a = fast.fields()[i];
        const Field& b = slow.fields[i];
        const std::string at = "header field " + std::to_string(i) + ": ";
        out.is(at + "begin", a.begin, b.begin);
        out.is(at + "size of the name", a.name_size, b.name_size);
        out.is(at + "value", a.value, b.value);
        out.is(at + "size of the value", a.value_size, b.value_size);
        out.is(at + "end", a.end, b.end);
        out.is(at + "id", static_cast<std::uint64_t>(a.id), static_cast<std::uint64_t>(b.id));
    }
}

// All values of one name: across its fields, across commas if it is a list, and each as what it is.
void compare_values(Differences& out, const message::Message& fast, std::string_view bytes, const Message& slow, HeaderId id) {
    message::ListReader reader(fast, id);
    const bool list = id != HeaderId::other && message::row_of(id).list();
    for (const Field& field : slow.fields) {
        if (field.id != id) continue;
        const std::string_view value = bytes.substr(field.value, field.value_size);
        std::vector<std::string_view> items;
        if (list) {
            items = split(value);
        } else if (!value.empty()) {
            items = {value};
        }
        for (const std::string_view& item : items) {
            const auto read = reader.next();
            if (!read) return out.is("value", "none", item);
            out.is("value", read->text, item);
            out.is("offset of a value", read->offset, static_cast<std::uint64_t>(item.data() - bytes.data()));
            out.is("is the first value", read->first_in_field, &item == &items.front());
            out.is("is the last value", read->last_in_field, &item == &items.back());
            if (const std::string text = disagreement(kind_of(id), item); !text.empty())
                out.say(std::string(message::name_of(id)), "see below", text);
        }
    }
    if (const auto more = reader.next()) out.is("value", more->text, "none");
}

}  // namespace

Kind kind_of(HeaderId id) {
    using enum HeaderId;
    switch (id) {
        case from:
        case path:
        case record_route:
        case refer_to:
        case reply_to:
        case route:
        case service_route:
        case to:
            return Kind::name_addr;
        case via:
            return Kind::via;
        case cseq:
            return Kind::cseq;
        case content_length:
        case expires:
        case max_forwards:
        case min_expires:
        case rseq:
            return Kind::number;
        case accept_encoding:
        case event:
        case reason:
        case subscription_state:
            return Kind::token_value;
        case call_id:
        case in_reply_to:
            return Kind::call_id;
        case authorization:
        case proxy_authenticate:
        case proxy_authorization:
        case www_authenticate:
            return Kind::credentials;
        default:
            return Kind::none;
    }
}

std::string disagreement(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::uri:
            return judge(message::parse_uri(text), read_uri(text));
        case Kind::name_addr:
            return judge(message::parse_name_addr(text), read_name_addr(text));
        case Kind::via:
            return judge(message::parse_via(text), read_via(text));
        case Kind::cseq:
            return judge(message::parse_cseq(text), read_cseq(text));
        case Kind::number:
            return judge(message::parse_number(text), read_number(text));
        case Kind::token_value:
            return judge(message::parse_token_value(text), read_token_value(text));
        case Kind::call_id:
            return judge(message::parse_call_id(text), read_call_id(text));
        case Kind::credentials:
            return judge(message::parse_credentials(text), read_credentials(text));
        case Kind::none:
        case Kind::count_:
            break;
    }
    return {};
}

std::string disagreement(std::string_view bytes, const message::Limits& limits) {
    const Message slow = read_message(bytes, {limits.size, std::min<std::size_t>(limits.headers, message::Message::capacity), limits.request_uri});
    message::Message fast;
    const auto indexed = fast.index(bytes, limits);
    Differences out;
    if (const ParseError* defect = slow.first_defect(); defect != nullptr || !indexed) {
        if (defect == nullptr || indexed) {
            out.say("verdict", indexed ? "well-formed" : Differences::words(indexed.error()),
                    defect == nullptr ? "well-formed" : Differences::words(*defect));
            return out.text();
        }
        out.is("first defect", indexed.error(), *defect);
        out.is("can be answered", fast.partial(), slow.answerable());
        if (slow.answerable()) compare_fields(out, fast, slow);
        return out.text();
    }
    compare_start_line(out, fast, slow);
    out.is("begin of the header fields", fast.headers_begin(), slow.headers);
    out.is("end of the header fields", fast.headers_end(), slow.headers_end);
    out.is("begin of the body", fast.body_offset(), slow.body);
    out.is("size", fast.bytes().size(), slow.end);
    compare_fields(out, fast, slow);
    if (slow.request) out.add(disagreement(Kind::uri, slow.request_uri));
    for (std::size_t i = 1; out.empty() && i < static_cast<std::size_t>(HeaderId::count_); ++i)
        if (fast.has(static_cast<HeaderId>(i))) compare_values(out, fast, bytes, slow, static_cast<HeaderId>(i));
    if (const message::HeaderField* cseq = fast.first(HeaderId::cseq); !slow.request && cseq != nullptr)
        if (const auto read = read_cseq(fast.value(*cseq))) out.is("method of a response", fast.method_name(), read->method);
    return out.text();
}

}  // namespace offhook::reference
