#include "offhook/sdp/description.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::sdp {
namespace {

// RFC 8866 §5, with every kind of line.
const std::string full =
    "v=0\r\n"
    "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
    "s=Call to John Smith\r\n"
    "i=SDP Offer #1\r\n"
    "u=http://www.jdoe.example.com/home.html\r\n"
    "e=Jane Doe <jane@jdoe.example.com>\r\n"
    "p=+1 617 555-6011\r\n"
    "c=IN IP4 198.51.100.1\r\n"
    "b=CT:154798\r\n"
    "t=3724394400 3724398000\r\n"
    "r=7d 1h 0 25h\r\n"
    "t=0 0\r\n"
    "z=3730928400 -1h 3749680800 0\r\n"
    "k=prompt\r\n"
    "a=recvonly\r\n"
    "m=audio 49170 RTP/AVP 0 98\r\n"
    "i=voice\r\n"
    "c=IN IP4 224.2.1.1/127/3\r\n"
    "b=AS:64\r\n"
    "k=clear:secret\r\n"
    "a=rtpmap:98 opus/48000/2\r\n"
    "a=sendrecv\r\n"
    "m=audio 49180/2 RTP/AVP 0\r\n"
    "m=video 0 RTP/AVP 99\r\n"
    "c=IN IP6 2001:db8::2\r\n"
    "a=rtpmap:99 h263-1998/90000\r\n";

std::string rewritten(std::string_view text) {
    std::string out;
    Description::parse(text).value().write(out);
    return out;
}

TEST(Description, HoldsEveryLineAndWritesItBack) {
    const auto d = Description::parse(full);
    ASSERT_TRUE(d) << describe(d.error().code) << " at " << d.error().offset;
    EXPECT_EQ(d->origin.session_version, "3724394405");
    EXPECT_EQ(d->origin.address, "198.51.100.1");
    EXPECT_EQ(d->name, "Call to John Smith");
    EXPECT_EQ(d->times.size(), 2u);
    EXPECT_EQ(d->times[0].repeats.size(), 1u);
    ASSERT_EQ(d->media.size(), 3u);
    EXPECT_EQ(d->media[0].port, 49170);
    EXPECT_EQ(d->media[1].port_count, 2u);
    EXPECT_EQ(d->media[0].formats, (std::vector<std::string_view>{"0", "98"}));
    EXPECT_EQ(d->media[0].encoding_name("98"), "opus");
    EXPECT_EQ(d->media[0].encoding_name("0"), "PCMU");
    EXPECT_EQ(d->media[0].encoding_name("97"), "");
    EXPECT_EQ(d->direction(d->media[0]), Direction::sendrecv);
    EXPECT_EQ(d->direction(d->media[1]), Direction::recvonly);
    EXPECT_EQ(d->connection_of(d->media[0])->address, "224.2.1.1/127/3");
    EXPECT_EQ(d->connection_of(d->media[1])->address, "198.51.100.1");
    EXPECT_FALSE(d->media[2].accepted());
    EXPECT_EQ(rewritten(full), full);
}

TEST(Description, IsTolerantOfLineEndsBlanksAndOrder) {
    const std::string odd = "v=0\no=- 1  2 IN IP4 h\ns=\nt=0 0\nb=AS:1\nc=IN IP4 1.2.3.4\na=x:\nm=audio 9 RTP/AVP  0 \na=inactive\n\n";
    const std::string once = rewritten(odd);
    EXPECT_EQ(once, "v=0\r\no=- 1 2 IN IP4 h\r\ns=\r\nc=IN IP4 1.2.3.4\r\nb=AS:1\r\nt=0 0\r\na=x:\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\n");
    EXPECT_EQ(rewritten(once), once);
    EXPECT_TRUE(Description::parse("v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0"));
}

TEST(Description, SaysWhereItBreaks) {
    using enum ErrorCode;
    const std::string head = "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n";  // 38 octets
    const auto size = static_cast<std::uint32_t>(head.size());
    const struct {
        std::string text;
        ErrorCode code;
        std::uint32_t offset;
    } cases[] = {
        {"", empty, 0},
        {"\r\n", empty, 0},
        {"o=- 1 2 IN IP4 h\r\n", version_not_first, 0},
        {"v=1\r\n", bad_version, 2},
        {"v=0\r\nv=0\r\n", repeated_line, 5},
        {"v=0\r\n", missing_line, 5},
        {"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\n", missing_line, 28},
        {"v=0\r\no=- 1 2 IN IP4\r\n", bad_origin, 19},
        {"v=0\r\no=- x 2 IN IP4 h\r\n", bad_origin, 9},
        {"v=0\r\no=- 1 2 IN IP4 h x\r\n", bad_origin, 21},
        {head + "s=x\r\n", repeated_line, size},
        {head + "x=1\r\n", unknown_type, size},
        {head + "nonsense\r\n", no_equals_sign, size},
        {head + "\r\na=b\r\n", no_equals_sign, size},
        {head + "c=IN IP4\r\n", bad_connection, size + 8},
        {head + "b=AS\r\n", bad_bandwidth, size + 2},
        {head + "b=AS:x\r\n", bad_bandwidth, size + 5},
        {head + "t=0\r\n", bad_time, size + 3},
        {head + "t=0 x\r\n", bad_time, size + 4},
        {head + "a=:x\r\n", bad_attribute, size + 2},
        {head + "m=audio\r\n", bad_media, size + 7},
        {head + "m=audio 65536 RTP/AVP 0\r\n", bad_media, size + 8},
        {head + "m=audio 9/0 RTP/AVP 0\r\n", bad_media, size + 10},
        {head + "m=audio 9 RTP/AVP\r\n", bad_media, size + 17},
        {head + "m=audio 9 RTP/AVP 0\r\no=- 1 2 IN IP4 h\r\n", session_line_in_media, size + 21},
        {head + "a=x\ry\r\n", control_octet, size + 3},
    };
    for (const auto& c : cases) {
        const auto d = Description::parse(c.text);
        ASSERT_FALSE(d) << c.text;
        EXPECT_EQ(describe(d.error().code), describe(c.code)) << c.text;
        EXPECT_EQ(d.error().offset, c.offset) << c.text;
    }
}

TEST(CodecNames, AreThoseOfTheAcceptedMediaOfTheAnswer) {
    const std::string head = "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\nc=IN IP4 1.2.3.4\r\n";
    EXPECT_EQ(codec_names(head + "m=audio 9 RTP/AVP 0 8\r\n"), "PCMU");
    EXPECT_EQ(
        codec_names(head + "m=audio 9 RTP/AVP 111 0\r\na=rtpmap:111 opus/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"),
        "opus,VP8");
    EXPECT_EQ(codec_names(head + "m=audio 9 RTP/AVP 9\r\nm=video 0 RTP/AVP 31\r\n"), "G722");
    EXPECT_EQ(codec_names(head + "m=image 9 udptl t38\r\n"), "t38");
    EXPECT_EQ(codec_names(head + "m=audio 9 RTP/AVP 97\r\n"), "97");
    EXPECT_EQ(codec_names(head + "m=audio 9 RTP/AVP 97\r\n", head + "m=audio 9 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n"), "iLBC");
    EXPECT_EQ(codec_names(head + "m=audio 0 RTP/AVP 0\r\n"), "");
    EXPECT_EQ(codec_names("nonsense"), "");
    for (const auto& [number, name] : {std::pair{0u, "PCMU"}, {3u, "GSM"}, {8u, "PCMA"}, {9u, "G722"}, {18u, "G729"}, {96u, ""}})
        EXPECT_EQ(static_encoding_name(number), name);
}

TEST(Hold, IsSeenInBothOfItsForms) {
    const std::string head = "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n";
    const auto held = [&](const std::string& rest) { return Description::parse(head + rest).value().on_hold(); };
    EXPECT_FALSE(held("c=IN IP4 1.2.3.4\r\nm=audio 9 RTP/AVP 0\r\n"));
    EXPECT_TRUE(held("c=IN IP4 0.0.0.0\r\nm=audio 9 RTP/AVP 0\r\n"));
    EXPECT_TRUE(held("a=sendonly\r\nm=audio 9 RTP/AVP 0\r\n"));
    EXPECT_TRUE(held("m=audio 9 RTP/AVP 0\r\na=inactive\r\nm=video 0 RTP/AVP 31\r\n"));
    EXPECT_FALSE(held("m=audio 9 RTP/AVP 0\r\na=inactive\r\nm=video 9 RTP/AVP 31\r\n"));
    EXPECT_FALSE(held("m=audio 0 RTP/AVP 0\r\n"));
}

}  // namespace
}  // namespace offhook::sdp
