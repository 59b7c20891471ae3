#include "offhook/message/parameters.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace offhook::message {
namespace {

TEST(ParameterReader, WalksNamesValuesAndFlags) {
    ParameterReader reader("; a = 1 ;b;\r\n c=\"x;\\\"y=\" ;d=");
    const struct {
        const char *name, *value, *text;
        bool has_value;
    } expected[] = {{"a", "1", "a = 1", true}, {"b", "", "b", false}, {"c", "x;\\\"y=", "c=\"x;\\\"y=\"", true}, {"d", "", "d=", true}};
    for (const auto& e : expected) {
        const auto found = reader.next();
        ASSERT_TRUE(found);
        EXPECT_EQ(found->name, e.name);
        EXPECT_EQ(found->value, e.value);
        EXPECT_EQ(found->text, e.text);
        EXPECT_EQ(found->has_value, e.has_value);
    }
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.next());
}

TEST(ParameterReader, WalksCredentialsWithCommas) {
    ParameterReader reader("realm=\"a, b\", qop=\"auth,auth-int\",nc=1", ',');
    std::vector<std::string> values;
    while (const auto found = reader.next()) values.emplace_back(found->value);
    EXPECT_EQ(values, (std::vector<std::string>{"a, b", "auth,auth-int", "1"}));
}

TEST(ParameterReader, EndsOnAnything) {
    for (const char* text : {"", ";;;;", "=", ";=;", "\"", ";a=\"", "a==b", ";\"x;y\""}) {
        ParameterReader reader(text);
        int count = 0;
        while (reader.next()) ASSERT_LT(++count, 10) << text;
    }
}

TEST(ParameterReader, SaysWhereAnEmptyValueStands) {
    const std::string_view text = ";a ;b= ;c=\"\"";
    EXPECT_EQ(parameter(text, "a")->data() - text.data(), 2);
    EXPECT_EQ(parameter(text, "b")->data() - text.data(), 6);
    EXPECT_EQ(parameter(text, "c")->data() - text.data(), 11);
}

TEST(AppendParameter, QuotesWhatIsNoToken) {
    std::string out;
    append_parameter(out, "a", "1");
    append_parameter(out, "b", "");
    append_parameter(out, "c", "[2001:db8::1]");
    append_parameter(out, "d", "x y");
    EXPECT_EQ(out, ";a=1;c=[2001:db8::1];d=\"x y\"");
}

TEST(Parameter, IsFoundInAnyCase) {
    EXPECT_EQ(parameter(";Tag=x;lr", "tag"), "x");
    EXPECT_EQ(parameter(";Tag=x;lr", "LR"), "");
    EXPECT_EQ(parameter(";Tag=x;lr", "ta"), std::nullopt);
    EXPECT_EQ(parameter("", "tag"), std::nullopt);
}

TEST(Quote, IsUndoneByUnquote) {
    for (const std::string text : {"", "plain", "with \"quotes\"", "back\\slash", "\\\"", "J\xc3\xb6rg"}) {
        const std::string quoted = quote(text);
        EXPECT_EQ(unquote(quoted.substr(1, quoted.size() - 2)), text);
    }
    EXPECT_EQ(quote("a\r\nVia: x"), "\"a  Via: x\"");
    EXPECT_EQ(unquote("x\\"), "x\\");
}

}  // namespace
}  // namespace offhook::message
