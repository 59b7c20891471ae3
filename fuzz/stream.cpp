// Any octets as a stream, cut in pieces: the same frames come out.
#include <string>
#include <vector>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/transport/framing.hpp"

namespace offhook::fuzz {

namespace {

using namespace offhook::message;

struct Framed {
    transport::StreamFramer::Kind kind;
    std::string bytes;
    friend bool operator==(const Framed&, const Framed&) = default;
};

constexpr Limits stream_limits{.size = 4096};

void drain(transport::StreamFramer& framer, std::vector<Framed>& out) {
    using Kind = transport::StreamFramer::Kind;
    for (;;) {
        const auto frame = framer.next();
        if (frame.kind == Kind::need_more) return;
        out.push_back({frame.kind, frame.kind == Kind::message ? std::string(frame.bytes) : std::string()});
        if (frame.kind == Kind::error) return;
    }
}

}  // namespace

// The first octet says how the rest is cut. However it is, the same frames come out, and a message is as long as its index says.
void fuzz_stream(std::string_view bytes) {
    current = bytes;
    if (bytes.empty()) return;
    const std::size_t piece = static_cast<unsigned char>(bytes[0]) % 64 + 1;
    bytes.remove_prefix(1);
    if (bytes.size() > stream_limits.size) bytes = bytes.substr(0, stream_limits.size);
    std::vector<Framed> whole, pieces;
    transport::StreamFramer at_once(stream_limits), piecewise(stream_limits);
    at_once.append(bytes);
    drain(at_once, whole);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        piecewise.append(bytes.substr(at, piece));
        drain(piecewise, pieces);
    }
    promise(whole == pieces, "a stream is framed the same however it is cut");
    for (const Framed& frame : whole) {
        if (frame.kind != transport::StreamFramer::Kind::message) continue;
        Message message;
        if (message.index(frame.bytes)) promise(message.bytes().size() == frame.bytes.size(), "framer and index agree on the end of a message");
    }
}

}  // namespace offhook::fuzz
