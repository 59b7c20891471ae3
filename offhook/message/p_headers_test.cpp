#include "offhook/message/p_headers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "offhook/message/typed.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

TEST(AccessNetwork, SaysWhereAPhoneIs) {
    const auto cell = parse_access_network("3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11");
    ASSERT_TRUE(cell);
    EXPECT_EQ(cell->value, "3GPP-UTRAN-TDD");
    EXPECT_EQ(cell->location, "234151D0FCE11");
    EXPECT_FALSE(cell->network_provided);
    const auto line = parse_access_network("ADSL2+;\"extension\";dsl-location=\"port 7\";network-provided;local-time-zone=\"UTC+01:00\"");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->value, "ADSL2+");
    EXPECT_EQ(line->location, "port 7");
    EXPECT_TRUE(line->network_provided);
    EXPECT_EQ(line->parameter("local-time-zone"), "UTC+01:00");
}

// RFC 7315 §4.3.2.3: the visited networks of a REGISTER, the last one first.
TEST(VisitedNetwork, IsATokenOrText) {
    Message message;
    ASSERT_TRUE(message.index("REGISTER sip:h SIP/2.0\r\nP-Visited-Network-ID: other.net,\"Visited network number 1\"\r\n\r\n"));
    TypedReader<HeaderId::p_visited_network_id> networks(message);
    const auto other = networks.next(), first = networks.next();
    ASSERT_TRUE(other && *other && first && *first);
    EXPECT_EQ((*other)->value, "other.net");
    EXPECT_FALSE((*other)->quoted);
    EXPECT_EQ((*first)->value, "Visited network number 1");
    EXPECT_TRUE((*first)->quoted);
}

// RFC 5502 §6, RFC 8498 §6.2.
TEST(ServedUser, HasItsSessionCase) {
    using Session = ServedUser::Session;
    using Registration = ServedUser::Registration;
    const struct {
        const char* text;
        Session session;
        Registration registration;
        bool diverting;
    } cases[] = {{"<sip:user@example.com>; sescase=orig; regstate=reg", Session::orig, Registration::reg, false},
                 {"<sip:user@example.com>; orig-cdiv; regstate=reg", Session::none, Registration::reg, true},
                 {"<sip:user@example.com>; orig-cdiv", Session::none, Registration::none, true},
                 {"sip:user@example.com; sescase=term; regstate=unreg", Session::term, Registration::unreg, false}};
    for (const auto& c : cases) {
        const auto user = parse_served_user(c.text);
        ASSERT_TRUE(user) << c.text;
        EXPECT_EQ(user->uri, "sip:user@example.com");
        EXPECT_EQ(user->session, c.session) << c.text;
        EXPECT_EQ(user->registration, c.registration) << c.text;
        EXPECT_EQ(user->diverting, c.diverting) << c.text;
    }
}

// RFC 5009 §8.
TEST(EarlyMedia, IsADirectionOrAFlag) {
    using Kind = EarlyMedia::Kind;
    const std::pair<const char*, Kind> cases[] = {{"sendrecv", Kind::sendrecv}, {"sendonly", Kind::sendonly}, {"recvonly", Kind::recvonly},
                                                  {"Inactive", Kind::inactive}, {"gated", Kind::gated},       {"supported", Kind::supported},
                                                  {"x-more", Kind::other}};
    for (const auto& [text, kind] : cases) {
        const auto media = parse_early_media(text);
        ASSERT_TRUE(media) << text;
        EXPECT_EQ(media->kind, kind) << text;
        EXPECT_EQ(media->text, text);
    }
}

TEST(PHeaders, ReadTheExamplesOfTheirRfcs) {
    EXPECT_EQ(parse_service_id("urn:urn-7:3gpp-service.exampletelephony.version1"), "3gpp-service.exampletelephony.version1");
    EXPECT_EQ(parse_private_network("example.com ;a=b")->host, "example.com");
    EXPECT_EQ(parse_media_authorization("0123ABcdef"), "0123ABcdef");
    const std::pair<HeaderId, const char*> parties[] = {{HeaderId::p_called_party_id, "sip:user1-business@example.com"},
                                                        {HeaderId::p_called_party_id, "<sip:user1-business@example.com>"},
                                                        {HeaderId::p_charge_info, "<sip:+14075550134@example.net;user=phone>"},
                                                        {HeaderId::p_charge_info, "<tel:+14075551234>"},
                                                        {HeaderId::p_associated_uri, "<sip:a@h>;x=1"},
                                                        {HeaderId::p_asserted_identity, "\"Cullen Jennings\" <sip:fluffy@cisco.com>"},
                                                        {HeaderId::p_asserted_identity, "tel:+14085264000"}};
    for (const auto& [id, text] : parties) EXPECT_TRUE(check_value(id, text)) << text;
}

TEST(PHeaders, SayWhereTheyBreak) {
    using enum ErrorCode;
    using enum HeaderId;
    expect_broken({{p_access_network_info, "", bad_token, 0},
                   {p_access_network_info, "ADSL x", trailing_bytes, 5},
                   {p_access_network_info, "ADSL;", bad_parameter, 5},
                   {p_access_network_info, "ADSL;\"x", unterminated_quote, 5},
                   {p_visited_network_id, "@", bad_token, 0},
                   {p_served_user, "<sip:a>;sescase=both", bad_parameter, 16},
                   {p_served_user, "<sip:a>;regstate", bad_parameter, 16},
                   {p_served_user, "sip:", bad_host, 4},
                   {p_early_media, "send recv", bad_token, 4},
                   {p_asserted_service, "urn:service:sos", bad_service, 0},
                   {p_asserted_service, "urn:urn-7:", bad_service, 10},
                   {p_preferred_service, "urn:urn-7:a..b", bad_service, 12},
                   {p_preferred_service, "urn:urn-7:a_b", bad_service, 11},
                   {p_private_network_indication, "192.0.2.1", bad_host, 0},
                   {p_private_network_indication, "example.com:5060", trailing_bytes, 11},
                   {p_media_authorization, "0x12", bad_hexadecimal, 1},
                   {p_media_authorization, "", bad_hexadecimal, 0},
                   {p_charge_info, "<sip:a", unterminated_angle, 0}});
}

}  // namespace
}  // namespace offhook::message
