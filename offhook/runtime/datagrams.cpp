#include "offhook/runtime/datagrams.hpp"

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace offhook::runtime {

namespace {

constexpr std::size_t longest_queue = 512, largest_queue = 1u << 20;
constexpr Duration longest_wait{60'000'000};  // more means that the clock was set
constexpr std::size_t largest_datagram = 65'507;  // IPv4: 65,535 less both headers

// recvmmsg and sendmmsg take their own view of control messages, so the macros' casts are kept in one place.
template <class T>
T read_control(const cmsghdr* control) {
    T value;
    std::memcpy(&value, CMSG_DATA(control), sizeof value);
    return value;
}

template <class T>
std::size_t write_control(ControlBuffer& buffer, int level, int type, const T& value) {
    msghdr header{};
    header.msg_control = buffer.bytes.data();
    header.msg_controllen = buffer.bytes.size();
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(control), &value, sizeof value);
    return CMSG_SPACE(sizeof value);
}

cmsghdr* next_control(const msghdr& header, cmsghdr* control) { return CMSG_NXTHDR(const_cast<msghdr*>(&header), control); }

transport::SendError error_of(int error) { return error == EMSGSIZE ? transport::SendError::too_large : transport::SendError::refused; }

// §18.4: unreachable and parameter problem count; source quench and time exceeded do not. A datagram too large for a link is cut
// up by the kernel the next time.
bool means_failure(const sock_extended_err& error) {
    if (error.ee_errno == EMSGSIZE) return false;
    if (error.ee_origin == SO_EE_ORIGIN_ICMP) return error.ee_type == ICMP_UNREACH || error.ee_type == ICMP_PARAMPROB;
    return error.ee_origin == SO_EE_ORIGIN_ICMP6 && (error.ee_type == ICMP6_DST_UNREACH || error.ee_type == ICMP6_PARAM_PROB);
}

std::optional<sock_extended_err> extended_error(const msghdr& header) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = next_control(header, c))
        if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) || (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
            return read_control<sock_extended_err>(c);
    return std::nullopt;
}

}  // namespace

ReceiveArena::ReceiveArena() : bytes(std::make_unique_for_overwrite<char[]>(datagram_batch * buffer_size)) {
    for (std::size_t i = 0; i < datagram_batch; ++i) vectors[i] = {bytes.get() + i * buffer_size, buffer_size};
}

UdpSocket::UdpSocket(int descriptor, std::uint16_t listener, const Endpoint& bound, ShardCounters& counters)
    : descriptor_(descriptor), listener_(listener), bound_(bound), wildcard_(bound.address.is_unspecified()), counters_(counters) {}

std::size_t UdpSocket::receive(ReceiveArena& arena) {
    for (std::size_t i = 0; i < datagram_batch; ++i) {
        msghdr& header = arena.headers[i].msg_hdr;
        header = {};
        header.msg_name = &arena.names[i].any;
        header.msg_namelen = sizeof(sockaddr_in6);
        header.msg_iov = &arena.vectors[i];
        header.msg_iovlen = 1;
        // The first one brings the age of the queue and what was lost; the others say no more than to which address they came.
        if (i != 0 && !wildcard_) continue;
        header.msg_control = arena.controls[i].bytes.data();
        header.msg_controllen = arena.controls[i].bytes.size();
    }
    const int n = ::recvmmsg(descriptor_, arena.headers.data(), datagram_batch, MSG_DONTWAIT, nullptr);
    if (n <= 0) return 0;  // EAGAIN; and an error that an earlier datagram left behind is taken from the socket by this call
    counters_.datagrams_in.add(static_cast<std::uint64_t>(n));
    return static_cast<std::size_t>(n);
}

std::string_view UdpSocket::bytes(const ReceiveArena& arena, std::size_t i) {
    return {arena.bytes.get() + i * ReceiveArena::buffer_size, arena.headers[i].msg_len};
}

void UdpSocket::note_overflow(const cmsghdr* control) {
    const auto total = read_control<std::uint32_t>(control);
    counters_.datagrams_lost.add(total - overflow_);
    overflow_ = total;
}

transport::Flow UdpSocket::from(const ReceiveArena& arena, std::size_t i) {
    transport::Flow flow;
    flow.protocol = transport::Protocol::udp;
    flow.listener = listener_;
    flow.local = bound_;
    flow.remote = arena.names[i].endpoint();
    const msghdr& header = arena.headers[i].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = next_control(header, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
            note_overflow(c);
        else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
            flow.local.address = to_address(read_control<in_pktinfo>(c).ipi_addr);
        else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
            flow.local.address = to_address(read_control<in6_pktinfo>(c).ipi6_addr);
    }
    return flow;
}

Duration UdpSocket::waited(const ReceiveArena& arena, UtcTime now) {
    const msghdr& header = arena.headers[0].msg_hdr;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = next_control(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
        const auto stamp = read_control<timespec>(c);
        const UtcTime at(std::chrono::floor<Duration>(std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec)));
        return std::clamp(now - at, Duration{0}, longest_wait);
    }
    return Duration{0};
}

void UdpSocket::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag, std::uint16_t owner,
                     std::vector<SendFailure>& failures) {
    if (bytes.size() > largest_datagram) {
        failures.push_back({tag, transport::SendError::too_large, owner});
        return;
    }
    queue_.push_back({queue_bytes_.size(), bytes.size(), SocketAddress(flow.remote), flow.local.address, tag, owner});
    queue_bytes_.append(bytes);
    if (tag.kind != transport::SendTag::Kind::none) recent_.note(flow.remote, bytes, {tag, owner});
    if (queue_.size() >= longest_queue || queue_bytes_.size() >= largest_queue) flush(failures);
}

void UdpSocket::prepare(std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        Pending& pending = queue_[first + i];
        vectors_[i] = {queue_bytes_.data() + pending.offset, pending.size};
        msghdr& header = headers_[i].msg_hdr;
        header = {};
        header.msg_name = &pending.remote.any;
        header.msg_namelen = pending.remote.size;
        header.msg_iov = &vectors_[i];
        header.msg_iovlen = 1;
        if (!wildcard_ || pending.source.is_unspecified()) continue;
        // The peer expects the answer from the address that it sent to.
        header.msg_control = controls_[i].bytes.data();
        if (pending.source.is_v6()) {
            in6_pktinfo info{};
            info.ipi6_addr = to_in6_addr(pending.source);
            header.msg_controllen = write_control(controls_[i], IPPROTO_IPV6, IPV6_PKTINFO, info);
        } else {
            in_pktinfo info{};
            info.ipi_spec_dst = to_in_addr(pending.source);
            header.msg_controllen = write_control(controls_[i], IPPROTO_IP, IP_PKTINFO, info);
        }
    }
}

void UdpSocket::failed(const Pending& pending, int error, std::vector<SendFailure>& failures) {
    counters_.datagrams_unsent.add();
    // A full buffer is like a loss in the network: retransmission heals it (RFC 3261 §17.1.1.2).
    const bool lost = error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
    if (!lost && pending.tag.kind != transport::SendTag::Kind::none) failures.push_back({pending.tag, error_of(error), pending.owner});
}

void UdpSocket::flush(std::vector<SendFailure>& failures) {
    bool tried = false;
    for (std::size_t first = 0; first < queue_.size();) {
        const std::size_t count = std::min(queue_.size() - first, datagram_batch);
        prepare(first, count);
        const int sent = ::sendmmsg(descriptor_, headers_.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            counters_.datagrams_out.add(static_cast<std::uint64_t>(sent));
            first += static_cast<std::size_t>(sent);
            tried = false;
            continue;
        }
        // The error may be what ICMP said of an earlier datagram, told by whichever call comes next: only a second one is ours.
        const int error = errno;
        read_errors(failures);
        if (std::exchange(tried, !tried)) failed(queue_[first++], error, failures);
    }
    queue_.clear();
    queue_bytes_.clear();
}

void UdpSocket::read_errors(std::vector<SendFailure>& failures) {
    std::array<char, 1'024> bytes;
    for (std::size_t i = 0; i < datagram_batch; ++i) {
        SocketAddress remote;
        ControlBuffer control;
        iovec vector{bytes.data(), bytes.size()};
        msghdr header{};
        header.msg_name = &remote.any;
        header.msg_namelen = remote.size;
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = control.bytes.data();
        header.msg_controllen = control.bytes.size();
        const ssize_t n = ::recvmsg(descriptor_, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
        if (n < 0) return;
        const auto error = extended_error(header);
        if (!error || !means_failure(*error)) continue;
        if (const auto owner = recent_.take(remote.endpoint(), {bytes.data(), static_cast<std::size_t>(n)}))
            failures.push_back({owner->tag, transport::SendError::refused, owner->shard});
    }
}

}  // namespace offhook::runtime
