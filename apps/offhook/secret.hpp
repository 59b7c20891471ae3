// Passwords from where people give them: the terminal without echo, standard input, or made here.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "apps/offhook/program.hpp"

namespace offhook::cli {

/// 20 characters without look-alikes: 116 bits.
[[nodiscard]] std::string generate_password();

/// The first line of standard input.
[[nodiscard]] std::expected<std::string, Failure> password_from_stdin();

/// Asks twice on the terminal, without echo. Error if standard input is no terminal.
[[nodiscard]] std::expected<std::string, Failure> password_from_terminal(std::string_view user);

/// One that exists already is asked for once. Error if none was typed.
[[nodiscard]] std::expected<std::string, Failure> existing_password_from_terminal(std::string_view prompt);

}  // namespace offhook::cli
