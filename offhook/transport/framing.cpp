#include "offhook/transport/framing.hpp"

#include <optional>

#include "offhook/base/text.hpp"

namespace offhook::transport {

namespace {

constexpr std::string_view ping = "\r\n\r\n", header_end = "\r\n\r\n";

enum class Length : std::uint8_t { found, missing, unreadable };

// Content-Length of a complete header part, compact form and folds included. Two that differ leave the end of the message open to
// dispute, so they are unreadable.
Length content_length(std::string_view head, std::uint32_t& value) {
    Length result = Length::missing;
    std::size_t at = head.find("\r\n");
    while (at < head.size()) {
        at += 2;
        std::size_t end = head.find("\r\n", at);
        while (end != head.npos && end + 2 < head.size() && (head[end + 2] == ' ' || head[end + 2] == '\t')) end = head.find("\r\n", end + 2);
        if (end == head.npos) end = head.size();
        const std::string_view line = head.substr(at, end - at);
        at = end;
        const auto colon = line.find(':');
        if (colon == line.npos) continue;
        const std::string_view name = trim(line.substr(0, colon));
        if (!iequals(name, "content-length") && !iequals(name, "l")) continue;
        const auto number = to_number<std::uint32_t>(trim(line.substr(colon + 1)));
        if (!number || (result == Length::found && *number != value)) return Length::unreadable;
        value = *number;
        result = Length::found;
    }
    return result;
}

}  // namespace

void StreamFramer::append(std::string_view bytes) {
    if (failed_) return;
    if (begin_ != 0) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    buffer_ += bytes;
}

StreamFramer::Frame StreamFramer::fail(int status, std::string_view bytes) {
    failed_ = true;
    begin_ = buffer_.size();
    return {Kind::error, bytes, status};
}

// Reads how long the message is, once its header part has come.
StreamFramer::Frame StreamFramer::measure(std::string_view rest) {
    const auto end = rest.find(header_end, scanned_);
    if (end == rest.npos) {
        if (rest.size() > limits_.size) return fail(413, rest);
        scanned_ = rest.size() < header_end.size() ? 0 : rest.size() - (header_end.size() - 1);
        return {Kind::need_more, {}};
    }
    const std::size_t head = end + header_end.size();
    std::uint32_t body = 0;
    // §18.3: on a stream Content-Length is mandatory; without it the end of the message is anybody's guess.
    if (content_length(rest.substr(0, end), body) != Length::found) return fail(400, rest.substr(0, head));
    if (head > limits_.size || body > limits_.size - head) return fail(413, rest.substr(0, head));
    size_ = head + body;
    return {Kind::message, {}};
}

StreamFramer::Frame StreamFramer::next() {
    if (failed_) return {Kind::need_more, {}};
    std::string_view rest = std::string_view(buffer_).substr(begin_);
    if (size_ == 0) {
        // §7.5: line ends before a start line are skipped; a double CRLF is a ping. A lone CRLF waits for its successor.
        while (scanned_ == 0 && !rest.empty() && (rest[0] == '\r' || rest[0] == '\n')) {
            if (rest.starts_with(ping)) {
                begin_ += ping.size();
                return {Kind::ping, {}};
            }
            if (rest.size() < ping.size() && ping.starts_with(rest)) return {Kind::need_more, {}};
            ++begin_;
            rest.remove_prefix(1);
        }
        if (rest.empty()) return {Kind::need_more, {}};
        const Frame frame = measure(rest);
        if (frame.kind != Kind::message) return frame;
    }
    if (rest.size() < size_) return {Kind::need_more, {}};
    const Frame frame{Kind::message, rest.substr(0, size_)};
    begin_ += size_;
    scanned_ = size_ = 0;
    return frame;
}

}  // namespace offhook::transport
