#include "offhook/sdp/dtls.hpp"

#include "offhook/sdp/scan.hpp"

namespace offhook::sdp {

namespace {

constexpr std::string_view setup_names[] = {"active", "passive", "actpass", "holdconn"};

std::size_t digest_octets(std::string_view hash) {
    constexpr struct {
        std::string_view name;
        std::size_t octets;
    } known[] = {{"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}, {"md5", 16}, {"md2", 16}};
    for (const auto& one : known)
        if (iequals(one.name, hash)) return one.octets;
    return 0;
}

}  // namespace

std::expected<SetupRole, ParseError> parse_setup(std::string_view value) {
    Scan scan(value);
    for (std::size_t i = 0; i < std::size(setup_names); ++i)
        if (scan.eat_word(setup_names[i])) return scan.done() ? std::expected<SetupRole, ParseError>(static_cast<SetupRole>(i)) : scan.fail();
    return scan.fail();
}

std::string_view name_of(SetupRole setup) { return setup_names[static_cast<std::size_t>(setup)]; }

SetupRole answer_to(SetupRole offered, bool prefer_active) {
    switch (offered) {
        case SetupRole::active:
            return SetupRole::passive;
        case SetupRole::passive:
            return SetupRole::active;
        case SetupRole::actpass:
            return prefer_active ? SetupRole::active : SetupRole::passive;
        case SetupRole::holdconn:
            return SetupRole::holdconn;
    }
    return SetupRole::passive;
}

bool answers(SetupRole offered, SetupRole answered) {
    switch (offered) {
        case SetupRole::active:
            return answered == SetupRole::passive || answered == SetupRole::holdconn;
        case SetupRole::passive:
            return answered == SetupRole::active || answered == SetupRole::holdconn;
        case SetupRole::actpass:
            return answered != SetupRole::actpass;
        case SetupRole::holdconn:
            return answered == SetupRole::holdconn;
    }
    return false;
}

std::expected<ConnectionUse, ParseError> parse_connection_use(std::string_view value) {
    Scan scan(value);
    const bool fresh = scan.eat_word("new");
    if ((!fresh && !scan.eat_word("existing")) || !scan.done()) return scan.fail();
    return fresh ? ConnectionUse::fresh : ConnectionUse::existing;
}

std::expected<Fingerprint, ParseError> parse_fingerprint(std::string_view value) {
    Scan scan(value);
    Fingerprint fingerprint;
    fingerprint.hash = scan.token();
    if (fingerprint.hash.empty() || !scan.blank()) return scan.fail();
    const std::size_t begin = scan.at();
    std::size_t octets = 0;
    do {
        for (int digit = 0; digit < 2; ++digit)
            if (scan.done() || hex_value(value[scan.at()]) < 0 || !scan.eat(value[scan.at()])) return scan.fail();
        ++octets;
    } while (scan.eat(':'));
    if (!scan.done()) return scan.fail();
    const std::size_t wanted = digest_octets(fingerprint.hash);
    if (wanted != 0 && octets != wanted) return Scan::fail_at(begin);
    fingerprint.value = value.substr(begin, scan.at() - begin);
    return fingerprint;
}

std::expected<std::string_view, ParseError> parse_tls_id(std::string_view value) {
    Scan scan(value);
    const std::string_view id = scan.run([](char c) { return is_ice_char(c) || c == '-' || c == '_'; });
    if (!scan.done() || id.size() < 20 || id.size() > 255) return scan.fail();
    return id;
}

}  // namespace offhook::sdp
