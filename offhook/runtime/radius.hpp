// The RADIUS client's I/O: UDP sockets on the control loop, each connected to one server, so that the kernel drops what others send and
// tells when nobody listens. What is sent when is radius::Client's. Answers go back as Mail::radius. Thread rule: the control thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "offhook/radius/client.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/loop.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/runtime/radius_watch.hpp"

namespace offhook::runtime {

class Radius {
public:
    /// Its sockets are watched with cookies of this kind, to be given back to on_ready().
    Radius(const RadiusConfig& config, Loop& loop, std::uint32_t cookie_kind, Mailer& mailer, RadiusWatch watch, RadiusCounters& counters);
    ~Radius();
    Radius(const Radius&) = delete;
    Radius& operator=(const Radius&) = delete;

    void ask(radius::Question&& question, Now now);
    void on_ready(const Loop::Ready& ready, Now now);
    void on_time(Now now);
    [[nodiscard]] std::optional<Instant> next_due() const { return client_.next_due(); }

private:
    void open(std::uint16_t server, std::uint32_t slot);
    void carry_out(Now now);
    void send(std::uint16_t server, std::uint16_t port, const std::string& octets);
    void answer(radius::Action&& action);
    void report(const radius::Action& action) const;

    const RadiusConfig& config_;
    Loop& loop_;
    const std::uint32_t cookie_kind_;
    Mailer& mailer_;
    RadiusWatch watch_;
    RadiusCounters& counters_;
    radius::Client client_;
    struct Socket {
        int descriptor = -1;
        Handle watch;
    };
    std::vector<Socket> sockets_;  ///< by server * ports + port
    radius::Actions actions_, now_doing_;
    std::vector<std::uint16_t> unreachable_;  ///< servers that the system said so of
    std::vector<char> buffer_;
};

}  // namespace offhook::runtime
