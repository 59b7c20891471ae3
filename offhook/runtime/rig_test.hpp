// What the runtime's tests share: a server in a thread of its own with a handler made of functions, and peers on plain sockets.
// Every wait ends by an event or a limit that fails the test; nothing sleeps for a fixed time.
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/runtime.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime::test {

using namespace std::chrono_literals;
constexpr auto patience = 10s;

inline Endpoint at(std::string_view text) { return *Endpoint::parse(text); }

inline std::string options(std::string_view call_id, std::string_view body = "") {
    return fmt::format(
        "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{0}\r\nFrom: <sip:a@127.0.0.1>;tag=1\r\n"
        "To: <sip:127.0.0.1>\r\nCall-ID: {0}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: {1}\r\n\r\n{2}",
        call_id, body.size(), body);
}

/// Things that other threads report and a test waits for, in order.
template <class T>
class Reports {
public:
    void add(T value) {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        changed_.notify_all();
    }
    std::optional<T> next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return !values_.empty(); })) return std::nullopt;
        T value = std::move(values_.front());
        values_.pop_front();
        return value;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> values_;
};

/// What a handler does; what is not set does nothing. Called on the shards' threads.
struct Behaviour {
    std::function<void(ShardServices&)> on_start = {};
    std::function<void(ShardServices&, const message::Message&, const transport::Flow&)> on_message = {};
    std::function<void(ShardServices&, const message::Message&, const message::ParseError&, const transport::Flow&)> on_malformed = {};
    std::function<void(ShardServices&, Mail&, Now)> on_mail = {};
    std::function<void(ShardServices&, const transport::SendTag&, transport::SendError)> on_send_failure = {};
    std::function<bool()> idle = {};
    Observer* observer = nullptr;
};

class TestHandler final : public ShardHandler {
public:
    TestHandler(ShardServices& services, const Behaviour& behaviour) : services_(services), does_(behaviour) {
        if (does_.on_start) does_.on_start(services_);
    }
    void on_message(const message::Message& m, const transport::Flow& from, Now) override {
        if (does_.on_message) does_.on_message(services_, m, from);
    }
    void on_malformed(const message::Message& m, const message::ParseError& e, const transport::Flow& from, Now) override {
        if (does_.on_malformed) does_.on_malformed(services_, m, e, from);
    }
    void on_mail(Mail&& mail, Now now) override {
        if (does_.on_mail) does_.on_mail(services_, mail, now);
    }
    void on_send_failure(const transport::SendTag& tag, transport::SendError error, Now) override {
        if (does_.on_send_failure) does_.on_send_failure(services_, tag, error);
    }
    void on_turn_end(Now) override {}
    [[nodiscard]] bool idle() const override { return !does_.idle || does_.idle(); }
    [[nodiscard]] Observer* traffic_observer() override { return does_.observer; }

private:
    ShardServices& services_;
    const Behaviour& does_;
};

/// Answers each message with "SHARD CALL-ID".
inline void echo(ShardServices& services, const message::Message& m, const transport::Flow& from) {
    services.sender.send(from, fmt::format("{} {}", services.index, m.value(message::HeaderId::call_id)), {});
}

inline Config listening(std::initializer_list<ListenConfig> listen, unsigned shards = 1) {
    Config config;
    config.listen = listen;
    config.shards = shards;
    config.handle_signals = false;
    return config;
}

class Server {
public:
    Server(Config config, Behaviour behaviour) : behaviour_(std::move(behaviour)), runtime_(std::move(config)) {
        const auto bound = runtime_.bind();
        if (!bound) throw std::runtime_error(bound.error());
        thread_ = std::thread([this] {
            runtime_.run([this](ShardServices& services) { return std::make_unique<TestHandler>(services, behaviour_); });
            ended_.add(true);
        });
    }
    ~Server() { finish(); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] Runtime& runtime() { return runtime_; }
    [[nodiscard]] Endpoint endpoint(std::uint16_t listener = 0) const { return runtime_.listeners()[listener].bound; }
    /// Stops it, so that its counters are complete.
    void finish() {
        runtime_.stop();
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] bool ends() { return ended_.next().has_value(); }

private:
    Behaviour behaviour_;
    Runtime runtime_;
    Reports<bool> ended_;
    std::thread thread_;
};

/// A blocking socket with patience.
class Peer {
public:
    Peer(int type, std::string_view local, bool reuse = false)
        : fd_(::socket(at(local).address.is_v6() ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0)) {
        const SocketAddress a(at(local));
        const int on = reuse ? 1 : 0;
        EXPECT_EQ(::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
        EXPECT_EQ(::bind(fd_.get(), &a.any, a.size), 0);
    }
    explicit Peer(Descriptor fd) : fd_(std::move(fd)) {}

    [[nodiscard]] bool connect(const Endpoint& to) {
        const SocketAddress a(to);
        return ::connect(fd_.get(), &a.any, a.size) == 0;
    }
    void send(std::string_view bytes) { EXPECT_EQ(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes)); }
    void send_to(const Endpoint& to, std::string_view bytes) {
        const SocketAddress a(to);
        EXPECT_EQ(::sendto(fd_.get(), bytes.data(), bytes.size(), 0, &a.any, a.size), std::ssize(bytes));
    }
    [[nodiscard]] bool readable(std::chrono::milliseconds limit = patience) {
        pollfd p{fd_.get(), POLLIN, 0};
        return ::poll(&p, 1, static_cast<int>(limit.count())) == 1;
    }
    /// One datagram, or what a stream gives next; empty at the end of a stream.
    [[nodiscard]] std::string receive(Endpoint* from = nullptr) {
        if (!readable()) return "nothing came";
        std::string bytes(70'000, '\0');
        SocketAddress a;
        const ssize_t n = ::recvfrom(fd_.get(), bytes.data(), bytes.size(), 0, &a.any, &a.size);
        bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        if (from != nullptr) *from = a.endpoint();
        return bytes;
    }
    /// From a stream until that many octets have come, or its end.
    [[nodiscard]] std::string receive_exactly(std::size_t size) {
        std::string bytes;
        while (bytes.size() < size) {
            std::string more = receive();
            if (more.empty()) break;
            bytes += more;
        }
        return bytes;
    }
    [[nodiscard]] bool connect_later(const Endpoint& to) {
        const SocketAddress a(to);
        ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
        return ::connect(fd_.get(), &a.any, a.size) == 0;
    }
    void listen(int backlog = 16) { EXPECT_EQ(::listen(fd_.get(), backlog), 0); }
    void shutdown() { EXPECT_EQ(::shutdown(fd_.get(), SHUT_WR), 0); }
    void close() { fd_.reset(); }
    void reset() {
        const linger hard{1, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        fd_.reset();
    }
    [[nodiscard]] Peer accept() {
        EXPECT_TRUE(readable());
        return Peer(Descriptor(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    }
    [[nodiscard]] Endpoint local() const { return local_endpoint(fd_.get()); }

private:
    Descriptor fd_;
};

inline Peer udp(std::string_view local = "127.0.0.1:0") { return {SOCK_DGRAM, local}; }
inline Peer tcp(std::string_view local = "127.0.0.1:0", bool reuse = false) { return {SOCK_STREAM, local, reuse}; }

}  // namespace offhook::runtime::test
