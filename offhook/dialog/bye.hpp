// The BYE that one side of a dialog would send, written from what a proxy knows of the dialog: for a call that the server ends.
//
// As it would reach the proxy: without a Via, and with those of that side's Routes that the proxy still has to see. Must not know why the
// call ends or how requests travel. RFC 3261 §12.2.1.1, §15.1.1, RFC 3326. Thread rule: none needed.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "offhook/dialog/dialog_state.hpp"

namespace offhook::dialog {

/// The CSeq number is the highest of that side: who composes a new BYE raises it before. `first_route`: index of the first Route to be
/// written. `reason`: value of Reason, or empty.
void write_bye(std::string& out, const DialogState& dialog, Direction from, std::size_t first_route, std::string_view reason);

}  // namespace offhook::dialog
