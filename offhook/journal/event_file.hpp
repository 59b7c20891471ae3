// A file of lines, each of one event: appended to in whole batches, on disk when append() returns, put aside when it is full. Each line's first
// number is the seq of its event, so the file itself says how far it has come: a line that the end of the process tore is cut
// off, and none is written twice.
//
// calls.csv ──full──► calls-000000012345.csv, named for its last event, and a new calls.csv
//
// Knows lines, not what is in them. Thread rule: one thread.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/time.hpp"
#include "offhook/runtime/descriptor.hpp"

namespace offhook::journal {

class EventFile {
public:
    struct Config {
        std::string path;
        std::string header;  ///< first line of each file, with its line end; empty: none
        std::string begins;  ///< what each file begins with: another file is not ours to cut or to append to
        std::uint64_t max_size = 0;
        Duration rotate_every{};  ///< 0: never
    };
    explicit EventFile(Config config) : config_(std::move(config)) {}

    struct Last {
        std::uint64_t seq = 0;      ///< 0: there is no line
        std::string line{}, file{};  ///< with its line end, and where it stands
    };
    /// Makes or opens the file, cuts off a torn line. Returns the last whole line, in it or in the newest one put aside.
    [[nodiscard]] std::expected<Last, std::string> open();

    /// Appends whole lines and waits for the disk: all of them or none. `last`: seq of the last one. A file that somebody moved
    /// away is begun anew.
    [[nodiscard]] std::expected<void, std::string> append(std::string_view lines, std::uint64_t last, UtcTime now);

private:
    [[nodiscard]] std::expected<void, std::string> open_for_append();
    [[nodiscard]] std::expected<void, std::string> keep_name() const;
    [[nodiscard]] std::expected<void, std::string> check_is_ours() const;
    [[nodiscard]] std::expected<Last, std::string> repair();
    [[nodiscard]] std::expected<Last, std::string> last_put_aside() const;
    [[nodiscard]] std::expected<void, std::string> begin_new_file();  ///< this one is full
    [[nodiscard]] std::expected<void, std::string> write_all(std::string_view octets);
    [[nodiscard]] bool moved_away() const;
    [[nodiscard]] bool is_full(std::size_t more, UtcTime now) const;
    [[nodiscard]] std::string aside_name(std::uint64_t last) const;
    [[nodiscard]] std::unexpected<std::string> failed(std::string_view what) const;  ///< with errno

    Config config_;
    runtime::Descriptor file_;
    std::uint64_t size_ = 0;  ///< octets of whole lines
    std::uint64_t last_ = 0;  ///< seq of the last line in this file; 0: there is none
    UtcTime written_{};       ///< last time
};

/// Names of the files that were put aside for this one, the oldest first.
[[nodiscard]] std::vector<std::string> put_aside(const std::string& path);

}  // namespace offhook::journal
