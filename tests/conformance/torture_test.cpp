// What RFC 4475 and RFC 5118 say that the values of their messages are.
#include <gtest/gtest.h>

#include <set>

#include "offhook/base/address.hpp"
#include "offhook/message/body.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"
#include "offhook/sdp/description.hpp"
#include "tests/conformance/corpus.hpp"

namespace offhook::conformance {
namespace {

using namespace offhook::message;

class Torture : public ::testing::Test {
protected:
    const Message& read(std::string_view file) {
        bytes_ = read_data(file);
        EXPECT_TRUE(message_.index(bytes_)) << file;
        return message_;
    }
    std::vector<std::string> values(HeaderId id) {
        std::vector<std::string> out;
        ListReader reader(message_, id);
        while (const auto item = reader.next()) out.emplace_back(item->text);
        return out;
    }
    std::vector<std::string> via_hosts() {
        std::vector<std::string> out;
        for (const std::string& text : values(HeaderId::via)) {
            const auto via = parse_via(text);
            out.push_back(via ? std::string(via->transport) + " " + std::string(via->host) + ":" + std::to_string(via->port) : "?");
        }
        return out;
    }

    std::string bytes_;
    Message message_;
};

using Texts = std::vector<std::string>;

TEST_F(Torture, Wsinv) {
    const Message& m = read("rfc4475/wsinv.dat");
    EXPECT_EQ(m.value(*m.find("UnknownHeaderWithUnusualValue")), ";;,,;;,;");
    EXPECT_EQ(parse_number(m.value(HeaderId::max_forwards)).value(), 68u);
    EXPECT_EQ(parse_cseq(m.value(HeaderId::cseq))->number, 9u);
    EXPECT_EQ(via_hosts(), (Texts{"UDP 192.0.2.2:0", "TCP spindle.example.com:0", "UDP 192.168.255.111:0"}));
    EXPECT_TRUE(m.has(HeaderId::subject));
    EXPECT_EQ(m.value(HeaderId::subject), "");
    EXPECT_EQ(parse_name_addr(m.value(HeaderId::to))->tag(), "1918181833n");
    const auto contact = parse_name_addr(m.value(HeaderId::contact));
    EXPECT_EQ(unquote(contact->display_name), "Quoted string \"\"");
    EXPECT_EQ(contact->parameter("newparam"), "newvalue");
    EXPECT_EQ(contact->parameter("q"), "0.33");
}

TEST_F(Torture, Intmeth) {
    const Message& m = read("rfc4475/intmeth.dat");
    EXPECT_EQ(m.method_name(), "!interesting-Method0123456789_*+`.%indeed'~");
    EXPECT_EQ(m.value(HeaderId::call_id), "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
    EXPECT_EQ(parse_name_addr(m.value(HeaderId::from))->tag(), "_token~1'+`*%!-.");
    EXPECT_NE(parse_name_addr(m.value(HeaderId::to))->display_name.find('\0'), std::string_view::npos);
    EXPECT_EQ(parse_uri(m.request_uri())->user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    EXPECT_EQ(parse_uri(m.request_uri())->password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    EXPECT_EQ(parse_uri(m.request_uri())->headers, "");
}

TEST_F(Torture, EscapedValues) {
    const Message& esc01 = read("rfc4475/esc01.dat");
    EXPECT_EQ(unescape(parse_uri(esc01.request_uri())->user), "sips:user@example.com");
    const auto to = parse_name_addr(esc01.value(HeaderId::to));
    EXPECT_EQ(address_of_record(parse_uri(to->uri).value()), "user@example.com");
    const auto contact = parse_uri(parse_name_addr(esc01.value(HeaderId::contact))->uri).value();
    EXPECT_EQ(unescape(contact.parameter("n%61me").value()), "value%41");

    const Message& escnull = read("rfc4475/escnull.dat");
    EXPECT_EQ(unescape(parse_uri(parse_name_addr(escnull.value(HeaderId::to))->uri)->user), std::string("null-\0-null", 11));
    std::set<std::string> addresses;
    for (const std::string& text : values(HeaderId::contact)) {
        const auto value = parse_name_addr(text);
        addresses.insert(address_of_record(parse_uri(value->uri).value()));
    }
    EXPECT_EQ(addresses, (std::set<std::string>{"%00@host5.example.com", "%00%00@host5.example.com"}));

    const Message& esc02 = read("rfc4475/esc02.dat");
    EXPECT_EQ(esc02.method(), Method::other);
    EXPECT_EQ(values(HeaderId::contact).size(), 2u);
    EXPECT_EQ(parse_name_addr(esc02.value(HeaderId::to))->display_name, "%Z%45");
}

TEST_F(Torture, Framing) {
    const Message& longer = read("rfc4475/longreq.dat");
    EXPECT_EQ(via_hosts().size(), 34u);
    EXPECT_EQ(via_hosts().front(), "TCP sip33.example.com:0");
    EXPECT_EQ(parse_via(values(HeaderId::via).front())->branch, "");
    for (std::size_t i = 0; i < 33; ++i) EXPECT_EQ(via_hosts()[i], "TCP sip" + std::to_string(33 - i) + ".example.com:0");
    EXPECT_EQ(via_hosts().back(), "TCP host.example.com:0");
    EXPECT_TRUE(validate(longer));
    const Message& doubled = read("rfc4475/dblreq.dat");
    EXPECT_EQ(doubled.method(), Method::register_);
    EXPECT_EQ(doubled.body(), "");
    EXPECT_LT(doubled.bytes().size(), bytes_.size());
    const Message& parts = read("rfc4475/mpart01.dat");
    EXPECT_EQ(parts.body().size(), 553u);
    EXPECT_NE(parts.body().find('\0'), std::string_view::npos);
    EXPECT_FALSE(parse_uri(parse_name_addr(parts.value(HeaderId::route))->uri)->parameter("lr"));
}

// §3.4.1: what RFC 2543 did not ask for is not there, and is not missed.
TEST_F(Torture, Rfc2543) {
    const Message& m = read("rfc4475/inv2543.dat");
    EXPECT_EQ(m.body().size(), 105u);
    EXPECT_EQ(parse_via(m.value(HeaderId::via))->branch, "");
    EXPECT_EQ(parse_name_addr(m.value(HeaderId::from))->tag(), "");
    EXPECT_FALSE(m.has(HeaderId::max_forwards));
    EXPECT_TRUE(validate(m));
    const auto branch = parse_via(read("rfc4475/badbranch.dat").value(HeaderId::via))->branch;  // §3.2.1
    EXPECT_EQ(branch, Via::cookie);
}

TEST_F(Torture, TransportsAndSchemes) {
    const Message& m = read("rfc4475/transports.dat");
    EXPECT_EQ(via_hosts(),
              (Texts{"UDP t1.example.com:0", "SCTP t2.example.com:0", "TLS t3.example.com:0", "UNKNOWN t4.example.com:0", "TCP t5.example.com:0"}));
    EXPECT_TRUE(validate(m));
    const Message& schemes = read("rfc4475/unksm2.dat");
    EXPECT_TRUE(validate(schemes));
    for (const HeaderId id : {HeaderId::to, HeaderId::from, HeaderId::contact})
        EXPECT_EQ(parse_uri(parse_name_addr(schemes.value(id))->uri)->scheme, Scheme::other);
    EXPECT_EQ(parse_credentials(read("rfc4475/regaut01.dat").value(HeaderId::authorization))->scheme, "NoOneKnowsThisScheme");
}

// §3.1.2.4, §3.1.2.5, §3.1.2.19: no number is cut to what fits.
TEST_F(Torture, OverlargeNumbers) {
    EXPECT_EQ(validate(read("rfc4475/scalar02.dat")).error().header, HeaderId::cseq);
    EXPECT_EQ(validate(read("rfc4475/scalarlg.dat")).error().header, HeaderId::cseq);
    Message message;
    const std::string bigcode = read_data("rfc4475/bigcode.dat");
    EXPECT_FALSE(message.index(bigcode));
}

// RFC 4475 §3.1.1.11: a binary part beside a text.
TEST_F(Torture, MultipartBody) {
    const Message& m = read("rfc4475/mpart01.dat");
    EXPECT_TRUE(check_body(m));
    PartReader parts(entity_of(m));
    const auto text = parts.next(), binary = parts.next();
    ASSERT_TRUE(text && binary);
    EXPECT_EQ(text->content, "Hello");
    EXPECT_TRUE(text->is("text/plain"));
    EXPECT_TRUE(binary->is("application/octet-stream"));
    EXPECT_EQ(binary->content.size(), 342u) << "as its own DER length says";
    EXPECT_FALSE(parts.next());
    EXPECT_FALSE(parts.error());
}

TEST_F(Torture, UrisAndParameters) {
    const auto semi = parse_uri(read("rfc4475/semiuri.dat").request_uri()).value();
    EXPECT_EQ(unescape(semi.user), "user;par=u@example.net");
    EXPECT_EQ(semi.host, "example.com");
    EXPECT_EQ(semi.parameters, "");
    const auto contact_parameter = parse_name_addr(read("rfc4475/cparam01.dat").value(HeaderId::contact)).value();
    EXPECT_TRUE(contact_parameter.parameter("unknownparam"));
    EXPECT_EQ(contact_parameter.uri, "sip:+19725552222@gw1.example.net");
    const auto uri_parameter = parse_name_addr(read("rfc4475/cparam02.dat").value(HeaderId::contact)).value();
    EXPECT_EQ(uri_parameter.uri, "sip:+19725552222@gw1.example.net;unknownparam");
    EXPECT_EQ(uri_parameter.parameters, "");
    const auto with_headers = parse_name_addr(read("rfc4475/regescrt.dat").value(HeaderId::contact)).value();
    EXPECT_EQ(parse_uri(with_headers.uri)->headers, "Route=%3Csip:sip.example.com%3E");
}

TEST_F(Torture, Responses) {
    EXPECT_EQ(read("rfc4475/unreason.dat").status(), 200);
    EXPECT_TRUE(message_.reason().starts_with("= 2**3 * 5**2 \xd0\xbd\xd0\xbe"));
    EXPECT_EQ(read("rfc4475/noreason.dat").status(), 100);
    EXPECT_EQ(message_.reason(), "");
}

TEST_F(Torture, Ipv6) {
    const Message& good = read("rfc5118/ipv6-good.dat");
    EXPECT_EQ(parse_uri(good.request_uri())->host, "[2001:db8::10]");
    EXPECT_EQ(via_hosts(), Texts{"UDP [2001:db8::9:1]:0"});
    EXPECT_EQ(parse_uri(parse_name_addr(good.value(HeaderId::contact))->uri)->host, "[2001:db8::1]");
    const auto ambiguous = parse_uri(read("rfc5118/port-ambiguous.dat").request_uri()).value();
    EXPECT_EQ(ambiguous.host, "[2001:db8::10:5070]");
    EXPECT_EQ(ambiguous.port, 0);
    const auto clear = parse_uri(read("rfc5118/port-unambiguous.dat").request_uri()).value();
    EXPECT_EQ(clear.host, "[2001:db8::10]");
    EXPECT_EQ(clear.port, 5070);
    EXPECT_EQ(parse_via(read("rfc5118/via-received-param-no-delim.dat").value(HeaderId::via))->received, "2001:db8::9:255");
    const auto bracketed = parse_via(read("rfc5118/via-received-param-with-delim.dat").value(HeaderId::via))->received;
    EXPECT_EQ(IpAddress::parse(bracketed), IpAddress::parse("2001:db8::9:255")) << bracketed;
    read("rfc5118/mult-ip-in-header.dat");
    EXPECT_EQ(parse_via(values(HeaderId::via).back())->received, "192.0.2.200");
    EXPECT_EQ(via_hosts(), (Texts{"UDP [2001:db8::9:1]:6050", "UDP 192.0.2.1:0", "TCP [2001:db8::9:255]:0"}));
    const Message& mapped = read("rfc5118/ipv4-mapped-ipv6.dat");
    EXPECT_EQ(parse_via(mapped.value(HeaderId::via))->host, "[::ffff:192.0.2.10]");
    EXPECT_EQ(parse_via(mapped.value(HeaderId::via))->port, 19823);
    EXPECT_EQ(parse_uri(parse_name_addr(mapped.value(HeaderId::contact))->uri)->host, "[::ffff:192.0.2.2]");
    EXPECT_EQ(parse_uri(read("rfc5118/ipv6-correct-abnf-2-colons.dat").request_uri())->host, "[2001:db8::192.0.2.1]");
}

TEST_F(Torture, Sdp) {
    const auto one = sdp::Description::parse(read("rfc5118/ipv6-in-sdp.dat").body());
    ASSERT_TRUE(one) << sdp::describe(one.error().code) << one.error().offset;
    EXPECT_EQ(one->origin.address, "2001:db8::20");
    EXPECT_EQ(one->connection->address_type, "IP6");
    const auto mapped = sdp::Description::parse(read("rfc5118/ipv4-mapped-ipv6.dat").body());
    ASSERT_TRUE(mapped);
    EXPECT_EQ(mapped->connection->address, "::ffff:192.0.2.2");
    const auto both = sdp::Description::parse(read("rfc5118/mult-ip-in-sdp.dat").body());
    ASSERT_TRUE(both);
    ASSERT_EQ(both->media.size(), 2u);
    EXPECT_NE(both->connection_of(both->media[0])->address_type, both->connection_of(both->media[1])->address_type);
}

// Every description in a call flow is read, and written the same.
TEST(CallFlows, DescriptionsAreReadAndWrittenBack) {
    int descriptions = 0;
    for (const Case& c : corpus("rfc3665")) {
        Message message;
        ASSERT_TRUE(message.index(c.bytes)) << c.file;
        if (message.body().empty()) continue;
        const auto description = sdp::Description::parse(message.body());
        ASSERT_TRUE(description) << c.file << ": " << sdp::describe(description.error().code);
        std::string out;
        description->write(out);
        EXPECT_EQ(out, message.body()) << c.file;
        EXPECT_FALSE(sdp::codec_names(message.body()).empty()) << c.file;
        ++descriptions;
    }
    EXPECT_GT(descriptions, 40);
}

}  // namespace
}  // namespace offhook::conformance
