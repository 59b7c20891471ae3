#include "offhook/http/import.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::http {
namespace {

using store::NewUser;
using Result = std::expected<std::vector<NewUser>, std::vector<LineError>>;

Result result(std::vector<NewUser>&& users, std::vector<LineError>&& errors) {
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return std::move(users);
}

/// The fields of one line; nothing if a quote is out of place. A quoted value does not span lines: no name or password does.
std::optional<std::vector<std::string>> fields_of(std::string_view line) {
    std::vector<std::string> fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ',') {
            fields.emplace_back();
        } else if (line[i] == '"') {
            if (!fields.back().empty()) return std::nullopt;
            for (++i;; ++i) {
                if (i >= line.size()) return std::nullopt;
                if (line[i] == '"' && line.substr(i + 1).starts_with('"'))
                    ++i;
                else if (line[i] == '"')
                    break;
                fields.back() += line[i];
            }
            if (i + 1 < line.size() && line[i + 1] != ',') return std::nullopt;
        } else {
            fields.back() += line[i];
        }
    }
    return fields;
}

/// What the store's escapes leave alone, backslashes aside, is UTF-8 without NUL.
bool is_text(std::string line) {
    std::erase(line, '\\');
    return store::escaped(line) == line;
}

/// Calls with each line that is not blank and its number; line ends are LF or CRLF, a UTF-8 mark at the start is skipped.
template <class Take>
void for_each_line(std::string_view text, Take take) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!trim(line).empty()) take(line, number);
    }
}

NewUser user_of(std::string&& name, std::string&& domain, std::string&& password, std::size_t line) {
    NewUser user;
    user.name = std::move(name);
    user.domain = std::move(domain);
    user.password = std::move(password);
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
        std::string* text = name == "name" ? &user.name : name == "domain" ? &user.domain : name == "password" ? &password : nullptr;
        if (text != nullptr) {
            if (!member.is_string()) return fmt::format("\"{}\" must be a text", name);
            text->assign(member.get_string().begin(), member.get_string().end());
        } else if (name == "enabled") {
            if (!member.is_bool()) return "\"enabled\" must be true or false";
            user.enabled = member.get_bool();
        } else {
            return fmt::format("\"{}\" is unknown; known are name, domain, password, enabled", name);
        }
    }
    return {};
}

}  // namespace

Result read_csv(std::string_view text) {
    std::vector<NewUser> users;
    std::vector<LineError> errors;
    for_each_line(text, [&](std::string_view line, std::size_t number) {
        if (number == 1 && line == "name,domain,password") return;
        auto fields = fields_of(line);
        if (!is_text(std::string(line)))
            errors.push_back({number, "the line is not UTF-8 text"});
        else if (!fields)
            errors.push_back({number, "a quote is out of place: a quoted value stands alone between commas, a quote inside it is doubled"});
        else if (fields->size() != 3)
            errors.push_back(
                {number, fmt::format("{} value{} where three are wanted: name,domain,password", fields->size(), fields->size() == 1 ? "" : "s")});
        else
            users.push_back(user_of(std::move((*fields)[0]), std::move((*fields)[1]), std::move((*fields)[2]), number));
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
