#include "offhook/message/values.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

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

TEST(Date, RoundTrips) {
    for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{1289690940}, std::int64_t{951782399}, std::int64_t{4102444800}}) {
        std::string text;
        append_date(text, seconds);
        EXPECT_EQ(parse_date(text).value_or(-1), seconds) << text;
    }
    EXPECT_EQ(parse_date("Sat, 13 Nov 2010 23:29:00 GMT").value_or(-1), 1289690940);
    std::string text;
    append_date(text, 1289690940);
    EXPECT_EQ(text, "Sat, 13 Nov 2010 23:29:00 GMT");
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

    EXPECT_EQ(parse_info("<http://www.example.com/alice/photo.jpg> ;purpose=icon")->uri, "http://www.example.com/alice/photo.jpg");
    EXPECT_EQ(parse_token_value("terminated;reason=timeout")->parameter("reason"), "timeout");
    EXPECT_EQ(parse_qvalue("0.33").value_or(9), 330u);
    EXPECT_EQ(parse_qvalue("1.000").value_or(9), 1000u);
    EXPECT_EQ(parse_qvalue("0").value_or(9), 0u);
    EXPECT_EQ(parse_qvalue("0.").value_or(9), 0u);
}

TEST(Values, SayWhereTheyBreak) {
    using enum ErrorCode;
    const auto error = [](const auto& value) {
        return value ? std::string("accepted") : std::string(describe(value.error().code).text) + "@" + std::to_string(value.error().offset);
    };
    const auto expected = [](ErrorCode code, int offset) { return std::string(describe(code).text) + "@" + std::to_string(offset); };
    EXPECT_EQ(error(parse_cseq("INVITE")), expected(bad_cseq, 0));
    EXPECT_EQ(error(parse_cseq("1")), expected(bad_cseq, 1));
    EXPECT_EQ(error(parse_cseq("1INVITE")), expected(bad_cseq, 1));
    EXPECT_EQ(error(parse_cseq("2147483648 INVITE")), expected(number_out_of_range, 0));
    EXPECT_EQ(error(parse_cseq("36893488147419103232 REGISTER")), expected(number_out_of_range, 0));
    EXPECT_EQ(error(parse_cseq("1 INVITE x")), expected(trailing_bytes, 9));
    EXPECT_EQ(error(parse_number("")), expected(bad_number, 0));
    EXPECT_EQ(error(parse_number("-1")), expected(bad_number, 0));
    EXPECT_EQ(error(parse_number("4294967296")), expected(number_out_of_range, 0));
    EXPECT_EQ(error(parse_number("70;x")), expected(trailing_bytes, 2));
    EXPECT_EQ(error(parse_number("70;x", true)), "accepted");
    EXPECT_EQ(error(parse_session_expires("90;refresher=me")), expected(bad_parameter, 13));
    EXPECT_EQ(error(parse_media_type("text")), expected(bad_media_type, 4));
    EXPECT_EQ(error(parse_media_type("text/")), expected(bad_media_type, 5));
    EXPECT_EQ(error(parse_date("Fri, 01 Jan 2010 16:00:00 EST")), expected(bad_date, 26));
    EXPECT_EQ(error(parse_date("Fri, 31 Feb 2010 16:00:00 GMT")), expected(bad_date, 5));
    EXPECT_EQ(error(parse_date("Fri, 01 Foo 2010 16:00:00 GMT")), expected(bad_date, 8));
    EXPECT_EQ(error(parse_date("Fri, 01 Jan 2010 24:00:00 GMT")), expected(bad_date, 17));
    EXPECT_EQ(error(parse_date("Fri, 1 Jan 2010 16:00:00 GMT")), expected(bad_date, 6));
    EXPECT_EQ(error(parse_warning("30 a \"b\"")), expected(bad_warning, 0));
    EXPECT_EQ(error(parse_warning("307 a b")), expected(bad_warning, 6));
    EXPECT_EQ(error(parse_timestamp("x")), expected(bad_timestamp, 0));
    EXPECT_EQ(error(check_call_id("a b")), expected(bad_call_id, 1));
    EXPECT_EQ(error(check_call_id("a@")), expected(bad_call_id, 2));
    EXPECT_EQ(error(check_call_id("a@b@c")), expected(bad_call_id, 3));
    EXPECT_EQ(error(check_call_id("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{")), "accepted");
    EXPECT_EQ(error(parse_qvalue("1.1")), expected(number_out_of_range, 0));
    EXPECT_EQ(error(parse_qvalue("0.1234")), expected(bad_number, 5));
    EXPECT_EQ(error(parse_qvalue("2")), expected(bad_number, 0));
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
