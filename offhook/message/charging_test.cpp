#include "offhook/message/charging.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 7315 §4.6.2.3.
TEST(ChargingVector, HoldsWhatCorrelatesRecords) {
    const auto vector = parse_charging_vector("icid-value=1234bc9876e;\r\n    icid-generated-at=192.0.6.8;\r\n    orig-ioi=home1.net");
    ASSERT_TRUE(vector);
    EXPECT_EQ(vector->icid, "1234bc9876e");
    EXPECT_EQ(vector->generated_at, "192.0.6.8");
    EXPECT_EQ(vector->orig_ioi, "home1.net");
    EXPECT_EQ(vector->term_ioi, "");
}

TEST(ChargingVector, IsReadAsItWasWritten) {
    const std::string text =
        "icid-value=\"AyretyU0dm+6O2IrT5tAFrbHLso=023551024\";icid-generated-at=[2001:db8::1];orig-ioi=home1.net;term-ioi=home2.net"
        ";transit-ioi=\"operatorA.1, void\";related-icid=x;related-icid-generated-at=p.home1.net";
    const auto vector = parse_charging_vector(text);
    ASSERT_TRUE(vector);
    EXPECT_EQ(vector->icid, "AyretyU0dm+6O2IrT5tAFrbHLso=023551024");
    EXPECT_EQ(vector->transit_ioi, "operatorA.1, void");
    EXPECT_EQ(vector->related_icid, "x");
    std::string written;
    append_charging_vector(written, *vector);
    EXPECT_EQ(written, text);
}

// RFC 7315 §4.5.2.3, and RFC 3455 §4.5.2.3, which has each name twice.
TEST(ChargingAddresses, HoldFirstAndSecond) {
    const auto first = parse_charging_addresses("ccf=192.0.8.1; ecf=192.0.8.3");
    const auto second = parse_charging_addresses("ccf-2=192.0.8.2; ecf-2=192.0.8.4");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->ccf, "192.0.8.1");
    EXPECT_EQ(first->ecf, "192.0.8.3");
    EXPECT_EQ(first->ccf_2, "");
    EXPECT_EQ(second->ccf_2, "192.0.8.2");
    EXPECT_EQ(second->ecf_2, "192.0.8.4");
    const auto old = parse_charging_addresses("ccf=192.1.1.1; ccf=192.1.1.2; ecf=192.1.1.3; ecf=192.1.1.4");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->ccf_2, "192.1.1.2");
    EXPECT_EQ(old->ecf_2, "192.1.1.4");
}

TEST(Charging, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({{HeaderId::p_charging_vector, "", bad_parameter, 0},
                   {HeaderId::p_charging_vector, "orig-ioi=home1.net", missing_charging_id, 18},
                   {HeaderId::p_charging_vector, "icid-value=", bad_parameter, 11},
                   {HeaderId::p_charging_vector, "icid-value=\"\"", missing_charging_id, 13},
                   {HeaderId::p_charging_vector, "icid-value=\"1", unterminated_quote, 11},
                   {HeaderId::p_charging_vector, "icid-value=1, x", trailing_bytes, 12},
                   {HeaderId::p_charging_function_addresses, "ccf=a b", trailing_bytes, 6},
                   {HeaderId::p_charging_function_addresses, "ccf=a;", bad_parameter, 6}});
}

}  // namespace
}  // namespace offhook::message
