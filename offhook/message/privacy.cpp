#include "offhook/message/privacy.hpp"

#include <array>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::array<std::string_view, 7> names = {"header", "session", "user", "none", "critical", "id", "history"};

std::uint8_t kind_of(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (iequals(names[i], name)) return static_cast<std::uint8_t>(1u << i);
    return 0;
}

void add(Privacy& out, std::string_view name) {
    const std::uint8_t kind = kind_of(name);
    out.kinds = static_cast<std::uint8_t>(out.kinds | kind);
    out.unknown = out.unknown || kind == 0;
}

}  // namespace

std::expected<Privacy, ParseError> parse_privacy(std::string_view text) {
    Cursor cursor{text};
    Privacy out;
    out.text = text;
    do {
        cursor.skip_lws();
        const std::string_view name = cursor.take(grammar::token);
        if (name.empty()) return cursor.fail(ErrorCode::bad_token);
        add(out, name);
        cursor.skip_lws();
    } while (cursor.eat(';'));
    if (!cursor.done()) return cursor.fail(ErrorCode::trailing_bytes);
    return out;
}

bool asks_privacy(const Message& message, Privacy::Kind kind) {
    Privacy found;
    for (const HeaderField* field = message.first(HeaderId::privacy); field != nullptr; field = message.next(*field)) {
        Cursor cursor{message.value(*field)};
        while (!cursor.done()) {
            const std::string_view name = cursor.take(grammar::token);
            if (name.empty()) ++cursor.at;
            else add(found, name);
        }
    }
    return found.asks(kind);
}

void append_privacy(std::string& out, std::uint8_t kinds) {
    bool first = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if ((kinds & (1u << i)) == 0) continue;
        if (!first) out += ';';
        out.append(names[i]);
        first = false;
    }
}

}  // namespace offhook::message
