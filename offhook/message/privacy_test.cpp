#include "offhook/message/privacy.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"

namespace offhook::message {
namespace {

// RFC 3323 §4.2, RFC 3325 §9.3, RFC 7044 §10.1.1.
TEST(Privacy, HoldsWhatIsAskedFor) {
    const auto privacy = parse_privacy("header; User ;id;history;x-more");
    ASSERT_TRUE(privacy);
    EXPECT_EQ(privacy->kinds, Privacy::header | Privacy::user | Privacy::id | Privacy::history);
    EXPECT_TRUE(privacy->asks(Privacy::id));
    EXPECT_FALSE(privacy->asks(Privacy::session));
    EXPECT_TRUE(privacy->unknown);
    EXPECT_FALSE(parse_privacy("none")->unknown);
}

TEST(Privacy, IsReadAsItWasWritten) {
    for (std::uint8_t kinds = 1; kinds < 128; ++kinds) {
        std::string written;
        append_privacy(written, kinds);
        const auto again = parse_privacy(written);
        ASSERT_TRUE(again) << written;
        EXPECT_EQ(again->kinds, kinds) << written;
    }
}

TEST(Privacy, SaysWhereItBreaks) {
    EXPECT_EQ(parse_privacy("").error(), (ParseError{ErrorCode::bad_token, 0}));
    EXPECT_EQ(parse_privacy("id;").error(), (ParseError{ErrorCode::bad_token, 3}));
    EXPECT_EQ(parse_privacy("id, header").error(), (ParseError{ErrorCode::trailing_bytes, 2}));
}

// A value that cannot be read must not uncover anybody.
TEST(Privacy, IsAskedForInWhateverForm) {
    Message message;
    for (const char* lines : {"Privacy: id", "Privacy: user;ID", "Privacy: user\r\nPrivacy: id", "Privacy: header, id", "Privacy: ;;@ id"}) {
        const std::string text = std::string("INVITE sip:bob@biloxi.com SIP/2.0\r\n") + lines + "\r\n\r\n";
        ASSERT_TRUE(message.index(text)) << lines;
        EXPECT_TRUE(asks_privacy(message, Privacy::id)) << lines;
        EXPECT_FALSE(asks_privacy(message, Privacy::session)) << lines;
    }
    ASSERT_TRUE(message.index("INVITE sip:bob@biloxi.com SIP/2.0\r\nPrivacy: idle\r\n\r\n"));
    EXPECT_FALSE(asks_privacy(message, Privacy::id));
}

}  // namespace
}  // namespace offhook::message
