// What decides to which shard a message belongs (design rule 2): the address of record for REGISTER and PUBLISH, so that the phones
// of one address queue at one owner; the Call-ID for all else, so that everything of a call meets in one place.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::transport {

/// Borrowed from the message, or composed in `scratch`. Nothing if there is not exactly one Call-ID: such a message is refused where
/// it arrived. A REGISTER whose To cannot be read goes by its Call-ID: whoever gets it refuses it. Thread rule: any.
[[nodiscard]] std::optional<std::string_view> shard_key(const message::Message& message, std::string& scratch);

[[nodiscard]] std::optional<std::string> shard_key(const message::Message& message);

}  // namespace offhook::transport
