// /v1/users: who may register and call.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "offhook/auth/algorithm.hpp"
#include "offhook/base/text.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/import.hpp"
#include "offhook/http/reply.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {
namespace {

namespace json = boost::json;

json::object user_json(const auth::User& user) {
    json::array algorithms;
    for (std::size_t i = 0; i < auth::algorithm_count; ++i)
        if (!user.ha1[i].plain_name.empty()) algorithms.emplace_back(json::string(auth::name_of(static_cast<auth::Algorithm>(i))));
    return {{"user", json::string(user.name + "@" + user.domain)},
            {"name", json::string(user.name)},
            {"domain", json::string(user.domain)},
            {"realm", json::string(user.realm)},
            {"enabled", user.enabled},
            {"account", shown(user.account)},
            {"algorithms", std::move(algorithms)}};
}

/// "alice@example.com" at its last '@'.
struct Key {
    std::string_view name, domain;
};
std::expected<Key, Response> key_of(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == text.npos || at == 0 || at + 1 == text.size())
        return std::unexpected(error_response(400, fmt::format("\"{}\" is not a user: name@domain is wanted", store::escaped(text))));
    return Key{text.substr(0, at), text.substr(at + 1)};
}

/// Empty if users may be made in this domain.
std::string foreign(const Facts& facts, std::string_view domain) {
    if (std::any_of(facts.domains.begin(), facts.domains.end(), [&](const std::string& own) { return iequals(own, domain); })) return {};
    return fmt::format("\"{}\" is not served here; own domains: {}", store::escaped(domain), fmt::join(facts.domains, ", "));
}

/// The members of a body that this request may have, each of its type; else the refusal.
struct Members {
    std::optional<std::string> name, domain, password, account;
    std::optional<bool> enabled;
};
std::expected<Members, Response> members_of(const Request& request, bool with_key) {
    auto object = body_object(request);
    if (!object) return std::unexpected(object.error());
    Members members;
    for (const auto& [key, value] : *object) {
        const std::string_view name(key.data(), key.size());
        std::optional<std::string>* text = name == "password"             ? &members.password
                                           : name == "account"            ? &members.account
                                           : with_key && name == "name"   ? &members.name
                                           : with_key && name == "domain" ? &members.domain
                                                                          : nullptr;
        if (text != nullptr) {
            if (!value.is_string()) return std::unexpected(error_response(400, fmt::format("\"{}\" must be a text", name)));
            *text = std::string(value.get_string());
        } else if (name == "enabled") {
            if (!value.is_bool()) return std::unexpected(error_response(400, "\"enabled\" must be true or false"));
            members.enabled = value.get_bool();
        } else {
            return std::unexpected(error_response(
                400, fmt::format("\"{}\" is unknown; known are {}password, enabled, account", store::escaped(name), with_key ? "name, domain, " : "")));
        }
    }
    return members;
}

Response import_refusal(const std::vector<LineError>& errors) {
    json::array lines;
    const std::size_t told = std::min<std::size_t>(errors.size(), 100);
    for (std::size_t i = 0; i < told; ++i)
        lines.push_back(json::object{{"line", errors[i].line}, {"error", json::string(errors[i].text)}});
    const auto text = fmt::format("nothing was imported: line {}: {}{}", errors.front().line, errors.front().text,
                                  errors.size() == 1 ? "" : fmt::format(" (and {} more)", errors.size() - 1));
    json::object body{{"error", text}, {"errors", std::move(lines)}};
    if (errors.size() > told) body["more"] = errors.size() - told;
    return json_response(400, body);
}

}  // namespace

Response Api::users(const Request& request) {
    if (request.verb == Verb::get) return list_users(request);
    if (request.verb == Verb::post) return add_user(request);
    return wrong_method("GET, POST");
}

Response Api::list_users(const Request& request) {
    if (Response wrong = check_parameters(request, {"limit", "after"}); wrong.status != 200) return wrong;
    const auto limit = limit_of(request);
    if (!limit) return limit.error();
    Key after;
    if (const auto text = request.parameter("after")) {
        const auto key = key_of(*text);
        if (!key) return key.error();
        after = *key;
    }
    const auto page = store_.reader().users(after.domain, after.name, *limit);
    if (!page) return unavailable(page.error());
    json::array list;
    for (const auth::User& user : *page) list.push_back(user_json(user));
    json::object body{{"users", std::move(list)}};
    if (page->size() == *limit) body["next"] = json::string(page->back().name + "@" + page->back().domain);
    return json_response(200, body);
}

Response Api::add_user(const Request& request) {
    const auto members = members_of(request, true);
    if (!members) return members.error();
    const auto facts = this->facts();
    if (!members->name) return error_response(400, "\"name\" is missing: the user's name, as \"alice\"");
    if (!members->password) return error_response(400, "\"password\" is missing");
    store::NewUser user;
    user.domain = lower(members->domain.value_or(facts->domains.empty() ? "" : facts->domains.front()));
    user.name = *members->name;
    user.realm = facts->realm;
    user.password = members->password;
    user.enabled = members->enabled.value_or(true);
    user.account = members->account.value_or("");
    if (std::string wrong = foreign(*facts, user.domain); !wrong.empty()) return error_response(400, wrong);
    if (const auto added = store_.user_admin().add(user); !added) return refusal(added.error());
    const auto stored = store_.users().find(user.domain, user.name);
    if (!stored) return error_response(404, fmt::format("{}@{} was removed at the same moment", user.name, user.domain));
    Response response = json_response(201, user_json(*stored));
    response.headers.emplace_back("Location", "/v1/users/" + escape_component(user.name + "@" + user.domain));
    return response;
}

Response Api::import_users(const Request& request) {
    if (request.verb != Verb::post) return wrong_method("POST");
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    const std::string& type = request.content_type;
    const bool csv = type == "text/csv";
    if (!csv && type != "application/x-ndjson" && type != "application/jsonl")
        return error_response(415, "Content-Type must be text/csv (name,domain,password) or application/x-ndjson (one JSON object in each line)");
    auto users = csv ? read_csv(request.body) : read_json_lines(request.body);
    if (!users) return import_refusal(users.error());
    const auto facts = this->facts();
    std::vector<LineError> wrong;
    for (store::NewUser& user : *users) {
        user.realm = facts->realm;
        if (std::string text = foreign(*facts, user.domain); !text.empty()) wrong.push_back({user.line, std::move(text)});
    }
    if (!wrong.empty()) return import_refusal(wrong);
    if (const auto imported = store_.user_admin().import(*users); !imported) {
        const store::AdminError& error = imported.error();
        if (error.line == 0 || error.code == store::AdminError::Code::unavailable) return refusal(error);
        return import_refusal({{error.line, error.text}});
    }
    return json_response(200, json::object{{"imported", users->size()}});
}

Response Api::user(const Request& request, std::string_view text) {
    const auto key = key_of(text);
    if (!key) return key.error();
    const std::string domain = lower(key->domain), name(key->name);
    if (Response wrong = check_parameters(request, {}); wrong.status != 200) return wrong;
    switch (request.verb) {
        case Verb::patch:
            return change_user(request, domain, name);
        case Verb::remove:
            if (const auto removed = store_.user_admin().remove(domain, name); !removed) return refusal(removed.error());
            return {204, {}};
        case Verb::get: {
            if (!store_.users().loaded()) return unavailable("the users are still being loaded: try again in a moment");
            const auto found = store_.users().find(domain, name);
            if (!found) return error_response(404, fmt::format("{}@{} does not exist", store::escaped(name), store::escaped(domain)));
            return json_response(200, user_json(*found));
        }
        default:
            return wrong_method("GET, PATCH, DELETE");
    }
}

Response Api::change_user(const Request& request, std::string_view domain, std::string_view name) {
    const auto members = members_of(request, false);
    if (!members) return members.error();
    if (!members->password && !members->enabled && !members->account)
        return error_response(400, "nothing to change: give \"password\", \"enabled\", \"account\" or several of them");
    if (members->account)  // first: it alone may name what is not there
        if (const auto done = store_.user_admin().set_account(domain, name, *members->account); !done) return refusal(done.error());
    if (members->password)
        if (const auto done = store_.user_admin().set_password(domain, name, *members->password); !done) return refusal(done.error());
    if (members->enabled)
        if (const auto done = store_.user_admin().set_enabled(domain, name, *members->enabled); !done) return refusal(done.error());
    const auto stored = store_.users().find(domain, name);
    if (!stored) return error_response(404, fmt::format("{}@{} was removed at the same moment", name, domain));
    return json_response(200, user_json(*stored));
}

}  // namespace offhook::http
