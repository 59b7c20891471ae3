// A fuzz input as a sequence of events that a person can read and write, and that stays one however it is cut and mixed.
//
//   An event begins a line: a letter, then single characters, each a choice; blanks between them are free. A digit or a small letter
//   stands for 0 to 35, any other octet for its code, the end of the line for 0. Text follows on the same line, or as a block that a
//   line with a lone dot ends. Lines that begin with # are remarks.
#pragma once
#include <cstddef>
#include <string_view>

namespace offhook::fuzz {

class Script {
public:
    explicit Script(std::string_view text) : rest_(text) {}

    /// The letter of the next event; 0 at the end.
    [[nodiscard]] char event() {
        for (;;) {
            while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\r')) rest_.remove_prefix(1);
            if (rest_.empty()) return 0;
            const char letter = rest_.front();
            rest_.remove_prefix(1);
            if (letter != '#') return letter;
            line();
        }
    }

    /// One of `count`, from the next character of the line.
    [[nodiscard]] std::size_t choose(std::size_t count) {
        while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
        if (rest_.empty() || rest_.front() == '\n') return 0;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        const std::size_t value = c >= '0' && c <= '9'   ? static_cast<std::size_t>(c - '0')
                                  : c >= 'a' && c <= 'z' ? static_cast<std::size_t>(c - 'a' + 10)
                                                         : static_cast<unsigned char>(c);
        return value % count;
    }

    /// What is left of the line, without the blanks before it.
    std::string_view line() {
        while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
        return take(rest_.find('\n'), 1);
    }

    /// The lines up to one with a lone dot, as they are.
    [[nodiscard]] std::string_view block() {
        line();
        if (rest_.starts_with(".\n")) return take(0, 2);
        return take(rest_.find("\n.\n"), 3);
    }

private:
    std::string_view take(std::size_t size, std::size_t end) {
        const std::string_view out = rest_.substr(0, size);
        rest_ = size == std::string_view::npos ? std::string_view{} : rest_.substr(size + end);
        return out;
    }

    std::string_view rest_;
};

}  // namespace offhook::fuzz
