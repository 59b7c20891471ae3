#include "offhook/store/user_admin.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "offhook/auth/hash.hpp"
#include "offhook/base/text.hpp"

namespace offhook::store {
namespace {

constexpr std::size_t hash_digits[auth::algorithm_count] = {32, 64, 64};
constexpr const char* hash_names[auth::algorithm_count] = {"MD5", "SHA256", "SHA512-256"};

constexpr auto load_wait = std::chrono::seconds(5);  // for users at start, which takes seconds only where there are millions

AdminError invalid(std::string text, std::size_t line) { return {AdminError::Code::invalid, std::move(text), line}; }

bool has_control(std::string_view s) {
    return std::ranges::any_of(s, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// What a name, a domain or a realm may hold, or what is wrong with it.
std::string mistake(const auth::User& u) {
    if (u.name.empty()) return "the name of a user must not be empty";
    if (u.name.size() > 256 || has_control(u.name) || u.name.find_first_of(" :@<>\"") != std::string::npos)
        return "\"" + u.name + "\" cannot be the name of a user: at most 256 octets, no spaces, none of : @ < > \"";  // RFC 7616 §4: no colon
    const auto host = [](char c) { return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']'; };
    if (u.domain.empty() || u.domain.size() > 255 || !std::ranges::all_of(u.domain, host))
        return "\"" + u.domain + "\" is not a domain: a host name or an address";
    if (u.realm.empty() || u.realm.size() > 255 || has_control(u.realm) || u.realm.find_first_of("\"\\") != std::string::npos)
        return "\"" + u.realm + "\" cannot be a realm: 1 to 255 octets without quotation marks, backslashes and control characters";
    return {};
}

std::expected<UserChange, AdminError> change_of(const NewUser& request) {
    UserChange change;
    change.line = request.line;
    auth::User& u = change.user;
    u.domain = lower(request.domain);
    u.name = request.name;
    u.realm = request.realm.empty() ? u.domain : request.realm;
    u.enabled = request.enabled;
    u.account = request.account;
    if (std::string wrong = mistake(u); !wrong.empty()) return std::unexpected(invalid(std::move(wrong), request.line));
    if (request.password) {
        if (request.password->empty()) return std::unexpected(invalid("the password of " + full_name(u) + " is empty", request.line));
        u.ha1 = hash_password(u.domain, u.name, u.realm, *request.password);
        return change;
    }
    bool any = false;
    for (std::size_t a = 0; a < auth::algorithm_count; ++a) {
        for (const auto& [from, to] :
             {std::pair{&request.ha1[a].plain_name, &u.ha1[a].plain_name}, {&request.ha1[a].full_name, &u.ha1[a].full_name}}) {
            *to = lower(*from);
            if (!to->empty() && (to->size() != hash_digits[a] || !from_hex(*to)))
                return std::unexpected(invalid(
                    std::string(hash_names[a]) + " HA1 of " + full_name(u) + ": " + std::to_string(hash_digits[a]) + " hexadecimal digits are needed",
                    request.line));
        }
        any = any || !u.ha1[a].plain_name.empty();
    }
    if (!any) return std::unexpected(invalid(full_name(u) + " has neither a password nor an HA1 of its plain name", request.line));
    return change;
}

}  // namespace

std::array<auth::HashedPassword, auth::algorithm_count> hash_password(std::string_view domain, std::string_view name, std::string_view realm,
                                                                      std::string_view password) {
    static constexpr auth::Algorithm algorithms[] = {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256};
    thread_local auth::Hasher hasher;  // its algorithms are fetched once
    std::array<auth::HashedPassword, auth::algorithm_count> out;
    for (std::size_t a = 0; a < out.size(); ++a) out[a] = auth::hash_password(hasher, algorithms[a], name, domain, realm, password);
    return out;
}

AdminResult UserAdmin::run(std::vector<UserChange> changes) {
    if (!users_.wait_loaded(load_wait))
        return std::unexpected(AdminError{AdminError::Code::unavailable, "the users are still being loaded: try again in a moment"});
    return writer_.submit(std::move(changes)).get();
}

AdminResult UserAdmin::add(const NewUser& user) { return import({&user, 1}); }

AdminResult UserAdmin::import(std::span<const NewUser> users) {
    if (users.size() > import_limit) return std::unexpected(invalid("an import takes at most " + std::to_string(import_limit) + " users at once", 0));
    std::vector<UserChange> changes;
    changes.reserve(users.size());
    for (const NewUser& user : users) {
        auto change = change_of(user);
        if (!change) return std::unexpected(change.error());
        changes.push_back(std::move(*change));
    }
    if (changes.empty()) return {};
    return run(std::move(changes));
}

AdminResult UserAdmin::remove(std::string_view domain, std::string_view name) {
    UserChange change;
    change.kind = UserChange::Kind::remove;
    change.user.domain = lower(domain);
    change.user.name = name;
    return run({std::move(change)});
}

AdminResult UserAdmin::set_password(std::string_view domain, std::string_view name, std::string_view password) {
    const bool loaded = users_.wait_loaded(load_wait);
    const auth::UserSnapshot user = users_.find(domain, name);
    const std::string who = std::string(name) + '@' + std::string(domain);
    if (loaded && !user) return std::unexpected(AdminError{AdminError::Code::not_found, who + " does not exist"});
    if (password.empty()) return std::unexpected(invalid("the password of " + who + " is empty", 0));
    UserChange change;
    change.kind = UserChange::Kind::set_password;
    if (user) {
        change.user = *user;
        change.user.ha1 = hash_password(user->domain, user->name, user->realm, password);
    }
    return run({std::move(change)});
}

AdminResult UserAdmin::set_account(std::string_view domain, std::string_view name, std::string_view account) {
    UserChange change;
    change.kind = UserChange::Kind::set_account;
    change.user.domain = lower(domain);
    change.user.name = name;
    change.user.account = account;
    return run({std::move(change)});
}

AdminResult UserAdmin::set_enabled(std::string_view domain, std::string_view name, bool enabled) {
    UserChange change;
    change.kind = UserChange::Kind::set_enabled;
    change.user.domain = lower(domain);
    change.user.name = name;
    change.user.enabled = enabled;
    return run({std::move(change)});
}

}  // namespace offhook::store
