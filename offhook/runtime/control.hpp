// The control loop: signals, the end of the process, the DNS resolver and the RADIUS client. Runs on the thread that called Runtime::run().
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "offhook/radius/port.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/runtime/radius_watch.hpp"

namespace offhook::runtime {

class Control final : public radius::Port {
public:
    Control();
    ~Control() override;
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    /// From here on SIGTERM, SIGINT and SIGHUP come to this loop, those before run() too.
    void take_signals();
    /// Serves until it is stopped; all_idle is asked while draining.
    void run(const Config& config, Mailer& mailer, const std::function<bool()>& all_idle);
    void ask_drain();                                   ///< any thread
    void ask_stop();                                    ///< any thread
    void ask_address(std::string host, Ticket ticket);  ///< any thread: answered by Mail::resolved (dns.hpp)
    void ask(radius::Question&& question) override;     ///< any thread: answered by Mail::radius (radius.hpp)

    std::function<void()> on_hangup, on_drain;
    RadiusWatch on_radius;
    RadiusCounters radius_counters;

private:
    void begin_drain(const Config& config, Mailer& mailer);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace offhook::runtime
