#include "offhook/message/values.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

TEST(CSeq, ReadsNumberAndMethod) {
    const auto cseq = parse_cseq("0009\r\n  INVITE");
    ASSERT_TRUE(cseq);
    EXPECT_EQ(cseq->number, 9u);
    EXPECT_EQ(cseq->method, Method::invite);
    EXPECT_EQ(parse_cseq("2147483647 X-y")->method, Method::other);
    EXPECT_EQ(parse_cseq("2147483647 X-y")->method_name, "X-y");
}

TEST(SessionExpires, ReadsTheRefresher) {
    EXPECT_EQ(parse_session_expires("1800")->refresher, SessionExpires::Refresher::none);
    EXPECT_EQ(parse_session_expires("1800;refresher=uac")->refresher, SessionExpires::Refresher::uac);
    EXPECT_EQ(parse_session_expires("90 ; Refresher = UAS;x")->refresher, SessionExpires::Refresher::uas);
    EXPECT_EQ(parse_session_expires("90;x")->seconds, 90u);
}

TEST(MediaType, ReadsTypeAndParameters) {
    const auto type = parse_media_type("multipart / mixed; boundary=\"a b\";x=y");
    ASSERT_TRUE(type);
    EXPECT_TRUE(type->is("Multipart", "mixed"));
    EXPECT_FALSE(type->is("application", "sdp"));
    EXPECT_EQ(parameter(type->parameters, "boundary"), "a b");
}

TEST(Values, ReadTheRest) {
    const auto retry = parse_retry_after("18000 (in \\) a meeting) ;duration=3600");
    ASSERT_TRUE(retry);
    EXPECT_EQ(retry->seconds, 18000u);
    EXPECT_EQ(retry->comment, "in \\) a meeting");
    EXPECT_EQ(parameter(retry->parameters, "duration"), "3600");

    const auto warning = parse_warning("307 isi.edu:5060 \"Session parameter 'foo' not understood\"");
    ASSERT_TRUE(warning);
    EXPECT_EQ(warning->code, 307);
    EXPECT_EQ(warning->agent, "isi.edu:5060");
    EXPECT_EQ(warning->text, "Session parameter 'foo' not understood");

    EXPECT_EQ(parse_timestamp("54.2 0.1")->delay, "0.1");
    EXPECT_EQ(parse_timestamp("54")->time, "54");
    const auto rack = parse_rack("776656 1 INVITE");
    ASSERT_TRUE(rack);
    EXPECT_EQ(rack->response, 776656u);
    EXPECT_EQ(rack->cseq.number, 1u);

    EXPECT_EQ(parse_token_value("terminated;reason=timeout")->parameter("reason"), "timeout");
    EXPECT_EQ(parse_qvalue("0.33").value_or(9), 330u);
    EXPECT_EQ(parse_qvalue("1.000").value_or(9), 1000u);
    EXPECT_EQ(parse_qvalue("0").value_or(9), 0u);
    EXPECT_EQ(parse_qvalue("0.").value_or(9), 0u);
    for (const std::uint32_t q : {0u, 1u, 50u, 120u, 333u, 700u, 1000u}) {
        std::string written;
        append_qvalue(written, q);
        EXPECT_EQ(parse_qvalue(written).value_or(9), q) << written;
    }
}

TEST(Values, SayWhereTheyBreak) {
    using enum ErrorCode;
    EXPECT_EQ(verdict(parse_cseq("INVITE")), refused(bad_cseq, 0));
    EXPECT_EQ(verdict(parse_cseq("1")), refused(bad_cseq, 1));
    EXPECT_EQ(verdict(parse_cseq("1INVITE")), refused(bad_cseq, 1));
    EXPECT_EQ(verdict(parse_cseq("2147483648 INVITE")), refused(number_out_of_range, 0));
    EXPECT_EQ(verdict(parse_cseq("36893488147419103232 REGISTER")), refused(number_out_of_range, 0));
    EXPECT_EQ(verdict(parse_cseq("1 INVITE x")), refused(trailing_bytes, 9));
    EXPECT_EQ(verdict(parse_number("")), refused(bad_number, 0));
    EXPECT_EQ(verdict(parse_number("-1")), refused(bad_number, 0));
    EXPECT_EQ(verdict(parse_number("4294967296")), refused(number_out_of_range, 0));
    EXPECT_EQ(verdict(parse_number("70;x")), refused(trailing_bytes, 2));
    EXPECT_EQ(verdict(parse_number("70;x", true)), "accepted");
    EXPECT_EQ(verdict(parse_session_expires("90;refresher=me")), refused(bad_parameter, 13));
    EXPECT_EQ(verdict(parse_media_type("text")), refused(bad_media_type, 4));
    EXPECT_EQ(verdict(parse_session_expires("90;refresher")), refused(bad_parameter, 12));
    EXPECT_EQ(verdict(parse_session_expires("90;refresher= ;x")), refused(bad_parameter, 14));
    EXPECT_EQ(verdict(parse_quotable("other.net;a")), "accepted");
    EXPECT_EQ(verdict(parse_quotable("\"other")), refused(unterminated_quote, 0));
    EXPECT_EQ(verdict(parse_quotable(" ,")), refused(bad_token, 1));
    EXPECT_EQ(verdict(parse_quotable("\"a\" b")), refused(trailing_bytes, 4));
    EXPECT_EQ(verdict(parse_media_type("text/")), refused(bad_media_type, 5));
    EXPECT_EQ(verdict(parse_rseq("0")), refused(number_out_of_range, 0));
    EXPECT_EQ(verdict(parse_warning("30 a \"b\"")), refused(bad_warning, 0));
    EXPECT_EQ(verdict(parse_warning("307 a b")), refused(bad_warning, 6));
    EXPECT_EQ(verdict(parse_timestamp("x")), refused(bad_timestamp, 0));
    EXPECT_EQ(verdict(parse_call_id("a b")), refused(bad_call_id, 1));
    EXPECT_EQ(verdict(parse_call_id("a@")), refused(bad_call_id, 2));
    EXPECT_EQ(verdict(parse_call_id("a@b@c")), refused(bad_call_id, 3));
    EXPECT_EQ(verdict(parse_call_id("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{")), "accepted");
    EXPECT_EQ(verdict(parse_qvalue("1.1")), refused(number_out_of_range, 0));
    EXPECT_EQ(verdict(parse_qvalue("0.1234")), refused(bad_number, 5));
    EXPECT_EQ(verdict(parse_qvalue("2")), refused(bad_number, 0));
}

TEST(ListsToken, LooksThroughAllFields) {
    const std::string text = "OPTIONS sip:a SIP/2.0\r\nSupported: 100rel , Timer\r\nk: path\r\nRequire:\r\nContent-Length: 0\r\n\r\n";
    Message message;
    ASSERT_TRUE(message.index(text));
    for (const char* token : {"100rel", "timer", "PATH"}) EXPECT_TRUE(lists_token(message, HeaderId::supported, token)) << token;
    EXPECT_FALSE(lists_token(message, HeaderId::supported, "rel"));
    EXPECT_FALSE(lists_token(message, HeaderId::require, "timer"));
}

}  // namespace
}  // namespace offhook::message
