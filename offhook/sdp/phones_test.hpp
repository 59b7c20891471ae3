// Two phones as the examples of RFC 3264 §10 and RFC 4317 have them: Alice and Bob, with the lines that they write.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offhook/sdp/description.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::sdp::test {

inline const Codec pcmu{.name = "PCMU"}, pcma{.name = "PCMA"}, g723{.name = "G723"}, g729{.name = "G729"};
inline const Codec ilbc{.name = "iLBC", .payload_type = 97}, events{.name = "telephone-event", .payload_type = 98};
inline const Codec h261{.name = "H261", .clock_rate = 90000}, mpv{.name = "MPV", .clock_rate = 90000};

inline Stream stream(std::string media, std::uint16_t port, std::vector<Codec> codecs, Direction direction = Direction::sendrecv) {
    Stream one;
    one.media = std::move(media);
    one.port = port;
    one.codecs = std::move(codecs);
    one.direction = direction;
    return one;
}
inline Stream audio(std::uint16_t port, std::vector<Codec> codecs, Direction direction = Direction::sendrecv) {
    return stream("audio", port, std::move(codecs), direction);
}
inline Stream video(std::uint16_t port, std::vector<Codec> codecs) { return stream("video", port, std::move(codecs)); }

struct Phone {
    Session session;
    Local local;

    Phone(std::string user, std::string id, std::uint64_t version, std::string host) {
        session.user = std::move(user);
        session.id = std::move(id);
        session.first_version = version;
        session.name = " ";
        local.address = std::move(host);
    }
    std::string offer(std::vector<Stream> streams) {
        local.streams = std::move(streams);
        auto made = make_offer(session, local);
        EXPECT_TRUE(made) << describe(made.error().code) << " " << made.error().stream;
        if (!made) return {};
        session = std::move(made->session);
        return made->text;
    }
    std::string answer(const std::string& offered, std::vector<Stream> streams) {
        local.streams = std::move(streams);
        auto made = make_answer(session, offered, local);
        EXPECT_TRUE(made) << describe(made.error().code) << " " << made.error().stream;
        if (!made) return {};
        session = std::move(made->session);
        return made->text;
    }
    void take(const std::string& answered) {
        auto applied = apply_answer(session, answered);
        ASSERT_TRUE(applied) << describe(applied.error().code) << " " << applied.error().stream;
        session = std::move(*applied);
    }
    [[nodiscard]] std::vector<AgreedStream> streams() const { return session.streams(); }
};

/// RFC 4317 §2 and on.
inline Phone alice() { return {"alice", "2890844526", 2890844526, "host.atlanta.example.com"}; }
inline Phone bob() { return {"bob", "2808844564", 2808844564, "host.biloxi.example.com"}; }

inline std::string crlf(std::string_view lines) {
    std::string out;
    for (const char c : lines) c == '\n' ? out.append("\r\n") : out.append(1, c);
    return out;
}
/// The five lines that all examples begin with, and then the media.
inline std::string described(std::string_view who, std::string_view version, std::string_view media, std::string_view host = {}) {
    const bool is_alice = who == "alice";
    const std::string home = is_alice ? "host.atlanta.example.com" : "host.biloxi.example.com";
    std::string text = "v=0\no=" + std::string(who) + (is_alice ? " 2890844526 " : " 2808844564 ") + std::string(version) + " IN IP4 " + home +
                       "\ns= \nc=IN IP4 " + (host.empty() ? home : std::string(host)) + "\nt=0 0\n";
    return crlf(text.append(media));
}

}  // namespace offhook::sdp::test
