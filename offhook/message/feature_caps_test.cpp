#include "offhook/message/feature_caps.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

// RFC 6809 §6.3.2.
TEST(FeatureCaps, HoldsIndicators) {
    const auto caps = parse_feature_caps("*;+g.3gpp.srvcc; +sip.x=\"<sip:a>;b,#=5\" ;+X.Y");
    ASSERT_TRUE(caps);
    EXPECT_EQ(caps->indicator("g.3gpp.SRVCC"), "");
    EXPECT_EQ(caps->indicator("sip.x"), "<sip:a>;b,#=5");
    EXPECT_TRUE(caps->indicator("x.y"));
    EXPECT_FALSE(caps->indicator("srvcc"));
    EXPECT_FALSE(parse_feature_caps("*")->indicator(""));
}

TEST(FeatureCaps, SaysWhereItBreaks) {
    using enum ErrorCode;
    expect_broken({
        {HeaderId::feature_caps, "", bad_feature_caps, 0},
        {HeaderId::feature_caps, "+a", bad_feature_caps, 0},
        {HeaderId::feature_caps, "*;a", bad_feature_caps, 2},
        {HeaderId::feature_caps, "*;+", bad_feature_caps, 3},
        {HeaderId::feature_caps, "*;+a=b", bad_feature_caps, 5},
        {HeaderId::feature_caps, "*;+a=\"b", unterminated_quote, 5},
        {HeaderId::feature_caps, "* x", trailing_bytes, 2},
    });
}

}  // namespace
}  // namespace offhook::message
