#include "offhook/journal/event_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "offhook/base/text.hpp"

namespace offhook::journal {
namespace {

constexpr std::size_t seq_digits = 12;
constexpr std::size_t look_back = std::size_t{64} * 1024;  // octets read at once from the end, for the last line

std::uint64_t first_number(std::string_view line) {
    const auto begin = line.find_first_of("0123456789");
    if (begin == line.npos) return 0;
    const auto end = std::min(line.find_first_not_of("0123456789", begin), line.size());
    return to_number<std::uint64_t>(line.substr(begin, end - begin)).value_or(0);
}

/// The last `size` octets before `end`.
bool read_before(int file, std::uint64_t end, std::string& out, std::size_t size) {
    out.resize(size);
    const ssize_t got = ::pread(file, out.data(), size, static_cast<off_t>(end - size));
    return got == static_cast<ssize_t>(size);
}

struct LastLine {
    std::string text;
    std::uint64_t end = 0;  ///< where it ends in the file; 0: there is no whole line
};

/// The last whole line of a file of this size; nothing: it cannot be read.
std::optional<LastLine> last_line(int file, std::uint64_t file_size) {
    std::string tail;
    for (std::size_t wanted = look_back;; wanted *= 2) {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, file_size));
        if (!read_before(file, file_size, tail, size)) return std::nullopt;
        const auto end = tail.rfind('\n');
        const bool whole_file = size == file_size;
        if (end == tail.npos && !whole_file) continue;
        const std::size_t kept = end == tail.npos ? 0 : end + 1;
        const auto before = kept < 2 ? tail.npos : tail.rfind('\n', kept - 2);
        if (before == tail.npos && !whole_file) continue;
        const std::size_t begin = before == tail.npos ? 0 : before + 1;
        return LastLine{tail.substr(begin, kept - begin), file_size - size + kept};
    }
}

/// The seq in the name of a file that was put aside for `path`; 0: it is another's.
std::uint64_t seq_in_name(const std::filesystem::path& file, const std::filesystem::path& path) {
    const std::string name = file.filename().string(), prefix = path.stem().string() + '-', suffix = path.extension().string();
    if (name.size() < prefix.size() + seq_digits + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) return 0;
    return to_number<std::uint64_t>(std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - suffix.size())).value_or(0);
}

}  // namespace

std::unexpected<std::string> EventFile::failed(std::string_view what) const {
    const int code = errno;
    return std::unexpected(std::string(what) + ' ' + config_.path + ": " + std::strerror(code));
}

std::expected<EventFile::Last, std::string> EventFile::open() {
    if (auto opened = open_for_append(); !opened) return std::unexpected(opened.error());
    if (auto ours = check_is_ours(); !ours) return std::unexpected(ours.error());
    auto last = repair();
    if (!last) return last;
    last_ = last->seq;
    return last_ != 0 ? last : last_put_aside();
}

std::expected<void, std::string> EventFile::open_for_append() {
    file_ = runtime::Descriptor(::open(config_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0640));
    if (!file_) return failed("cannot open");
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return failed("cannot look at");
    if (status.st_size == 0)  // a new one: its name is to be there after a power cut too
        if (auto kept = keep_name(); !kept) return kept;
    if (!S_ISREG(status.st_mode)) return std::unexpected(config_.path + " is not a file: a sink wants a regular file, which can be cut back");
    size_ = static_cast<std::uint64_t>(status.st_size);
    written_ = UtcTime(std::chrono::duration_cast<Duration>(std::chrono::seconds(status.st_mtim.tv_sec)));
    last_ = 0;
    return {};
}

std::expected<void, std::string> EventFile::keep_name() const {
    const auto folder = std::filesystem::path(config_.path).parent_path();
    const runtime::Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return failed("the disk did not take the name of");
    return {};
}

std::expected<void, std::string> EventFile::check_is_ours() const {
    std::string start;
    if (!read_before(file_.get(), std::min<std::uint64_t>(size_, config_.begins.size()), start, std::min<std::size_t>(size_, config_.begins.size())))
        return failed("cannot read");
    if (config_.begins.starts_with(start)) return {};
    return std::unexpected(config_.path + " does not begin as a file of this sink does: move it away, or name another file");
}

// Cut back to the last line end: what stands behind it was being written when the process or the machine stopped.
std::expected<EventFile::Last, std::string> EventFile::repair() {
    auto line = last_line(file_.get(), size_);
    if (!line) return failed("cannot read");
    if (line->end != size_) {
        if (::ftruncate(file_.get(), static_cast<off_t>(line->end)) != 0) return failed("cannot cut a torn line off");
        size_ = line->end;
    }
    if (size_ == 0 && !config_.header.empty()) {
        if (auto written = write_all(config_.header); !written) return std::unexpected(written.error());
        return Last{};
    }
    if (line->text == config_.header) return Last{};
    const std::uint64_t seq = first_number(line->text);
    return Last{seq, std::move(line->text), config_.path};
}

// The name says which event it ends with, the line whose database that was.
std::expected<EventFile::Last, std::string> EventFile::last_put_aside() const {
    const auto aside = put_aside(config_.path);
    if (aside.empty()) return Last{};
    const std::string& name = aside.back();
    const runtime::Descriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    auto line = file && ::fstat(file.get(), &status) == 0 ? last_line(file.get(), static_cast<std::uint64_t>(status.st_size)) : std::nullopt;
    if (!line) return std::unexpected("cannot read " + name + ": " + std::strerror(errno));
    return Last{seq_in_name(name, config_.path), std::move(line->text), name};
}

std::expected<void, std::string> EventFile::append(std::string_view lines, std::uint64_t last, UtcTime now) {
    if (moved_away()) {
        if (auto opened = open(); !opened) return std::unexpected(opened.error());
    }
    if (last_ != 0 && is_full(lines.size(), now)) {
        if (auto aside = begin_new_file(); !aside) return aside;
    }
    if (auto written = write_all(lines); !written) return written;
    last_ = last;
    written_ = now;
    return {};
}

std::expected<void, std::string> EventFile::write_all(std::string_view octets) {
    // Half a batch, or one that the disk may not have, must not stay; if even this fails, the next open() cuts the torn line off.
    const auto undo = [this](std::unexpected<std::string> error) {
        std::ignore = ::ftruncate(file_.get(), static_cast<off_t>(size_));
        return error;
    };
    for (std::string_view rest = octets; !rest.empty();) {
        const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return undo(failed("cannot write to"));
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fdatasync(file_.get()) != 0) return undo(failed("the disk did not take what was written to"));
    size_ += octets.size();
    return {};
}

bool EventFile::moved_away() const {
    struct stat ours {
    }, there{};
    if (!file_ || ::fstat(file_.get(), &ours) != 0 || ::stat(config_.path.c_str(), &there) != 0) return true;
    return ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
}

bool EventFile::is_full(std::size_t more, UtcTime now) const {
    if (config_.max_size != 0 && size_ + more > config_.max_size) return true;
    if (config_.rotate_every <= Duration{}) return false;
    return now.time_since_epoch() / config_.rotate_every != written_.time_since_epoch() / config_.rotate_every;
}

// The name says which event is the last one: found again after a restart, and the same if it is done twice.
std::expected<void, std::string> EventFile::begin_new_file() {
    const std::string name = aside_name(last_);
    if (::rename(config_.path.c_str(), name.c_str()) != 0) return failed("cannot rename to " + name);
    if (auto opened = open_for_append(); !opened) return opened;
    return config_.header.empty() ? std::expected<void, std::string>() : write_all(config_.header);
}

std::string EventFile::aside_name(std::uint64_t last) const {
    const std::filesystem::path path(config_.path);
    std::string digits;
    append_number(digits, last);
    if (digits.size() < seq_digits) digits.insert(0, seq_digits - digits.size(), '0');
    return (path.parent_path() / (path.stem().string() + '-' + digits + path.extension().string())).string();
}

std::vector<std::string> put_aside(const std::string& path) {
    std::vector<std::pair<std::uint64_t, std::string>> found;
    std::error_code none;
    const auto folder = std::filesystem::path(path).parent_path();
    auto entry = std::filesystem::directory_iterator(folder.empty() ? "." : folder, none);
    for (; !none && entry != std::filesystem::directory_iterator(); entry.increment(none))
        if (const std::uint64_t last = seq_in_name(entry->path(), path); last != 0) found.emplace_back(last, entry->path().string());
    std::ranges::sort(found);
    std::vector<std::string> names;
    names.reserve(found.size());
    for (auto& [last, name] : found) names.push_back(std::move(name));
    return names;
}

}  // namespace offhook::journal
