#include "offhook/message/feature.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;
using Kind = FeatureValue::Kind;

// RFC 3840 §5.
TEST(Feature, ReadsTheRfcsExample) {
    const std::string_view text =
        ";mobility=\"fixed\";events=\"!presence,message-summary\";language=\"en,de\";description=\"<PC>\";+sip.newparam;+rangeparam=\"#-4:+5.125\"";
    EXPECT_EQ(verdict(check_features(text, text)), "accepted");
    std::vector<std::string> read;
    ParameterReader reader(text);
    while (const auto feature = reader.next()) {
        EXPECT_TRUE(is_feature(feature->name)) << feature->name;
        FeatureValueReader values(*feature);
        while (const auto value = values.next()) {
            std::string one(feature->name);
            one += value->negated ? " not " : " ";
            one += value->kind == Kind::string ? "string " : value->kind == Kind::number ? "number" : "";
            one += value->text;
            read.push_back(one);
            if (value->kind != Kind::number) continue;
            EXPECT_EQ(*value->low, (Decimal{true, "4", ""}));
            EXPECT_EQ(*value->high, (Decimal{false, "5", "125"}));
        }
    }
    EXPECT_EQ(read, (std::vector<std::string>{"mobility fixed", "events not presence", "events message-summary", "language en", "language de",
                                              "description string PC", "+sip.newparam TRUE", "+rangeparam number"}));
}

// RFC 3841 §8.
TEST(Feature, TagsAreTheSameWithAndWithoutTheirTree) {
    EXPECT_TRUE(same_feature("audio", "Audio"));
    EXPECT_TRUE(same_feature("audio", "+sip.audio"));
    EXPECT_TRUE(same_feature("language", "+language"));
    EXPECT_FALSE(same_feature("language", "+sip.language"));
    EXPECT_FALSE(same_feature("audio", "+audio"));
    EXPECT_FALSE(same_feature("audio", "video"));
    EXPECT_FALSE(is_feature("q"));
    EXPECT_FALSE(is_feature("expires"));
}

TEST(Feature, NumbersAreComparedAsTheyAreWritten) {
    const auto number = [](std::string_view text) { return *parse_feature_value(text)->low; };
    EXPECT_EQ(number("#=007.50"), number("#=7.5"));
    EXPECT_EQ(number("#=-0.0"), number("#=+0"));
    EXPECT_LT(number("#=-8"), number("#=-7.9"));
    EXPECT_LT(number("#=-1"), number("#=0"));
    EXPECT_LT(number("#=9.99"), number("#=10"));
    EXPECT_LT(number("#=1.09"), number("#=1.1"));
    EXPECT_LT(number("#=99999999999999999999999999999998"), number("#=99999999999999999999999999999999"));
}

// RFC 2533 §4 for one tag: can anything be both?
TEST(Feature, ValuesAreCompatible) {
    const struct {
        const char *a, *b;
        bool compatible;
    } cases[] = {
        {"fixed", "FIXED", true},     {"fixed", "mobile", false},  {"!fixed", "mobile", true}, {"!fixed", "fixed", false}, {"!a", "!b", true},
        {"<PC>", "<PC>", true},       {"<PC>", "<pc>", false},     {"<PC>", "PC", false},      {"#=4", "4", false},        {"!PC", "<PC>", true},
        {"#>=4", "#=4", true},        {"#>=4", "#<=3.9", false},   {"#1:5", "#5:9", true},     {"#1:5", "#5.1:9", false},  {"!#1:5", "#2:3", false},
        {"!#1:5", "#2:6", true},      {"!#>=4", "!#<=4", false},   {"!#>=4", "!#<=3", true},   {"#5:1", "#2:3", false},    {"!#5:1", "#2:3", true},
        {"#>=1", "#>=9", true},       {"!#>=1", "#>=9", false},    {"!#5:1", "!#5:1", true},   {"!#=1", "!#=1", true},
    };
    for (const auto& c : cases) {
        const auto a = parse_feature_value(c.a), b = parse_feature_value(c.b);
        ASSERT_TRUE(a && b) << c.a << " " << c.b;
        EXPECT_EQ(compatible(*a, *b), c.compatible) << c.a << " and " << c.b;
        EXPECT_EQ(compatible(*b, *a), c.compatible) << c.b << " and " << c.a;
    }
}

TEST(Feature, SaysWhereItBreaks) {
    const struct {
        const char* text;
        ErrorCode code;
        std::size_t offset;
    } cases[] = {{";methods=\"INVITE,,BYE\"", bad_feature, 17}, {";methods=\"INVITE,\"", bad_feature, 17}, {";x;description=\"<PC\"", bad_feature, 19},
                 {";+x=\"<a>b>\"", bad_feature, 7},             {";+x=\"#>4\"", bad_feature, 7},          {";+x=\"#=four\"", bad_feature, 7},
                 {";+x=\"#4\"", bad_feature, 7},                {";+x=\"#4:\"", bad_feature, 8},          {";+x=\"#=4 5\"", bad_feature, 8},
                 {";+x=\"!!a\"", bad_feature, 6},               {";+x=\"\"", bad_feature, 5},             {";+", bad_feature, 1},
                 {";+4", bad_feature, 1},                       {";audio;video;+sip.Audio", repeated_parameter, 13}};
    for (const auto& c : cases) EXPECT_EQ(verdict(check_features(c.text, c.text)), refused(c.code, c.offset)) << c.text;
    std::string many = ";methods=\"a";
    for (std::size_t i = 1; i < FeatureValueReader::limit; ++i) many += ",a";
    EXPECT_EQ(verdict(check_features(many + "\"", many + "\"")), "accepted");
    const std::string more = many + ",a\"";
    EXPECT_EQ(verdict(check_features(more, more)), refused(bad_feature, more.size() - 2));
}

}  // namespace
}  // namespace offhook::message
