// Delivers the journal to one sink, in order, at least once, on a thread of its own: a dead, slow or full sink delays nothing but itself.
//
//   wait for events ──delay──► read a page ──► deliver ──held──► note the position ──► next page, or wait
//                                                 └──failed──► pause (1 s, doubling to 60 s) ──► open the sink again, which says where to go on
//
// A sink that says it holds more than the database knows of must end with the very event that the journal has there: with another one it is a
// sink of another database, and nothing is delivered until an operator has decided.
//
// The position is kept in the database (table sink), written by the store's writer. Thread rule: any thread.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "offhook/base/observer.hpp"
#include "offhook/journal/config.hpp"
#include "offhook/journal/sink.hpp"
#include "offhook/store/store.hpp"

namespace offhook::journal {

struct DeliveryStatus {
    std::string name, kind, target;
    std::uint64_t position = 0;   ///< seq of the last event that the sink holds
    std::uint64_t backlog = 0;    ///< seqs between it and the newest
    Duration age{};               ///< of the oldest event that waits; 0: none does
    std::uint64_t delivered = 0;  ///< events since start
    std::uint64_t refused = 0;    ///< of them, since start: what the sink never takes and has put aside
    std::uint64_t failures = 0;   ///< since start
    std::string error;            ///< of the last attempt; empty: it was good
    std::shared_ptr<const SinkConfig> config{};
};

class Delivery {
public:
    /// `note` is called on the delivering thread, when it begins to fail and when it works again.
    using Note = std::function<void(Severity, std::string_view)>;
    Delivery(SinkConfig config, std::unique_ptr<Sink> sink, store::Store& store, Note note);
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// The end is near: what waits is delivered for two seconds more at most; then a request that is under way is given up, and the thread ends.
    void ask_to_stop();
    [[nodiscard]] DeliveryStatus status() const;

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] std::expected<bool, std::string> step();
    [[nodiscard]] std::expected<void, std::string> open();
    [[nodiscard]] std::expected<std::uint64_t, std::string> open_sink(std::uint64_t known);
    void note_oldest();
    void note_position();
    [[nodiscard]] std::expected<void, std::string> deliver(std::vector<store::Event>& page);
    void pause(Duration time, const std::stop_token& stop);
    void failed(const std::string& why);
    void worked();
    [[nodiscard]] bool wants(const store::Event& event) const;

    const std::shared_ptr<const SinkConfig> config_;
    std::unique_ptr<Sink> sink_;
    store::Store& store_;
    Note note_;
    bool open_ = false;
    std::uint64_t noted_ = 0;    ///< position that the store took
    std::uint64_t retried_ = 0;  ///< last event of the page that failed: it is offered again as it was; 0: none
    Duration back_off_;

    mutable std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::uint64_t position_ = 0, delivered_ = 0, refused_ = 0, failures_ = 0;
    UtcTime oldest_{};  ///< time of the first event that waits, as far as it was read
    std::string error_;
    std::jthread thread_;
};

}  // namespace offhook::journal
