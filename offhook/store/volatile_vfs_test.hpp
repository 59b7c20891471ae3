// An SQLite file system for tests of power loss: it wraps the default one and keeps what is written in memory, in two states, what
// programs see and what has reached the disk. A sync moves the one to the other; a loss of power, after a given number of changes,
// throws away what no sync covered, or keeps a random part of it, torn at sectors, as a disk without order may.
//
// Locks and shared memory are those of the real file system, on empty files. While the power is off every call fails.
// Thread rule: any thread; the loss happens on the thread whose change it is, before that change.
#pragma once
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace offhook::store {

class VolatileVfs {
public:
    VolatileVfs();   ///< becomes the default file system of SQLite
    ~VolatileVfs();  ///< no file may be open any more
    VolatileVfs(const VolatileVfs&) = delete;
    VolatileVfs& operator=(const VolatileVfs&) = delete;

    /// The power is lost at the change (write, truncation, deletion, sync) after so many. `keeps_some`: a random part survives.
    void lose_power_after(int changes, std::uint32_t seed, bool keeps_some);
    /// Every file as it is on the disk now. All files must be closed.
    void restore_power();
    /// While set, every write finds the disk full.
    void set_full(bool full);
    /// The next so many writes find the disk full.
    void fail_writes(int count);
    [[nodiscard]] bool lost() const;
    [[nodiscard]] int syncs() const;
    std::function<void()> on_loss;  ///< called without the lock

    // For the C functions of the file system.
    struct Change {
        std::size_t offset;
        std::vector<char> bytes;
        bool truncates;  ///< to offset
    };
    struct Image {
        bool exists = false, created = false;  ///< created: the directory was not synced since
        std::vector<char> seen, durable;
        std::vector<Change> unsynced;
        std::vector<char> deleted;  ///< durable content before a deletion that no directory sync covers yet
    };
    Image& image(const std::string& path) { return images_[path]; }
    /// Counts a change; true if the power is off (now).
    bool change(std::unique_lock<std::mutex>& lock);
    bool off() const { return lost_; }
    bool full() { return full_ || (failing_writes_ > 0 && failing_writes_-- > 0); }
    void sync_directory();
    void count_sync() { ++syncs_; }
    mutable std::mutex mutex;
    sqlite3_vfs* real = nullptr;

private:
    static void apply(std::vector<char>& to, const Change& change, std::size_t length);
    void settle(Image& image);

    sqlite3_vfs own_{};
    std::map<std::string, Image> images_;
    std::mt19937 random_;
    int left_ = -1, syncs_ = 0, failing_writes_ = 0;
    bool keeps_some_ = false, lost_ = false, full_ = false;
};

}  // namespace offhook::store
