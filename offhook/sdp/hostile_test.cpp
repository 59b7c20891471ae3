// Descriptions as large as a message may be, made to be as costly as they can be: nothing takes time with the product of its lines.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "offhook/sdp/check.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::sdp {
namespace {

const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

std::string many(std::string_view line, std::size_t size) {
    std::string out;
    while (out.size() + line.size() <= size) out += line;
    return out;
}

std::string numbered(std::string_view before, std::string_view after, std::size_t size) {
    std::string out;
    for (std::size_t n = 0; out.size() < size; ++n) out.append(before).append(std::to_string(n)).append(after);
    return out;
}

Local phone() {
    Local local{.address = "192.0.2.2", .streams = {}};
    local.bundle = true;
    for (std::uint16_t port = 4000; port < 4008; port += 2) {
        Stream stream{.port = port, .codecs = {{.name = "PCMU"}}};
        stream.rtcp_mux = true;
        local.streams.push_back(stream);
    }
    return local;
}

// Minutes where time goes with the product, in a build without optimization; sanitizers are slower still.
void takes_no_time(const std::function<void()>& run) {
    const auto start = std::chrono::steady_clock::now();
    run();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

struct Case {
    const char* name;
    std::string text;
};

class HostileDescription : public ::testing::TestWithParam<Case> {};

TEST_P(HostileDescription, TakesNoTime) {
    const std::string& text = GetParam().text;
    takes_no_time([&] { (void)first_defect(text); });
    takes_no_time([&] { (void)codec_names(text, text); });
    takes_no_time([&] { (void)Description::parse(text).value().on_hold(); });
    takes_no_time([&] { (void)agree(text, text, true); });
    takes_no_time([&] {
        const auto answered = make_answer({}, text, phone());
        ASSERT_TRUE(answered);
        EXPECT_TRUE(make_answer(answered->session, text, phone()));
        EXPECT_TRUE(make_offer(answered->session, phone()));
    });
}

INSTANTIATE_TEST_SUITE_P(OfManyLines, HostileDescription,
                         ::testing::Values(Case{"media", head + many("m=audio 9 RTP/AVP 0\r\n", 64'000)},
                                           Case{"attributes_and_media", head + many("a=x\r\n", 32'000) + many("m=audio 9 RTP/AVP 0\r\n", 31'000)},
                                           Case{"formats", head + "m=message 9 udp" + numbered(" ", "", 63'000) + "\r\n"},
                                           Case{"payload_types", head + "m=audio 9 RTP/AVP" + many(" 0", 63'000) + "\r\n"},
                                           Case{"tags", head + "a=group:BUNDLE" + numbered(" ", "", 20'000) + "\r\n" +
                                                            numbered("m=audio 9 RTP/AVP 0\r\na=rtcp-mux\r\na=mid:", "\r\n", 43'000)},
                                           Case{"held_media", head + many("a=x\r\n", 32'000) + many("m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", 31'000)}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace offhook::sdp
