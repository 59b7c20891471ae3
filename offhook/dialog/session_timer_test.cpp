// RFC 4028 §8: what a proxy inserts, raises, lowers and refuses; the table of §8.1 row by row.
#include "offhook/dialog/session_timer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/dialog/sip_text_test.hpp"

namespace offhook::dialog {
namespace {

using test::SipText;

std::string request_text(std::string_view method, std::string_view headers) {
    return std::string(method) + " sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\n" +
           "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n" +
           "Call-ID: 1@a\nCSeq: 1 " + std::string(method) + "\n" + std::string(headers);
}

std::string response_text(std::string_view status, std::string_view headers) {
    return "SIP/2.0 " + std::string(status) + "\nVia: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\nFrom: <sip:alice@example.com>;tag=a\n" +
           "To: <sip:bob@example.com>;tag=b\nCall-ID: 1@a\nCSeq: 1 INVITE\n" + std::string(headers);
}

std::vector<std::string> timer_lines(const std::string& bytes) {
    std::vector<std::string> found;
    for (std::size_t at = 0, end; (end = bytes.find("\r\n", at)) != std::string::npos && end != at; at = end + 2) {
        const std::string line = bytes.substr(at, end - at);
        if (line.starts_with("Session-Expires") || line.starts_with("Min-SE") || line.starts_with("Require") || line.starts_with("x:"))
            found.push_back(line);
    }
    return found;
}

struct Case {
    const char* name;
    const char* method;
    const char* headers;
    SessionTimerConfig config;
    std::vector<std::string> forwarded;  // the lines of timers in the forwarded request
    bool refused = false;
};

class Requests : public ::testing::TestWithParam<Case> {};

TEST_P(Requests, AreForwardedAs) {
    const Case& c = GetParam();
    const SipText request(request_text(c.method, c.headers));
    const auto reject = check(request, c.config);
    ASSERT_EQ(reject.has_value(), c.refused);
    if (c.refused) {
        EXPECT_EQ(reject->reject.status, 422);
        EXPECT_THAT(reject->headers, ::testing::StartsWith("Min-SE: "));
        return;
    }
    message::Edits edits;
    edit_request(request, c.config, edits);
    std::string out;
    edits.write(request, out);
    EXPECT_EQ(timer_lines(out), c.forwarded);
    message::Message written;
    ASSERT_TRUE(written.index(out));
    const auto remembered = session_request(request, c.config);
    const std::string remembered_text = remembered.interval == 0 ? std::string() : std::to_string(remembered.interval);
    EXPECT_THAT(std::string(written.value(message::HeaderId::session_expires)), ::testing::StartsWith(remembered_text));
}

using Lines = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    Rfc4028, Requests,
    ::testing::Values(
        Case{"none_is_given_ours_without_refresher", "INVITE", "", {}, Lines{"Session-Expires: 1800"}},
        Case{"update_too", "UPDATE", "Supported: timer\n", {}, Lines{"Session-Expires: 1800"}},
        Case{"bye_not", "BYE", "", {}, Lines{}},
        Case{"none_if_not_configured", "INVITE", "", {.session_expires = 0}, Lines{}},
        Case{"ours_not_below_min_se", "INVITE", "Min-SE: 3600\n", {}, Lines{"Min-SE: 3600", "Session-Expires: 3600"}},
        Case{"theirs_is_kept", "INVITE", "Supported: timer\nSession-Expires: 7200;refresher=uac\n", {}, Lines{"Session-Expires: 7200;refresher=uac"}},
        Case{"lowered_if_configured", "INVITE", "Supported: timer\nSession-Expires: 7200;refresher=uac\n", {.lower = true},
             Lines{"Session-Expires: 1800;refresher=uac"}},
        Case{"lowered_not_below_min_se", "INVITE", "Supported: timer\nx: 7200\nMin-SE: 2400\n", {.lower = true}, Lines{"x: 2400", "Min-SE: 2400"}},
        Case{"raised_to_their_min_se", "INVITE", "Supported: timer\nSession-Expires: 100\nMin-SE: 120\n", {},
             Lines{"Session-Expires: 120", "Min-SE: 120"}},
        Case{"too_small_is_refused", "INVITE", "Supported: 100rel, timer\nSession-Expires: 60\n", {}, Lines{}, true},
        Case{"too_small_for_our_policy", "INVITE", "k: timer\nx: 300\n", {.min_se = 600}, Lines{}, true},
        Case{"a_minimum_below_90_is_ours_to_correct", "INVITE", "Supported: timer\nSession-Expires: 80\n", {.min_se = 30}, Lines{}, true},
        Case{"without_support_min_se_is_inserted", "INVITE", "Session-Expires: 60\n", {.min_se = 600}, Lines{"Session-Expires: 600", "Min-SE: 600"}},
        Case{"without_support_min_se_is_raised", "INVITE", "Session-Expires: 60\nMin-SE: 90\n", {.min_se = 600},
             Lines{"Session-Expires: 600", "Min-SE: 600"}},
        Case{"without_support_min_se_is_never_lowered", "INVITE", "Session-Expires: 60\nMin-SE: 900\n", {.min_se = 600},
             Lines{"Session-Expires: 900", "Min-SE: 900"}},
        Case{"unreadable_passes_untouched", "INVITE", "Session-Expires: soon\n", {}, Lines{"Session-Expires: soon"}}),
    [](const auto& test) { return std::string(test.param.name); });

struct Answer {
    const char* name;
    const char* request;
    const char* status;
    const char* response;
    std::vector<std::string> forwarded;
    std::optional<std::uint32_t> interval;
};

class Responses : public ::testing::TestWithParam<Answer> {};

TEST_P(Responses, AreForwardedAs) {
    const Answer& c = GetParam();
    const SipText request(request_text("INVITE", c.request)), response(response_text(c.status, c.response));
    message::Edits edits;
    edit_response(request, response, {}, edits);
    std::string out;
    edits.write(response, out);
    EXPECT_EQ(timer_lines(out), c.forwarded);
    const bool success = response.message.status() / 100 == 2;
    EXPECT_EQ(success ? interval_in_force(session_request(request, {}), response) : std::nullopt, c.interval);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4028, Responses,
    ::testing::Values(
        Answer{"both_support", "Supported: timer\n", "200 OK", "Require: timer\nSession-Expires: 1800;refresher=uas\n",
               Lines{"Require: timer", "Session-Expires: 1800;refresher=uas"}, 1800},
        Answer{"only_the_uac_supports", "Supported: timer\n", "200 OK", "", Lines{"Session-Expires: 1800;refresher=uac", "Require: timer"}, 1800},
        Answer{"only_the_uac_supports_its_own_interval", "Supported: timer\nSession-Expires: 600\n", "200 OK", "Require: 100rel\n",
               Lines{"Require: 100rel", "Session-Expires: 600;refresher=uac", "Require: timer"}, 600},
        Answer{"only_the_uas_supports", "", "200 OK", "Session-Expires: 900;refresher=uas\n", Lines{"Session-Expires: 900;refresher=uas"}, 900},
        Answer{"nobody_supports", "", "200 OK", "", Lines{}, std::nullopt},
        Answer{"a_failure_is_left_alone", "Supported: timer\n", "422 Session Interval Too Small", "Min-SE: 600\n", Lines{"Min-SE: 600"}, {}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::dialog
