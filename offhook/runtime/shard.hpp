// What the program above sees of a shard: the services that it gives and the events that it delivers. The handler is written as if
// single-threaded, and is: all calls come on the shard's own thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "offhook/base/observer.hpp"
#include "offhook/base/timer_wheel.hpp"
#include "offhook/message/message.hpp"
#include "offhook/radius/port.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/transport/admission.hpp"
#include "offhook/transport/listeners.hpp"
#include "offhook/transport/resolver.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::runtime {

struct ShardServices {
    std::uint16_t index;
    TimerWheel& wheel;
    transport::Sender& sender;
    transport::Resolver& resolver;
    const transport::ListenerTable& listeners;
    Mailer& mailer;
    radius::Port& radius;             ///< answered by Mail::radius
    transport::Admission& admission;  ///< told by the shard how long what it reads has waited; counted by it
    Now now;                          ///< at start
};

class ShardHandler {
public:
    virtual ~ShardHandler() = default;
    /// One indexed message that this shard owns (design rule 2).
    virtual void on_message(const message::Message& message, const transport::Flow& from, Now now) = 0;
    /// Bytes that could not be indexed; `partial` may be answerable (message::Message::partial()). Or they could, and it is whole(), but on a
    /// stream its end is not known.
    virtual void on_malformed(const message::Message& partial, const message::ParseError& error, const transport::Flow& from, Now now) = 0;
    /// Every kind but message, send and send_failure, which the shard itself understands.
    virtual void on_mail(Mail&& mail, Now now) = 0;
    virtual void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now now) = 0;
    /// After everything that this turn brought, before its datagrams leave: hand-offs to the writer.
    virtual void on_turn_end(Now now) = 0;
    /// True when nothing is under way any more, asked while draining.
    [[nodiscard]] virtual bool idle() const = 0;
    /// Who is shown every message that comes to this shard and leaves it; asked once. Null: nobody.
    [[nodiscard]] virtual Observer* traffic_observer() { return nullptr; }
};

using MakeHandler = std::function<std::unique_ptr<ShardHandler>(ShardServices&)>;

}  // namespace offhook::runtime
