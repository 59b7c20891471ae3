// Fields that name another dialog: Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538) as views.
// Whose tag is meant differs: to-tag and local-tag are the receiver's of Replaces and Join, and the sender's of Target-Dialog.
// Thread rule: pure functions.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"

namespace offhook::message {

/// RFC 3891 §6.1: the dialog that is replaced. Both tags are mandatory; 0 is that of a peer without one.
struct Replaces {
    std::string_view call_id, to_tag, from_tag;
    bool early_only;
};
[[nodiscard]] std::expected<Replaces, ParseError> parse_replaces(std::string_view text);
void append_replaces(std::string& out, const Replaces& value);

/// RFC 3911 §7.1: the dialog that is joined. Both tags are mandatory.
struct Join {
    std::string_view call_id, to_tag, from_tag;
};
[[nodiscard]] std::expected<Join, ParseError> parse_join(std::string_view text);

/// RFC 4538 §7: the dialog that shows what the sender knows. Both tags are mandatory; they are local and remote to the sender.
struct TargetDialog {
    std::string_view call_id, local_tag, remote_tag;
};
[[nodiscard]] std::expected<TargetDialog, ParseError> parse_target_dialog(std::string_view text);
void append_target_dialog(std::string& out, const TargetDialog& value);

}  // namespace offhook::message
