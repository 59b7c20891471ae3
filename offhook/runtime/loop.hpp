// Waiting for readiness: one Asio io_context behind a face without Asio, so that its templates are compiled once.
//
// A descriptor is watched under a cookie; want_read() and want_write() arm it for one report. wait() sleeps until something is ready
// or an instant has come, and returns what is: the turn of a shard (design rule 6) is written around it, not inside callbacks.
// Thread rule: the thread that waits.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "offhook/base/slab.hpp"
#include "offhook/base/time.hpp"

namespace offhook::runtime {

class Loop {
public:
    /// Whose descriptor it is, in words of the owner of the loop.
    struct Cookie {
        std::uint32_t kind = 0;
        Handle handle;
    };
    struct Ready {
        Cookie cookie;
        bool writable;  ///< reported for want_write(), else for want_read()
    };
    enum class Ownership : std::uint8_t { taken, lent };  ///< taken: close() closes it

    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] Handle watch(int descriptor, Cookie cookie, Ownership ownership = Ownership::taken);
    void want_read(Handle watch);  ///< no effect while it is armed already
    void want_write(Handle watch);
    void close(Handle watch);  ///< no report comes from it any more; those of the last wait() may still be unread

    /// Sleeps until something is ready, at most until that instant (nothing: for ever; the past: not at all). The result is valid
    /// until the next call.
    [[nodiscard]] std::span<const Ready> wait(std::optional<Instant> until);

    struct Parts;
    [[nodiscard]] Parts& parts() { return *parts_; }  ///< loop_parts.hpp: for what needs Asio itself

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace offhook::runtime
