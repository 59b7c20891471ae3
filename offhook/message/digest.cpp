#include "offhook/message/digest.hpp"

#include <utility>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

using Field = std::pair<std::string_view, std::string_view*>;

// Puts each parameter in its place, the first of each name.
template <std::size_t N>
void distribute(std::string_view parameters, const Field (&fields)[N]) {
    ParameterReader reader(parameters, ',');
    while (const auto found = reader.next())
        for (const auto& [name, place] : fields)
            if (place->data() == nullptr && iequals(found->name, name)) *place = found->value;
}

// RFC 7616 §3.4: exactly 8 hexadecimal digits; 0 if it is anything else.
std::uint32_t read_count(std::string_view nc) {
    if (nc.size() != 8) return 0;
    std::uint32_t count = 0;
    for (const char c : nc) {
        const int digit = hex_value(c);
        if (digit < 0) return 0;
        count = count << 4 | static_cast<std::uint32_t>(digit);
    }
    return count;
}

bool is_boolean(std::string_view text) { return text.data() == nullptr || iequals(text, "true") || iequals(text, "false"); }

DigestCredentials read(std::string_view parameters, std::string_view& userhash) {
    DigestCredentials out;
    const Field fields[] = {{"realm", &out.realm},   {"username", &out.username}, {"nonce", &out.nonce},   {"uri", &out.uri},
                            {"response", &out.response}, {"cnonce", &out.cnonce}, {"opaque", &out.opaque}, {"qop", &out.qop},
                            {"username*", &out.username_star}, {"algorithm", &out.algorithm}, {"nc", &out.nc}, {"userhash", &userhash}};
    distribute(parameters, fields);
    out.count = read_count(out.nc);
    out.userhash = iequals(userhash, "true");
    return out;
}

std::expected<Credentials, ParseError> parse_of(std::string_view scheme, std::string_view text) {
    auto credentials = parse_credentials(text);
    if (credentials && !iequals(credentials->scheme, scheme)) return grammar::fail_at(text, credentials->scheme, ErrorCode::bad_credentials);
    return credentials;
}

}  // namespace

bool DigestChallenge::offers(std::string_view wanted_qop) const {
    ParameterReader reader(qop, ',');
    while (const auto one = reader.next())
        if (iequals(one->text, wanted_qop)) return true;
    return false;
}

std::expected<DigestChallenge, ParseError> parse_digest_challenge(std::string_view text) {
    const auto credentials = parse_of("Digest", text);
    if (!credentials) return std::unexpected(credentials.error());
    DigestChallenge out;
    std::string_view stale, userhash;
    const Field fields[] = {{"realm", &out.realm}, {"domain", &out.domain},   {"nonce", &out.nonce}, {"opaque", &out.opaque},    {"algorithm", &out.algorithm},
                            {"qop", &out.qop},     {"charset", &out.charset}, {"stale", &stale},     {"userhash", &userhash}};
    distribute(credentials->parameters, fields);
    if (out.realm.data() == nullptr || out.nonce.data() == nullptr) return Cursor::fail(ErrorCode::missing_parameter, text.size());
    out.stale = iequals(stale, "true");  // §3.3: anything else is false
    if (!is_boolean(userhash)) return grammar::fail_at(text, userhash, ErrorCode::bad_parameter_value);
    out.userhash = iequals(userhash, "true");
    return out;
}

std::optional<DigestCredentials> read_digest_credentials(const Credentials& credentials) {
    if (!iequals(credentials.scheme, "Digest")) return std::nullopt;
    std::string_view userhash;
    return read(credentials.parameters, userhash);
}

std::expected<DigestCredentials, ParseError> parse_digest_credentials(std::string_view text) {
    const auto credentials = parse_of("Digest", text);
    if (!credentials) return std::unexpected(credentials.error());
    std::string_view userhash;
    const DigestCredentials out = read(credentials->parameters, userhash);
    const bool named = out.username.data() != nullptr || out.username_star.data() != nullptr;
    const bool counted = out.qop.data() == nullptr || (out.cnonce.data() != nullptr && out.nc.data() != nullptr);
    if (!named || !counted || out.realm.data() == nullptr || out.nonce.data() == nullptr || out.uri.data() == nullptr || out.response.data() == nullptr)
        return Cursor::fail(ErrorCode::missing_parameter, text.size());
    // §3.4.4: a hashed name is never an extended one too.
    if (out.username.data() != nullptr && out.username_star.data() != nullptr)
        return grammar::fail_at(text, out.username_star, ErrorCode::repeated_parameter);
    if (out.nc.data() != nullptr && out.count == 0) return grammar::fail_at(text, out.nc, ErrorCode::bad_parameter_value);
    if (!is_boolean(userhash)) return grammar::fail_at(text, userhash, ErrorCode::bad_parameter_value);
    return out;
}

AuthenticationInfo read_authentication_info(const Credentials& info) {
    AuthenticationInfo out;
    const Field fields[] = {
        {"nextnonce", &out.nextnonce}, {"qop", &out.qop}, {"rspauth", &out.rspauth}, {"cnonce", &out.cnonce}, {"nc", &out.nc}};
    distribute(info.parameters, fields);
    return out;
}

std::expected<BearerChallenge, ParseError> parse_bearer_challenge(std::string_view text) {
    const auto credentials = parse_of("Bearer", text);
    if (!credentials) return std::unexpected(credentials.error());
    BearerChallenge out;
    const Field fields[] = {{"realm", &out.realm}, {"scope", &out.scope}, {"error", &out.error}, {"authz_server", &out.authz_server}};
    distribute(credentials->parameters, fields);
    constexpr std::string_view https = "https://";
    if (out.authz_server.data() != nullptr && (out.authz_server.size() <= https.size() || !iequals(out.authz_server.substr(0, https.size()), https)))
        return grammar::fail_at(text, out.authz_server, ErrorCode::bad_parameter_value);
    return out;
}

std::optional<std::string_view> bearer_token(const Credentials& credentials) {
    if (!iequals(credentials.scheme, "Bearer") || credentials.parameters.empty()) return std::nullopt;
    return credentials.parameters;
}

}  // namespace offhook::message
