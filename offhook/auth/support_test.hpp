// What the tests of this layer share: users in memory, messages that own their bytes, and a phone that answers challenges.
#pragma once
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "offhook/auth/digest.hpp"
#include "offhook/message/credentials.hpp"

namespace offhook::auth::test {

using namespace std::chrono_literals;

inline Now at(Duration since_start) { return {Instant(since_start), UtcTime(std::chrono::seconds(1'800'000'000)) + since_start}; }

class Users final : public UserDirectory {
public:
    User& add(std::string_view domain, std::string_view name, std::string_view realm, std::string_view password,
              std::vector<Algorithm> algorithms = {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
        User user{std::string(name), std::string(domain), std::string(realm), {}, true, {}};
        for (const Algorithm a : algorithms) user.ha1[index_of(a)] = hash_password(hasher_, a, name, domain, realm, password);
        auto& slot = users_[{std::string(domain), std::string(name)}];
        slot = std::make_shared<User>(user);
        return *slot;
    }
    [[nodiscard]] UserSnapshot find(std::string_view domain, std::string_view name) const override {
        ++look_ups;
        const auto found = users_.find({std::string(domain), std::string(name)});
        return found == users_.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::array<bool, algorithm_count> offered(std::string_view) const override { return offers; }
    [[nodiscard]] bool loaded() const override { return is_loaded; }

    bool is_loaded = true;
    std::array<bool, algorithm_count> offers{true, true, true};
    mutable unsigned look_ups = 0;

private:
    Hasher hasher_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<User>> users_;
};

struct OwnedMessage {
    explicit OwnedMessage(std::string text) : bytes(std::move(text)) {
        if (!message.index(bytes)) throw std::runtime_error("a test's message does not parse: " + bytes);
    }
    OwnedMessage(OwnedMessage&& other) noexcept : bytes(std::move(other.bytes)), message(other.message) { message.rebind(bytes); }
    OwnedMessage(const OwnedMessage&) = delete;
    OwnedMessage& operator=(const OwnedMessage&) = delete;
    std::string bytes;
    message::Message message;
};

/// What the tests vary about a request.
struct RequestParts {
    std::string method = "REGISTER", uri = "sip:example.com";
    std::string from = "<sip:alice@example.com>;tag=1", to = "<sip:alice@example.com>";
    std::string call_id = "c1", headers{};
    unsigned cseq = 1;
    std::string branch = "z9hG4bKone";
};

inline std::string write(const RequestParts& p) {
    return p.method + " " + p.uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=" + p.branch + "\r\nMax-Forwards: 70\r\nFrom: " + p.from +
           "\r\nTo: " + p.to + "\r\nCall-ID: " + p.call_id + "\r\nCSeq: " + std::to_string(p.cseq) + " " + p.method + "\r\n" + p.headers +
           "Content-Length: 0\r\n\r\n";
}

/// A client's answer to a challenge (RFC 7616 §3.4).
struct Phone {
    std::string user = "alice", password = "secret", realm = "example.com";
    Algorithm algorithm = Algorithm::sha256;
    std::string nonce{}, qop = "auth", cnonce = "0a4f113b";
    unsigned nc = 1;

    /// Takes the nonce of the first challenge with the phone's algorithm; false if none was offered.
    bool take(const message::Message& response) {
        for (const auto id : {message::HeaderId::www_authenticate, message::HeaderId::proxy_authenticate})
            for (const auto* field = response.first(id); field != nullptr; field = response.next(*field)) {
                const auto challenge = message::parse_credentials(response.value(*field));
                if (!challenge || challenge->parameter("algorithm") != name_of(algorithm)) continue;
                nonce = challenge->parameter("nonce").value();
                nc = 1;
                return true;
            }
        return false;
    }
    bool take_lines(const std::string& challenge_lines) {
        return take(OwnedMessage("SIP/2.0 401 Unauthorized\r\n" + challenge_lines + "Content-Length: 0\r\n\r\n").message);
    }

    [[nodiscard]] std::string credentials(std::string_view method, std::string_view uri, bool proxy = false) const {
        Hasher hasher;
        HexDigest hex;
        const std::string secret = ha1(hasher, algorithm, user, realm, password), count = to_hex(std::uint64_t{nc}).substr(8);
        const std::string_view response = digest_response(hasher, {algorithm, secret, method, uri, nonce, qop, count, cnonce, {}}, hex);
        std::string line = proxy ? "Proxy-Authorization: Digest" : "Authorization: Digest";
        line += " username=\"" + user + "\", realm=\"" + realm + "\", nonce=\"" + nonce + "\", uri=\"" + std::string(uri) + "\", response=\"" +
                std::string(response) + "\", algorithm=" + std::string(name_of(algorithm));
        if (!qop.empty()) line += ", qop=" + qop + ", nc=" + count + ", cnonce=\"" + cnonce + "\"";
        return line + "\r\n";
    }
};

}  // namespace offhook::auth::test
