#include "offhook/message/typed.hpp"

#include <array>
#include <type_traits>

namespace offhook::message {

namespace {

using Checked = std::expected<void, ParseError>;

template <HeaderId id>
Checked check(std::string_view text) {
    if (const auto value = Parser<id>::parse(text); !value) return std::unexpected(value.error());
    return {};
}

struct Row {
    Checked (*check)(std::string_view);
    bool name_addr;
};

constexpr std::array rows = {
#define OFFHOOK_CHECK(id, name, compact, form, parser, section) Row{check<HeaderId::id>, std::is_base_of_v<NameAddr, Value<HeaderId::id>>},
    OFFHOOK_HEADERS(OFFHOOK_CHECK)
#undef OFFHOOK_CHECK
};

}  // namespace

Checked check_value(HeaderId id, std::string_view text) {
    if (id == HeaderId::other) return {};
    return rows[static_cast<std::size_t>(id) - 1].check(text);
}

bool holds_name_addr(HeaderId id) { return id != HeaderId::other && rows[static_cast<std::size_t>(id) - 1].name_addr; }

}  // namespace offhook::message
