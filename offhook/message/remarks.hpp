// What is odd about a valid message: what peers tolerate though an RFC forbids it, and what a server refuses although it is well
// written. Each remark says who does what, and where that is written.
//
// Must not refuse anything: validate.hpp does. Thread rule: a pure function over borrowed bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/message/message.hpp"

namespace offhook::message {

struct Remark {
    std::uint32_t offset;      ///< of the octet that it is about
    std::string header;        ///< name of the header field as written; empty for the whole or the body
    std::string text;
    std::string_view section;  ///< "RFC 3261 §8.1.1.6"
};

/// `bytes` is what the message was indexed from; the message is valid. In the order of their octets.
[[nodiscard]] std::vector<Remark> remarks_on(std::string_view bytes, const Message& message);

}  // namespace offhook::message
