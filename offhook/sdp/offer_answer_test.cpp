#include "offhook/sdp/offer_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/sdp/codecs.hpp"
#include "offhook/sdp/phones_test.hpp"

namespace offhook::sdp {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

Refusal refusal(const std::expected<Exchange, OfferAnswerError>& made) { return made ? Refusal{255} : made.error().code; }
Refusal refusal(const std::expected<Session, OfferAnswerError>& made) { return made ? Refusal{255} : made.error().code; }

// RFC 3264 §10.1: the port of one stream changes while another one is added.
TEST(Rfc3264, Section10_1_BasicExchange) {
    Phone a("alice", "2890844526", 2890844526, "host.anywhere.com"), b("bob", "2890844730", 2890844730, "host.example.com");
    const std::string a_head = "v=0\no=alice 2890844526 2890844526 IN IP4 host.anywhere.com\ns= \nc=IN IP4 host.anywhere.com\nt=0 0\n";
    const auto offer = a.offer({audio(49170, {pcmu}), video(51372, {h261}), video(53000, {mpv})});
    EXPECT_EQ(offer, crlf(a_head + "m=audio 49170 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 51372 RTP/AVP 31\na=rtpmap:31 H261/90000\n"
                                   "m=video 53000 RTP/AVP 32\na=rtpmap:32 MPV/90000\n"));
    const auto answer = b.answer(offer, {audio(49920, {pcmu}), video(53000, {mpv})});
    EXPECT_EQ(answer, crlf("v=0\no=bob 2890844730 2890844730 IN IP4 host.example.com\ns= \nc=IN IP4 host.example.com\nt=0 0\n"
                           "m=audio 49920 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 0 RTP/AVP 31\nm=video 53000 RTP/AVP 32\na=rtpmap:32 MPV/90000\n"));
    a.take(answer);
    const Codec tones{.name = "telephone-events", .payload_type = 110};
    const auto second = b.offer({audio(65422, {pcmu}), Stream{}, video(53000, {mpv}), audio(51434, {tones}, Direction::recvonly)});
    EXPECT_EQ(second, crlf("v=0\no=bob 2890844730 2890844731 IN IP4 host.example.com\ns= \nc=IN IP4 host.example.com\nt=0 0\n"
                           "m=audio 65422 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 0 RTP/AVP 31\nm=video 53000 RTP/AVP 32\na=rtpmap:32 MPV/90000\n"
                           "m=audio 51434 RTP/AVP 110\na=rtpmap:110 telephone-events/8000\na=recvonly\n"));
    const auto last = a.answer(second, {audio(49170, {pcmu}), video(53000, {mpv}), audio(53122, {tones})});
    EXPECT_EQ(last, crlf("v=0\no=alice 2890844526 2890844527 IN IP4 host.anywhere.com\ns= \nc=IN IP4 host.anywhere.com\nt=0 0\n"
                         "m=audio 49170 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 0 RTP/AVP 31\nm=video 53000 RTP/AVP 32\na=rtpmap:32 MPV/90000\n"
                         "m=audio 53122 RTP/AVP 110\na=rtpmap:110 telephone-events/8000\na=sendonly\n"));
    b.take(last);
    EXPECT_EQ(a.streams()[0].remote_port, 65422);
    EXPECT_EQ(b.streams()[3].direction, Direction::recvonly);
}

// RFC 3264 §10.2: inactive until one codec is locked.
TEST(Rfc3264, Section10_2_OneOfNCodecs) {
    Phone a("alice", "2890844526", 2890844526, "host.anywhere.com"), b("bob", "2890844730", 2890844731, "host.example.com");
    const std::string b_head = "v=0\no=bob 2890844730 289084473", b_rest = " IN IP4 host.example.com\ns= \nc=IN IP4 host.example.com\nt=0 0\n";
    const auto offer = a.offer({audio(62986, {pcmu, g723, g729}, Direction::inactive)});
    EXPECT_THAT(offer,
                HasSubstr(crlf("m=audio 62986 RTP/AVP 0 4 18\na=rtpmap:0 PCMU/8000\na=rtpmap:4 G723/8000\na=rtpmap:18 G729/8000\na=inactive\n")));
    const auto answer = b.answer(offer, {audio(54344, {pcmu, g723})});
    EXPECT_EQ(answer, crlf(b_head + "1" + b_rest + "m=audio 54344 RTP/AVP 0 4\na=rtpmap:0 PCMU/8000\na=rtpmap:4 G723/8000\na=inactive\n"));
    a.take(answer);
    const auto second = a.offer({audio(62986, {g723})});
    EXPECT_THAT(second, HasSubstr(crlf("2890844527 IN IP4 host.anywhere.com\n")));
    EXPECT_THAT(second, HasSubstr(crlf("m=audio 62986 RTP/AVP 4\na=rtpmap:4 G723/8000\na=sendrecv\n")));
    EXPECT_EQ(b.answer(second, {audio(54344, {pcmu, g723})}),
              crlf(b_head + "2" + b_rest + "m=audio 54344 RTP/AVP 4\na=rtpmap:4 G723/8000\na=sendrecv\n"));
}

// §6.1: the direction of the answer, for each of the offer and of ours.
TEST(Rfc3264, Section6_1_Directions) {
    using enum Direction;
    const struct {
        Direction offered, ours, answered;
    } cases[] = {{sendrecv, sendrecv, sendrecv}, {sendrecv, sendonly, sendonly}, {sendrecv, inactive, inactive}, {sendonly, sendrecv, recvonly},
                 {sendonly, sendonly, inactive}, {recvonly, sendrecv, sendonly}, {recvonly, recvonly, inactive}, {inactive, sendrecv, inactive}};
    for (const auto& c : cases) {
        for (const bool at_session : {true, false}) {
            Phone b = bob();
            const std::string line = "a=" + std::string(name_of(c.offered)) + "\r\n";
            const std::string media = "m=audio 4000 RTP/AVP 0\r\n";
            const auto answer = b.answer(at_session ? head + line + media : head + media + line, {audio(5000, {pcmu}, c.ours)});
            EXPECT_EQ(b.streams()[0].direction, c.answered) << name_of(c.offered) << " " << name_of(c.ours);
            EXPECT_THAT(answer, HasSubstr("a=" + std::string(name_of(c.answered)) + "\r\n"));
        }
    }
}

// §8.4: hold is for each direction apart.
TEST(Rfc3264, Section8_4_Hold) {
    using enum Direction;
    EXPECT_EQ(held(sendrecv), sendonly);
    EXPECT_EQ(held(recvonly), inactive);
    EXPECT_EQ(held(sendonly), sendonly);
    EXPECT_EQ(resumed(sendonly), sendrecv);
    EXPECT_EQ(resumed(inactive), recvonly);
    // "The recipient of an offer for a stream on-hold SHOULD NOT automatically return an answer with the stream on hold."
    Phone b = bob();
    EXPECT_THAT(b.answer(head + "m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n", {audio(5000, {pcmu})}), HasSubstr("a=recvonly\r\n"));
}

// §8: the version goes up by one when something changes, and only then; a refused offer has used its own up.
TEST(Rfc3264, Section8_Versions) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({audio(49170, {pcmu})});
    a.take(b.answer(offer, {audio(49172, {pcmu})}));
    EXPECT_EQ(a.offer({audio(49170, {pcmu})}), offer);
    EXPECT_EQ(refusal(make_offer(a.session, a.local)), Refusal::offer_pending);
    EXPECT_EQ(refusal(make_answer(a.session, offer, a.local)), Refusal::offer_pending);
    a.session = withdraw_offer(a.session);
    const auto before = a.streams().size();
    a.offer({audio(49170, {pcmu}), video(51372, {h261})});
    EXPECT_EQ(a.session.version, 2890844527u);
    a.session = withdraw_offer(a.session);
    EXPECT_EQ(a.streams().size(), before);
    EXPECT_THAT(a.offer({audio(49170, {pcmu})}), HasSubstr(" 2890844528 IN "));  // as at first, but the peer has seen 2890844527
    a.session = withdraw_offer(a.session);
    // The address of o= is an identity, not a place.
    a.local.address = "192.0.2.7";
    EXPECT_THAT(a.offer({audio(49170, {pcmu})}), HasSubstr(" 2890844529 IN IP4 host.atlanta.example.com\r\ns= \r\nc=IN IP4 192.0.2.7\r\n"));
}

// §8: what a peer may do with its o= line, if it is held to it.
TEST(Rfc3264, Section8_OriginOfThePeer) {
    Phone b = bob();
    const auto offer = [](const std::string& origin, const std::string& port) {
        return "v=0\r\no=" + origin + "\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 0\r\n";
    };
    b.answer(offer("- 1 1 IN IP4 192.0.2.1", "4000"), {audio(5000, {pcmu})});
    const auto with = [&](const std::string& origin, const std::string& port) {
        return refusal(make_answer(b.session, offer(origin, port), b.local, {.origin = true}));
    };
    const Refusal none{255};
    EXPECT_EQ(with("- 1 1 IN IP4 192.0.2.1", "4000"), none);
    EXPECT_EQ(with("- 1 1 IN IP4 192.0.2.1", "4002"), Refusal::origin_changed);
    EXPECT_EQ(with("- 1 2 IN IP4 192.0.2.1", "4002"), none);
    EXPECT_EQ(with("- 1 3 IN IP4 192.0.2.1", "4002"), Refusal::origin_changed);
    EXPECT_EQ(with("- 2 2 IN IP4 192.0.2.1", "4002"), Refusal::origin_changed);
    EXPECT_TRUE(make_answer(b.session, offer("- 2 9 IN IP4 192.0.2.9", "4002"), b.local));  // gateways do
    EXPECT_EQ(refusal(make_answer(b.session, head, b.local)), Refusal::streams_missing);
}

// §8.3.2: a dynamic payload type keeps its codec, and a codec its number.
TEST(Rfc3264, Section8_3_2_PayloadTypesKeepTheirCodec) {
    Phone a = alice(), b = bob();
    const Codec opus{.name = "opus", .clock_rate = 48000, .channels = 2}, speex{.name = "speex", .clock_rate = 16000};
    a.take(b.answer(a.offer({audio(4000, {opus, speex})}), {audio(5000, {speex})}));
    EXPECT_THAT(a.session.sent, HasSubstr("m=audio 4000 RTP/AVP 96 97\r\n"));
    a.take(b.answer(a.offer({audio(4000, {speex})}), {audio(5000, {speex})}));
    EXPECT_THAT(a.session.sent, HasSubstr("m=audio 4000 RTP/AVP 97\r\n"));
    const Codec ilbc96{.name = "iLBC", .payload_type = 96};
    a.take(b.answer(a.offer({audio(4000, {ilbc96, speex, opus})}), {audio(5000, {speex})}));
    EXPECT_THAT(a.session.sent, HasSubstr("m=audio 4000 RTP/AVP 98 97 96\r\na=rtpmap:98 iLBC/8000\r\n"));
}

TEST(Codecs, AreTheSameByRtpmapAndByWhatSelectsAConfiguration) {
    const Encoding h264{"H264", 90000}, amr{"AMR", 8000};
    EXPECT_TRUE(same_codec(h264, "profile-level-id=42e01f;packetization-mode=1", h264, "packetization-mode=1; profile-level-id=42C028"));
    EXPECT_FALSE(same_codec(h264, "profile-level-id=42e01f;packetization-mode=1", h264, "profile-level-id=42e01f"));
    EXPECT_FALSE(same_codec(h264, "profile-level-id=42e01f", h264, "profile-level-id=640c1f"));
    EXPECT_TRUE(same_codec(amr, "octet-align=0;mode-set=7", amr, ""));
    EXPECT_FALSE(same_codec(amr, "octet-align=1", amr, ""));
    EXPECT_FALSE(same_codec({"L16", 16000, 2}, "", {"L16", 16000, 1}, ""));
}

std::string formats_of(const std::string& offered, std::vector<Codec> codecs, Preference preference = Preference::of_the_offer, bool one = false) {
    Phone b = bob();
    b.local.preference = preference;
    b.local.one_codec = one;
    const auto answer = b.answer(head + offered, {audio(5000, std::move(codecs))});
    const auto from = answer.find("RTP/AVP ") + 8;
    return answer.substr(answer.find("m=audio 0") == std::string::npos ? from : answer.size(), answer.find("\r\n", from) - from);
}

TEST(Codecs, KeepTheOrderOfTheOfferUnlessToldOtherwise) {
    const std::string offered =
        "m=audio 4000 RTP/AVP 8 0 97 101\r\na=rtpmap:97 iLBC/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n";
    EXPECT_EQ(formats_of(offered, {ilbc, pcmu, pcma, events}), "8 0 97 101");
    EXPECT_EQ(formats_of(offered, {ilbc, pcmu, pcma, events}, Preference::ours), "97 0 8 101");
    EXPECT_EQ(formats_of(offered, {ilbc, pcmu, pcma, events}, Preference::ours, true), "97 101");
    EXPECT_EQ(formats_of(offered, {pcmu, pcma, events}, Preference::of_the_offer, true), "8 101");
    EXPECT_EQ(formats_of(offered, {g729, events}), "");  // tones alone are no conversation
}

// RFC 4733 §2.1: telephone-event runs at the clock of the codec beside it.
TEST(Codecs, TelephoneEventNeedsAMatchingClock) {
    const std::string offered =
        "m=audio 4000 RTP/AVP 96 0 101 102\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n"
        "a=rtpmap:102 telephone-event/48000\r\n";
    const Codec opus{.name = "opus", .clock_rate = 48000, .channels = 2};
    const Codec fast{.name = "telephone-event", .clock_rate = 48000};
    EXPECT_EQ(formats_of(offered, {opus, events, fast}), "96 102");
    EXPECT_EQ(formats_of(offered, {pcmu, events, fast}), "0 101");
    EXPECT_EQ(formats_of(offered, {opus, pcmu, events, fast}), "96 0 101 102");
    Phone b = bob();
    b.answer(head + offered, {audio(5000, {opus, pcmu, events, fast})});
    EXPECT_EQ(b.streams()[0].telephone_event()->send_type, 102);
}

// RFC 4588 §8.1: a retransmission follows what it repeats, in the numbers of the offer.
TEST(Codecs, RetransmissionFollowsItsCodec) {
    Phone b = bob();
    const Codec vp8{.name = "VP8", .clock_rate = 90000, .feedback = {"nack", "nack pli", "ccm fir"}}, rtx{.name = "rtx", .clock_rate = 90000};
    const auto answer =
        b.answer(head +
                     "m=video 4000 RTP/AVPF 120 121 122 123\r\na=rtpmap:120 VP8/90000\r\na=rtpmap:121 rtx/90000\r\na=fmtp:121 apt=120\r\n"
                     "a=rtpmap:122 VP9/90000\r\na=rtpmap:123 rtx/90000\r\na=fmtp:123 apt=122\r\na=rtcp-fb:120 nack pli\r\n"
                     "a=rtcp-fb:* nack\r\na=rtcp-fb:120 goog-remb\r\n",
                 [&] {
                     Stream one = video(5000, {vp8, rtx});
                     one.protocols = {"RTP/AVPF"};
                     return std::vector{one};
                 }());
    EXPECT_THAT(answer, HasSubstr("m=video 5000 RTP/AVPF 120 121\r\na=rtpmap:120 VP8/90000\r\na=rtcp-fb:120 nack\r\na=rtcp-fb:120 nack pli\r\n"
                                  "a=rtpmap:121 rtx/90000\r\na=fmtp:121 apt=120\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("goog-remb")));
}

TEST(Answer, RefusesWhatItDoesNotKnow) {
    Phone b = bob();
    const auto answer = b.answer(head +
                                     "m=image 4000 udptl t38\r\nm=audio 4002 RTP/SAVP 0\r\nm=application 4004 udp wb\r\nm=audio 4006 RTP/AVP 0\r\n"
                                     "m=audio 0 RTP/AVP 0\r\nm=audio 4008 RTP/AVP 0\r\n",
                                 {audio(5000, {pcmu})});
    EXPECT_THAT(answer,
                HasSubstr(crlf("m=image 0 udptl t38\nm=audio 0 RTP/SAVP 0\nm=application 0 udp wb\nm=audio 5000 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
                               "m=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 0\n")));
    // Formats of what is not RTP are compared as they are.
    Stream fax = stream("image", 6000, {});
    fax.protocols = {"udptl"};
    fax.formats = {"t38"};
    Phone c = bob();
    EXPECT_THAT(c.answer(head + "m=image 4000 udptl t38\r\n", {fax}), HasSubstr("m=image 6000 udptl t38\r\n"));
    EXPECT_THAT(c.streams()[0].formats, ElementsAre("t38"));
}

TEST(Answer, CarriesTimesAndPacketTime) {
    Phone b = bob();
    Stream mine = audio(5000, {pcmu});
    mine.ptime = std::chrono::milliseconds(20);
    mine.maxptime = PacketTime(62500);
    mine.bandwidths = {"AS:80"};
    const auto answer = b.answer(
        "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=3724394400 3724398000\r\nr=7d 1h 0\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 0\r\na=ptime:30\r\n",
        {mine});
    EXPECT_THAT(answer, HasSubstr("t=3724394400 3724398000\r\nr=7d 1h 0\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\nb=AS:80\r\n"));
    EXPECT_THAT(answer, HasSubstr("a=ptime:20\r\na=maxptime:62.5\r\n"));
    EXPECT_EQ(b.streams()[0].ptime, std::chrono::milliseconds(30));
}

// §6.2: a group is answered with itself, by who joins groups.
TEST(Answer, JoinsAGroupOrRefusesIt) {
    const std::string offered = "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 233.252.0.1/127\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=recvonly\r\n";
    Stream mine = audio(5000, {pcmu});
    Phone refuses = bob();
    EXPECT_THAT(refuses.answer(offered, {mine}), HasSubstr("m=audio 0 "));
    mine.multicast = true;
    Phone joins = bob();
    EXPECT_THAT(joins.answer(offered, {mine}),
                HasSubstr("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/127\r\na=rtpmap:0 PCMU/8000\r\na=recvonly\r\n"));
}

// RFC 5939 §3.6.2: extensions that we do not have are told, and the offer is taken as it stands.
// RFC 5939 §3.6.2: who does not negotiate capabilities answers as if the offer had none, and claims no extension.
TEST(Answer, LeavesCapabilityNegotiationAlone) {
    Phone b = bob();
    const std::string answer = b.answer(head + "a=creq:cap-v0,foo\r\na=tcap:1 RTP/SAVP\r\nm=audio 4000 RTP/AVP 0\r\na=creq:foo\r\na=pcfg:1 t=1\r\n", {audio(5000, {pcmu})});
    EXPECT_THAT(answer, HasSubstr("t=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"));
    for (const char* attribute : {"csup", "creq", "tcap", "pcfg", "acfg"}) EXPECT_THAT(answer, Not(HasSubstr(attribute)));
}

// RFC 3264 §6 and RFC 5888 §9.1: an answer repeats the tags of the offer; one that changes a tag is of no group of it.
TEST(Apply, SharesNoTransportWhereTheTagsDiffer) {
    const std::string group = head + "a=group:BUNDLE a b\r\n", one = "m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\na=mid:", two = "m=audio 4002 RTP/AVP 0\r\na=rtcp-mux\r\na=mid:";
    const std::string offer = group + one + "a\r\n" + two + "b\r\n";
    const auto same = agree(offer, offer, true);
    ASSERT_EQ(same.size(), 2u);
    EXPECT_EQ(same[1].transport, 0u);
    const auto other = agree(offer, group + one + "b\r\n" + two + "a\r\n", true);
    ASSERT_EQ(other.size(), 2u);
    EXPECT_EQ(other[0].transport, 0u);
    EXPECT_EQ(other[1].transport, 1u);
}

TEST(Apply, NamesWhatAnAnswerMayNotDo) {
    Phone a = alice();
    a.offer({audio(49170, {pcmu, pcma}), Stream{}});
    const auto with = [&](const std::string& media) { return refusal(apply_answer(a.session, head + media)); };
    EXPECT_EQ(refusal(apply_answer(a.session, "nonsense")), Refusal::unreadable);
    EXPECT_EQ(with("m=audio 4000 RTP/AVP 0\r\n"), Refusal::streams_missing);
    EXPECT_EQ(with("m=video 4000 RTP/AVP 0\r\nm=audio 0 RTP/AVP 0\r\n"), Refusal::media_changed);
    EXPECT_EQ(with("m=audio 4000 RTP/SAVP 0\r\nm=audio 0 RTP/AVP 0\r\n"), Refusal::media_changed);
    EXPECT_EQ(with("m=audio 4000 RTP/AVP 9\r\nm=audio 0 RTP/AVP 0\r\n"), Refusal::no_common_format);
    EXPECT_EQ(with("m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\n"), Refusal::stream_revived);
    const std::string answer = head + "m=audio 4000 RTP/AVP 8\r\nm=audio 0 RTP/AVP 0\r\n";
    a.take(answer);
    EXPECT_TRUE(a.session.stable());
    const Session once = a.session;
    a.take(answer);  // 183 and then 200
    EXPECT_EQ(a.session, once);
    EXPECT_EQ(refusal(apply_answer(a.session, head)), Refusal::no_offer);
    EXPECT_EQ(refusal(apply_answer(Session{}, head)), Refusal::no_offer);
}

// A call that forks: each answer is applied to its own copy of the session that made the offer.
TEST(Apply, ServesForks) {
    Phone a = alice();
    a.offer({audio(49170, {pcmu, pcma})});
    const auto first = apply_answer(a.session, head + "m=audio 4000 RTP/AVP 0\r\n").value();
    const auto second = apply_answer(a.session, head + "m=audio 6000 RTP/AVP 8\r\n").value();
    EXPECT_EQ(first.streams()[0].codecs[0].codec.name, "PCMU");
    EXPECT_EQ(second.streams()[0].remote_port, 6000);
}

TEST(Offer, RefusesWhatCannotBeWritten) {
    const auto of = [](auto change) {
        Phone a = alice();
        a.local.streams = {audio(4000, {pcmu})};
        change(a);
        return refusal(make_offer(a.session, a.local));
    };
    EXPECT_EQ(of([](Phone& a) { a.local.address.clear(); }), Refusal::no_address);
    EXPECT_EQ(of([](Phone& a) { a.local.address = "h\r\na=evil"; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) { a.session.user = "two words"; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) { a.session.id = "x"; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) { a.session.first_version = UINT64_MAX; }), Refusal::version_exhausted);
    EXPECT_EQ(of([](Phone& a) { a.local.streams[0].codecs.clear(); }), Refusal::no_format);
    EXPECT_EQ(of([](Phone& a) { a.local.streams[0].attributes = {"sendonly"}; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) { a.local.streams[0].attributes = {"x\nm=audio 1 RTP/AVP 0"}; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) { a.local.streams[0].protocols = {"RTP/SAVP"}; }), Refusal::bad_local);
    EXPECT_EQ(of([](Phone& a) {
                  for (std::uint32_t rate = 1; rate < 100; ++rate) a.local.streams[0].codecs.push_back({.name = "x", .clock_rate = rate});
              }),
              Refusal::too_many_formats);
    for (int code = 0; code <= static_cast<int>(Refusal::version_exhausted); ++code) EXPECT_NE(describe(static_cast<Refusal>(code)), "unknown");
}

// §9, with the figure of that section but for the codec that nobody has (1016).
TEST(Capabilities, AreDescribedWithPortZero) {
    Phone carol("carol", "28908764872", 28908764872, "100.3.6.6");
    carol.session.name = "-";
    carol.local.streams = {audio(0, {pcmu, {.name = "GSM"}}), video(0, {h261, {.name = "H263", .clock_rate = 90000}})};
    EXPECT_EQ(describe_capabilities(carol.session, carol.local).value(),
              crlf("v=0\no=carol 28908764872 28908764872 IN IP4 100.3.6.6\ns=-\nc=IN IP4 100.3.6.6\nt=0 0\n"
                   "m=audio 0 RTP/AVP 0 3\na=rtpmap:0 PCMU/8000\na=rtpmap:3 GSM/8000\n"
                   "m=video 0 RTP/AVP 31 34\na=rtpmap:31 H261/90000\na=rtpmap:34 H263/90000\n"));
}

}  // namespace
}  // namespace offhook::sdp
