// The control loop: signals, the end of the process, and the DNS resolver. Runs on the thread that called Runtime::run().
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "offhook/runtime/config.hpp"
#include "offhook/runtime/mail.hpp"

namespace offhook::runtime {

class Control {
public:
    Control();
    ~Control();

    /// From here on SIGTERM, SIGINT and SIGHUP come to this loop, those before run() too.
    void take_signals();
    /// Serves until it is stopped; all_idle is asked while draining.
    void run(const Config& config, Mailer& mailer, const std::function<bool()>& all_idle);
    void ask_drain();                                   ///< any thread
    void ask_stop();                                    ///< any thread
    void ask_address(std::string host, Ticket ticket);  ///< any thread: answered by Mail::resolved (dns.hpp)

    std::function<void()> on_hangup, on_drain;

private:
    void begin_drain(const Config& config, Mailer& mailer);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace offhook::runtime
