// Messages for tests, written as lines; owned together with the view of them.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::test {

struct SipText {
    std::string bytes;
    message::Message message;

    /// `lines` end with "\n"; Content-Length and the empty line are added here.
    explicit SipText(std::string_view lines, std::string_view body = {}) {
        for (const char c : lines) {
            if (c == '\n') bytes += '\r';
            bytes += c;
        }
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        bytes += body;
        EXPECT_TRUE(message.index(bytes)) << bytes;
    }
    SipText(const SipText&) = delete;
    SipText& operator=(const SipText&) = delete;
    operator const message::Message&() const { return message; }  // NOLINT(google-explicit-constructor): stands for its message
};

}  // namespace offhook::test
