#include "offhook/runtime/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "offhook/base/text.hpp"
#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/descriptor.hpp"

namespace offhook::runtime {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, cause_count> cause_names{
    "malformed",     "not-authenticated",     "wrong-credentials",  "forbidden",
    "loop",          "too-many-hops",         "relay-refused",      "no-user",
    "no-binding",    "unsupported-extension", "draining",           "store-unhealthy",
    "unmatched-ack", "unmatched-cancel",      "unmatched-response", "queue-full",
    "authentication-unavailable", "paused"};

std::expected<Descriptor, std::string> open_file(const std::string& name) {
    Descriptor fd(name.empty() ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!fd) return std::unexpected(fmt::format("log {}: {}", name.empty() ? "standard error" : name, std::strerror(errno)));
    return fd;
}

// Writes finished lines; only the log's own thread comes here, so that a slow disk holds up nobody else.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    LineSink(Descriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
    [[nodiscard]] const std::string& name() const { return name_; }
    /// From the next line on; whoever calls does not wait for a line that a slow disk takes.
    void write_to(Descriptor fresh) {
        const std::lock_guard lock(fresh_mutex_);
        fresh_ = std::move(fresh);
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        {
            const std::lock_guard lock(fresh_mutex_);
            if (fresh_) fd_ = std::move(fresh_);
        }
        line_.assign(message.payload.data(), message.payload.size());
        line_ += '\n';
        std::string_view rest = line_;
        while (!rest.empty()) {
            const ssize_t n = ::write(fd_.get(), rest.data(), rest.size());
            if (n > 0)
                rest.remove_prefix(static_cast<std::size_t>(n));
            else if (errno != EINTR)
                return;  // a full disk loses lines, not calls
        }
    }
    void flush_() override {}

    Descriptor fd_;
    const std::string name_;
    std::string line_;
    std::mutex fresh_mutex_;
    Descriptor fresh_;
};

bool is_plain(char c) { return is_alpha(c) || is_digit(c) || std::string_view("-_.:@/+<>;,()[]!*~&$%?'").find(c) != std::string_view::npos; }

void append_value(std::string& out, std::string_view text) {
    if (!text.empty() && text.find_first_of("\\\"= ") == text.npos && std::ranges::all_of(text, is_plain)) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
            (out += "\\x") += to_hex(std::string_view(&c, 1));
        else
            out += c;
    }
    out += '"';
}

}  // namespace

std::string_view name_of(Cause cause) { return cause_names[static_cast<std::size_t>(cause)]; }

void append_log_line(std::string& out, Severity severity, UtcTime time, std::string_view event, std::initializer_list<LogField> fields) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z {} {}", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                   clock.seconds().count(), clock.subseconds().count(), level_names[static_cast<std::size_t>(severity)], event);
    for (const LogField& field : fields) {
        ((out += ' ') += field.key) += '=';
        if (field.is_number)
            fmt::format_to(std::back_inserter(out), "{}", field.number);
        else
            append_value(out, field.text);
    }
}

struct Log::State {
    State(Descriptor fd, const LogConfig& config)
        : sink(std::make_shared<LineSink>(std::move(fd), config.file)),
          pool(std::make_shared<spdlog::details::thread_pool>(config.queue, 1)),
          logger(std::make_shared<spdlog::async_logger>("offhook", sink, pool, spdlog::async_overflow_policy::overrun_oldest)),
          level(config.level) {
        logger->set_level(spdlog::level::trace);  // what is wanted is decided before a line is made
    }

    // spdlog's own interfaces ask for shared_ptr.
    std::shared_ptr<LineSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
    std::atomic<Severity> level;
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

std::expected<std::unique_ptr<Log>, std::string> Log::open(const LogConfig& config) {
    auto fd = open_file(config.file);
    if (!fd) return std::unexpected(std::move(fd.error()));
    return std::make_unique<Log>(std::make_unique<State>(std::move(*fd), config));
}

bool Log::wants(Severity severity) const { return severity >= state_->level.load(std::memory_order_relaxed); }
void Log::set_level(Severity severity) { state_->level.store(severity, std::memory_order_relaxed); }

std::expected<void, std::string> Log::reopen() {
    if (state_->sink->name().empty()) return {};
    auto fresh = open_file(state_->sink->name());
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    state_->sink->write_to(std::move(*fresh));
    return {};
}

std::uint64_t Log::dropped() const { return state_->pool->overrun_counter(); }

void Log::write(Severity severity, UtcTime time, std::string_view event, std::initializer_list<LogField> fields) {
    if (!wants(severity)) return;
    thread_local std::string line;
    line.clear();
    append_log_line(line, severity, time, event, fields);
    state_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::write(Severity severity, std::string_view event, std::initializer_list<LogField> fields) {
    write(severity, read_clock().utc, event, fields);
}

void LogObserver::message_in(std::string_view bytes, const Endpoint& from, Now now) {
    if (log_.wants(Severity::debug)) log_.write(Severity::debug, now.utc, "message-in", {{"shard", shard_}, {"from", from.text()}, {"bytes", bytes}});
}

void LogObserver::message_out(std::string_view bytes, const Endpoint& to, Now now) {
    if (log_.wants(Severity::debug)) log_.write(Severity::debug, now.utc, "message-out", {{"shard", shard_}, {"to", to.text()}, {"bytes", bytes}});
}

void LogObserver::rejected(Cause cause, int status, std::string_view call_id, const Endpoint& from, Now now) {
    rejections_.add(cause);
    // A challenge is how every call begins: it is news only to who looks closely.
    const Severity severity = cause == Cause::not_authenticated ? Severity::debug : Severity::info;
    if (!log_.wants(severity)) return;
    log_.write(severity, now.utc, "rejected",
               {{"cause", name_of(cause)},
                {"status", status},
                {"call-id", call_id},
                {"from", from.text()},
                {"shard", shard_}});
}

void LogObserver::note(Severity severity, std::string_view text, Now now) {
    if (log_.wants(severity)) log_.write(severity, now.utc, "note", {{"text", text}, {"shard", shard_}});
}

}  // namespace offhook::runtime
