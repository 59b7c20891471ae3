#include "offhook/message/history_info.hpp"

#include <gtest/gtest.h>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;
using Target = HistoryInfo::Target;

// RFC 7044 §5 and §5.1.
TEST(HistoryInfo, ReadsTheRfcsExamples) {
    const struct {
        const char *text, *index;
        Target target;
        const char* from_index;
    } cases[] = {{"<sip:UserA@ims.example.com>;index=1;foo=bar", "1", Target::none, ""},
                 {"<sip:UserA@ims.example.com?Reason=SIP%3Bcause%3D302>;index=1.1", "1.1", Target::none, ""},
                 {"<sip:UserB@example.com?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1.2;mp=1.1", "1.2", Target::mapped, "1.1"},
                 {"<sip:45432@192.168.0.3>;index=1.3;rc=1.2", "1.3", Target::registered_contact, "1.2"},
                 {"<sip:bob@biloxi.example.com;p=x>;np=1;index=1.1", "1.1", Target::no_change, "1"}};
    for (const auto& c : cases) {
        const auto entry = parse_history_info(c.text);
        ASSERT_TRUE(entry) << c.text;
        EXPECT_EQ(entry->index, c.index) << c.text;
        EXPECT_EQ(entry->target, c.target) << c.text;
        EXPECT_EQ(entry->from_index, c.from_index) << c.text;
    }
    std::string buffer;
    EXPECT_EQ(parse_history_info(cases[0].text)->reason(buffer), std::nullopt);
    EXPECT_EQ(parse_history_info(cases[1].text)->reason(buffer)->cause, 302u);
    EXPECT_FALSE(parse_history_info(cases[1].text)->is_private());
    EXPECT_TRUE(parse_history_info(cases[2].text)->is_private());
}

TEST(HistoryInfo, SaysWhereItBreaks) {
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>")), refused(missing_parameter, 9));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;rc=1")), refused(missing_parameter, 14));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;index=1.01")), refused(bad_parameter_value, 16));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;index=1.")), refused(bad_parameter_value, 16));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;index")), refused(bad_parameter_value, 10));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;index=1;index=2")), refused(repeated_parameter, 24));
    EXPECT_EQ(verdict(parse_history_info("<sip:a@b>;index=1.1;rc=1;np=1")), refused(repeated_parameter, 28));
    EXPECT_EQ(verdict(parse_history_info("sip")), refused(bad_name_addr, 3));
}

TEST(HistoryInfo, IsWritten) {
    std::string out;
    append_history_info(out, {"sip:bob@192.0.2.7", "1.1.2", Target::registered_contact, "1.1"});
    EXPECT_EQ(out, "<sip:bob@192.0.2.7>;index=1.1.2;rc=1.1");
    Reason busy{};
    busy.cause = 486;
    for (const auto& [uri, written] : {std::pair{"sip:b@c", "<sip:b@c?Reason=SIP%3Bcause%3D486>;index=1"},
                                       std::pair{"sip:b@c?Privacy=history", "<sip:b@c?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1"}}) {
        out.clear();
        append_history_info(out, {uri, "1", Target::none, {}, &busy});
        EXPECT_EQ(out, written);
        std::string buffer;
        EXPECT_EQ(parse_history_info(out)->reason(buffer)->cause, 486u);
    }
}

}  // namespace
}  // namespace offhook::message
