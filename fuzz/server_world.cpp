#include "fuzz/server_world.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "fuzz/promise.hpp"
#include "offhook/auth/hash.hpp"

namespace offhook::fuzz {

using namespace std::chrono_literals;
using transport::Protocol;

namespace {

constexpr UtcTime birth = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
constexpr std::size_t most_to_itself = 400;  ///< messages of one event that the server sends to its own address
constexpr Duration longest = 5h;             ///< a call without a session timer is given up after four

const Endpoint& server_at() {
    static const Endpoint at = *Endpoint::parse("192.0.2.1:5060");
    return at;
}

transport::ListenerTable listeners() {
    const auto at = [](const char* text) { return *Endpoint::parse(text); };
    return transport::ListenerTable({{Protocol::udp, server_at(), {}, 0},
                                     {Protocol::tcp, server_at(), {}, 0},
                                     {Protocol::ws, at("192.0.2.1:80"), {}, 0},
                                     {Protocol::udp, at("[2001:db8::1]:5060"), {}, 0}});
}

// Read once for all inputs, as the program reads it; a small server is none that a file may ask for.
std::shared_ptr<const daemon::Config> config(std::size_t which) {
    static const auto all = [] {
        constexpr const char* texts[configurations] = {
            "domains = [\"example.com\"]\n[auth]\ntrusted = [\"10.0.0.0/8\"]\n[[route]]\ndomain = \"example.net\"\nto = \"sip:10.0.0.5\"\n"
            "[[route]]\nprefix = \"00\"\nto = \"sip:10.0.0.5;transport=tcp\"\n",
            "domains = [\"example.com\"]\n[auth]\ntrusted = [\"10.0.0.0/8\"]\nmax_failures = 2\n[registrar]\nmin_expires = 1\nmax_contacts = 2\n"
            "path_without_supported = true\n[proxy]\nfollow_foreign_routes = true\n",
            "domains = [\"example.com\", \"example.net\"]\n[auth]\nalgorithms = [\"MD5\"]\ntrusted = [\"10.0.0.0/8\"]\n[proxy]\n"
            "recurse_redirects = false\nmax_targets = 2\nmax_breadth = 1\n[accounting]\nsession_expires = 0\nmax_call = 60\n"};
        std::array<std::shared_ptr<const daemon::Config>, configurations> out;
        for (std::size_t i = 0; i < configurations; ++i) {
            auto read = daemon::parse(texts[i], "fuzz.toml");
            if (!read) std::abort();
            if (i == 2) read->transaction.transactions = 12;
            out[i] = std::make_shared<const daemon::Config>(std::move(*read));
        }
        return out;
    }();
    return all[which];
}

constexpr const char* account = "acme";

auth::UserSnapshot user(std::string_view name) {
    static const auto all = [] {
        std::map<std::string, auth::UserSnapshot, std::less<>> out;
        auth::Hasher hasher;
        for (const char* each : {"alice", "bob", "carol", "zoe"}) {
            auth::User made{.name = each, .domain = "example.com", .realm = "example.com", .ha1 = {}, .enabled = true, .account = {}};
            if (made.name == "carol") made.account = account;  // her calls wait until they are allowed
            for (const auto algorithm : {auth::Algorithm::md5, auth::Algorithm::sha256})
                made.ha1[auth::index_of(algorithm)] = auth::hash_password(hasher, algorithm, each, made.domain, made.realm, password);
            out.emplace(each, std::make_shared<const auth::User>(std::move(made)));
        }
        return out;
    }();
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
}

daemon::Secrets secrets() { return {.nonce = {1, 2, 3}, .relay = {1, 2}, .loop = {3, 4}, .branch = {5, 6}, .table = {7, 8}}; }

}  // namespace

ServerWorld::ServerWorld()
    : now{Instant{}, birth},
      listeners_(listeners()),
      watch_(server_at(), *Network::parse("10.0.0.0/8")),
      wheel_(Instant{}),
      records_(wheel_, now, [this](Ticket ticket, bool ok, Now at) { core_->on_committed(ticket, ok, at); }),
      ledger_(SipKey{9, 10}, {}, now.utc) {
    charges_.accounts[account].postpaid = true;
    const daemon::CoreParts parts{.shard = 0,
                                  .wheel = wheel_,
                                  .sender = *this,
                                  .resolver = *this,
                                  .listeners = listeners_,
                                  .bindings = *this,
                                  .users = *this,
                                  .records = records_,
                                  .charges = charges_,
                                  .replays = *this,
                                  .observer = observer_,
                                  .own_nonce = {},
                                  .last_record = 0};
    core_ = std::make_unique<daemon::Core>(parts, config(0), secrets(), now);
}

// Whatever is still open then is answered by its destructor, to nobody.
ServerWorld::~ServerWorld() {
    ending_ = true;
    core_.reset();
}

transport::Flow ServerWorld::flow_from(Protocol protocol, const Endpoint& remote) const {
    transport::Flow flow;
    flow.protocol = protocol;
    flow.listener = listeners_.choose(protocol, remote.address, 0).value_or(0);
    flow.local = listeners_[flow.listener].bound;
    flow.remote = remote;
    return flow;
}

// What comes in ---------------------------------------------------------------------------------------------------------------

void ServerWorld::receive(std::string_view bytes, const transport::Flow& from) {
    hand_in(bytes, from);
    settle();
}

void ServerWorld::hand_in(std::string_view bytes, const transport::Flow& from) {
    watch_.came(bytes, from);
    message::Message m;
    if (const auto indexed = m.index(bytes, config(0)->runtime.message_limits); !indexed)
        core_->on_malformed(m, indexed.error(), from, now);
    else
        core_->on_message(m, from, now);
    watch_.settled();
}

bool ServerWorld::receive_stream(transport::StreamFramer& framer, std::string_view bytes, const transport::Flow& from) {
    using Kind = transport::StreamFramer::Kind;
    framer.append(bytes);
    for (;;) {
        const auto frame = framer.next();
        if (frame.kind == Kind::need_more) return true;
        if (frame.kind == Kind::message) receive(frame.bytes, from);
        if (frame.kind != Kind::error) continue;
        framing_error(frame, from);
        return false;
    }
}

// As the runtime says it.
void ServerWorld::framing_error(const transport::StreamFramer::Frame& frame, const transport::Flow& from) {
    watch_.came(frame.bytes, from, /*whole=*/false);
    message::Message m;
    const auto indexed = m.index(frame.bytes, config(0)->runtime.message_limits);
    const auto code = frame.status == 413 ? message::ErrorCode::too_large : message::ErrorCode::bad_content_length;
    core_->on_malformed(m, indexed ? message::ParseError{code, m.headers_end()} : indexed.error(), from, now);
    settle();
}

// What the ports have answered by now, and what the server sent to itself.
void ServerWorld::settle() {
    wheel_.advance(now);
    for (std::size_t count = 0; !to_itself_.empty(); ++count) {
        promise(count < most_to_itself, "what the server sends to itself comes to an end");
        const Sent sent = std::move(to_itself_.front());
        to_itself_.pop_front();
        hand_in(sent.bytes, flow_from(sent.to.protocol, server_at()));
        wheel_.advance(now);
    }
}

void ServerWorld::pass(Duration time) {
    const Instant end = now.steady + time;
    for (;;) {
        const auto due = wheel_.next_due();
        if (!due || *due > end) break;
        const Duration step = std::max(*due - now.steady, Duration{0});
        now = {now.steady + step, now.utc + step};
        settle();
    }
    const Duration rest = end - now.steady;
    now = {end, now.utc + rest};
    settle();
}

void ServerWorld::fail_send(std::size_t which) {
    if (tagged_.empty()) return;
    const transport::SendTag tag = tagged_[tagged_.size() - 1 - which % tagged_.size()];
    core_->on_send_failure(tag, transport::SendError::closed, now);
    settle();
}

void ServerWorld::set_store(Duration delay, unsigned fails, bool healthy) {
    store_delay_ = records_.delay = delay;
    store_fails_ = records_.fail_next = fails;
    records_.is_healthy = healthy;
}

void ServerWorld::configure(std::size_t which) { core_->configure(config(which)); }

void ServerWorld::come_to_rest() {
    pass(longest);
    promise(core_->layer().server_count() == 0, "every server transaction ends");
    promise(core_->layer().client_count() == 0, "every client transaction ends");
    promise(core_->layer().request_count() == 0, "every context is given back");
    promise(core_->empty(), "nothing waits for ever");
    // RFC 4028: who agrees on a session of years has it.
    promise(wheel_.size() <= core_->accounting().active(), "every timer ends but that of a call in progress");
    watch_.end();
}

// The ports -------------------------------------------------------------------------------------------------------------------

void ServerWorld::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) {
    if (ending_) return;
    if (tag.kind != transport::SendTag::Kind::none) tagged_.push_back(tag);
    const bool fresh = watch_.left(flow, bytes, tag);
    Sent sent{flow, std::string(bytes), tag};
    if (on_sent && fresh) on_sent(sent);
    if (flow.remote == server_at()) to_itself_.push_back(std::move(sent));
}

bool ServerWorld::alive(const transport::Flow& flow) const { return !is_alive || is_alive(flow); }

std::optional<transport::Addresses> ServerWorld::resolve(std::string_view host, Ticket ticket) {
    if (names == Names::unknown) return transport::Addresses{};
    transport::Addresses addresses;
    if (names != Names::never) addresses.push_back(IpAddress::v4({192, 0, 2, static_cast<std::uint8_t>(10 + host.size() % 4)}));
    if (names == Names::several) addresses.insert(addresses.end(), {IpAddress::v4({203, 0, 113, 1}), *IpAddress::parse("2001:db8::5")});
    for (const IpAddress& address : addresses) watch_.resolved(address);
    if (names == Names::at_once || names == Names::several) return addresses;
    later(names == Names::later ? 50ms : 5s, [this, ticket, addresses](Now at) { core_->on_resolved(ticket, addresses, at); });
    return std::nullopt;
}

auth::UserSnapshot ServerWorld::find(std::string_view domain, std::string_view name) const { return domain == "example.com" ? user(name) : nullptr; }

std::optional<bool> ServerWorld::admit(const auth::NonceUse& use, Ticket ticket, Now at) {
    const bool admitted = ledger_.admit(use, at.utc);
    if (!replays_later) return admitted;
    later(20ms, [this, ticket, admitted](Now then) { core_->on_nonce_admitted(ticket, admitted, then); });
    return std::nullopt;
}

location::BindingSnapshot ServerWorld::find(std::string_view address_of_record) const {
    const auto found = bindings_.find(address_of_record);
    return found == bindings_.end() ? nullptr : found->second;
}

void ServerWorld::commit(location::BindingSnapshot next, Ticket ticket) {
    const bool ok = store_fails_ == 0;
    if (!ok) --store_fails_;
    later(store_delay_, [this, ticket, ok, next = std::move(next)](Now at) {
        if (ok) watch_.bound(*next);
        if (ok) bindings_.insert_or_assign(std::string(next->address_of_record), next);
        core_->on_committed(ticket, ok, at);
    });
}

}  // namespace offhook::fuzz
