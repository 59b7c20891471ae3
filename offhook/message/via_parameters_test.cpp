#include "offhook/message/via_parameters.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"
#include "offhook/message/via.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

ViaParameters read(std::string_view via) { return read_via_parameters(parse_via(via)->parameters).value(); }

// RFC 6223 §8.2, RFC 5923 §5.
TEST(ViaParameters, OfConnectionsAndKeepAlives) {
    EXPECT_TRUE(read("SIP/2.0/UDP alice.example.com;branch=z9hG4bK1;keep").keep);
    EXPECT_EQ(read("SIP/2.0/UDP alice.example.com;branch=z9hG4bK1;keep").keep_every, std::nullopt);
    EXPECT_EQ(read("SIP/2.0/UDP alice.example.com;branch=z9hG4bK1;keep=30").keep_every, 30u);
    EXPECT_TRUE(read("SIP/2.0/TLS p1.example.com;branch=z9hG4bKa7c8dze;alias").alias);
    EXPECT_TRUE(read("SIP/2.0/UDP server1.foo.com:5060;branch=z9hG4bK87a7;comp=sigcomp").compressed);
    const auto none = read("SIP/2.0/UDP a;branch=z9hG4bK1;rport");
    EXPECT_FALSE(none.keep || none.alias || none.compressed || none.overload.supported);
}

// RFC 7339 §6.
TEST(ViaParameters, OfOverloadControl) {
    const auto asked = read("SIP/2.0/TLS p1.example.net;branch=z9hG4bK2d4790.1;received=192.0.2.111;oc;oc-algo=\"loss,A\"").overload;
    EXPECT_TRUE(asked.supported);
    EXPECT_EQ(asked.value, std::nullopt);
    EXPECT_TRUE(asked.offers("loss"));
    EXPECT_TRUE(asked.offers("a"));
    EXPECT_FALSE(asked.offers("rate"));
    const auto told = read("SIP/2.0/TLS p1.example.net;branch=z9hG4bK2d4790.1;oc=20;oc-algo=\"loss\";oc-validity=500;oc-seq=1282321615.782").overload;
    EXPECT_EQ(told.value, 20u);
    EXPECT_EQ(told.validity, 500u);
    EXPECT_EQ(told.sequence, 128232161578200u);
    EXPECT_LT(told.sequence, read("SIP/2.0/UDP a;oc-seq=1282321615.79").overload.sequence);
    std::string out;
    append_overload(out, told);
    EXPECT_EQ(out, ";oc=20;oc-algo=\"loss\";oc-validity=500;oc-seq=1282321615.78200");
    EXPECT_EQ(read_via_parameters(out)->overload.sequence, told.sequence);
    out.clear();
    append_overload(out, {.supported = true, .value = {}, .algorithms = "loss", .validity = {}, .sequence = {}});
    EXPECT_EQ(out, ";oc;oc-algo=\"loss\"");
}

TEST(ViaParameters, SayWhereTheyBreak) {
    EXPECT_EQ(verdict(read_via_parameters(";keep=often")), refused(bad_number, 6));
    EXPECT_EQ(verdict(read_via_parameters(";branch=z9hG4bK;oc=-1")), refused(bad_number, 19));
    EXPECT_EQ(verdict(read_via_parameters(";oc-validity=4294967296")), refused(number_out_of_range, 13));
    EXPECT_EQ(verdict(read_via_parameters(";oc-seq=1")), refused(bad_parameter_value, 8));
    EXPECT_EQ(verdict(read_via_parameters(";oc-seq=1.123456")), refused(bad_parameter_value, 8));
    EXPECT_EQ(verdict(read_via_parameters(";oc-seq=1234567890123.1")), refused(bad_parameter_value, 8));
}

}  // namespace
}  // namespace offhook::message
