#include "offhook/transport/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace offhook::transport {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using Kind = StreamFramer::Kind;

std::string message(std::string_view length_line, std::string_view body) {
    return "MESSAGE sip:b SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n" + std::string(length_line) + "\r\nTo: <sip:b>\r\n\r\n" + std::string(body);
}

/// What came out, as text: "message ...", "ping", "error status".
std::vector<std::string> drain(StreamFramer& framer) {
    std::vector<std::string> out;
    while (true) {
        const auto frame = framer.next();
        if (frame.kind == Kind::need_more) return out;
        if (frame.kind == Kind::message) out.push_back("message " + std::string(frame.bytes));
        if (frame.kind == Kind::ping) out.push_back("ping");
        if (frame.kind == Kind::error) out.push_back("error " + std::to_string(frame.status));
    }
}

std::vector<std::string> frame(const std::vector<std::string_view>& pieces, const message::Limits& limits = {}) {
    StreamFramer framer(limits);
    std::vector<std::string> out;
    for (const auto piece : pieces) {
        framer.append(piece);
        for (auto& f : drain(framer)) out.push_back(std::move(f));
    }
    return out;
}

const std::string plain = message("Content-Length: 5", "hello"), compact = message("l:3", "abc"), empty = message("Content-Length: 0", ""),
                  folded = message("CONTENT-LENGTH :\r\n  4", "\r\n\r\n"), tricky = message("X: Content-Length: 9\r\nContent-Length: 2", "ok");
/// Pings and stray line ends between messages, and a body that looks like a header end.
const std::string stream = "\r\n\r\n" + plain + "\r\n" + compact + "\r\n\r\n\r\n" + empty + folded + tricky + "\r\n\r\n";
const std::vector<std::string> expected = {
    "ping", "message " + plain, "message " + compact, "ping", "message " + empty, "message " + folded, "message " + tricky, "ping"};

TEST(StreamFramer, FramesMessagesAndPings) { EXPECT_THAT(frame({stream}), ElementsAreArray(expected)); }

TEST(StreamFramer, FramesTheSameCutAtEveryByte) {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut)
        ASSERT_THAT(frame({std::string_view(stream).substr(0, cut), std::string_view(stream).substr(cut)}), ElementsAreArray(expected)) << cut;
}

TEST(StreamFramer, FramesTheSameInPiecesOfAnySize) {
    for (std::size_t size = 1; size < 60; ++size) {
        std::vector<std::string_view> pieces;
        for (std::size_t at = 0; at < stream.size(); at += size) pieces.push_back(std::string_view(stream).substr(at, size));
        ASSERT_THAT(frame(pieces), ElementsAreArray(expected)) << size;
    }
}

TEST(StreamFramer, KeepsNothingOfWhatWasTaken) {
    StreamFramer framer;
    for (int i = 0; i < 100; ++i) {
        framer.append(plain);
        EXPECT_EQ(framer.next().kind, Kind::message);
    }
    EXPECT_EQ(framer.buffered(), 0u);
    framer.append("\r\n");
    EXPECT_EQ(framer.next().kind, Kind::need_more);
    EXPECT_EQ(framer.buffered(), 2u);
}

TEST(StreamFramer, RefusesAMessageWhoseEndIsUnknown) {
    for (const char* line : {"Subject: none", "Content-Length: x", "Content-Length: -1", "Content-Length:", "Content-Length: 1 2",
                             "Content-Length: 5000000000", "Content-Length: 5\r\nl: 6"})
        EXPECT_THAT(frame({message(line, "hello"), plain}), ElementsAre("error 400")) << line;
    EXPECT_THAT(frame({message("Content-Length: 5\r\nl: 5", "hello")}), ::testing::SizeIs(1)) << "two that agree are the validator's to refuse";
}

TEST(StreamFramer, RefusesWhatIsTooLarge) {
    const message::Limits small{.size = 200};
    EXPECT_THAT(frame({message("Content-Length: 5", "hello")}, small), ::testing::SizeIs(1));
    EXPECT_THAT(frame({message("Content-Length: 199", "")}, small), ElementsAre("error 413"));  // before its body has come
    EXPECT_THAT(frame({message("Content-Length: 4294967295", "")}, small), ElementsAre("error 413"));
    const std::string endless = "OPTIONS sip:b SIP/2.0\r\nX: " + std::string(300, 'x');
    EXPECT_THAT(frame({endless, plain}, small), ElementsAre("error 413"));
    StreamFramer framer(small);
    framer.append(endless);
    EXPECT_EQ(framer.next().bytes, endless);
    framer.append(plain);
    EXPECT_EQ(framer.buffered(), 0u);
}

TEST(StreamFramer, AMessageOfExactlyTheLimitPasses) {
    const std::string exact = message("Content-Length: 9", "123456789");
    EXPECT_THAT(frame({exact}, {.size = static_cast<std::uint32_t>(exact.size())}), ElementsAre("message " + exact));
    EXPECT_THAT(frame({exact}, {.size = static_cast<std::uint32_t>(exact.size() - 1)}), ElementsAre("error 413"));
}

}  // namespace
}  // namespace offhook::transport
