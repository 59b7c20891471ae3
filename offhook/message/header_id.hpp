// The header fields that have a name of their own: one id for each row of header_table.hpp, and what the row says.
#pragma once
#include <cstdint>
#include <string_view>

#include "offhook/message/header_table.hpp"

namespace offhook::message {

enum class HeaderId : std::uint8_t {
    other,  ///< a name without a row; the bytes are kept as they are
#define OFFHOOK_ID(id, name, compact, form, parser, section) id,
    OFFHOOK_HEADERS(OFFHOOK_ID)
#undef OFFHOOK_ID
        count_,
};

struct HeaderRow {
    enum class Form : std::uint8_t { list, list_or_empty, once, lines };  ///< see header_table.hpp

    HeaderId id;
    std::string_view name;  ///< as the RFC writes it
    char compact;           ///< RFC 3261 §7.3.3; 0 if it has none
    Form form;
    std::string_view section;  ///< "RFC 3261 §20.10": what the field is

    [[nodiscard]] bool list() const { return form == Form::list || form == Form::list_or_empty; }
    [[nodiscard]] bool once() const { return form == Form::once; }
};

[[nodiscard]] HeaderId header_id(std::string_view name);         ///< any case, compact form too
[[nodiscard]] const HeaderRow& row_of(HeaderId id);              ///< not for other
[[nodiscard]] inline std::string_view name_of(HeaderId id) { return row_of(id).name; }

}  // namespace offhook::message
