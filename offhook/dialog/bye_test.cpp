#include "offhook/dialog/bye.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::dialog {
namespace {

// RFC 3261 §12.2.1.1: the remote target, both tags, the route set in that side's order.
TEST(Bye, IsThatOfOneSide) {
    DialogState state;
    const std::string_view routes[] = {"<sip:far.example.com;lr>", "<sip:us.example.com;lr>", "<sip:edge.example.com;lr>"};
    state.set_texts("1@a", {"a", "sip:alice@example.com", "sip:alice@192.0.2.1"}, {"b", "sip:bob@example.com", "sip:bob@192.0.2.2"}, routes);
    state.caller.cseq = 8;
    std::string bytes;
    write_bye(bytes, state, Direction::from_caller, 1, "SIP;cause=402");
    EXPECT_EQ(bytes,
              "BYE sip:bob@192.0.2.2 SIP/2.0\r\nMax-Forwards: 70\r\nRoute: <sip:us.example.com;lr>\r\nRoute: <sip:far.example.com;lr>\r\n"
              "From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>;tag=b\r\nCall-ID: 1@a\r\nCSeq: 8 BYE\r\nReason: SIP;cause=402\r\n"
              "Content-Length: 0\r\n\r\n");
    bytes.clear();
    write_bye(bytes, state, Direction::from_callee, 2, {});
    EXPECT_THAT(bytes, ::testing::StartsWith("BYE sip:alice@192.0.2.1 SIP/2.0\r\nMax-Forwards: 70\r\nRoute: <sip:edge.example.com;lr>\r\nFrom: "
                                             "<sip:bob@example.com>;tag=b\r\nTo: <sip:alice@example.com>;tag=a\r\nCall-ID: 1@a\r\nCSeq: 0 BYE\r\n"));
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr("Reason")));
}

}  // namespace
}  // namespace offhook::dialog
