// The log: one line for each event, "time level event key=value ...", written by a thread of its own from a bounded queue. A full
// queue drops its oldest lines and counts them, so that no shard ever waits for a disk or a terminal (design rule 8).
//
// Values from the wire are quoted and escaped: nobody writes a line of our log but we.
#pragma once
#include <concepts>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "offhook/base/observer.hpp"
#include "offhook/base/time.hpp"
#include "offhook/runtime/rejections.hpp"

namespace offhook::runtime {

struct LogConfig {
    std::string file;                 ///< empty: standard error
    Severity level = Severity::info;  ///< less important events are left out: debug, info, warning, error
    std::uint32_t queue = 8'192;      ///< lines that may wait to be written
};

/// One key with its value: text, or a number.
struct LogField {
    LogField(std::string_view k, std::string_view v) : key(k), text(v) {}
    LogField(std::string_view k, const char* v) : key(k), text(v) {}
    LogField(std::string_view k, const std::string& v) : key(k), text(v) {}
    template <class Number>
    requires(std::integral<Number> && !std::same_as<Number, bool>) LogField(std::string_view k, Number v)
        : key(k), number(static_cast<std::int64_t>(v)), is_number(true) {}
    LogField(std::string_view k, bool v) : key(k), text(v ? "yes" : "no") {}

    std::string_view key, text;
    std::int64_t number = 0;
    bool is_number = false;
};

/// Thread rule: any thread, but reopen() and the destructor only on the control thread.
class Log {
public:
    /// The error says which file could not be opened and why.
    [[nodiscard]] static std::expected<std::unique_ptr<Log>, std::string> open(const LogConfig& config);
    ~Log();  ///< writes what is queued
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    [[nodiscard]] bool wants(Severity severity) const;
    void set_level(Severity severity);
    void write(Severity severity, UtcTime time, std::string_view event, std::initializer_list<LogField> fields);
    void write(Severity severity, std::string_view event, std::initializer_list<LogField> fields);  ///< now, by the real clock
    /// After the file was moved away: from here on a new one is written. If there can be none, the old one is still written.
    [[nodiscard]] std::expected<void, std::string> reopen();
    [[nodiscard]] std::uint64_t dropped() const;  ///< lines that the full queue lost

private:
    struct State;
    std::unique_ptr<State> state_;

public:
    explicit Log(std::unique_ptr<State> state);  ///< by open()
};

/// Appends one line without its line end: the form of every line of the log.
void append_log_line(std::string& out, Severity severity, UtcTime time, std::string_view event, std::initializer_list<LogField> fields);

/// Writes what the core tells: refusals, which it counts too, notes; whole messages at level debug. Thread rule: one shard, as any Observer.
class LogObserver final : public Observer {
public:
    LogObserver(Log& log, Rejections& rejections, std::uint16_t shard) : log_(log), rejections_(rejections), shard_(shard) {}
    void message_in(std::string_view bytes, const Endpoint& from, Now now) override;
    void message_out(std::string_view bytes, const Endpoint& to, Now now) override;
    void rejected(Cause cause, int status, std::string_view call_id, const Endpoint& from, Now now) override;
    void note(Severity severity, std::string_view text, Now now) override;

private:
    Log& log_;
    Rejections& rejections_;
    std::uint16_t shard_;
};

}  // namespace offhook::runtime
