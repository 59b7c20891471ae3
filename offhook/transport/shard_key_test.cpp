#include "offhook/transport/shard_key.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

std::optional<std::string> key(std::string_view method, std::string_view call_id_lines,
                               std::string_view to = "<sip:Bob@Example.COM:5060;x=y>;tag=1") {
    const std::string bytes = std::string(method) +
                              " sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: " + std::string(to) + "\r\n" +
                              std::string(call_id_lines) + "CSeq: 1 " + std::string(method) + "\r\n\r\n";
    message::Message m;
    std::ignore = m.index(bytes);
    return shard_key(m);
}

TEST(ShardKey, IsTheCallId) {
    for (const char* method : {"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "SUBSCRIBE", "FOO"})
        EXPECT_EQ(key(method, "Call-ID: Abc@host\r\n"), "Abc@host") << method;
    EXPECT_EQ(key("INVITE", "i:Abc@host\r\n"), "Abc@host");
}

TEST(ShardKey, IsTheAddressOfRecordForRegisterAndPublish) {
    EXPECT_EQ(key("REGISTER", "Call-ID: c\r\n"), "Bob@example.com");
    EXPECT_EQ(key("PUBLISH", "Call-ID: c\r\n"), "Bob@example.com");
    EXPECT_EQ(key("REGISTER", "Call-ID: c\r\n", "sips:B%6fb@example.com"), "Bob@example.com");
    EXPECT_EQ(key("REGISTER", "Call-ID: c\r\n", "<broken"), "c");
}

TEST(ShardKey, OfAResponseIsThatOfItsRequest) {
    const std::string bytes =
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:bob@example.com>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n\r\n";
    message::Message m;
    ASSERT_TRUE(m.index(bytes));
    EXPECT_EQ(shard_key(m), "bob@example.com");
}

TEST(ShardKey, DoesNotDependOnFolds) {
    EXPECT_EQ(key("INVITE", "Call-ID:\r\n  abc\r\n"), "abc");
    EXPECT_EQ(key("INVITE", "Call-ID: a\r\n \t b\r\n"), "a b");
}

TEST(ShardKey, IsMissingUnlessThereIsExactlyOneCallId) {
    EXPECT_FALSE(key("INVITE", ""));
    EXPECT_FALSE(key("INVITE", "Call-ID: a\r\ni: a\r\n"));
    EXPECT_FALSE(key("REGISTER", "Call-ID: a\r\nCall-ID: b\r\n"));
}

}  // namespace
}  // namespace offhook::transport
