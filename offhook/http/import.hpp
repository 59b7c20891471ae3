// A bulk import of users as text: CSV (RFC 4180) or JSON lines. Reads all of it and names every line that is wrong.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/store/user_admin.hpp"

namespace offhook::http {

struct LineError {
    std::size_t line = 0;
    std::string text;
};

/// `name,domain,password` in each line, and an account after them or not; a first line of just these words is a heading. Values may stand in quotes.
[[nodiscard]] std::expected<std::vector<store::NewUser>, std::vector<LineError>> read_csv(std::string_view text);

/// {"name": ..., "domain": ..., "password": ..., "enabled": true, "account": ...} in each line; `enabled` and `account` may be left out.
[[nodiscard]] std::expected<std::vector<store::NewUser>, std::vector<LineError>> read_json_lines(std::string_view text);

}  // namespace offhook::http
