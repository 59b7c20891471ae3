#include "offhook/journal/reconciliation.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "offhook/journal/event_file.hpp"
#include "offhook/journal/postgresql_sink.hpp"
#include "offhook/journal/radius_detail.hpp"
#include "offhook/store/names.hpp"

namespace offhook::journal {
namespace {

constexpr std::size_t named = 20;  // missing ids that are told

using Ids = std::vector<std::uint64_t>;  // sorted

/// What a sink has of the calls that ended.
struct Held {
    Ids ids;  ///< each once
    std::uint64_t twice = 0, repeated = 0;
    Ids refused{};
};

Held each_once(Ids ids) {
    std::ranges::sort(ids);
    const auto more = std::ranges::unique(ids);
    const auto twice = static_cast<std::uint64_t>(more.size());
    ids.erase(more.begin(), more.end());
    return {std::move(ids), twice};
}

/// The second field of each line but the header: 16 hexadecimal digits.
std::expected<void, std::string> read_ids(const std::string& path, Ids& out) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::unexpected("cannot read " + path + ": " + std::strerror(errno));
    std::string line;
    std::getline(file, line);
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        if (file.eof()) break;  // no line end: it is just being written
        const auto comma = line.find(',');
        std::uint64_t id = 0;
        const char* const begin = line.data() + std::min(comma + 1, line.size());
        const auto [end, error] = std::from_chars(begin, line.data() + line.size(), id, 16);
        if (comma == line.npos || error != std::errc() || end - begin != 16)
            return std::unexpected(path + ':' + std::to_string(number) + ": this is no line of a call: " + line.substr(0, 80));
        out.push_back(id);
    }
    return {};
}

// Again if a file was put aside meanwhile.
std::expected<Held, std::string> held_in_files(const std::string& path) {
    for (;;) {
        Ids ids;
        const auto aside = put_aside(path);
        auto files = aside;
        files.push_back(path);
        for (const std::string& file : files)
            if (auto done = read_ids(file, ids); !done) return std::unexpected(done.error());
        if (put_aside(path) == aside) return each_once(std::move(ids));
    }
}

std::expected<Held, std::string> held_in_detail(const std::string& pattern) {
    auto stops = read_detail(pattern);
    if (!stops) return std::unexpected(stops.error());
    std::ranges::sort(*stops);
    const auto again = std::ranges::unique(*stops);
    const auto repeated = static_cast<std::uint64_t>(again.size());
    stops->erase(again.begin(), again.end());
    Ids ids;
    ids.reserve(stops->size());
    for (const DetailStop& stop : *stops) ids.push_back(stop.record);
    Held held = each_once(std::move(ids));
    held.repeated = repeated;
    return held;
}

std::expected<Held, std::string> held_in_postgresql(const SinkConfig& sink) {
    auto calls = calls_in_postgresql(sink);
    if (!calls) return std::unexpected(calls.error());
    Held held = each_once(std::move(calls->held));
    held.refused = std::move(calls->refused);
    std::ranges::sort(held.refused);
    return held;
}

std::expected<Held, std::string> held_in(const SinkConfig& sink) {
    if (sink.kind == SinkConfig::Kind::postgresql) return held_in_postgresql(sink);
    if (sink.kind == SinkConfig::Kind::radius) return held_in_detail(sink.file);
    return held_in_files(sink.file);
}

std::expected<Ids, std::string> ids_in_database(store::Reader& reader) {
    Ids ids;
    for (std::uint64_t after = 0;;) {
        const auto page = reader.records({}, after, store::page_limit);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) break;
        after = page->back().id;
        for (const accounting::CallRecord& record : *page)
            if (!record.in_progress()) ids.push_back(record.id);
    }
    std::ranges::sort(ids);
    return ids;
}

std::expected<Ids, std::string> ids_that_wait(store::Reader& reader, std::uint64_t position) {
    Ids ids;
    for (;;) {
        const auto page = reader.events(position, store::page_limit);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) break;
        position = page->back().seq;
        for (const store::Event& event : *page)
            if (event.kind == name_of(store::EventKind::call_ended) && event.record) ids.push_back(event.record->id);
    }
    std::ranges::sort(ids);
    return ids;
}

}  // namespace

bool can_be_read(const SinkConfig& sink) {
    using Kind = SinkConfig::Kind;
    return sink.kind == Kind::csv || sink.kind == Kind::postgresql || (sink.kind == Kind::radius && !sink.file.empty());
}

// In this order: a call that ended before the first step is in the file unless its event is behind the position, and what is in the file
// already without being among the records has an event behind the position.
std::expected<Reconciliation, std::string> reconcile(const DeliveryStatus& sink, store::Reader& reader) {
    const auto records = ids_in_database(reader);
    if (!records) return std::unexpected(records.error());
    const auto held = held_in(*sink.config);
    if (!held) return std::unexpected(held.error());
    const auto waiting = ids_that_wait(reader, sink.position);
    if (!waiting) return std::unexpected(waiting.error());

    Reconciliation result;
    result.records = records->size();
    result.twice = held->twice;
    result.repeated = held->repeated;
    for (const std::uint64_t id : *records) {
        if (std::ranges::binary_search(held->ids, id)) {
            ++result.held;
        } else if (std::ranges::binary_search(*waiting, id)) {
            ++result.waiting;
        } else if (std::ranges::binary_search(held->refused, id)) {
            ++result.refused;
        } else {
            ++result.missing_count;
            if (result.missing.size() < named) result.missing.push_back(id);
        }
    }
    for (const std::uint64_t id : held->ids)
        if (!std::ranges::binary_search(*records, id) && !std::ranges::binary_search(*waiting, id)) ++result.unknown;
    return result;
}

}  // namespace offhook::journal
