#include "offhook/sdp/check.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/sdp/description.hpp"

namespace offhook::sdp {
namespace {

const std::string head = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

// RFC 8866 §5 and §6.7: the examples stand as they are.
TEST(Check, HasNothingToSayOfTheExamplesOfRfc8866) {
    const char* examples[] = {
        "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\ni=SDP Offer #1\r\n"
        "u=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\np=+1 617 555-6011\r\n"
        "c=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\nm=audio 49180 RTP/AVP 0\r\n"
        "m=video 51372 RTP/AVP 99\r\nc=IN IP6 2001:db8::2\r\na=rtpmap:99 h263-1998/90000\r\n",
        "v=0\r\no=jdoe 3724395000 3724395001 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\na=inactive\r\n"
        "m=audio 49170 RTP/AVP 0\r\na=sendrecv\r\nm=audio 49180 RTP/AVP 0\r\nm=video 51372 RTP/AVP 99\r\na=rtpmap:99 h263-1998/90000\r\n",
        "v=0\r\no=- 1 2 IN IP4 h.example\r\ns=-\r\ne=j.doe@example.com (Jane Doe)\r\np=Jane <+1 617 555-6011>\r\np=+1 617 555-6011 (Jane)\r\n"
        "c=IN IP4 233.252.0.1/127/3\r\nt=3724394400 3754123200\r\nr=604800 3600 0 90000\r\nr=7d 1h 0 25h\r\n"
        "z=3730928400 -1h 3749680800 0\r\nt=0 0\r\nm=video 49170/2 RTP/AVP 31\r\nc=IN IP6 ff00::db8:0:101\r\nc=IN IP6 ff00::db8:0:102/3\r\n"
        "m=application 32416 udp wb\r\n",
    };
    for (const char* example : examples) {
        const auto defect = first_defect(example);
        EXPECT_FALSE(defect) << defect->what << " at " << defect->offset << " of\n" << example;
        std::string out;
        Description::parse(example).value().write(out);
        EXPECT_EQ(out, example);
    }
}

TEST(Check, NamesTheFirstDefect) {
    const auto at = static_cast<std::uint32_t>(head.size());
    const struct {
        std::string text;
        std::uint32_t offset;
        const char* section;
    } cases[] = {
        {"v=1\r\n", 2, "RFC 8866 §5"},
        {"v=0\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n", 3, "RFC 8866 §5"},
        {"v=0\r\no=- 9223372036854775808 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n", 9, "RFC 3264 §5"},
        {"v=0\r\no=- 1 2 IN IP6 192.0.2.1\r\ns=-\r\nt=0 0\r\n", 20, "RFC 8866 §5.2"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=\r\nt=0 0\r\n", 25, "RFC 8866 §5.3"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 233.252.0.1\r\nt=0 0\r\n", 48, "RFC 8866 §5.7"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP6 ff00::1/127/3\r\nt=0 0\r\n", 48, "RFC 8866 §5.7"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1/127\r\nt=0 0\r\n", 46, "RFC 8866 §5.7"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nb=AS:1\r\n", 35, "RFC 8866 §5"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=123 0\r\n", 30, "RFC 8866 §5.9"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nr=7d 1h\r\n", 42, "RFC 8866 §5.10"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nz=3730928400 -1h\r\n", 35, "RFC 8866 §5.11"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nk=magic\r\n", 37, "RFC 8866 §5.12"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\ne=nobody\r\nt=0 0\r\n", 30, "RFC 8866 §5.6"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\np=call me\r\nt=0 0\r\n", 30, "RFC 8866 §5.6"},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n", 37, "RFC 8866 §5.7"},
        {head + "a=a(b\r\n", at + 2, "RFC 8866 §5.13"},
        {head + "a=x:\r\n", at + 4, "RFC 8866 §5.13"},
        {head + "a=rtpmap:0 PCMU/8000\r\n", at + 2, "RFC 8866 §6.6"},
        {head + "a=sendonly\r\na=recvonly\r\n", at + 14, "RFC 8866 §6.7"},
        {head + "a=group:LS 1\r\n", at + 11, "RFC 5888 §5"},
        {head + "m=audio 9 RTP//AVP 0\r\n", at + 14, "RFC 8866 §5.14"},
        {head + "m=audio 9 RTP/AVP 128\r\n", at + 18, "RFC 8866 §5.14"},
        {head + "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU\r\n", at + 36, "RFC 8866 §6.6"},
        {head + "m=audio 9 RTP/AVP 0\r\na=rtpmap:8 PCMA/8000\r\n", at + 30, "RFC 8866 §6.6"},
        {head + "m=audio 9 RTP/AVP 0\r\na=rtcp-mux:yes\r\n", at + 31, "RFC 5761 §5.1.1"},
        {head + "m=audio 9 RTP/AVP 0\r\na=ptime\r\n", at + 28, "RFC 8866 §6.4"},
        {head + "m=audio 9 RTP/AVP 0\r\na=mid:1\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\n", at + 57, "RFC 5888 §4"},
    };
    for (const auto& c : cases) {
        const auto defect = first_defect(c.text);
        ASSERT_TRUE(defect) << c.text;
        EXPECT_EQ(defect->offset, c.offset) << c.text << defect->what;
        EXPECT_EQ(defect->section, c.section) << c.text << defect->what;
    }
}

// RFC 8866 §5: who reads should forgive a bare line feed, and so may who checks; what else is wrong is found all the same.
TEST(Check, ForgivesLineEndsWhereItIsToldTo) {
    const std::string bare = "v=0\no=- 1 2 IN IP4 h\ns=-\nt=0 0\n";
    EXPECT_EQ(first_defect(bare).value().offset, 3u);
    EXPECT_FALSE(first_defect(bare, {.line_ends = false}));
    EXPECT_EQ(first_defect(bare + "b=AS:1\n", {.line_ends = false}).value().what, "the line stands too late");
}

// RFC 8866 §5.13, RFC 5939: what nobody here knows passes as it is.
TEST(Check, UnknownAttributesPassThrough) {
    const std::string text = head +
                             "a=csup:cap-v0\r\na=tcap:1 RTP/SAVPF\r\nm=audio 9 RTP/AVP 0\r\na=pcfg:1 t=1\r\na=acfg:1 t=1\r\na=ssrc:1 cname:x\r\n"
                             "a=msid:a b\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=imageattr:97 send [x=800,y=640]\r\n";
    EXPECT_FALSE(first_defect(text));
    std::string out;
    Description::parse(text).value().write(out);
    EXPECT_EQ(out, text);
}

}  // namespace
}  // namespace offhook::sdp
