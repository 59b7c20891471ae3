#include "offhook/message/edits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::message {
namespace {

class EditsTest : public ::testing::Test {
protected:
    void use(std::string text) {
        text_ = std::move(text);
        ASSERT_TRUE(message_.index(text_));
    }
    std::string written() {
        std::string out;
        edits_.write(message_, out);
        return out;
    }
    // Erases the values of Route with these numbers and gives the Route lines that are left.
    std::string routes_without(const std::string& lines, const std::vector<int>& which) {
        use("A sip:a SIP/2.0\r\n" + lines + "To: x\r\n\r\n");
        edits_.clear();
        ListReader reader(message_, HeaderId::route);
        for (int i = 0; const auto item = reader.next(); ++i)
            if (std::find(which.begin(), which.end(), i) != which.end()) edits_.erase(message_, *item);
        const std::string out = written();
        return out.substr(17, out.size() - 17 - 9);
    }

    std::string text_;
    Message message_;
    Edits edits_;
};

TEST_F(EditsTest, LeaveEveryOtherOctetAlone) {
    use("A sip:a SIP/2.0\r\nTO :\t x ;\r\n tag = 1\r\nX-odd:;;,,\r\n\r\n\0body");
    EXPECT_EQ(written(), text_);
    use("\r\n\r\nA sip:a SIP/2.0\r\n\r\nb");
    EXPECT_EQ(written(), text_.substr(4));
}

TEST_F(EditsTest, StandInTheOrderOfOffsetsAndCalls) {
    use("A sip:a SIP/2.0\r\nTo: x\r\nVia: v\r\n\r\n");
    edits_.replace_value(*message_.first(HeaderId::via), "w");
    edits_.insert(message_.headers_begin(), "P: 1\r\n");
    edits_.insert(message_.headers_begin(), "P: 2\r\n");
    edits_.erase(*message_.first(HeaderId::to));
    edits_.insert(message_.headers_begin(), "P: 3\r\n");
    edits_.replace(message_.request_uri_offset(), 5, "sip:long@example.com");
    edits_.insert(message_.headers_end(), "End: 1\r\n");
    EXPECT_EQ(written(), "A sip:long@example.com SIP/2.0\r\nP: 1\r\nP: 2\r\nP: 3\r\nVia: w\r\nEnd: 1\r\n\r\n");
    EXPECT_EQ(written(), "A sip:long@example.com SIP/2.0\r\nP: 1\r\nP: 2\r\nP: 3\r\nVia: w\r\nEnd: 1\r\n\r\n");
    edits_.clear();
    EXPECT_TRUE(edits_.empty());
    EXPECT_EQ(written(), text_);
}

TEST_F(EditsTest, EraseAllFieldsOfAName) {
    use("A sip:a SIP/2.0\r\nRoute: a\r\nTo: x\r\nroute: b,\r\n c\r\n\r\n");
    edits_.erase_all(message_, HeaderId::route);
    EXPECT_EQ(written(), "A sip:a SIP/2.0\r\nTo: x\r\n\r\n");
}

TEST_F(EditsTest, EraseValuesWithTheirCommas) {
    const std::string three = "Route: <sip:a> ,\r\n <sip:b>, <sip:c>\r\n";
    EXPECT_EQ(routes_without(three, {0}), "Route: <sip:b>, <sip:c>\r\n");
    EXPECT_EQ(routes_without(three, {1}), "Route: <sip:a> , <sip:c>\r\n");
    EXPECT_EQ(routes_without(three, {2}), "Route: <sip:a> ,\r\n <sip:b>\r\n");
    EXPECT_EQ(routes_without(three, {0, 1}), "Route: <sip:c>\r\n");
    EXPECT_EQ(routes_without(three, {0, 2}), "Route: <sip:b>\r\n");
    EXPECT_EQ(routes_without(three, {1, 2}), "Route: <sip:a> \r\n");
    EXPECT_EQ(routes_without(three, {0, 1, 2}), "");
    EXPECT_EQ(routes_without("Route: <sip:a>\r\nRoute: <sip:b>,<sip:c>\r\n", {0, 1}), "Route: <sip:c>\r\n");
    EXPECT_EQ(routes_without("Route: <sip:a>\r\nRoute: <sip:b>,<sip:c>\r\n", {0, 1, 2}), "");
}

TEST_F(EditsTest, KeepTextsThatTheCallerForgets) {
    use("A sip:a SIP/2.0\r\n\r\n");
    std::string expected = "A sip:a SIP/2.0\r\n";
    for (int i = 0; i < 300; ++i) {
        const std::string line = "X: " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), 'y') + "\r\n";
        edits_.insert(message_.headers_begin(), edits_.keep(line));
        expected += line;
    }
    EXPECT_EQ(written(), expected + "\r\n");
}

}  // namespace
}  // namespace offhook::message
