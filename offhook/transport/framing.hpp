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
    /// To be followed by next() until it needs more: then at most one message within the limits stays behind.
    void append(std::string_view bytes);
    /// An error comes once: nobody knows where the next message begins, so nothing more is framed after it.
    [[nodiscard]] Frame next();
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - begin_; }

private:
    Frame fail(int status, std::string_view bytes);
    Frame measure(std::string_view rest);

    message::Limits limits_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t scanned_ = 0;  ///< of the header part, so that no byte is searched twice
    std::size_t size_ = 0;     ///< of the message under way, once its header fields are complete; 0 before
    bool failed_ = false;
};

}  // namespace offhook::transport
