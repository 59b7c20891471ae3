#include "apps/offhook/secret.hpp"

#include <fmt/format.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <stdexcept>

namespace offhook::cli {
namespace {

/// A line of standard input without its end; nothing at the end of the file.
std::optional<std::string> read_line() {
    std::string line;
    for (int c = std::getchar(); c != EOF; c = std::getchar()) {
        if (c == '\n') return line;
        line += static_cast<char>(c);
        if (line.size() > 4096) return std::nullopt;
    }
    return line.empty() ? std::nullopt : std::optional(line);
}

class WithoutEcho {
public:
    WithoutEcho() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~WithoutEcho() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

std::optional<std::string> ask(std::string_view prompt) {
    fmt::print(stderr, "{}", prompt);
    std::optional<std::string> line;
    {
        const WithoutEcho quiet;
        line = read_line();
    }
    fmt::print(stderr, "\n");
    return line;
}

}  // namespace

std::string generate_password() {
    constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    std::string password;
    while (password.size() < 20) {
        unsigned char octet = 0;
        if (::getrandom(&octet, 1, 0) != 1) throw std::runtime_error("the system gives no randomness for a password");
        if (octet < 256 / alphabet.size() * alphabet.size()) password += alphabet[octet % alphabet.size()];  // no character is likelier
    }
    return password;
}

std::expected<std::string, Failure> password_from_stdin() {
    auto line = read_line();
    if (line && line->ends_with('\r')) line->pop_back();
    if (!line || line->empty()) return std::unexpected(Failure{Exit::usage, "--password-stdin: no password came: its first line is the password"});
    return std::move(*line);
}

std::expected<std::string, Failure> password_from_terminal(std::string_view user) {
    if (::isatty(STDIN_FILENO) == 0)
        return std::unexpected(
            Failure{Exit::usage, fmt::format("no password for {}: give it with --password-stdin, or have one made with --generate", user)});
    auto first = ask(fmt::format("Password for {}: ", user));
    if (!first || first->empty()) return std::unexpected(Failure{Exit::usage, "no password was typed"});
    const auto second = ask("The same again: ");
    if (second != first) return std::unexpected(Failure{Exit::usage, "the two passwords differ; nothing was changed"});
    return std::move(*first);
}

std::expected<std::string, Failure> existing_password_from_terminal(std::string_view prompt) {
    auto password = ask(prompt);
    if (!password || password->empty()) return std::unexpected(Failure{Exit::usage, "no password was typed"});
    return std::move(*password);
}

}  // namespace offhook::cli
