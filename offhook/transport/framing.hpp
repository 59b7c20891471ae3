// Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), knows CRLF keep-alives (RFC 5626 §3.5.1: ping is a double
// CRLF, pong a single one). Sans-I/O: bytes in, messages out. Cut anywhere, it frames the same.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::transport {

class StreamFramer {
public:
    enum class Kind : std::uint8_t { need_more, message, ping, error };
    struct Frame {
        Kind kind;
        std::string_view bytes;  ///< message: valid until the next call of append() or next(); error: what had come of the message
        int status = 0;          ///< error: what the sender is owed before the connection is closed (400, 413); 0 nothing
    };

    explicit StreamFramer(const message::Limits& limits = {}) : limits_(limits) {}
    void append(std::string_view bytes);  ///< at most what limits_ allows is ever kept
    [[nodiscard]] Frame next();
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - begin_; }

private:
    message::Limits limits_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t scanned_ = 0;  ///< of the header part, so that no byte is searched twice
    bool failed_ = false;
};

}  // namespace offhook::transport
