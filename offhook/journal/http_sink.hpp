// A sink that is an HTTP endpoint: events as JSON lines, a page in a POST. At least once: the header Idempotency-Key names the sink and
// the seqs of the page, and is the same when it is sent again while the process lives; a receiver that must know for sure looks at each seq.
#pragma once
#include "offhook/journal/config.hpp"
#include "offhook/journal/sink.hpp"
#include "offhook/runtime/http_request.hpp"

namespace offhook::journal {

class HttpSink final : public Sink {
public:
    explicit HttpSink(const SinkConfig& config);
    [[nodiscard]] std::expected<std::uint64_t, std::string> open(std::uint64_t position) override;
    /// Held when the endpoint answers 2xx.
    [[nodiscard]] std::expected<Taken, std::string> deliver(std::span<const store::Event> events) override;

private:
    std::string name_, url_;
    runtime::HttpUrl endpoint_;
    Duration timeout_;
    std::string lines_;
};

}  // namespace offhook::journal
