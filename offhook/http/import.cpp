#include "offhook/http/import.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "offhook/base/csv.hpp"

namespace offhook::http {
namespace {

using store::NewUser;
using Result = std::expected<std::vector<NewUser>, std::vector<LineError>>;

Result result(std::vector<NewUser>&& users, std::vector<LineError>&& errors) {
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return std::move(users);
}

NewUser user_of(std::vector<CsvField>&& fields, std::size_t line) {
    NewUser user;
    user.name = std::move(fields[0].text);
    user.domain = std::move(fields[1].text);
    user.password = std::move(fields[2].text);
    if (fields.size() > 3) user.account = std::move(fields[3].text);
    user.line = line;
    return user;
}

std::string take_json(std::string_view line, NewUser& user) {
    std::string& password = user.password.emplace();
    boost::json::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
    if (error || !value.is_object()) return "a JSON object is wanted: {\"name\": \"alice\", \"domain\": \"example.com\", \"password\": \"...\"}";
    for (const auto& [key, member] : value.get_object()) {
        const std::string_view name(key.data(), key.size());
        std::string* text = name == "name"       ? &user.name
                            : name == "domain"   ? &user.domain
                            : name == "password" ? &password
                            : name == "account"  ? &user.account
                                                 : nullptr;
        if (text != nullptr) {
            if (!member.is_string()) return fmt::format("\"{}\" must be a text", name);
            text->assign(member.get_string().begin(), member.get_string().end());
        } else if (name == "enabled") {
            if (!member.is_bool()) return "\"enabled\" must be true or false";
            user.enabled = member.get_bool();
        } else {
            return fmt::format("\"{}\" is unknown; known are name, domain, password, enabled, account", name);
        }
    }
    return {};
}

}  // namespace

Result read_csv(std::string_view text) {
    std::vector<NewUser> users;
    std::vector<LineError> errors;
    for_each_line(text, [&](std::string_view line, std::size_t number) {
        if (number == 1 && (line == "name,domain,password" || line == "name,domain,password,account")) return;
        auto fields = csv_fields(line);
        if (!fields)
            errors.push_back({number, std::string(fields.error().reason)});
        else if (fields->size() != 3 && fields->size() != 4)
            errors.push_back(
                {number, fmt::format("{} value{} where three are wanted: name,domain,password, and a fourth if an account pays", fields->size(), fields->size() == 1 ? "" : "s")});
        else
            users.push_back(user_of(std::move(*fields), number));
    });
    return result(std::move(users), std::move(errors));
}

Result read_json_lines(std::string_view text) {
    std::vector<NewUser> users;
    std::vector<LineError> errors;
    for_each_line(text, [&](std::string_view line, std::size_t number) {
        NewUser user;
        user.line = number;
        if (std::string wrong = take_json(line, user); wrong.empty())
            users.push_back(std::move(user));
        else
            errors.push_back({number, std::move(wrong)});
    });
    return result(std::move(users), std::move(errors));
}

}  // namespace offhook::http
