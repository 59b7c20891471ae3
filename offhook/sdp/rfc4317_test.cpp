// The examples of RFC 4317, section by section: what Alice and Bob write is what our functions write. Refused streams are written
// with their one format and without its rtpmap, which RFC 3264 §8.2 allows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/sdp/phones_test.hpp"

namespace offhook::sdp {
namespace {

using namespace test;
using ::testing::ElementsAre;

std::vector<std::string> names(const AgreedStream& stream) {
    std::vector<std::string> out;
    for (const AgreedCodec& one : stream.codecs) out.push_back(one.codec.name);
    return out;
}

const std::string audio_and_video =
    "m=audio 49170 RTP/AVP 0 8 97\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\na=rtpmap:97 iLBC/8000\n"
    "m=video 51372 RTP/AVP 31 32\na=rtpmap:31 H261/90000\na=rtpmap:32 MPV/90000\n";

TEST(Rfc4317, Section2_1_SeveralCodecsAreOfferedOneIsAccepted) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({audio(49170, {pcmu, pcma, ilbc}), video(51372, {h261, mpv})});
    EXPECT_EQ(offer, described("alice", "2890844526", audio_and_video));
    const auto answer = b.answer(offer, {audio(49174, {pcmu}), video(49170, {mpv})});
    EXPECT_EQ(answer,
              described("bob", "2808844564", "m=audio 49174 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 49170 RTP/AVP 32\na=rtpmap:32 MPV/90000\n"));
    a.take(answer);
    for (const Phone* phone : {&a, &b}) {
        ASSERT_EQ(phone->streams().size(), 2u);
        EXPECT_THAT(names(phone->streams()[0]), ElementsAre("PCMU"));
        EXPECT_THAT(names(phone->streams()[1]), ElementsAre("MPV"));
    }
    EXPECT_EQ(a.streams()[0].remote_address, "host.biloxi.example.com");
    EXPECT_EQ(a.streams()[0].remote_port, 49174);
    EXPECT_EQ(a.streams()[0].remote_rtcp_port, 49175);
    EXPECT_EQ(b.streams()[1].remote_port, 51372);
}

TEST(Rfc4317, Section2_2_ASecondOfferLocksOneCodec) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({audio(49170, {pcmu, pcma, ilbc}), video(51372, {h261, mpv})});
    const auto answer = b.answer(offer, {audio(49172, {pcmu, pcma})});
    EXPECT_EQ(answer,
              described("bob", "2808844564", "m=audio 49172 RTP/AVP 0 8\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\nm=video 0 RTP/AVP 31\n"));
    a.take(answer);
    const auto second = a.offer({audio(51372, {pcmu})});
    EXPECT_EQ(second, described("alice", "2890844527", "m=audio 51372 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 0 RTP/AVP 31\n"));
    EXPECT_EQ(b.answer(second, {audio(49172, {pcmu, pcma})}),
              described("bob", "2808844565", "m=audio 49172 RTP/AVP 0\na=rtpmap:0 PCMU/8000\nm=video 0 RTP/AVP 31\n"));
    EXPECT_EQ(b.streams()[0].remote_port, 51372);
    EXPECT_FALSE(b.streams()[1].on);
}

TEST(Rfc4317, Section2_3_TheAnswerMayHaveAnotherPayloadType) {
    Phone a = alice();
    a.offer({audio(49170, {pcmu, pcma, ilbc}), video(51372, {h261, mpv})});
    a.take(described("bob", "2808844564", "m=audio 49172 RTP/AVP 99\na=rtpmap:99 iLBC/8000\nm=video 51374 RTP/AVP 31\na=rtpmap:31 H261/90000\n"));
    ASSERT_EQ(a.streams()[0].codecs.size(), 1u);
    EXPECT_EQ(a.streams()[0].codecs[0].codec.payload_type, 97);
    EXPECT_EQ(a.streams()[0].codecs[0].send_type, 99);
}

TEST(Rfc4317, Section2_4_TwoAudioStreamsOneForTones) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({audio(49170, {pcmu, ilbc}), audio(49172, {events}, Direction::sendonly)});
    EXPECT_EQ(offer, described("alice", "2890844526",
                               "m=audio 49170 RTP/AVP 0 97\na=rtpmap:0 PCMU/8000\na=rtpmap:97 iLBC/8000\n"
                               "m=audio 49172 RTP/AVP 98\na=rtpmap:98 telephone-event/8000\na=sendonly\n"));
    const auto answer = b.answer(offer, {audio(49172, {ilbc}), audio(49174, {events})});
    EXPECT_EQ(answer, described("bob", "2808844564",
                                "m=audio 49172 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"
                                "m=audio 49174 RTP/AVP 98\na=rtpmap:98 telephone-event/8000\na=recvonly\n"));
    a.take(answer);
    EXPECT_EQ(a.streams()[1].direction, Direction::sendonly);
    EXPECT_EQ(b.streams()[1].direction, Direction::recvonly);
}

TEST(Rfc4317, Section2_5_AnUnchangedAnswerKeepsItsVersion) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({audio(49170, {ilbc}), video(51372, {h261})});
    a.take(b.answer(offer, {audio(49174, {ilbc}), video(49170, {h261})}));
    b.local.address = "newhost.biloxi.example.com";
    const auto second = b.offer({audio(49178, {ilbc}), video(49188, {h261})});
    const std::string media = "m=audio 49178 RTP/AVP 97\na=rtpmap:97 iLBC/8000\nm=video 49188 RTP/AVP 31\na=rtpmap:31 H261/90000\n";
    EXPECT_EQ(second, described("bob", "2808844565", media, "newhost.biloxi.example.com"));
    const auto again = a.answer(second, {audio(49170, {ilbc}), video(51372, {h261})});
    EXPECT_EQ(again, offer);  // version 2890844526 as before
    b.take(again);
    EXPECT_EQ(a.streams()[0].remote_address, "newhost.biloxi.example.com");
}

TEST(Rfc4317, Section2_6_OneOfTwoStreamsIsDeclined) {
    Phone a = alice(), b = bob();
    const Codec tones{.name = "telephone-event", .payload_type = 101};
    const auto offer = a.offer({audio(49170, {pcmu}), audio(51372, {ilbc, tones})});
    EXPECT_EQ(offer, described("alice", "2890844526",
                               "m=audio 49170 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
                               "m=audio 51372 RTP/AVP 97 101\na=rtpmap:97 iLBC/8000\na=rtpmap:101 telephone-event/8000\n"));
    const auto answer = b.answer(offer, {audio(49170, {ilbc, tones})});
    EXPECT_EQ(answer, described("bob", "2808844564",
                                "m=audio 0 RTP/AVP 0\nm=audio 49170 RTP/AVP 97 101\na=rtpmap:97 iLBC/8000\na=rtpmap:101 telephone-event/8000\n"));
    a.take(answer);
    EXPECT_FALSE(a.streams()[0].on);
    EXPECT_EQ(a.streams()[1].telephone_event()->send_type, 101);
}

TEST(Rfc4317, Section2_7_ASecondCodecIsAdded) {
    Phone a = alice(), b = bob();
    const Codec ilbc99{.name = "iLBC", .payload_type = 99};
    a.take(b.answer(a.offer({audio(49170, {ilbc99}), video(51372, {h261})}), {audio(49172, {ilbc}), video(51374, {h261, mpv})}));
    const auto second = a.offer({audio(49170, {ilbc99}), video(51372, {h261, mpv})});
    EXPECT_EQ(second, described("alice", "2890844527",
                                "m=audio 49170 RTP/AVP 99\na=rtpmap:99 iLBC/8000\n"
                                "m=video 51372 RTP/AVP 31 32\na=rtpmap:31 H261/90000\na=rtpmap:32 MPV/90000\n"));
    EXPECT_EQ(b.answer(second, {audio(49172, {ilbc}), video(51374, {h261, mpv})}),
              described("bob", "2808844565",
                        "m=audio 49172 RTP/AVP 99\na=rtpmap:99 iLBC/8000\n"
                        "m=video 51374 RTP/AVP 31 32\na=rtpmap:31 H261/90000\na=rtpmap:32 MPV/90000\n"));
}

TEST(Rfc4317, Section2_8_VideoGoesToAnotherHost) {
    Phone a = alice(), b = bob();
    Stream elsewhere = video(49172, {mpv});
    elsewhere.address = "otherhost.biloxi.example.com";
    const auto answer = b.answer(described("alice", "2890844526", audio_and_video), {audio(49174, {pcmu}), elsewhere});
    EXPECT_EQ(answer, described("bob", "2808844564",
                                "m=audio 49174 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
                                "m=video 49172 RTP/AVP 32\nc=IN IP4 otherhost.biloxi.example.com\na=rtpmap:32 MPV/90000\n"));
}

TEST(Rfc4317, Section3_1_HeldInTheAnswerAndResumed) {
    Phone a = alice(), b = bob();
    b.local.address = "placeholder.biloxi.example.com";
    b.session.origin_address = "host.biloxi.example.com";
    const auto offer = a.offer({audio(49170, {pcmu, ilbc})});
    const auto answer = b.answer(offer, {audio(49172, {ilbc}, held(Direction::sendrecv))});
    EXPECT_EQ(answer, described("bob", "2808844564", "m=audio 49172 RTP/AVP 97\na=rtpmap:97 iLBC/8000\na=sendonly\n", b.local.address));
    a.take(answer);
    EXPECT_FALSE(a.streams()[0].may_send());
    EXPECT_TRUE(a.streams()[0].may_receive());
    b.local.address = "host.biloxi.example.com";
    // "Note that a=sendrecv could be present in both second offer and answer": ours has it, as it had a direction before.
    const auto second = b.offer({audio(49170, {ilbc}, resumed(Direction::sendonly))});
    EXPECT_EQ(second, described("bob", "2808844565", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\na=sendrecv\n"));
    const auto last = a.answer(second, {audio(49178, {pcmu, ilbc})});
    EXPECT_EQ(last, described("alice", "2890844527", "m=audio 49178 RTP/AVP 97\na=rtpmap:97 iLBC/8000\na=sendrecv\n"));
    b.take(last);
    EXPECT_TRUE(b.streams()[0].may_send() && b.streams()[0].may_receive());
}

TEST(Rfc4317, Section3_2_OneOfTwoStreamsIsHeld) {
    Phone a = alice(), b = bob();
    a.take(b.answer(a.offer({audio(49170, {pcmu, ilbc}), audio(49172, {events}, Direction::sendonly)}),
                    {audio(49172, {ilbc}), audio(49174, {events}, Direction::recvonly)}));
    const auto second = b.offer({audio(49172, {ilbc}, held(Direction::sendrecv)), audio(49174, {events}, Direction::recvonly)});
    EXPECT_EQ(second, described("bob", "2808844565",
                                "m=audio 49172 RTP/AVP 97\na=rtpmap:97 iLBC/8000\na=sendonly\n"
                                "m=audio 49174 RTP/AVP 98\na=rtpmap:98 telephone-event/8000\na=recvonly\n"));
    b.take(a.answer(second, {audio(49170, {pcmu, ilbc}), audio(49172, {events}, Direction::sendonly)}));
    EXPECT_EQ(a.streams()[0].direction, Direction::recvonly);
    EXPECT_EQ(a.streams()[1].direction, Direction::sendonly);
    EXPECT_EQ(b.streams()[0].direction, Direction::sendonly);
}

TEST(Rfc4317, Section4_1_ASecondStreamIsAdded) {
    Phone a = alice(), b = bob();
    a.take(b.answer(a.offer({audio(49170, {pcmu, ilbc})}), {audio(49170, {ilbc})}));
    EXPECT_EQ(b.session.free_slot(), 1u);
    Stream tones = audio(48282, {events}, Direction::recvonly);
    tones.address = "mediaserver.biloxi.example.com";
    const auto second = b.offer({audio(49170, {ilbc}), tones});
    EXPECT_EQ(second, described("bob", "2808844565",
                                "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"
                                "m=audio 48282 RTP/AVP 98\nc=IN IP4 mediaserver.biloxi.example.com\na=rtpmap:98 telephone-event/8000\na=recvonly\n"));
    const auto answer = a.answer(second, {audio(49170, {ilbc}), audio(49172, {events})});
    EXPECT_EQ(answer, described("alice", "2890844527",
                                "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"
                                "m=audio 49172 RTP/AVP 98\na=rtpmap:98 telephone-event/8000\na=sendonly\n"));
    b.take(answer);
}

TEST(Rfc4317, Section4_3_VideoIsDeletedAndItsSlotKept) {
    Phone a = alice(), b = bob();
    a.take(b.answer(a.offer({audio(49170, {ilbc}), video(51372, {h261})}), {audio(49174, {ilbc}), video(49170, {h261})}));
    const auto second = b.offer({audio(49174, {ilbc})});
    EXPECT_EQ(second, described("bob", "2808844565", "m=audio 49174 RTP/AVP 97\na=rtpmap:97 iLBC/8000\nm=video 0 RTP/AVP 31\n"));
    b.take(a.answer(second, {audio(49170, {ilbc}), video(51372, {h261})}));
    EXPECT_EQ(a.session.sent, described("alice", "2890844527", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\nm=video 0 RTP/AVP 31\n"));
    // RFC 3264 §8.1: the slot is used again, for another medium.
    EXPECT_EQ(a.session.free_slot(), 1u);
    const auto third = a.offer({audio(49170, {ilbc}), stream("text", 49180, {{.name = "t140", .clock_rate = 1000}})});
    EXPECT_EQ(third,
              described("alice", "2890844528", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\nm=text 49180 RTP/AVP 96\na=rtpmap:96 t140/1000\n"));
}

TEST(Rfc4317, Section5_1_NoMediaThenAudio) {
    Phone a = alice(), b = bob();
    const auto offer = a.offer({});
    EXPECT_EQ(offer, described("alice", "2890844526", ""));
    const auto answer = b.answer(offer, {audio(49172, {ilbc})});
    EXPECT_EQ(answer, described("bob", "2808844564", ""));
    a.take(answer);
    EXPECT_TRUE(a.streams().empty());
    const auto second = a.offer({audio(49170, {ilbc})});
    EXPECT_EQ(second, described("alice", "2890844527", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"));
    EXPECT_EQ(b.answer(second, {audio(49172, {ilbc})}), described("bob", "2808844565", "m=audio 49172 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"));
}

TEST(Rfc4317, Section5_2_AnOfferWithoutAddressIsABlackHole) {
    Phone b = bob();
    const auto offer = described("alice", "2890844526", "m=audio 23442 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n", "0.0.0.0");
    const auto answer = b.answer(offer, {audio(49170, {ilbc})});
    EXPECT_EQ(answer, described("bob", "2808844564", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"));
    EXPECT_TRUE(b.streams()[0].on);
    EXPECT_FALSE(b.streams()[0].reachable);
    EXPECT_FALSE(b.streams()[0].may_send());
    const auto second = described("alice", "2890844527", "m=audio 49170 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n");
    EXPECT_EQ(b.answer(second, {audio(49170, {ilbc})}), answer);
    EXPECT_TRUE(b.streams()[0].may_send());
}

TEST(Rfc4317, Section5_3_AnAnswerWithoutAddressIsABlackHole) {
    Phone a = alice();
    const auto offer = a.offer({audio(49170, {ilbc})});
    a.take(described("bob", "2808844564", "m=audio 9322 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n", "0.0.0.0"));
    EXPECT_FALSE(a.streams()[0].may_send());
    EXPECT_EQ(a.answer(described("bob", "2808844565", "m=audio 49172 RTP/AVP 97\na=rtpmap:97 iLBC/8000\n"), {audio(49170, {ilbc})}), offer);
    EXPECT_TRUE(a.streams()[0].may_send());
}

}  // namespace
}  // namespace offhook::sdp
