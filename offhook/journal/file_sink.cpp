#include "offhook/journal/file_sink.hpp"

#include <algorithm>

#include "offhook/journal/lines.hpp"

namespace offhook::journal {

FileSink::FileSink(const SinkConfig& config)
    : csv_(config.kind == SinkConfig::Kind::csv),
      file_({config.file, csv_ ? std::string(csv_header()) : std::string(), std::string(csv_ ? csv_header() : json_start()), config.max_size,
             config.rotate_every}) {}

std::expected<std::uint64_t, std::string> FileSink::open(std::uint64_t position) {
    auto last = file_.open();
    if (!last) return std::unexpected(last.error());
    last_ = std::move(*last);
    return std::max(last_.seq, position);
}

std::expected<void, std::string> FileSink::compare(const store::Event* event) {
    std::string mark;
    const bool written_here = event != nullptr && (!csv_ || event->record);
    if (written_here) csv_ ? append_csv_mark(mark, *event) : append_json_mark(mark, *event);
    if (written_here && last_.line.starts_with(mark)) return {};
    return std::unexpected(last_.file + " ends with event " + std::to_string(last_.seq) + ", which " + describe_difference(event) +
                           " Move it away, with what was put aside before it: what the journal has is written anew");
}

std::expected<Taken, std::string> FileSink::deliver(std::span<const store::Event> events) {
    lines_.clear();
    for (const store::Event& event : events) csv_ ? append_csv_line(lines_, event) : append_json_line(lines_, event);
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    if (auto done = file_.append(lines_, events.back().seq, now); !done) return std::unexpected(done.error());
    return Taken{};
}

}  // namespace offhook::journal
