#include "offhook/message/contact.hpp"

#include <gtest/gtest.h>

#include "offhook/message/name_addr.hpp"
#include "offhook/message/verdict_test.hpp"

namespace offhook::message {
namespace {

using enum ErrorCode;

ContactParameters read(std::string_view contact) { return read_contact_parameters(parse_contact(contact)->parameters).value(); }

// RFC 3261 §20.10, RFC 5626 §9, RFC 7044 §5.
TEST(ContactParameters, OfRegistrationsAndRedirections) {
    const auto watson = read("\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>;q=0.7; expires=3600");
    EXPECT_EQ(watson.quality, 700u);
    EXPECT_EQ(watson.expires, 3600u);
    EXPECT_EQ(watson.reg_id, 0u);
    EXPECT_EQ(read("<sip:a@b>;expires=soon").expires, 3600u);
    EXPECT_EQ(read("<sip:a@b>").expires, std::nullopt);
    EXPECT_EQ(read("<sip:a@b>").quality, 1000u);
    const auto outbound =
        read("<sip:bob@192.0.2.2;transport=tcp>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\";methods=\"INVITE,BYE\"");
    EXPECT_EQ(outbound.reg_id, 1u);
    EXPECT_EQ(outbound.instance, "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF");
    EXPECT_EQ(outbound.methods, "INVITE,BYE");
    const auto redirected = read("<sip:office@example.com>;mp=1.2");
    EXPECT_EQ(redirected.target, HistoryInfo::Target::mapped);
    EXPECT_EQ(redirected.from_index, "1.2");
}

// RFC 5627 §3.2, its lines joined.
TEST(ContactParameters, OfGruus) {
    const auto value = read(
        "<sip:callee@192.0.2.2>;pub-gruu=\"sip:callee@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\""
        ";temp-gruu=\"sip:tgruu.7hs==jd7vnzga5w7fajsc7-ajd6fabz0f8g5@example.com;gr\""
        ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";expires=3600");
    EXPECT_EQ(value.pub_gruu, "sip:callee@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    EXPECT_EQ(value.temp_gruu, "sip:tgruu.7hs==jd7vnzga5w7fajsc7-ajd6fabz0f8g5@example.com;gr");
    EXPECT_TRUE(is_gruu(*parse_uri(value.temp_gruu)));
    EXPECT_FALSE(is_gruu(*parse_uri("sip:callee@192.0.2.2")));
    std::string out;
    append_gruus(out, value.pub_gruu, value.temp_gruu);
    EXPECT_EQ(read("<sip:a@b>" + out).pub_gruu, value.pub_gruu);
    EXPECT_EQ(read("<sip:a@b>" + out).temp_gruu, value.temp_gruu);
    out.clear();
    append_gruus(out, {}, {});
    EXPECT_EQ(out, "");
}

TEST(ContactParameters, SayWhereTheyBreak) {
    const struct {
        const char* text;
        ErrorCode code;
        std::size_t offset;
    } cases[] = {{";q=1.1", number_out_of_range, 3},
                 {";q=high", bad_number, 3},
                 {";reg-id=0", number_out_of_range, 8},
                 {";reg-id=2147483648", number_out_of_range, 8},
                 {";reg-id", bad_number, 1},
                 {";+sip.instance=\"urn:uuid:1\"", bad_parameter_value, 16},
                 {";+sip.instance=\"<>\"", bad_parameter_value, 16},
                 {";pub-gruu=\"sip:a@b\"", bad_parameter_value, 11},
                 {";x;temp-gruu=\"sip:a@b@c;gr\"", bad_uri, 21},
                 {";rc=01", bad_parameter_value, 4}};
    for (const auto& c : cases) EXPECT_EQ(verdict(read_contact_parameters(c.text)), refused(c.code, c.offset)) << c.text;
}

// RFC 8599 §4.1.1, figure 2, and RFC 5626 §4.3.
TEST(PushTarget, StandsInTheUri) {
    const auto uri = parse_uri("sip:alice@alicemobile.example.com;pn-provider=acme;pn-param=acme-param;pn-prid=ZTY4ZDJlMzODE1NmUgKi0K;ob");
    const PushTarget push = push_target_of(*uri);
    EXPECT_TRUE(push.asks);
    EXPECT_TRUE(push.complete());
    EXPECT_EQ(push.provider, "acme");
    EXPECT_EQ(push.param, "acme-param");
    EXPECT_EQ(push.prid, "ZTY4ZDJlMzODE1NmUgKi0K");
    EXPECT_TRUE(asks_for_outbound(*uri));
    const PushTarget query = push_target_of(*parse_uri("sip:alice@alicemobile.example.com;pn-provider"));
    EXPECT_TRUE(query.asks);
    EXPECT_FALSE(query.complete());
    EXPECT_FALSE(push_target_of(*parse_uri("sip:a@b")).asks);
    EXPECT_FALSE(asks_for_outbound(*parse_uri("sip:a@b")));
}

}  // namespace
}  // namespace offhook::message
