#include "offhook/runtime/runtime.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "offhook/runtime/control.hpp"
#include "offhook/runtime/listen.hpp"
#include "offhook/runtime/random.hpp"
#include "offhook/runtime/shard_loop.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

struct Runtime::State {
    explicit State(Config c, Mailer& mailer) : config(std::move(c)), key(random_key()), shared{config, mailer, control, connections, nullptr, {}} {}

    Config config;
    SipKey key;
    Control control;
    ConnectionTable connections;
    std::optional<transport::ListenerTable> listeners;
    std::vector<std::string> warnings;
    Shared shared;
};

namespace {

std::vector<IpAddress> own_addresses() {
    std::vector<IpAddress> result;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return result;
    for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
        if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0) continue;
        if (i->ifa_addr->sa_family == AF_INET) result.push_back(to_address(reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr));
        if (i->ifa_addr->sa_family == AF_INET6) result.push_back(to_address(reinterpret_cast<const sockaddr_in6*>(i->ifa_addr)->sin6_addr));
    }
    ::freeifaddrs(list);
    return result;
}

// Signals reach the control thread only: a thread inherits the mask of the one that starts it.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, fault);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

void name_thread(std::thread& thread, std::size_t index) { ::pthread_setname_np(thread.native_handle(), fmt::format("shard-{}", index).c_str()); }

}  // namespace

Runtime::Runtime(Config config) {
    config.shards = shard_threads(config);
    state_ = std::make_unique<State>(std::move(config), *this);
    std::signal(SIGPIPE, SIG_IGN);
    for (unsigned i = 0; i < state_->config.shards; ++i)
        state_->shared.shards.push_back(std::make_unique<Shard>(state_->shared, static_cast<std::uint16_t>(i)));
}

Runtime::~Runtime() = default;

std::expected<void, std::string> Runtime::bind() {
    std::vector<transport::Listener> table;
    std::vector<BoundPort> ports;
    for (const ListenConfig& listen : state_->config.listen) {
        if (listen.protocol != transport::Protocol::udp && listen.protocol != transport::Protocol::tcp)
            return std::unexpected(
                fmt::format("{} {}: only udp and tcp can be listened on", transport::uri_name(listen.protocol), listen.address.text()));
        auto port = open_port(listen, state_->config.shards, {state_->config.receive_buffer, state_->config.send_buffer});
        if (!port) return std::unexpected(std::move(port.error()));
        if (!port->warning.empty()) state_->warnings.push_back(std::move(port->warning));
        table.push_back({listen.protocol, port->bound, listen.advertise_host, listen.advertise_port});
        ports.push_back(std::move(*port));
    }
    state_->listeners.emplace(std::move(table));
    state_->listeners->set_own_addresses(own_addresses());
    state_->shared.listeners = &*state_->listeners;
    for (std::size_t l = 0; l < ports.size(); ++l)
        for (std::size_t s = 0; s < ports[l].sockets.size(); ++s)
            state_->shared.shards[s]->add_listener(static_cast<std::uint16_t>(l), std::move(ports[l].sockets[s]));
    return {};
}

const transport::ListenerTable& Runtime::listeners() const { return *state_->listeners; }

std::span<const std::string> Runtime::warnings() const { return state_->warnings; }

void Runtime::on_hangup(std::function<void()> callback) { state_->control.on_hangup = std::move(callback); }
void Runtime::on_drain(std::function<void()> callback) { state_->control.on_drain = std::move(callback); }
void Runtime::on_radius(RadiusWatch watch) { state_->control.on_radius = std::move(watch); }

void Runtime::run(const MakeHandler& make) {
    auto& shards = state_->shared.shards;
    if (state_->config.handle_signals) state_->control.take_signals();
    for (const auto& shard : shards) shard->make_handler(make);
    std::vector<std::thread> threads;
    {
        const SignalsBlocked blocked;
        for (const auto& shard : shards) {
            threads.emplace_back([&shard] { shard->run(); });
            name_thread(threads.back(), threads.size() - 1);
        }
    }
    state_->control.run(state_->config, *this, [&shards] { return std::ranges::all_of(shards, [](const auto& s) { return s->idle(); }); });
    for (const auto& shard : shards) shard->stop();
    for (std::thread& thread : threads) thread.join();
    for (const auto& shard : shards) shard->destroy_handler();
}

void Runtime::drain() { state_->control.ask_drain(); }
void Runtime::stop() { state_->control.ask_stop(); }

void Runtime::post(std::uint16_t shard, Mail&& mail) { state_->shared.shards[shard]->mailbox().post(std::move(mail)); }

void Runtime::post_all(std::uint16_t shard, std::span<Mail> mails) { state_->shared.shards[shard]->mailbox().post_all(mails); }

std::uint16_t Runtime::shard_count() const { return static_cast<std::uint16_t>(state_->config.shards); }

std::uint16_t Runtime::shard_of(std::string_view key) const { return static_cast<std::uint16_t>(siphash(state_->key, key) % state_->config.shards); }

Counters Runtime::counters() const {
    Counters total;
    for (const auto& shard : state_->shared.shards) {
        shard->counters().add_to(total);
        total.mailbox_dropped += shard->mailbox().dropped();
    }
    state_->control.radius_counters.add_to(total);
    return total;
}

}  // namespace offhook::runtime
