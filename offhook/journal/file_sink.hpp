// A sink that is a file: CSV of calls that ended, or JSON lines of events. Exactly once: the file itself says how far it has come.
#pragma once
#include "offhook/journal/config.hpp"
#include "offhook/journal/event_file.hpp"
#include "offhook/journal/sink.hpp"

namespace offhook::journal {

class FileSink final : public Sink {
public:
    explicit FileSink(const SinkConfig& config);
    [[nodiscard]] std::expected<std::uint64_t, std::string> open(std::uint64_t position) override;
    [[nodiscard]] std::expected<void, std::string> compare(const store::Event* event) override;
    [[nodiscard]] std::expected<Taken, std::string> deliver(std::span<const store::Event> events) override;

private:
    bool csv_;
    EventFile file_;
    EventFile::Last last_;  ///< when it was opened
    std::string lines_;
};

}  // namespace offhook::journal
