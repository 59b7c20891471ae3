// Edits of a message against the same changes made by hand: field by field, on copies.
#pragma once
#include <string>
#include <string_view>

namespace offhook::reference {

/// Edits the message as the octets of `script` say (what is done to each field, one after the other) and compares what is written with
/// a message put together from the changed fields, octet by octet but for the commas of lists. Empty: the same, or not a message.
[[nodiscard]] std::string edit_disagreement(std::string_view script, std::string_view bytes);

}  // namespace offhook::reference
