#include "offhook/journal/http_sink.hpp"

#include "offhook/journal/lines.hpp"

namespace offhook::journal {

namespace {
constexpr std::uint64_t largest_answer = std::uint64_t{64} * 1024;
}

HttpSink::HttpSink(const SinkConfig& config)
    : name_(config.name), url_(config.url), endpoint_(runtime::parse_http_url(config.url).value_or(runtime::HttpUrl{})), timeout_(config.timeout) {}

std::expected<std::uint64_t, std::string> HttpSink::open(std::uint64_t position) { return position; }

std::expected<Taken, std::string> HttpSink::deliver(std::span<const store::Event> events) {
    lines_.clear();
    for (const store::Event& event : events) append_json_line(lines_, event);
    const std::string key = '"' + name_ + '-' + std::to_string(events.front().seq) + '-' + std::to_string(events.back().seq) + '"';
    const auto reply = runtime::exchange(
        endpoint_,
        {.method = "POST", .target = endpoint_.path, .headers = {{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", key}}, .body = lines_},
        timeout_, largest_answer, &closing());
    if (!reply) return std::unexpected(url_ + ": " + (reply.error().connected ? "no answer: " : "") + reply.error().text);
    if (reply->status / 100 != 2) return std::unexpected(url_ + " answered " + std::to_string(reply->status));
    return Taken{};
}

}  // namespace offhook::journal
