#include "offhook/http/members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <limits>

#include "offhook/store/escape.hpp"

namespace offhook::http {

namespace json = boost::json;

Member text_member(std::string_view name, std::optional<std::string>& into) {
    return {name, [&into](const json::value& value) -> std::string {
                if (!value.is_string()) return "must be a text";
                into = std::string(value.get_string());
                return {};
            }};
}

Member flag_member(std::string_view name, std::optional<bool>& into) {
    return {name, [&into](const json::value& value) -> std::string {
                if (!value.is_bool()) return "must be true or false";
                into = value.get_bool();
                return {};
            }};
}

Member count_member(std::string_view name, std::uint32_t& into) {
    return {name, [&into](const json::value& value) -> std::string {
                constexpr auto most = std::numeric_limits<std::uint32_t>::max();
                if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > most) return fmt::format("must be a whole number from 0 to {}", most);
                into = static_cast<std::uint32_t>(value.get_int64());
                return {};
            }};
}

Member amount_member(std::string_view name, charging::Micros& into) {
    return {name, [&into](const json::value& value) -> std::string {
                if (!value.is_string()) return "must be an amount in quotes, as \"10.00\"";
                const std::string text(value.get_string());
                const auto amount = charging::parse_amount(text);
                if (!amount) return fmt::format("is \"{}\", which {}", store::escaped(text), charging::describe(amount.error()));
                into = *amount;
                return {};
            }};
}

Member texts_member(std::string_view name, std::vector<std::string>& into) {
    return {name, [&into](const json::value& value) -> std::string {
                const json::array* list = value.if_array();
                if (list == nullptr || !std::ranges::all_of(*list, [](const json::value& one) { return one.is_string(); }))
                    return "must be a list of texts, as [\"+4990\"]";
                into.clear();
                into.reserve(list->size());
                for (const json::value& one : *list) into.emplace_back(one.get_string());
                return {};
            }};
}

std::string take_members(const json::object& object, std::initializer_list<Member> members) {
    for (const auto& [key, value] : object) {
        const auto member = std::ranges::find(members, std::string_view(key.data(), key.size()), &Member::name);
        if (member == members.end()) {
            std::string names;
            for (const Member& one : members) names.append(names.empty() ? "" : ", ").append(one.name);
            return fmt::format("\"{}\" is unknown; known are {}", store::escaped({key.data(), key.size()}), names);
        }
        if (const std::string wrong = member->take(value); !wrong.empty()) return fmt::format("\"{}\" {}", member->name, wrong);
    }
    return {};
}

}  // namespace offhook::http
