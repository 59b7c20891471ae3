#include "offhook/journal/journal.hpp"

#include "offhook/journal/file_sink.hpp"
#include "offhook/journal/http_sink.hpp"
#include "offhook/journal/postgresql_sink.hpp"
#include "offhook/journal/radius_sink.hpp"

namespace offhook::journal {
namespace {

std::unique_ptr<Sink> make_sink(const SinkConfig& config) {
    switch (config.kind) {
        case SinkConfig::Kind::csv:
        case SinkConfig::Kind::json:
            return std::make_unique<FileSink>(config);
        case SinkConfig::Kind::http:
            return std::make_unique<HttpSink>(config);
        case SinkConfig::Kind::radius:
            return std::make_unique<RadiusSink>(config);
        case SinkConfig::Kind::postgresql:
            return std::make_unique<PostgresqlSink>(config);
    }
    return nullptr;
}

}  // namespace

Journal::Journal(std::span<const SinkConfig> sinks, store::Store& store, const Delivery::Note& note) {
    for (const SinkConfig& config : sinks) {
        deliveries_.push_back(std::make_unique<Delivery>(config, make_sink(config), store, note));
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
