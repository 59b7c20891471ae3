// What an offer and its answer say of keys, of RTCP, of groups and of ICE: RFC 4568, 5763, 8842, 5761, 5888, 9143, 8839, 8841.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/sdp/phones_test.hpp"

namespace offhook::sdp {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
const std::string suite80 = "AES_CM_128_HMAC_SHA1_80", suite32 = "AES_CM_128_HMAC_SHA1_32";
const std::string key_a = "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:32";
const std::string key_b = "inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32";
const std::string sha_a = "sha-256 12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD";
const std::string sha_b = "sha-256 3F:82:18:3B:49:6B:19:E5:7C:AB:4A:AD:B9:B1:12:DF:3E:5D:12:DF:54:02:49:6B:3E:5D:7C:AB:19:E5:AD:4A";

Stream secure(std::uint16_t port, std::vector<LocalCrypto> crypto) {
    Stream one = audio(port, {pcmu});
    one.protocols = {"RTP/SAVP"};
    one.crypto = std::move(crypto);
    return one;
}
Stream dtls(std::uint16_t port, const std::string& fingerprint, bool prefer_active = true) {
    Stream one = audio(port, {pcmu});
    one.protocols = {"UDP/TLS/RTP/SAVP", "RTP/SAVP"};
    one.dtls = LocalDtls{.fingerprint = fingerprint, .prefer_active = prefer_active};
    return one;
}

// RFC 4568 §5.1.2, §7.1.2: the answer has the tag and the suite of one that was offered, and a key of its own.
TEST(Rfc4568, TheAnswerTakesOneSuiteByItsTag) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer(
        {secure(49170, {{.suite = "F8_128_HMAC_SHA1_80", .key = key_a}, {.suite = suite80, .key = key_a}, {.suite = suite32, .key = key_a}})});
    EXPECT_THAT(offer,
                HasSubstr("a=crypto:1 F8_128_HMAC_SHA1_80 " + key_a + "\r\na=crypto:2 " + suite80 + " " + key_a + "\r\na=crypto:3 " + suite32));
    const auto answer = b.answer(offer, {secure(49172, {{.suite = suite32, .key = key_b}, {.suite = suite80, .key = key_b}})});
    EXPECT_THAT(answer, HasSubstr("m=audio 49172 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=crypto:2 " + suite80 + " " + key_b + "\r\n"));
    a.take(answer);
    EXPECT_EQ(a.streams()[0].local_crypto, "2 " + suite80 + " " + key_a);
    EXPECT_EQ(a.streams()[0].remote_crypto, "2 " + suite80 + " " + key_b);
    EXPECT_EQ(b.streams()[0].local_crypto, a.streams()[0].remote_crypto);
    EXPECT_EQ(b.streams()[0].remote_crypto, a.streams()[0].local_crypto);
}

TEST(Rfc4568, WhatIsNotValidOrNotSupportedIsRefused) {
    const auto answered = [](const std::string& attributes, std::vector<std::string> can = {}) {
        Phone b = bob();
        b.answer(head + "m=audio 4000 RTP/SAVP 0\r\n" + attributes,
                 {secure(5000, {{.suite = suite80, .key = key_b, .session_parameters = std::move(can)}})});
        return b.streams()[0].on ? b.streams()[0].local_crypto : "refused";
    };
    const std::string good = "a=crypto:7 " + suite80 + " " + key_a;
    EXPECT_EQ(answered(""), "refused");
    EXPECT_EQ(answered("a=crypto:1 " + suite32 + " " + key_a + "\r\n"), "refused");
    EXPECT_EQ(answered("a=crypto:1 " + suite80 + " inline:short\r\n"), "refused");
    EXPECT_EQ(answered(good + " UNENCRYPTED_SRTCP\r\n"), "refused");
    EXPECT_EQ(answered(good + " KDR=3\r\n"), "refused");
    EXPECT_EQ(answered(good + " WSH=100 -new\r\n"), "7 " + suite80 + " " + key_b);
    EXPECT_EQ(answered(good + " UNENCRYPTED_SRTCP\r\n", {"UNENCRYPTED_SRTCP"}), "7 " + suite80 + " " + key_b + " UNENCRYPTED_SRTCP");
    EXPECT_EQ(answered("a=crypto:1 UNKNOWN_SUITE inline:AAAA\r\n" + good + "\r\n"), "7 " + suite80 + " " + key_b);
}

// §5.1.3: "If any of the above fails, the negotiation MUST fail."
TEST(Rfc4568, TheOffererVerifiesTagAndSuite) {
    Phone a = alice();
    a.offer({secure(49170, {{.suite = suite80, .key = key_a}})});
    const auto with = [&](const std::string& crypto) {
        const auto applied = apply_answer(a.session, head + "m=audio 4000 RTP/SAVP 0\r\n" + crypto);
        return applied ? Refusal{255} : applied.error().code;
    };
    EXPECT_EQ(with(""), Refusal::crypto_mismatch);
    EXPECT_EQ(with("a=crypto:2 " + suite80 + " " + key_b + "\r\n"), Refusal::crypto_mismatch);
    EXPECT_EQ(with("a=crypto:1 " + suite32 + " " + key_b + "\r\n"), Refusal::crypto_mismatch);
    EXPECT_EQ(with("a=crypto:1 " + suite80 + " " + key_b + " UNENCRYPTED_SRTP\r\n"), Refusal::crypto_mismatch);
    EXPECT_EQ(with("a=crypto:1 " + suite80 + " " + key_b + "\r\n"), Refusal{255});
}

// RFC 5763 §5: the offerer is actpass, the answerer active; RFC 8842 §5.3: the roles stay as long as the association does.
TEST(Dtls, RolesAreSettledOnceAndKept) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({dtls(49170, sha_a)});
    EXPECT_THAT(offer, HasSubstr("m=audio 49170 UDP/TLS/RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=setup:actpass\r\na=fingerprint:" + sha_a + "\r\n"));
    const auto answer = b.answer(offer, {dtls(49172, sha_b)});
    EXPECT_THAT(answer, HasSubstr("a=setup:active\r\na=fingerprint:" + sha_b + "\r\n"));
    a.take(answer);
    EXPECT_EQ(a.streams()[0].local_setup, SetupRole::passive);
    EXPECT_EQ(b.streams()[0].local_setup, SetupRole::active);
    EXPECT_EQ(a.streams()[0].remote_fingerprint, sha_b);
    // Bob offers the same association; Alice, who would like to be active, stays passive.
    const auto second = b.offer({dtls(49174, sha_b)});
    EXPECT_THAT(second, HasSubstr("a=setup:actpass\r\n"));
    EXPECT_THAT(a.answer(second, {dtls(49170, sha_a)}), HasSubstr("a=setup:passive\r\n"));
    // Another fingerprint is another association.
    b.session = withdraw_offer(b.session);
    std::string fresh = sha_b;
    fresh.back() = 'B';
    EXPECT_THAT(a.answer(b.offer({dtls(49174, fresh)}), {dtls(49170, sha_a)}), HasSubstr("a=setup:active\r\n"));
}

TEST(Dtls, NeedsAFingerprintAndARoleThatFits) {
    Phone a = alice();
    a.offer({dtls(49170, sha_a)});
    const auto with = [&](const std::string& attributes) {
        const auto applied = apply_answer(a.session, head + "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n" + attributes);
        return applied ? Refusal{255} : applied.error().code;
    };
    EXPECT_EQ(with("a=setup:active\r\n"), Refusal::dtls_mismatch);
    EXPECT_EQ(with("a=setup:actpass\r\na=fingerprint:" + sha_b + "\r\n"), Refusal::dtls_mismatch);
    EXPECT_EQ(with("a=fingerprint:" + sha_b + "\r\n"), Refusal::dtls_mismatch);
    EXPECT_EQ(with("a=setup:passive\r\na=fingerprint:" + sha_b + "\r\n"), Refusal{255});
    Phone b = bob();
    EXPECT_THAT(b.answer(head + "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\na=setup:actpass\r\n", {dtls(5000, sha_b)}), HasSubstr("m=audio 0 "));
    // RFC 5763 figure 2 has the fingerprint in the session, and RTP/SAVP.
    EXPECT_THAT(bob().answer(head + "a=setup:passive\r\na=fingerprint:" + sha_a + "\r\nm=audio 6056 RTP/SAVP 0\r\n", {dtls(5000, sha_b)}),
                HasSubstr("m=audio 5000 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=setup:active\r\n"));
}

// RFC 8841 §13.1, folded lines unfolded.
TEST(Rfc8841, Section13_1_UdpDtlsSctp) {
    const auto channel = [](std::uint16_t port, const std::string& fingerprint, const std::string& id, std::uint16_t sctp_port) {
        Stream one;
        one.media = "application";
        one.protocols = {"UDP/DTLS/SCTP"};
        one.port = port;
        one.formats = {"webrtc-datachannel"};
        one.dtls = LocalDtls{.fingerprint = fingerprint, .tls_id = id, .prefer_active = false};
        one.sctp_port = sctp_port;
        one.max_message_size = 100000;
        return one;
    };
    Phone a("-", "1", 1, "2001:DB8::A8FD"), b("-", "2", 1, "2001:DB8::001D");
    const auto offer = a.offer({channel(54111, sha_a, "abc3de65cddef001be82", 5000)});
    EXPECT_THAT(
        offer,
        HasSubstr("c=IN IP6 2001:DB8::A8FD\r\nt=0 0\r\nm=application 54111 UDP/DTLS/SCTP webrtc-datachannel\r\na=setup:actpass\r\na=fingerprint:" +
                  sha_a + "\r\na=tls-id:abc3de65cddef001be82\r\na=sctp-port:5000\r\na=max-message-size:100000\r\n"));
    const auto answer = b.answer(offer, {channel(64300, sha_b, "dbc8de77cddef001be90", 6000)});
    EXPECT_THAT(answer, HasSubstr("m=application 64300 UDP/DTLS/SCTP webrtc-datachannel\r\na=setup:passive\r\na=fingerprint:" + sha_b +
                                  "\r\na=tls-id:dbc8de77cddef001be90\r\na=sctp-port:6000\r\na=max-message-size:100000\r\n"));
    a.take(answer);
    EXPECT_EQ(a.streams()[0].local_setup, SetupRole::active);
    EXPECT_EQ(a.streams()[0].remote_sctp_port, 6000);
    EXPECT_EQ(a.streams()[0].remote_tls_id, "dbc8de77cddef001be90");
    // §10.3: a refused association has port 0 in both senses.
    Phone c = bob();
    EXPECT_THAT(c.answer(offer, {}), HasSubstr("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:0\r\n"));
}

// RFC 5761 §5.1.1, RFC 8858 §4.3, RFC 3605.
TEST(RtcpMux, IsAnsweredWhereItWasOffered) {
    Stream mine = audio(5000, {pcmu});
    const std::string media = "m=audio 4000 RTP/AVP 0\r\n";
    EXPECT_THAT(bob().answer(head + media + "a=rtcp-mux\r\n", {mine}), Not(HasSubstr("rtcp-mux")));
    EXPECT_THAT(bob().answer(head + media + "a=rtcp-mux\r\na=rtcp-mux-only\r\n", {mine}), HasSubstr("m=audio 0 "));
    mine.rtcp_mux = true;
    EXPECT_THAT(bob().answer(head + media, {mine}), Not(HasSubstr("rtcp-mux")));
    Phone b = bob();
    EXPECT_THAT(b.answer(head + media + "a=rtcp-mux\r\n", {mine}), HasSubstr("a=rtcp-mux\r\n"));
    EXPECT_TRUE(b.streams()[0].rtcp_mux);
    EXPECT_EQ(b.streams()[0].remote_rtcp_port, 4000);
    Phone c = bob();
    mine.rtcp_mux = false;
    mine.rtcp_port = 5009;
    EXPECT_THAT(c.answer(head + media + "a=rtcp:53020 IN IP4 192.0.2.9\r\n", {mine}), HasSubstr("a=rtcp:5009\r\n"));
    EXPECT_EQ(c.streams()[0].remote_rtcp_port, 53020);
    EXPECT_EQ(c.streams()[0].remote_rtcp_address, "192.0.2.9");
}

// RFC 5888 §9.2.1: the refused stream leaves the group; §9.2: groups of unknown semantics are left out, mid stays.
TEST(Rfc5888, Section9_2_1_GroupsKeepWhatIsAccepted) {
    const std::string offer =
        "v=0\r\no=Laura 289083124 289083124 IN IP4 thirteen.example.com\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=group:FID 1 2 3\r\n"
        "m=audio 30000 RTP/AVP 0\r\na=mid:1\r\nm=audio 30002 RTP/AVP 8\r\na=mid:2\r\nm=audio 30004 RTP/AVP 3\r\na=mid:3\r\n";
    const std::vector<Stream> ours = {audio(20000, {pcmu}), audio(20002, {{.name = "GSM"}})};
    Phone b = bob();
    b.local.groups = {"FID"};
    EXPECT_THAT(b.answer(offer, ours),
                HasSubstr("a=group:FID 1 3\r\nm=audio 20000 RTP/AVP 0\r\na=mid:1\r\na=rtpmap:0 PCMU/8000\r\nm=audio 0 RTP/AVP 8\r\n"
                          "a=mid:2\r\nm=audio 20002 RTP/AVP 3\r\na=mid:3\r\n"));
    const auto without = bob().answer(offer, ours);
    EXPECT_THAT(without, Not(HasSubstr("group")));
    EXPECT_THAT(without, HasSubstr("a=mid:3\r\n"));
}

Stream bundled(std::string media, std::uint16_t port, Codec codec, std::string mid) {
    Stream one = stream(std::move(media), port, {std::move(codec)});
    one.mid = std::move(mid);
    one.rtcp_mux = true;
    return one;
}

// RFC 9143 §7.2.2, §7.3.4: all bundled sections of the answer have one address, and the transport's attributes stand once.
TEST(Rfc9143, Section7_3_4_Answer) {
    Phone a = alice(), b = bob();
    a.local.bundle = b.local.bundle = true;
    const auto offer = a.offer({bundled("audio", 10000, pcmu, "foo"), bundled("video", 10002, mpv, "bar")});
    EXPECT_THAT(offer, HasSubstr(crlf("a=group:BUNDLE foo bar\nm=audio 10000 RTP/AVP 0\na=mid:foo\na=rtpmap:0 PCMU/8000\na=rtcp-mux\n"
                                      "m=video 10002 RTP/AVP 32\na=mid:bar\na=rtpmap:32 MPV/90000\na=rtcp-mux\n")));
    const auto answer = b.answer(offer, {bundled("audio", 20000, pcmu, ""), bundled("video", 20002, mpv, "")});
    EXPECT_THAT(answer, HasSubstr(crlf("a=group:BUNDLE foo bar\nm=audio 20000 RTP/AVP 0\na=mid:foo\na=rtpmap:0 PCMU/8000\na=rtcp-mux\n"
                                       "m=video 20000 RTP/AVP 32\na=mid:bar\na=rtpmap:32 MPV/90000\n")));
    a.take(answer);
    for (const Phone* phone : {&a, &b}) {
        EXPECT_EQ(phone->streams()[1].transport, 0u);
        EXPECT_TRUE(phone->streams()[1].rtcp_mux);
    }
    EXPECT_EQ(b.streams()[1].remote_port, 10000);
    EXPECT_EQ(a.streams()[1].local_port, 10000);
    // §7.5: a later offer has the shared address from the start.
    EXPECT_THAT(a.offer({bundled("audio", 10000, pcmu, "foo"), bundled("video", 10002, mpv, "bar")}),
                HasSubstr(crlf("m=video 10000 RTP/AVP 32\na=mid:bar\na=rtpmap:32 MPV/90000\n")));
}

// §7.3.1, §7.3.3: the first tag whose section is accepted is the answerer's; RFC 8843 answers with port 0 and bundle-only are understood.
TEST(Rfc9143, Section7_3_3_RefusedSectionsLeaveTheGroup) {
    Phone a = alice(), b = bob();
    a.local.bundle = b.local.bundle = true;
    const auto offer = a.offer({bundled("audio", 10000, pcmu, "foo"), bundled("video", 10002, mpv, "bar")});
    EXPECT_THAT(b.answer(offer, {bundled("video", 20002, mpv, "")}),
                HasSubstr(crlf("a=group:BUNDLE bar\nm=audio 0 RTP/AVP 0\na=mid:foo\nm=video 20002 RTP/AVP 32\n")));
    Phone c = bob();  // who knows no bundle
    const auto apart = c.answer(offer, {bundled("audio", 20000, pcmu, ""), bundled("video", 20002, mpv, "")});
    EXPECT_THAT(apart, Not(HasSubstr("BUNDLE")));
    EXPECT_THAT(apart, HasSubstr("m=video 20002 "));
    a.take(head.substr(0, head.size()) +
           "a=group:BUNDLE foo bar\r\nm=audio 20000 RTP/AVP 0\r\na=mid:foo\r\na=rtcp-mux\r\nm=video 0 RTP/AVP 32\r\na=mid:bar\r\na=bundle-only\r\n");
    EXPECT_TRUE(a.streams()[1].on);
    EXPECT_EQ(a.streams()[1].remote_port, 20000);
}

TEST(Rfc9143, ASectionThatIsBundleOnlyNeedsItsBundle) {
    const std::string offer =
        head +
        "a=group:BUNDLE foo bar\r\nm=audio 10000 RTP/AVP 0\r\na=mid:foo\r\na=rtcp-mux\r\nm=video 0 RTP/AVP 32\r\na=mid:bar\r\na=bundle-only\r\n";
    const std::vector<Stream> ours = {bundled("audio", 20000, pcmu, ""), bundled("video", 20002, mpv, "")};
    Phone b = bob(), c = bob();
    b.local.bundle = true;
    EXPECT_THAT(b.answer(offer, ours), HasSubstr("m=video 20000 RTP/AVP 32\r\na=mid:bar\r\na=rtpmap:32 MPV/90000\r\n"));
    EXPECT_TRUE(b.streams()[1].on);
    EXPECT_THAT(c.answer(offer, ours), HasSubstr("m=video 0 "));
}

// RFC 8839 §4.2: the caller's candidates are carried, and kept from peers that do not speak ICE.
TEST(Ice, IsCarriedForWhoAskedForIt) {
    Stream mine = audio(45664, {pcmu});
    mine.attributes = {"ice-ufrag:9uB6", "ice-pwd:YH75Fviy6338Vbrhrlp8Yh", "candidate:1 1 UDP 2130706431 198.51.100.7 45664 typ host", "x-own:1"};
    Phone a = alice(), b = bob(), c = bob();
    for (Phone* phone : {&a, &b, &c}) phone->local.attributes = {"ice-options:ice2"};
    const auto offer = a.offer({mine});
    EXPECT_THAT(offer, HasSubstr("t=0 0\r\na=ice-options:ice2\r\nm=audio 45664 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ice-ufrag:9uB6\r\n"));
    EXPECT_THAT(b.answer(offer, {mine}), HasSubstr("a=candidate:1 1 UDP 2130706431 198.51.100.7 45664 typ host\r\na=x-own:1\r\n"));
    const auto plain = c.answer(head + "m=audio 4000 RTP/AVP 0\r\n", {mine});
    EXPECT_THAT(plain, Not(HasSubstr("ice-")));
    EXPECT_THAT(plain, Not(HasSubstr("candidate")));
    EXPECT_THAT(plain, HasSubstr("a=x-own:1\r\n"));
}

}  // namespace
}  // namespace offhook::sdp
