// The members of a JSON body, each read into its place: what is unknown or of another type is named, with what is wanted. Thread rule: pure functions.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/charging/money.hpp"

namespace offhook::http {

struct Member {
    std::string_view name;
    std::function<std::string(const boost::json::value&)> take;  ///< empty: taken; else what must stand there, as "must be a text"
};

[[nodiscard]] Member text_member(std::string_view name, std::optional<std::string>& into);
[[nodiscard]] Member flag_member(std::string_view name, std::optional<bool>& into);
[[nodiscard]] Member count_member(std::string_view name, std::uint32_t& into);
/// An amount is a text, "10.00": a JSON number is binary in most programs, and 0.1 would not be a tenth.
[[nodiscard]] Member amount_member(std::string_view name, charging::Micros& into);
[[nodiscard]] Member texts_member(std::string_view name, std::vector<std::string>& into);

/// Empty, or what is wrong with the first member that is.
[[nodiscard]] std::string take_members(const boost::json::object& object, std::initializer_list<Member> members);

}  // namespace offhook::http
