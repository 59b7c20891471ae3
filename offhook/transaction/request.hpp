// The context of one incoming request on its way along the chain of handlers (design rule 3).
//
// Move-only: returning it means "go on", keeping it means "suspended". One that is destroyed unanswered is a defect, answered with 500
// by its destructor (an ACK's is just dropped). It owns the bytes, their top Via marked with received and rport.
// Thread rule: the shard that made it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "offhook/base/slab.hpp"
#include "offhook/base/time.hpp"
#include "offhook/message/message.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::transaction {

class Layer;

/// A server transaction of this shard's layer.
struct ServerId {
    Handle handle;
    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(handle); }
    friend bool operator==(const ServerId&, const ServerId&) = default;
};

/// Who sent the request, as far as it was established. Filled by the authentication handler.
struct Sender {
    enum class Trust : std::uint8_t { unknown, authenticated, trusted_network } trust = Trust::unknown;
    std::string user, domain;  ///< of the authenticated user; empty otherwise
    [[nodiscard]] bool known() const { return trust != Trust::unknown; }
};

struct Request {
    std::string bytes;            ///< the message that `message` looks at
    message::Message message;
    transport::Flow flow;         ///< that it came in by
    ServerId transaction;         ///< none for an ACK
    Now arrived{};
    Sender sender;
    std::uint8_t stage = 0;       ///< index of the next handler of the chain
    Layer* layer = nullptr;       ///< answers it if nobody did; reset when a final response was given
    Layer* home = nullptr;        ///< to whose pool it goes back; none: it is deleted
};

/// Gives the request back to its layer's pool; unanswered, it is answered with 500.
struct RequestDeleter {
    void operator()(Request* request) const noexcept;
};
using RequestPtr = std::unique_ptr<Request, RequestDeleter>;

}  // namespace offhook::transaction
