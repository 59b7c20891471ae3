// What a datagram or a connection may hold at most, made to be as costly as it can be: no reader takes more time than in proportion to
// its size. Where time went with the square of it, the seconds below were minutes in a build without optimization.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "offhook/message/digest.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/telephone.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/via_parameters.hpp"

namespace offhook::message {
namespace {

constexpr std::size_t size = 64'000;

std::string many(std::string_view one) {
    std::string out;
    while (out.size() + one.size() <= size) out += one;
    return out;
}

// ";0", ";1" ... ";zz9": names that differ.
std::string different(std::string_view before, std::string_view after) {
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string out;
    for (std::size_t n = 0; out.size() < size; ++n) {
        out.append(before);
        for (std::size_t rest = n + 1; rest != 0; rest /= digits.size()) out += digits[rest % digits.size()];
        out.append(after);
    }
    return out;
}

Uri uri_of(const std::string& text) { return parse_uri(text).value(); }

void takes_no_time(const char* what, const std::function<void()>& run) {
    const auto start = std::chrono::steady_clock::now();
    run();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2)) << what;
}

TEST(HostileInput, OfThousandsOfParametersOfANumber) {
    const std::string number = "+1" + different(";p", "");
    takes_no_time("parse", [&] { EXPECT_TRUE(parse_telephone(number)); });
    takes_no_time("repeated", [&] { EXPECT_EQ(parse_telephone(number + ";P1").error().code, ErrorCode::repeated_parameter); });
    const std::string request = "OPTIONS tel:1 SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nTo: <tel:" + number +
                                ">\r\nFrom: <sip:a@b>;tag=1\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
    Message message;
    ASSERT_TRUE(message.index(request));
    takes_no_time("validate", [&] { EXPECT_TRUE(validate(message)); });
}

TEST(HostileInput, OfThousandsOfParametersInAUri) {
    const std::string flags = "sip:a@b" + different(";p", ""), values = "sip:a@b" + different(";p", "=%41"), headers = "sip:a@b?x=y" + different("&p", "=1");
    takes_no_time("parameters", [&] { EXPECT_TRUE(equivalent(uri_of(flags), uri_of(flags + ";z"))); });
    takes_no_time("values", [&] { EXPECT_FALSE(equivalent(uri_of(flags), uri_of(values))); });
    takes_no_time("few and many", [&] { EXPECT_FALSE(equivalent(uri_of(flags), uri_of("sip:a@b;transport=udp"))); });
    takes_no_time("headers", [&] { EXPECT_FALSE(equivalent(uri_of(headers + "&u=1"), uri_of(headers + "&v=1"))); });
}

TEST(HostileInput, OfQuotesThatNeverEnd) {
    const std::string escaped = many("\\\"");
    takes_no_time("parameters", [&] { EXPECT_FALSE(parameter("\"" + escaped, "a")); });
    takes_no_time("list in a value", [&] { EXPECT_FALSE(read_via_parameters(";oc-algo=\"" + escaped + "\"").value().overload.offers("loss")); });
    takes_no_time("qop", [&] { EXPECT_FALSE(parse_digest_challenge("Digest realm=\"a\",nonce=\"b\",qop=\"" + escaped + "\"").value().offers("auth")); });
}

TEST(HostileInput, OfThousandsOfValuesThatAreErased) {
    const std::string request = "OPTIONS sip:a SIP/2.0\r\nRoute: " + many("a,") + "a\r\n\r\n";
    Message message;
    ASSERT_TRUE(message.index(request));
    takes_no_time("erase", [&] {
        Edits edits;
        ListReader reader(message, HeaderId::route);
        while (const auto item = reader.next()) edits.erase(message, *item);
        std::string out;
        edits.write(message, out);
        EXPECT_EQ(out, "OPTIONS sip:a SIP/2.0\r\n\r\n");
    });
}

}  // namespace
}  // namespace offhook::message
