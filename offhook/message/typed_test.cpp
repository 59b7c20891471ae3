#include "offhook/message/typed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

const std::string text =
    "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b\r\n"
    "v: SIP/2.0/UDP c;;\r\n"
    "Replaces: 98732@sip.example.com ;from-tag=r33th4x0r;to-tag=ff87ff;early-only\r\n"
    "Expires: soon\r\n"
    "\r\n";

TEST(Typed, GivesTheFirstValue) {
    Message message;
    ASSERT_TRUE(message.index(text));
    const auto replaces = first_value<HeaderId::replaces>(message);
    ASSERT_TRUE(replaces);
    EXPECT_EQ(replaces->call_id, "98732@sip.example.com");
    EXPECT_EQ(replaces->from_tag, "r33th4x0r");
    EXPECT_EQ(replaces->to_tag, "ff87ff");
    EXPECT_TRUE(replaces->early_only);
    EXPECT_EQ(first_value<HeaderId::expires>(message).error(), (ParseError{ErrorCode::bad_number, static_cast<std::uint32_t>(text.find("soon"))}));
    EXPECT_EQ(first_value<HeaderId::to>(message).error().code, ErrorCode::missing_header);
}

TEST(Typed, WalksEveryValueAndSaysWhereOneBreaks) {
    Message message;
    ASSERT_TRUE(message.index(text));
    TypedReader<HeaderId::via> vias(message);
    std::vector<std::string> hosts;
    std::uint32_t broken_at = 0;
    while (const auto via = vias.next()) {
        if (*via) hosts.emplace_back((*via)->host);
        else broken_at = via->error().offset;
    }
    EXPECT_EQ(hosts, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(broken_at, text.find(";;") + 1);
}

TEST(Typed, ChecksByTheRowOfTheTable) {
    EXPECT_TRUE(check_value(HeaderId::other, ";;,"));
    EXPECT_TRUE(check_value(HeaderId::contact, "*"));
    EXPECT_FALSE(check_value(HeaderId::from, "*"));
    EXPECT_TRUE(check_value(HeaderId::subject, ""));
    EXPECT_EQ(check_value(HeaderId::replaces, "a;to-tag=1").error().code, ErrorCode::tag_missing);
    EXPECT_TRUE(holds_name_addr(HeaderId::path));
    EXPECT_FALSE(holds_name_addr(HeaderId::via));
}

}  // namespace
}  // namespace offhook::message
