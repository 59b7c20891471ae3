#include "tests/reference/rebuild.hpp"

#include "offhook/message/credentials.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::reference {

namespace {

// Each as it stands, without the blanks between.
void append(std::string& out, std::string_view parameters, char separator) {
    message::ParameterReader reader(parameters, separator);
    bool first = true;
    while (const auto one = reader.next()) {
        if (separator == ';' || !first) out += separator;
        first = false;
        out.append(one->name);
        if (!one->has_value) continue;
        const bool quoted = one->value.data() != one->text.data() && one->text.back() == '"' && one->value.data()[-1] == '"';
        out.append("=").append(quoted ? "\"" : "").append(one->value).append(quoted ? "\"" : "");
    }
}

std::string uri(std::string_view text) {
    const auto read = message::parse_uri(text);
    if (!read) return {};
    std::string out(read->scheme_name);
    out.append(":").append(read->user);
    if (read->password.data() != nullptr) out.append(":").append(read->password);
    if (read->is_sip() && read->has_user) out += '@';
    out.append(read->host);
    if (read->port != 0) out.append(":").append(std::to_string(read->port));
    append(out, read->parameters, ';');
    if (!read->headers.empty()) out.append("?").append(read->headers);
    return out;
}

std::string name_addr(std::string_view text) {
    const auto read = message::parse_name_addr(text);
    if (!read) return {};
    std::string out;
    if (!read->display_name.empty()) {
        const bool quoted = read->display_name.data() > text.data() && read->display_name.data()[-1] == '"';
        out = quoted ? "\"" + std::string(read->display_name) + "\" " : std::string(read->display_name) + " ";
    }
    out.append("<").append(read->uri).append(">");
    append(out, read->parameters, ';');
    return out;
}

std::string via(std::string_view text) {
    const auto read = message::parse_via(text);
    if (!read) return {};
    std::string out = "SIP/2.0/" + std::string(read->transport) + " " + std::string(read->host);
    if (read->port != 0) out.append(":").append(std::to_string(read->port));
    append(out, read->parameters, ';');
    return out;
}

}  // namespace

std::string rebuilt(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::uri:
            return uri(text);
        case Kind::name_addr:
            return name_addr(text);
        case Kind::via:
            return via(text);
        case Kind::cseq:
            if (const auto read = message::parse_cseq(text)) return std::to_string(read->number) + " " + std::string(read->method_name);
            return {};
        case Kind::number:
            if (const auto read = message::parse_number(text)) return std::to_string(*read);
            return {};
        case Kind::token_value:
            if (const auto read = message::parse_token_value(text)) {
                std::string out(read->value);
                append(out, read->parameters, ';');
                return out;
            }
            return {};
        case Kind::credentials:
            if (const auto read = message::parse_credentials(text)) {
                std::string out = std::string(read->scheme) + " ";
                if (read->parameters.find_first_of(",\" \t=") == std::string_view::npos) return out.append(read->parameters);
                append(out, read->parameters, ',');
                return out;
            }
            return {};
        default:
            return {};
    }
}

std::string rebuild_disagreement(Kind kind, std::string_view text) {
    const std::string once = rebuilt(kind, text);
    if (once.empty()) return {};
    const std::string twice = rebuilt(kind, once);
    return once == twice ? std::string() : "written once: " + once + "\nwritten again: " + twice + "\n";
}

}  // namespace offhook::reference
