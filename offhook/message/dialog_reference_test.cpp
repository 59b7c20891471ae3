#include "offhook/message/dialog_reference.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

// RFC 3891 §1 and §6.1.
TEST(Replaces, ReadsTheRfcsExamples) {
    const struct {
        const char *text, *call_id, *to_tag, *from_tag;
        bool early_only;
    } cases[] = {{"425928@bobster.example.org;to-tag=7743;from-tag=6472", "425928@bobster.example.org", "7743", "6472", false},
                 {"98732@sip.example.com\r\n ;from-tag=r33th4x0r\r\n ;to-tag=ff87ff", "98732@sip.example.com", "ff87ff", "r33th4x0r", false},
                 {"12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only", "12adf2f34456gs5", "12345", "54321", true},
                 {"87134@171.161.34.23;to-tag=24796;from-tag=0", "87134@171.161.34.23", "24796", "0", false}};
    for (const auto& c : cases) {
        const auto value = parse_replaces(c.text);
        ASSERT_TRUE(value) << c.text;
        EXPECT_EQ(value->call_id, c.call_id);
        EXPECT_EQ(value->to_tag, c.to_tag);
        EXPECT_EQ(value->from_tag, c.from_tag);
        EXPECT_EQ(value->early_only, c.early_only);
        std::string written;
        append_replaces(written, *value);
        EXPECT_EQ(parse_replaces(written)->to_tag, c.to_tag) << written;
        EXPECT_EQ(parse_replaces(written)->early_only, c.early_only) << written;
    }
}

// RFC 3911 §7.1.
TEST(Join, ReadsTheRfcsExamples) {
    const struct {
        const char *text, *call_id, *to_tag, *from_tag;
    } cases[] = {{"98732@sip.example.com\r\n ;from-tag=r33th4x0r\r\n ;to-tag=ff87ff", "98732@sip.example.com", "ff87ff", "r33th4x0r"},
                 {"12adf2f34456gs5;to-tag=12345;from-tag=54321", "12adf2f34456gs5", "12345", "54321"},
                 {"87134@192.0.2.23;to-tag=24796;from-tag=0", "87134@192.0.2.23", "24796", "0"}};
    for (const auto& c : cases) {
        const auto value = parse_join(c.text);
        ASSERT_TRUE(value) << c.text;
        EXPECT_EQ(value->call_id, c.call_id);
        EXPECT_EQ(value->to_tag, c.to_tag);
        EXPECT_EQ(value->from_tag, c.from_tag);
    }
}

// RFC 4538 §9.
TEST(TargetDialog, ReadsTheRfcsExample) {
    const auto value = parse_target_dialog("fa77as7dad8-sd98ajzz@host.example.com\r\n  ;local-tag=kkaz-\r\n  ;remote-tag=6544");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->call_id, "fa77as7dad8-sd98ajzz@host.example.com");
    EXPECT_EQ(value->local_tag, "kkaz-");
    EXPECT_EQ(value->remote_tag, "6544");
    std::string written;
    append_target_dialog(written, *value);
    EXPECT_EQ(written, "fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544");
}

TEST(DialogReference, SaysWhereItBreaks) {
    EXPECT_EQ(verdict(parse_replaces("")), refused(bad_call_id, 0));
    EXPECT_EQ(verdict(parse_replaces(" a b;to-tag=1;from-tag=2")), refused(bad_call_id, 2));
    EXPECT_EQ(verdict(parse_replaces("a;to-tag=1")), refused(tag_missing, 10));
    EXPECT_EQ(verdict(parse_replaces("a;from-tag=1;early-only")), refused(tag_missing, 23));
    EXPECT_EQ(verdict(parse_replaces("a;to-tag=1;to-tag=2;from-tag=3")), refused(repeated_parameter, 18));
    EXPECT_EQ(verdict(parse_replaces("a;to-tag=\"\";from-tag=3")), refused(bad_parameter_value, 10));
    EXPECT_EQ(verdict(parse_replaces("a;to-tag;from-tag=3")), refused(bad_parameter_value, 2));
    EXPECT_EQ(verdict(parse_join("a;to-tag=1;;from-tag=3")), refused(bad_parameter, 11));
    EXPECT_EQ(verdict(parse_target_dialog("a;to-tag=1;from-tag=3")), refused(tag_missing, 21));
}

}  // namespace
}  // namespace offhook::message
