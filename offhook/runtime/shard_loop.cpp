#include "offhook/runtime/shard_loop.hpp"

#include <algorithm>

#include "offhook/runtime/clock.hpp"
#include "offhook/runtime/heap.hpp"
#include "offhook/transport/shard_key.hpp"

namespace offhook::runtime {

namespace {

constexpr std::size_t heap_reserve = 32 << 20;  // octets: half of what a heap may be
constexpr unsigned batches_per_turn = 4;  ///< of one socket, so that the others and the timers get their turn
constexpr Duration drain_poll = std::chrono::milliseconds{20};
constexpr Duration room_poll = std::chrono::milliseconds{1};  ///< while another shard's mailbox is full

// RFC 5626 §3.5 and older habits: line ends and NULs that only keep a NAT open.
bool is_keep_alive(std::string_view bytes) { return bytes.find_first_not_of(std::string_view("\r\n\0", 3)) == bytes.npos; }

}  // namespace

Shard::Shard(Shared& shared, std::uint16_t index)
    : shared_(shared),
      index_(index),
      mailbox_({shared.config.mailbox_messages, shared.config.mailbox_bytes}),
      now_(read_clock()),
      wheel_(now_.steady),
      batch_window_(shared.config.batch_window),
      wake_watch_(loop_.watch(mailbox_.wake_descriptor(), {wake, {}}, Loop::Ownership::lent)),
      resolver_(shared.control, shared.config.dns, now_),
      streams_({index, shared.config, shared_.listeners, shared.connections, shared.mailer, loop_, wheel_, now_, counters_, failures_, *this}) {}

Shard::~Shard() = default;

void Shard::add_listener(std::uint16_t listener, Descriptor socket) {
    if (is_reliable((*shared_.listeners)[listener].protocol)) return streams_.add_acceptor(listener, std::move(socket));
    const int fd = socket.release();
    const transport::Listener& l = (*shared_.listeners)[listener];
    auto source = std::make_unique<Datagrams>(listener, UdpSocket(fd, listener, l.bound, counters_));
    source->watch = loop_.watch(fd, {datagrams, {static_cast<std::uint32_t>(datagrams_.size()), 1}});
    datagrams_.push_back(std::move(source));
}

void Shard::make_handler(const MakeHandler& make) {
    now_ = read_clock();
    outgoing_.resize(shared_.shards.size());
    services_ = std::make_unique<ShardServices>(index_, wheel_, *this, resolver_, *shared_.listeners, shared_.mailer, shared_.control, admission_, now_);
    handler_ = make(*services_);
    observer_ = handler_->traffic_observer();
}

void Shard::run() {
    reserve_heap(heap_reserve);
    arm();
    while (!stopping_.load(std::memory_order_acquire)) turn();
}

void Shard::stop() {
    stopping_.store(true, std::memory_order_release);
    mailbox_.wake();
}

std::optional<Instant> Shard::wake_at() const {
    if (!failures_.empty()) return Instant{};
    auto until = wheel_.next_due();
    if (streams_.waiting()) until = std::min(until.value_or(Instant::max()), now_.steady + room_poll);
    if (draining_) until = std::min(until.value_or(Instant::max()), now_.steady + drain_poll);
    return until;
}

// A busy shard sleeps once, for the rest of its window, and then looks what has come: timers may be late by the window.
std::span<const Loop::Ready> Shard::wait() {
    const auto turn_at = batch_window_.next();
    if (!turn_at) return loop_.wait(wake_at());
    sleep_until(*turn_at);
    return loop_.wait(Instant{});
}

void Shard::turn() {
    const auto ready = wait();
    now_ = read_clock();
    const std::uint64_t before = counters_.datagrams_in.get();
    deliver_failures();
    for (const Loop::Ready& r : ready) dispatch(r);
    if (streams_.waiting()) streams_.retry_stalled();
    read_mailbox();
    wheel_.advance(now_);
    handler_->on_turn_end(now_);
    for (const auto& source : datagrams_) source->socket.flush(failures_);
    streams_.end_turn();
    batch_window_.note(now_.steady, counters_.datagrams_in.get() - before);
    counters_.turns.add();
    counters_.note(admission_);
    note_idle();
    arm();
}

void Shard::arm() {
    if (!wake_armed_) loop_.want_read(wake_watch_);
    wake_armed_ = true;
    for (const auto& source : datagrams_) {
        if (!source->armed) loop_.want_read(source->watch);
        source->armed = true;
    }
}

void Shard::dispatch(const Loop::Ready& ready) {
    switch (static_cast<Source>(ready.cookie.kind)) {
        case wake:
            wake_armed_ = false;
            mailbox_.clear_wake();
            break;
        case datagrams: {
            Datagrams& source = *datagrams_[ready.cookie.handle.slot];
            source.armed = false;
            drain_socket(source);
            break;
        }
        default:
            streams_.on_ready(ready);
            break;
    }
}

void Shard::drain_socket(Datagrams& source) {
    for (unsigned batch = 0; batch < batches_per_turn; ++batch) {
        const std::size_t n = source.socket.receive(arena_);
        if (n != 0) note_age(n, batch == 0);
        for (std::size_t i = 0; i < n; ++i) take_datagram(UdpSocket::bytes(arena_, i), source.socket.from(arena_, i));
        hand_over();
        if (n == 0 && batch == 0) source.socket.read_errors(failures_);
        if (n < datagram_batch) return;
    }
}

void Shard::take_datagram(std::string_view bytes, const transport::Flow& from) {
    if (is_keep_alive(bytes)) return;
    const auto owner = index_message(bytes, from);
    if (!owner) return;
    if (*owner == index_)
        deliver(from);
    else
        outgoing_[*owner].push_back({from, bytes, arrived_});
}

bool Shard::take_message(std::string_view bytes, const transport::Flow& from) {
    const auto owner = index_message(bytes, from);
    if (!owner) return true;
    if (*owner == index_) {
        deliver(from);
        return true;
    }
    if (!shared_.shards[*owner]->mailbox().try_hand_over({from, bytes, now_.steady})) return false;
    counters_.handed_over.add();
    return true;
}

// Who owns the message; nothing if it cannot be read, which the handler has been told then.
std::optional<std::uint16_t> Shard::index_message(std::string_view bytes, const transport::Flow& from) {
    if (const auto indexed = message_.index(bytes, shared_.config.message_limits); !indexed) {
        malformed(indexed.error(), from);
        return std::nullopt;
    }
    if (outgoing_.size() == 1) return index_;
    // A message without exactly one Call-ID is refused here, by the validation that every message passes.
    const auto key = transport::shard_key(message_, key_);
    return key ? shared_.mailer.shard_of(*key) : index_;
}

void Shard::malformed(const message::ParseError& error, const transport::Flow& from) {
    counters_.malformed.add();
    handler_->on_malformed(message_, error, from, now_);
}

void Shard::take_framing_error(std::string_view bytes, int status, const transport::Flow& from) {
    const auto indexed = message_.index(bytes, shared_.config.message_limits);
    // Whole as a datagram, perhaps, but not on a stream: the end of its body is not known (RFC 3261 §18.3).
    const auto code = status == 413 ? message::ErrorCode::too_large : message::ErrorCode::bad_content_length;
    const bool framing = indexed || indexed.error().code == message::ErrorCode::body_too_short;  // it was cut behind its header part
    malformed(framing ? message::ParseError{code, message_.headers_end()} : indexed.error(), from);
}

void Shard::deliver(const transport::Flow& from) {
    counters_.messages.add();
    if (observer_ != nullptr) observer_->message_in(message_.bytes(), from.remote, now_);
    handler_->on_message(message_, from, now_);
}

void Shard::hand_over() {
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
        if (outgoing_[i].empty()) continue;
        counters_.handed_over.add(shared_.shards[i]->mailbox().hand_over(outgoing_[i]));
        outgoing_[i].clear();
    }
}

// A full batch has left a queue behind, about as old as its oldest datagram; any other has emptied it. Of the first batch of a turn the
// turn's clock will do; a later one has waited for those before it too.
void Shard::note_age(std::size_t size, bool first) {
    const Now now = first ? now_ : read_clock();
    const Duration waited = UdpSocket::waited(arena_, now.utc);
    arrived_ = now.steady - waited;
    counters_.waited_us.set(static_cast<std::uint64_t>(waited.count()));
    admission_.note(size == datagram_batch ? waited : Duration{0}, now);
}

void Shard::read_mailbox() {
    const std::span<Mail> mails = mailbox_.take();
    // The box is emptied each time: it is the turn that grows old.
    const auto oldest = std::ranges::find(mails, Mail::Kind::message, &Mail::kind);
    if (oldest != mails.end()) admission_.note(std::max(Duration{0}, now_.steady - oldest->arrived), now_);
    for (Mail& mail : mails) take_mail(mail);
}

void Shard::take_mail(Mail& mail) {
    switch (mail.kind) {
        case Mail::Kind::message:
            if (message_.index(mail.bytes, shared_.config.message_limits)) deliver(mail.flow);
            return;
        case Mail::Kind::send_failure:
            handler_->on_send_failure(mail.tag, mail.error, now_);
            return;
        case Mail::Kind::send:
            streams_.send(mail.flow, mail.bytes, mail.tag, static_cast<std::uint16_t>(mail.numbers[0]));
            return;
        case Mail::Kind::drain:
            draining_ = true;
            break;
        case Mail::Kind::resolved:
            resolver_.remember(mail);
            break;
        default:
            break;
    }
    handler_->on_mail(std::move(mail), now_);
}

void Shard::deliver_failures() {
    std::swap(failures_, telling_);
    for (const SendFailure& f : telling_) {
        if (f.shard == index_) {
            handler_->on_send_failure(f.tag, f.error, now_);
            continue;
        }
        Mail mail;
        mail.kind = Mail::Kind::send_failure;
        mail.tag = f.tag;
        mail.error = f.error;
        shared_.mailer.post(f.shard, std::move(mail));
    }
    telling_.clear();
}

void Shard::note_idle() {
    if (draining_) idle_.store(failures_.empty() && streams_.unsent() == 0 && handler_->idle(), std::memory_order_release);
}

Shard::Datagrams* Shard::datagrams_of(const transport::Flow& flow) {
    for (const auto& source : datagrams_)
        if (source->listener == flow.listener && source->socket.fits(flow.remote)) return source.get();
    return nullptr;
}

void Shard::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) {
    if (observer_ != nullptr) observer_->message_out(bytes, flow.remote, now_);
    if (is_reliable(flow.protocol)) return streams_.send(flow, bytes, tag, index_);
    if (Datagrams* source = datagrams_of(flow); source != nullptr) return source->socket.send(flow, bytes, tag, index_, failures_);
    failures_.push_back({tag, transport::SendError::no_listener, index_});
}

bool Shard::alive(const transport::Flow& flow) const { return !is_reliable(flow.protocol) || streams_.alive(flow); }

IpAddress Shard::source_for(const IpAddress& destination) { return sources_.find(destination, now_.steady); }

}  // namespace offhook::runtime
