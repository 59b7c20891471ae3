// One UDP socket of one shard: receives in batches by recvmmsg, sends what a turn has queued by sendmmsg (design rule 6).
// Buffers are reused, so that nothing is allocated for a datagram once they are warm. Thread rule: one shard.
#pragma once
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/runtime/counters.hpp"
#include "offhook/runtime/recent_sends.hpp"
#include "offhook/runtime/socket_address.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::runtime {

constexpr std::size_t datagram_batch = 64;

struct ControlBuffer {
    alignas(cmsghdr) std::array<char, 128> bytes;
};

/// Where the datagrams of a shard arrive, shared by its sockets: each batch is dealt with before the next.
struct ReceiveArena {
    ReceiveArena();
    static constexpr std::size_t buffer_size = 65'536;  ///< no UDP datagram is larger
    std::unique_ptr<char[]> bytes;                      ///< not zeroed: pages that are never used are never touched
    std::array<mmsghdr, datagram_batch> headers;
    std::array<iovec, datagram_batch> vectors;
    std::array<SocketAddress, datagram_batch> names;
    std::array<ControlBuffer, datagram_batch> controls;
};

/// A send that failed, to be told in a later turn to the shard whose it was.
struct SendFailure {
    transport::SendTag tag;
    transport::SendError error;
    std::uint16_t shard;
};

class UdpSocket {
public:
    UdpSocket(int descriptor, std::uint16_t listener, const Endpoint& bound, ShardCounters& counters);

    /// Up to one batch; returns how many came. from(i) and bytes(i) of the arena are valid until the next receive().
    [[nodiscard]] std::size_t receive(ReceiveArena& arena);
    [[nodiscard]] transport::Flow from(const ReceiveArena& arena, std::size_t i);
    /// How long the oldest datagram of the batch has waited in the kernel (SO_TIMESTAMPNS); 0 if that is not known.
    [[nodiscard]] static Duration waited(const ReceiveArena& arena, UtcTime now);
    [[nodiscard]] static std::string_view bytes(const ReceiveArena& arena, std::size_t i);

    [[nodiscard]] bool fits(const Endpoint& remote) const { return remote.address.is_v6() == bound_.address.is_v6(); }
    /// Queues one datagram; the queue is sent when the turn ends, or now if it has grown long.
    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag, std::uint16_t owner, std::vector<SendFailure>& failures);
    void flush(std::vector<SendFailure>& failures);
    /// After a readiness that brought no datagram, and after a failed send: ICMP errors (RFC 3261 §18.4).
    void read_errors(std::vector<SendFailure>& failures);

private:
    struct Pending {
        std::size_t offset, size;
        SocketAddress remote;
        IpAddress source;
        transport::SendTag tag;
        std::uint16_t owner;
    };
    void note_overflow(const cmsghdr* control);
    void prepare(std::size_t first, std::size_t count);
    void failed(const Pending& pending, int error, std::vector<SendFailure>& failures);

    int descriptor_;
    std::uint16_t listener_;
    Endpoint bound_;
    bool wildcard_;
    ShardCounters& counters_;
    std::uint32_t overflow_ = 0;  ///< as the kernel last told
    RecentSends recent_;
    std::string queue_bytes_;
    std::vector<Pending> queue_;
    std::array<mmsghdr, datagram_batch> headers_;
    std::array<iovec, datagram_batch> vectors_;
    std::array<ControlBuffer, datagram_batch> controls_;
};

}  // namespace offhook::runtime
