// A stream of messages is framed the same wherever the network cuts it: every message of the RFCs, cut at every octet.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fuzz/inputs.hpp"
#include "offhook/transport/framing.hpp"

namespace offhook::reference {
namespace {

using transport::StreamFramer;

/// Kinds and octets of the frames that come of these pieces.
class Frames {
public:
    void append(std::string_view piece) {
        framer_.append(piece);
        for (;;) {
            const auto frame = framer_.next();
            if (frame.kind == StreamFramer::Kind::need_more) return;
            out_.append(std::to_string(static_cast<int>(frame.kind))).append(std::to_string(frame.status)).append(" ");
            if (frame.kind == StreamFramer::Kind::message) out_.append(frame.bytes).append("|");
            if (frame.kind == StreamFramer::Kind::error) return;
        }
    }
    [[nodiscard]] const std::string& text() const { return out_; }

private:
    StreamFramer framer_;
    std::string out_;
};

TEST(Stream, IsFramedTheSameCutAtEveryOctet) {
    const std::string next = "OPTIONS sip:a SIP/2.0\r\nl : 3\r\n\r\nabc";
    std::size_t messages = 0;
    for (const std::string& message : fuzz::messages_of_the_rfcs()) {
        const std::string stream = "\r\n\r\n" + message + next + next;
        Frames whole, octets;
        whole.append(stream);
        for (const char octet : stream) octets.append({&octet, 1});
        ASSERT_EQ(octets.text(), whole.text()) << message;
        for (std::size_t cut = 1; cut < stream.size(); ++cut) {
            Frames two;
            two.append(std::string_view(stream).substr(0, cut));
            two.append(std::string_view(stream).substr(cut));
            ASSERT_EQ(two.text(), whole.text()) << cut << " " << message;
        }
        messages += whole.text().ends_with(next + "|");
    }
    EXPECT_GT(messages, 200u);  // in nearly all of them the framer found its way to the end
}

}  // namespace
}  // namespace offhook::reference
