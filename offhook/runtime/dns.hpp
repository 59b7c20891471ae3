// The DNS client: c-ares on the control loop. A and AAAA records, /etc/hosts honoured, answers kept for their TTL, equal questions
// asked once. Answers go back as Mail::resolved: ticket, addresses, bytes = the name, numbers[0] = when the answer ends (microseconds
// of the steady clock). Thread rule: the control thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "offhook/runtime/config.hpp"
#include "offhook/runtime/loop.hpp"
#include "offhook/runtime/mail.hpp"

namespace offhook::runtime {

class Dns {
public:
    struct Question {
        std::string host;  ///< as normal_host() gives it
        Ticket ticket;
    };

    /// Its descriptors are watched with cookies of this kind, to be given back to on_ready().
    Dns(const DnsConfig& config, Loop& loop, std::uint32_t cookie_kind, Mailer& mailer);
    ~Dns();

    void ask(const Question& question, Instant now);
    void on_ready(const Loop::Ready& ready, Instant now);
    void on_time(Instant now);
    [[nodiscard]] std::optional<Instant> next_due(Instant now) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace offhook::runtime
