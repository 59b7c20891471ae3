#include "offhook/journal/journal.hpp"

#include "offhook/journal/file_sink.hpp"
#include "offhook/journal/http_sink.hpp"

namespace offhook::journal {

Journal::Journal(std::span<const SinkConfig> sinks, store::Store& store, const Delivery::Note& note) {
    for (const SinkConfig& config : sinks) {
        std::unique_ptr<Sink> sink;
        if (config.kind == SinkConfig::Kind::http)
            sink = std::make_unique<HttpSink>(config);
        else
            sink = std::make_unique<FileSink>(config);
        deliveries_.push_back(std::make_unique<Delivery>(config, std::move(sink), store, note));
    }
}

// All are asked first: they end at the same time, not one after the other.
Journal::~Journal() {
    for (const auto& delivery : deliveries_) delivery->ask_to_stop();
}

std::vector<DeliveryStatus> Journal::status() const {
    std::vector<DeliveryStatus> all;
    all.reserve(deliveries_.size());
    for (const auto& delivery : deliveries_) all.push_back(delivery->status());
    return all;
}

}  // namespace offhook::journal
