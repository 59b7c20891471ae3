#include "offhook/runtime/dns.hpp"

#include <ares.h>
#include <netdb.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "offhook/runtime/dns_cache.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

namespace {

constexpr int first_timeout_ms = 800, tries = 3;

struct Waiter {
    Ticket ticket;
    Instant deadline;
};

// c-ares initialises itself once for the process, before any channel.
bool library_ready() {
    static std::once_flag once;
    static bool ready = false;
    std::call_once(once, [] { ready = ::ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS; });
    return ready;
}

}  // namespace

struct Dns::State {
    struct Query {
        State* dns;
        std::string host;
        std::vector<Waiter> waiters;
    };
    struct Socket {
        Handle watch;
        ares_socket_t descriptor;
        bool read = false, write = false;
    };

    State(const DnsConfig& c, Loop& l, std::uint32_t kind, Mailer& m) : config(c), loop(l), cookie_kind(kind), mailer(m), cache(c.cache) {}

    void open();
    void answer(const Ticket& ticket, const std::string& host, const transport::Addresses& addresses, Instant until);
    void finish(Query& query, int status, const ares_addrinfo* result);
    void socket_state(ares_socket_t fd, bool read, bool write);
    void arm(const Socket& socket);

    const DnsConfig& config;
    Loop& loop;
    const std::uint32_t cookie_kind;
    Mailer& mailer;
    DnsCache cache;
    ares_channel channel = nullptr;
    std::map<std::string, std::unique_ptr<Query>, std::less<>> queries;
    std::map<ares_socket_t, Socket> sockets;
    Instant now{};
};

void Dns::State::open() {
    if (!library_ready()) return;
    ares_options options{};
    options.timeout = first_timeout_ms;
    options.tries = tries;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int read, int write) {
        static_cast<State*>(self)->socket_state(fd, read != 0, write != 0);
    };
    options.sock_state_cb_data = this;
    if (::ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS) channel = nullptr;
    if (channel != nullptr && !config.servers.empty()) ::ares_set_servers_ports_csv(channel, config.servers.c_str());
}

// c-ares owns its sockets: it says what it waits for, and says "nothing" before it closes one.
void Dns::State::socket_state(ares_socket_t fd, bool read, bool write) {
    const auto found = sockets.find(fd);
    if (!read && !write) {
        if (found == sockets.end()) return;
        loop.close(found->second.watch);
        sockets.erase(found);
        return;
    }
    Socket& socket = found != sockets.end() ? found->second : sockets[fd];
    if (!socket.watch) {
        socket.descriptor = fd;
        socket.watch = loop.watch(fd, {cookie_kind, {static_cast<std::uint32_t>(fd), 1}}, Loop::Ownership::lent);
    }
    socket.read = read;
    socket.write = write;
    arm(socket);
}

void Dns::State::arm(const Socket& socket) {
    if (socket.read) loop.want_read(socket.watch);
    if (socket.write) loop.want_write(socket.watch);
}

void Dns::State::answer(const Ticket& ticket, const std::string& host, const transport::Addresses& addresses, Instant until) {
    Mail mail;
    mail.kind = Mail::Kind::resolved;
    mail.ok = !addresses.empty();
    mail.ticket = ticket;
    mail.bytes = host;
    mail.addresses = addresses;
    mail.numbers[0] = static_cast<std::uint64_t>(until.time_since_epoch().count());
    mailer.post(ticket.shard, std::move(mail));
}

void Dns::State::finish(Query& query, int status, const ares_addrinfo* result) {
    transport::Addresses addresses;
    Duration ttl = config.longest_ttl;
    for (const ares_addrinfo_node* node = result != nullptr ? result->nodes : nullptr; node != nullptr; node = node->ai_next) {
        SocketAddress a;
        std::copy_n(reinterpret_cast<const char*>(node->ai_addr), std::min<std::size_t>(node->ai_addrlen, a.size), reinterpret_cast<char*>(&a.v6));
        const IpAddress address = a.endpoint().address;
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
        ttl = std::min<Duration>(ttl, std::chrono::seconds(node->ai_ttl));
    }
    ttl = addresses.empty() ? config.negative_ttl : std::max(ttl, config.shortest_ttl);
    const Instant until = now + ttl;
    // Nobody answered: that says nothing about the name, so it is not remembered.
    const bool known = !addresses.empty() || status == ARES_ENOTFOUND || status == ARES_ENODATA;
    if (known) cache.remember(query.host, addresses, until, now);
    for (const Waiter& waiter : query.waiters) answer(waiter.ticket, query.host, addresses, known ? until : now);
}

Dns::Dns(const DnsConfig& config, Loop& loop, std::uint32_t cookie_kind, Mailer& mailer)
    : state_(std::make_unique<State>(config, loop, cookie_kind, mailer)) {
    state_->open();
}

Dns::~Dns() {
    for (auto& [host, query] : state_->queries) query->waiters.clear();
    if (state_->channel != nullptr) ::ares_destroy(state_->channel);  // ends every query: their answers go to nobody
}

void Dns::ask(const Question& question, Instant now) {
    State& s = *state_;
    s.now = now;
    // RFC 6761 §6.3: this machine, whatever a hosts file or a server says, so nobody is asked.
    if (question.host == "localhost" || question.host.ends_with(".localhost")) {
        static const transport::Addresses here{*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")};
        return s.answer(question.ticket, question.host, here, now + s.config.longest_ttl);
    }
    if (const auto* known = s.cache.find(question.host, now)) return s.answer(question.ticket, question.host, *known, *s.cache.expiry(question.host));
    if (s.channel == nullptr) return s.answer(question.ticket, question.host, {}, now);
    const Waiter waiter{question.ticket, now + s.config.limit};
    if (const auto found = s.queries.find(question.host); found != s.queries.end()) {
        found->second->waiters.push_back(waiter);
        return;
    }
    auto& slot = s.queries[question.host];
    slot = std::make_unique<State::Query>(&s, question.host, std::vector{waiter});
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    ::ares_getaddrinfo(
        s.channel, question.host.c_str(), nullptr, &hints,
        [](void* argument, int status, int, ares_addrinfo* result) {
            State::Query& query = *static_cast<State::Query*>(argument);
            State& dns = *query.dns;
            dns.finish(query, status, result);
            if (result != nullptr) ::ares_freeaddrinfo(result);
            const std::string host = query.host;
            if (status != ARES_EDESTRUCTION) dns.queries.erase(host);
        },
        slot.get());
}

void Dns::on_ready(const Loop::Ready& ready, Instant now) {
    State& s = *state_;
    s.now = now;
    const auto fd = static_cast<ares_socket_t>(ready.cookie.handle.slot);
    if (!s.sockets.contains(fd)) return;
    ::ares_process_fd(s.channel, ready.writable ? ARES_SOCKET_BAD : fd, ready.writable ? fd : ARES_SOCKET_BAD);
    if (const auto still = s.sockets.find(fd); still != s.sockets.end()) s.arm(still->second);
}

void Dns::on_time(Instant now) {
    State& s = *state_;
    s.now = now;
    if (s.channel == nullptr || s.queries.empty()) return;
    ::ares_process_fd(s.channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    for (auto& [host, query] : s.queries)
        std::erase_if(query->waiters, [&](const Waiter& waiter) {
            if (waiter.deadline > now) return false;
            s.answer(waiter.ticket, host, {}, now);
            return true;
        });
}

std::optional<Instant> Dns::next_due(Instant now) const {
    if (state_->channel == nullptr || state_->queries.empty()) return std::nullopt;
    Instant due = now + std::chrono::seconds{1};
    timeval tv{};
    if (::ares_timeout(state_->channel, nullptr, &tv) != nullptr)
        due = std::min(due, now + std::chrono::seconds(tv.tv_sec) + std::chrono::microseconds(tv.tv_usec));
    for (const auto& [host, query] : state_->queries)
        for (const Waiter& waiter : query->waiters) due = std::min(due, waiter.deadline);
    return due;
}

}  // namespace offhook::runtime
