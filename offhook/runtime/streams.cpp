#include "offhook/runtime/streams.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace offhook::runtime {

namespace {

constexpr std::size_t buffer_size = 65'536;
constexpr unsigned reads_per_turn = 4, accepts_per_turn = 64;
constexpr std::size_t remembered_tags = 64;
constexpr int acknowledge_limit_ms = 10'000;
constexpr Duration linger_limit = std::chrono::seconds{1}, accept_pause = std::chrono::milliseconds{100};

transport::SendError error_of(int error) {
    if (error == ETIMEDOUT) return transport::SendError::timed_out;
    return error == ECONNRESET || error == EPIPE ? transport::SendError::closed : transport::SendError::refused;
}

void set_option(int fd, int level, int option, int value = 1) { static_cast<void>(::setsockopt(fd, level, option, &value, sizeof value)); }

}  // namespace

Streams::Connection::Connection(Streams& s, const message::Limits& limits)
    : Timer([](Timer& t, Now) {
          auto& c = static_cast<Connection&>(t);
          c.streams.on_timer(c);
      }),
      streams(s),
      framer(limits) {}

Streams::Acceptor::Acceptor(Streams& s, std::uint16_t l)
    : Timer([](Timer& t, Now) {
          auto& a = static_cast<Acceptor&>(t);
          a.streams.in_.loop.want_read(a.watch);
      }),
      streams(s),
      listener(l) {}

Streams::Streams(const Environment& environment) : in_(environment), buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)) {}

Streams::~Streams() {
    connections_.for_each([this](Handle, Connection& c) { in_.loop.close(c.watch); });
}

void Streams::add_acceptor(std::uint16_t listener, Descriptor socket) {
    auto a = std::make_unique<Acceptor>(*this, listener);
    a->descriptor = socket.get();
    a->watch = in_.loop.watch(socket.release(), {Source::acceptor, {static_cast<std::uint32_t>(acceptors_.size()), 1}});
    in_.loop.want_read(a->watch);
    acceptors_.push_back(std::move(a));
}

void Streams::on_ready(const Loop::Ready& ready) {
    if (ready.cookie.kind == Source::acceptor) return accept(*acceptors_[ready.cookie.handle.slot]);
    Connection* c = connections_.find(ready.cookie.handle);
    if (c == nullptr || c->state == State::dead) return;
    if (c->state == State::connecting)
        connected(*c);
    else if (ready.writable)
        write(*c);
    else
        read(*c);
}

Streams::Connection* Streams::find(transport::ConnectionId id) {
    if (id.shard != in_.shard) return nullptr;
    Connection* c = connections_.find({id.slot, id.generation});
    return c != nullptr && (c->state == State::open || c->state == State::connecting) && !c->close_wanted ? c : nullptr;
}

Streams::Connection* Streams::add(int descriptor, const transport::Flow& flow, State state) {
    const Handle self = connections_.emplace(*this, in_.config.message_limits);
    Connection& c = *connections_.find(self);
    c.self = self;
    c.descriptor = descriptor;
    c.state = state;
    c.flow = flow;
    c.flow.connection = {in_.shard, self.slot, self.generation};
    c.watch = in_.loop.watch(descriptor, {Source::connection, self});
    c.active = in_.now.steady;
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);  // a turn's messages are gathered here already
    // A peer that vanished is noticed when it acknowledges nothing for so long, not after the system's quarter of an hour.
    set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, acknowledge_limit_ms);
    in_.table.add(flow.protocol, flow.remote, c.flow.connection);
    in_.counters.connections_now.set(connections_.size());
    return &c;
}

// Accepting ------------------------------------------------------------------------------------------------------------------------

void Streams::accept(Acceptor& a) {
    for (unsigned i = 0; i < accepts_per_turn; ++i) {
        SocketAddress peer;
        Descriptor fd(::accept4(a.descriptor, &peer.any, &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd) {
            if (errno == ECONNABORTED || errno == EINTR) continue;
            // No descriptors or memory left: readiness would come back at once, so that we wait a little.
            if (errno != EAGAIN && errno != EWOULDBLOCK) return in_.wheel.arm(a, in_.now.steady + accept_pause);
            break;
        }
        if (connections_.size() >= in_.config.connections) {
            in_.counters.connections_refused.add();
            continue;
        }
        const transport::Listener& l = (*in_.listeners)[a.listener];
        Connection& c = *add(fd.get(), {l.protocol, a.listener, local_endpoint(fd.get()), peer.endpoint(), {}}, State::open);
        static_cast<void>(fd.release());
        in_.counters.connections_accepted.add();
        in_.wheel.arm(c, in_.now.steady + in_.config.idle_limit);
        in_.loop.want_read(c.watch);
    }
    in_.loop.want_read(a.watch);
}

// Sending --------------------------------------------------------------------------------------------------------------------------

void Streams::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag, std::uint16_t owner) {
    // §18.2.2: a response takes the connection of its request, whatever the port of its Via.
    if (Connection* c = find(flow.connection); c != nullptr && c->flow.remote.address == flow.remote.address) return queue(*c, bytes, tag, owner);
    if (flow.connection && flow.connection.shard != in_.shard && flow.connection.shard < in_.mailer.shard_count())
        return forward(flow, flow.connection, bytes, tag, owner);
    // There may be a newer one to the same peer (§18.1.1), another shard's perhaps.
    if (const auto known = in_.table.find(flow.protocol, flow.remote)) {
        if (Connection* c = find(*known); c != nullptr) return queue(*c, bytes, tag, owner);
        if (known->shard != in_.shard) return forward(flow, *known, bytes, tag, owner);
    }
    Connection* opened = nullptr;
    if (const auto error = connect(flow, opened))
        in_.failures.push_back({tag, *error, owner});
    else
        queue(*opened, bytes, tag, owner);
}

void Streams::forward(const transport::Flow& flow, transport::ConnectionId to, std::string_view bytes, transport::SendTag tag, std::uint16_t owner) {
    Mail mail;
    mail.kind = Mail::Kind::send;
    mail.flow = flow;
    mail.flow.connection = to;
    mail.bytes = bytes;
    mail.tag = tag;
    mail.numbers[0] = owner;
    in_.mailer.post(to.shard, std::move(mail));
}

bool Streams::alive(const transport::Flow& flow) const {
    if (!flow.connection) return false;
    if (flow.connection.shard == in_.shard) {
        // Of a flow that is older than this process, slot and generation may name another peer's connection.
        const Connection* c = const_cast<Streams*>(this)->find(flow.connection);
        return c != nullptr && c->flow.remote == flow.remote;
    }
    return in_.table.find(flow.protocol, flow.remote) == flow.connection;
}

std::optional<transport::SendError> Streams::connect(transport::Flow flow, Connection*& opened) {
    const auto listener = in_.listeners->choose(flow.protocol, flow.remote.address, flow.listener);
    if (!listener || flow.remote.port == 0) return transport::SendError::no_listener;
    if (connections_.size() >= in_.config.connections) {
        in_.counters.connections_refused.add();
        return transport::SendError::refused;
    }
    const transport::Listener& l = (*in_.listeners)[*listener];
    flow.listener = *listener;
    Descriptor fd(::socket(flow.remote.address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return transport::SendError::refused;
    // The peer sees the address that our Via names: the listener's, or on a wildcard the one of the flow.
    const IpAddress& source = l.bound.address.is_unspecified() ? flow.local.address : l.bound.address;
    if (!source.is_unspecified() && source.is_v6() == flow.remote.address.is_v6()) {
        set_option(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        const SocketAddress from({source, 0});
        if (::bind(fd.get(), &from.any, from.size) != 0) return transport::SendError::refused;
    }
    const SocketAddress to(flow.remote);
    if (::connect(fd.get(), &to.any, to.size) != 0 && errno != EINPROGRESS) return error_of(errno);
    opened = add(fd.release(), flow, State::connecting);
    in_.counters.connections_opened.add();
    in_.wheel.arm(*opened, in_.now.steady + in_.config.connect_limit);
    in_.loop.want_write(opened->watch);
    return std::nullopt;
}

void Streams::connected(Connection& c) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(c.descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return kill(c, error_of(error), true);
    c.state = State::open;
    // The port at which we can be reached is the listener's, not the one that this connection happens to have.
    c.flow.local = {local_endpoint(c.descriptor).address, (*in_.listeners)[c.flow.listener].bound.port};
    touch(c);
    in_.wheel.arm(c, in_.now.steady + in_.config.idle_limit);
    in_.loop.want_read(c.watch);
    write(c);
}

void Streams::queue(Connection& c, std::string_view bytes, transport::SendTag tag, std::uint16_t owner) {
    const bool tagged = tag.kind != transport::SendTag::Kind::none;
    if (c.out.size() - c.out_begin + bytes.size() > in_.config.unsent_bytes) {  // the peer does not read
        if (tagged) in_.failures.push_back({tag, transport::SendError::closed, owner});
        return kill(c, transport::SendError::closed, true);
    }
    c.out.append(bytes);
    c.queued += bytes.size();
    unsent_ += bytes.size();
    if (tagged) {
        if (c.tags.size() >= remembered_tags && c.tags.front().end <= c.written) c.tags.erase(c.tags.begin());
        c.tags.push_back({tag, owner, c.queued});
    }
    if (!std::exchange(c.dirty, true)) dirty_.push_back(c.self);
}

void Streams::wrote(Connection& c, std::size_t n) {
    c.out_begin += n;
    c.written += n;
    unsent_ -= n;
    if (c.out_begin < c.out.size()) return;
    c.out_begin = 0;
    if (c.out.capacity() > buffer_size)
        c.out = std::string();
    else
        c.out.clear();
}

void Streams::write(Connection& c) {
    if (c.state == State::connecting || c.state == State::dead) return;
    while (c.out_begin < c.out.size()) {
        const ssize_t n = ::send(c.descriptor, c.out.data() + c.out_begin, c.out.size() - c.out_begin, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            wrote(c, static_cast<std::size_t>(n));
            touch(c);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return in_.loop.want_write(c.watch);
        } else if (errno != EINTR) {
            return kill(c, error_of(errno), true);
        }
    }
    if (c.close_wanted) linger(c);
}

// Receiving ------------------------------------------------------------------------------------------------------------------------

void Streams::read(Connection& c) {
    for (unsigned i = 0; i < reads_per_turn && c.state != State::dead && !c.stalled; ++i) {
        const ssize_t n = ::recv(c.descriptor, buffer_.get(), buffer_size, MSG_DONTWAIT);
        if (n == 0) return peer_closed(c);
        if (n < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return kill(c, error_of(errno), true);
            break;
        }
        if (c.state == State::open && !c.close_wanted) take_bytes(c, {buffer_.get(), static_cast<std::size_t>(n)});
        if (static_cast<std::size_t>(n) < buffer_size) break;
    }
    if (c.state != State::dead && !c.stalled) in_.loop.want_read(c.watch);
}

// A peer that has only stopped sending still gets what is on its way to it.
void Streams::peer_closed(Connection& c) {
    if (c.state == State::open && !c.close_wanted && c.out_begin < c.out.size())
        close_after_writing(c);
    else
        kill(c, transport::SendError::closed, false);
}

void Streams::take_bytes(Connection& c, std::string_view bytes) {
    touch(c);
    // The peer lives: what was written before will have reached it.
    std::erase_if(c.tags, [&](const Tagged& t) { return t.end <= c.written; });
    c.framer.append(bytes);
    take_frames(c);
}

void Streams::take_frames(Connection& c) {
    using Kind = transport::StreamFramer::Kind;
    while (c.state == State::open && !c.close_wanted) {
        const auto frame = c.framer.next();
        if (frame.kind == Kind::need_more) return watch_partial(c);
        c.partial_since.reset();
        if (frame.kind == Kind::ping) {
            queue(c, "\r\n", {}, in_.shard);  // RFC 5626 §3.5.1
        } else if (frame.kind == Kind::error) {
            in_.intake.take_framing_error(frame.bytes, frame.status, c.flow);
            close_after_writing(c);
        } else if (!in_.intake.take_message(frame.bytes, c.flow)) {
            c.held = frame.bytes;
            c.stalled = true;
            stalled_.push_back(c.self);
            return;
        }
    }
}

// Design rule 2: a full mailbox stops the reading of streams. Whoever waited for it tries again a turn later.
void Streams::retry_stalled() {
    std::swap(stalled_, retrying_);
    for (const Handle h : retrying_) {
        Connection* c = connections_.find(h);
        if (c == nullptr || c->state == State::dead) continue;
        if (!in_.intake.take_message(c->held, c->flow)) {
            stalled_.push_back(h);
            continue;
        }
        c->stalled = false;
        c->held.clear();
        take_frames(*c);
        if (c->state != State::dead && !c->stalled) in_.loop.want_read(c->watch);
    }
    retrying_.clear();
}

// Closing --------------------------------------------------------------------------------------------------------------------------

void Streams::close_after_writing(Connection& c) {
    if (c.state == State::dead) return;
    c.close_wanted = true;
    in_.table.remove(c.flow.protocol, c.flow.remote, c.flow.connection);
    if (!std::exchange(c.dirty, true)) dirty_.push_back(c.self);
}

// Closing with unread octets would reset the connection and could take our last answer with it, so the peer closes first.
void Streams::linger(Connection& c) {
    if (c.state != State::open) return;
    c.state = State::lingering;
    static_cast<void>(::shutdown(c.descriptor, SHUT_WR));
    in_.loop.want_read(c.watch);
    in_.wheel.arm(c, in_.now.steady + linger_limit);
}

// lost: the connection broke, so that what was written last may not have arrived; else the peer closed it in order.
void Streams::kill(Connection& c, transport::SendError error, bool lost) {
    if (c.state == State::dead) return;
    c.state = State::dead;
    for (const Tagged& t : c.tags)
        if (lost || t.end > c.written) in_.failures.push_back({t.tag, error, t.owner});
    c.tags.clear();
    unsent_ -= c.out.size() - c.out_begin;
    in_.table.remove(c.flow.protocol, c.flow.remote, c.flow.connection);
    dead_.push_back(c.self);
}

void Streams::touch(Connection& c) { c.active = in_.now.steady; }

// Whoever sends a message octet by octet holds memory: it has its time, then the connection ends.
void Streams::watch_partial(Connection& c) {
    if (c.framer.buffered() == 0) return c.partial_since.reset();
    if (c.partial_since) return;
    c.partial_since = in_.now.steady;
    in_.wheel.arm(c, in_.now.steady + std::min(in_.config.message_limit, in_.config.idle_limit));
}

void Streams::on_timer(Connection& c) {
    const Instant now = in_.now.steady;
    Instant idle_until = c.active + in_.config.idle_limit;
    if (c.partial_since) idle_until = std::min(idle_until, *c.partial_since + in_.config.message_limit);
    if (c.state == State::connecting)
        kill(c, transport::SendError::timed_out, true);
    else if (c.state == State::open && idle_until > now)
        in_.wheel.arm(c, idle_until);
    else
        kill(c, transport::SendError::closed, false);
}

void Streams::end_turn() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        Connection* c = connections_.find(dirty_[i]);
        if (c == nullptr) continue;
        c->dirty = false;
        write(*c);
    }
    dirty_.clear();
    for (const Handle h : dead_) {
        in_.loop.close(connections_.find(h)->watch);
        connections_.erase(h);
    }
    if (!dead_.empty()) in_.counters.connections_now.set(connections_.size());
    dead_.clear();
}

}  // namespace offhook::runtime
