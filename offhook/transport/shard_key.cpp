#include "offhook/transport/shard_key.hpp"

#include "offhook/base/text.hpp"

namespace offhook::transport {

using message::HeaderId;
using message::Method;

std::optional<std::string_view> shard_key(const message::Message& message, std::string& scratch) {
    const message::HeaderField* call_id = message.first(HeaderId::call_id);
    if (call_id == nullptr || message.next(*call_id) != nullptr) return std::nullopt;
    if (message.method() == Method::register_ || message.method() == Method::publish) {
        if (const auto& to = message.to()) {
            scratch = message::address_of_record(to->uri);
            return scratch;
        }
    }
    const std::string_view value = message.value(*call_id);
    if (value.find('\n') == value.npos) return value;
    // RFC 3261 §7.3.1: a fold reads as one space, so that a retransmission folded elsewhere meets the same owner.
    scratch.clear();
    for (std::size_t at = 0; at < value.size();) {
        const auto blank = value.find_first_of(" \t\r\n", at);
        scratch += value.substr(at, blank == value.npos ? blank : blank - at);
        if (blank == value.npos) break;
        scratch += ' ';
        at = value.find_first_not_of(" \t\r\n", blank);
    }
    return scratch;
}

std::optional<std::string> shard_key(const message::Message& message) {
    std::string scratch;
    const auto key = shard_key(message, scratch);
    if (!key) return std::nullopt;
    return std::string(*key);
}

}  // namespace offhook::transport
