#include "offhook/sdp/attribute.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "offhook/sdp/capability.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/dtls.hpp"
#include "offhook/sdp/fmtp.hpp"
#include "offhook/sdp/grouping.hpp"
#include "offhook/sdp/ice.hpp"
#include "offhook/sdp/packet_time.hpp"
#include "offhook/sdp/rtcp.hpp"
#include "offhook/sdp/rtpmap.hpp"
#include "offhook/sdp/sctp.hpp"

namespace offhook::sdp {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;

const std::string sha256 = "12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD";
const std::string key30 = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

TEST(RtpMap, ReadsTheExamplesOfRfc8866) {
    const auto map = parse_rtpmap("98 L16/16000/2").value();
    EXPECT_EQ(map.payload_type, 98);
    EXPECT_TRUE(map.encoding.same_as({"l16", 16000, 2}));
    EXPECT_FALSE(map.encoding.same_as({"L16", 16000, 1}));
    std::string out;
    append(out, map);
    append(out += ' ', parse_rtpmap("97 L16/8000/1").value());
    EXPECT_EQ(out, "98 L16/16000/2 97 L16/8000");
    EXPECT_EQ(static_encoding(9)->clock_rate, 8000u);
    EXPECT_EQ(static_encoding(10)->channels, 2u);
    EXPECT_FALSE(static_encoding(96));
}

TEST(Fmtp, KeepsItsParametersAndFindsOne) {
    const auto fmtp = parse_fmtp("96 profile-level-id=42e016;max-mbps=108000; max-fs=3600;x").value();
    EXPECT_EQ(fmtp.format, "96");
    EXPECT_EQ(format_parameter(fmtp.parameters, "Profile-Level-Id"), "42e016");
    EXPECT_EQ(format_parameter(fmtp.parameters, "max-fs"), "3600");
    EXPECT_EQ(format_parameter(fmtp.parameters, "x"), "");
    EXPECT_FALSE(format_parameter(fmtp.parameters, "max"));
}

// RFC 4733 §2.4.1
TEST(Events, AreRangesOfTelephoneEvents) {
    EXPECT_EQ(parse_events("")->count(), 16u);
    const auto events = parse_events("0-15,66,70").value();
    EXPECT_EQ(events.count(), 18u);
    EXPECT_TRUE(events.test(66));
    EXPECT_FALSE(parse_events("15-0"));
    EXPECT_FALSE(parse_events("0-256"));
    EXPECT_FALSE(parse_events("0,"));
}

TEST(PacketTime, IsAPositiveNumberOfMilliseconds) {
    EXPECT_EQ(parse_packet_time("20"), 20ms);
    EXPECT_EQ(parse_packet_time("2.5"), 2500us);
    EXPECT_EQ(parse_packet_time("0.125999"), 125us);
    std::string out;
    for (const auto time : {PacketTime(20ms), PacketTime(2500us), PacketTime(125us)}) append(out += ' ', time);
    EXPECT_EQ(out, " 20 2.5 0.125");
}

TEST(Rtcp, NamesAPortAndPerhapsAnAddress) {
    EXPECT_EQ(parse_rtcp("53020")->port, 53020);
    const auto rtcp = parse_rtcp("53020 IN IP6 2001:2345:6789:ABCD:EF01:2345:6789:ABCD").value();  // RFC 3605 §2.1
    EXPECT_EQ(rtcp.address_type, "IP6");
    EXPECT_EQ(rtcp.address, "2001:2345:6789:ABCD:EF01:2345:6789:ABCD");
}

TEST(Feedback, ReadsTheExamplesOfRfc4585) {
    EXPECT_FALSE(parse_feedback("* nack")->format);
    EXPECT_EQ(parse_feedback("98 nack rpsi")->parameters, "rpsi");
    EXPECT_EQ(parse_feedback("98 trr-int 100")->parameters, "100");
    EXPECT_EQ(parse_feedback("96 ccm fir")->type, "ccm");
    EXPECT_EQ(parse_feedback("96 app x y z")->parameters, "x y z");
}

TEST(Crypto, ReadsTheExamplesOfRfc4568) {
    const auto simple = parse_crypto("1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32").value();
    EXPECT_EQ(simple.tag, 1u);
    EXPECT_EQ(simple.suite, "AES_CM_128_HMAC_SHA1_80");
    ASSERT_EQ(simple.keys.size(), 1u);
    EXPECT_EQ(simple.keys[0].key_and_salt, "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR");
    EXPECT_EQ(simple.keys[0].lifetime, 1u << 20);
    EXPECT_EQ(simple.keys[0].mki, "1");
    EXPECT_EQ(simple.keys[0].mki_length, 32);
    // §6.1: a default lifetime, and several keys.
    const auto mki_only = parse_crypto("2 AES_CM_128_HMAC_SHA1_80 inline:YUJDZGVmZ2hpSktMbW9QUXJzVHVWd3l6MTIzNDU2|1066:4").value();
    EXPECT_FALSE(mki_only.keys[0].lifetime);
    EXPECT_EQ(mki_only.keys[0].mki, "1066");
    const auto two = parse_crypto(
                         "2 F8_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm|2^20|1:4;"
                         "inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP")
                         .value();
    EXPECT_EQ(two.keys.size(), 2u);
    EXPECT_THAT(two.session_parameters, ElementsAre("FEC_ORDER=FEC_SRTP"));
    EXPECT_EQ(parse_crypto("3 NEW_SUITE inline:AAAA -x")->session_parameters.size(), 1u);
    EXPECT_EQ(key_and_salt_octets("aes_cm_128_hmac_sha1_32"), 30u);
}

TEST(Setup, IsAnsweredByTheTableOfRfc4145) {
    using enum SetupRole;
    EXPECT_EQ(answer_to(active), passive);
    EXPECT_EQ(answer_to(passive), active);
    EXPECT_EQ(answer_to(actpass), active);
    EXPECT_EQ(answer_to(actpass, false), passive);
    EXPECT_EQ(answer_to(holdconn), holdconn);
    for (const SetupRole offered : {active, passive, actpass, holdconn}) {
        EXPECT_TRUE(answers(offered, answer_to(offered)));
        EXPECT_FALSE(answers(offered, actpass));
        EXPECT_EQ(parse_setup(name_of(offered)), offered);
    }
    EXPECT_FALSE(answers(active, active));
    EXPECT_FALSE(answers(holdconn, active));
    EXPECT_EQ(parse_connection_use("existing"), ConnectionUse::existing);
}

TEST(Fingerprint, HasTheLengthOfItsHash) {
    EXPECT_EQ(parse_fingerprint("SHA-256 " + sha256)->value, sha256);
    EXPECT_EQ(parse_fingerprint("sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB")->hash, "sha-1");  // RFC 8122 §5
    EXPECT_EQ(parse_fingerprint("sha-9 00:ff")->value, "00:ff");
    EXPECT_EQ(parse_tls_id("abc3de65cddef001be82"), "abc3de65cddef001be82");
}

TEST(Groups, ReadTheExamplesOfRfc5888) {
    const auto group = parse_group("LS 1 2").value();
    EXPECT_EQ(group.semantics, "LS");
    EXPECT_THAT(group.mids, ElementsAre("1", "2"));
    EXPECT_TRUE(parse_group("BUNDLE")->mids.empty());
    EXPECT_EQ(parse_mid("audio-1"), "audio-1");
}

TEST(Ice, ReadsTheExamplesOfRfc8839) {
    const auto host = parse_candidate("1 1 UDP 2130706431 fe80::6676:baff:fe9c:ee4a 8998 typ host").value();
    EXPECT_EQ(host.component, 1);
    EXPECT_EQ(host.priority, 2130706431u);
    EXPECT_EQ(host.address, "fe80::6676:baff:fe9c:ee4a");
    EXPECT_EQ(host.type, "host");
    const auto reflexive = parse_candidate("2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998 generation 0").value();
    EXPECT_EQ(reflexive.related_address, "203.0.113.141");
    EXPECT_EQ(reflexive.related_port, 8998);
    EXPECT_THAT(reflexive.extensions, ElementsAre(Pair("generation", "0")));
    const auto remote = parse_remote_candidates("1 192.0.2.3 45664 2 192.0.2.3 45665").value();
    ASSERT_EQ(remote.size(), 2u);
    EXPECT_EQ(remote[1].port, 45665);
    EXPECT_EQ(parse_ice_pwd("asd88fgpdd777uzjYhagZg"), "asd88fgpdd777uzjYhagZg");
    EXPECT_EQ(parse_ice_ufrag("8hhY"), "8hhY");
    EXPECT_THAT(parse_ice_options("ice2 trickle").value(), ElementsAre("ice2", "trickle"));
    EXPECT_EQ(parse_ice_pacing("50"), 50ms);
}

TEST(Sctp, ReadsTheExamplesOfRfc8841) {
    EXPECT_EQ(parse_sctp_port("5000"), 5000);
    EXPECT_EQ(parse_max_message_size("100000"), 100000u);
}

// RFC 5939 §3.3.2
TEST(Capability, ExtensionsAreListed) {
    EXPECT_THAT(parse_option_tags("cap-v0,foo,bar").value(), ElementsAre("cap-v0", "foo", "bar"));
}

TEST(Attributes, SayWhichOctetBreaksTheRule) {
    const struct {
        const char *name, *value;
        std::uint32_t offset;
    } cases[] = {
        {"rtpmap", "128 PCMU/8000", 0},
        {"rtpmap", "0", 1},
        {"rtpmap", "0 PCMU", 6},
        {"rtpmap", "0 PCMU/0", 7},
        {"rtpmap", "0 PCMU/8000/", 12},
        {"rtpmap", "0 PCMU/8000/1/2", 13},
        {"fmtp", "96", 2},
        {"fmtp", "/ x", 0},
        {"ptime", "0", 0},
        {"ptime", "x", 0},
        {"ptime", "2.", 2},
        {"maxptime", "20ms", 2},
        {"rtcp", "65536", 0},
        {"rtcp", "1 IN IP4", 8},
        {"rtcp", "1 IN IP4 h x", 10},
        {"rtcp-fb", "*", 1},
        {"rtcp-fb", "* trr-int x", 10},
        {"rtcp-fb", "* nack (", 7},
        {"crypto", "x", 0},
        {"crypto", "01 S inline:AAAA", 0},
        {"crypto", "1 S", 3},
        {"crypto", "1 S clear:AAAA", 4},
        {"crypto", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", 33},
        {"crypto", "1 S inline:AAAA|2^64", 16},
        {"crypto", "1 S inline:AAAA|020", 16},
        {"crypto", "1 S inline:AAAA|2^20|1:129", 23},
        {"crypto", "1 S inline:AAAA|2^20|2^20", 22},
        {"crypto", "1 S inline:AAAA --x", 19},
        {"crypto", "1 S inline:AAAA|1:4;inline:AAAA", 31},
        {"setup", "both", 0},
        {"connection", "old", 0},
        {"fingerprint", "sha-256", 7},
        {"fingerprint", "sha-256 12:DF", 8},
        {"fingerprint", "x 1", 3},
        {"fingerprint", "x 12:", 5},
        {"tls-id", "tooshort", 8},
        {"group", "(", 0},
        {"group", "LS (", 3},
        {"mid", "a b", 1},
        {"candidate", "1", 1},
        {"candidate", "1 0 UDP 1 h 1 typ host", 2},
        {"candidate", "1 1 UDP 4294967296 h 1 typ host", 8},
        {"candidate", "1 1 UDP 1 h 70000 typ host", 12},
        {"candidate", "1 1 UDP 1 h 1 type host", 14},
        {"candidate", "1 1 UDP 1 h 1 typ host raddr", 28},
        {"remote-candidates", "1 h", 3},
        {"ice-ufrag", "abc", 3},
        {"ice-pwd", "a,", 1},
        {"ice-options", "", 0},
        {"ice-pacing", "-1", 0},
        {"sctp-port", "05000", 0},
        {"sctp-port", "65536", 0},
        {"max-message-size", "1k", 1},
        {"creq", "a,", 2},
        {"quality", "11", 0},
    };
    for (const auto& c : cases) {
        const AttributeRule* rule = find_attribute_rule(c.name);
        ASSERT_NE(rule, nullptr) << c.name;
        const auto read = rule->check(c.value);
        ASSERT_FALSE(read) << c.name << ": " << c.value;
        EXPECT_EQ(read.error().offset, c.offset) << c.name << ": " << c.value;
    }
}

TEST(Attributes, ThatWeDoNotKnowHaveNoRule) {
    for (const char* name : {"ssrc", "msid", "extmap", "imageattr", "tcap", "pcfg", "acfg", "RTPMAP"}) EXPECT_EQ(find_attribute_rule(name), nullptr);
    EXPECT_NE(find_attribute_rule("rtcp-mux"), nullptr);
}

}  // namespace
}  // namespace offhook::sdp
