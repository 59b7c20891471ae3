#include "offhook/message/resource_priority.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 4412 §3.1: one list, however it is written; names in any case.
TEST(ResourcePriority, IsANamespaceAndAPriority) {
    Message message;
    ASSERT_TRUE(message.index("INVITE sip:h SIP/2.0\r\n"
                              "Resource-Priority: dsn.flash, wps.3\r\nResource-Priority: Q735.0\r\nAccept-Resource-Priority:\r\n\r\n"));
    TypedReader<HeaderId::resource_priority> values(message);
    const auto dsn = values.next(), wps = values.next(), q735 = values.next();
    ASSERT_TRUE(dsn && *dsn && wps && *wps && q735 && *q735);
    EXPECT_TRUE((*dsn)->is("DSN", "Flash"));
    EXPECT_EQ((*wps)->space, "wps");
    EXPECT_EQ((*wps)->priority, "3");
    EXPECT_TRUE((*q735)->is("q735", "0"));
    EXPECT_FALSE(values.next());
    EXPECT_FALSE(TypedReader<HeaderId::accept_resource_priority>(message).next());
}

TEST(ResourcePriority, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::resource_priority, "dsn", bad_resource_priority, 3},
        {HeaderId::resource_priority, ".flash", bad_resource_priority, 0},
        {HeaderId::resource_priority, "dsn.", bad_resource_priority, 4},
        {HeaderId::resource_priority, "dsn.flash.x", bad_resource_priority, 9},
        {HeaderId::accept_resource_priority, "dsn.flash;q=1", bad_resource_priority, 9},
    });
}

}  // namespace
}  // namespace offhook::message
