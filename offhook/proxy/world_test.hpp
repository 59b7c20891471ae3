// A proxy with its real transaction layer in virtual time: a Sender that writes down what leaves, bindings and users in memory,
// accounting that does what the test says, and phones as text.
#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/message/builder.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/proxy/proxy.hpp"

namespace offhook::proxy::test {

using namespace std::chrono_literals;
using Trust = transaction::Sender::Trust;
using transport::Flow;
using transport::Protocol;

/// A message that owns its bytes.
struct Text {
    explicit Text(std::string text) : bytes(std::move(text)) {
        if (!message.index(bytes, {.headers = message::Message::capacity})) throw std::runtime_error("a test's message does not parse: " + bytes);
    }
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    [[nodiscard]] std::string value(message::HeaderId id) const { return std::string(message.value(id)); }
    [[nodiscard]] std::vector<std::string> values(message::HeaderId id) const {
        std::vector<std::string> out;
        message::ListReader reader(message, id);
        while (const auto item = reader.next()) out.emplace_back(item->text);
        return out;
    }
    std::string bytes;
    message::Message message;
};

struct Sent {
    std::string bytes;
    Flow to;
    transport::SendTag tag;
    [[nodiscard]] std::string first_line() const { return bytes.substr(0, bytes.find("\r\n")); }
};

class RecordingSender final : public transport::Sender {
public:
    void send(const Flow& flow, std::string_view bytes, transport::SendTag tag) override { sent.push_back({std::string(bytes), flow, tag}); }
    [[nodiscard]] bool alive(const Flow& flow) const override { return flow.protocol == Protocol::udp || connections.contains(flow.connection.slot); }
    [[nodiscard]] IpAddress source_for(const IpAddress& destination) override { return sources[destination]; }
    std::vector<Sent> sent;
    std::set<std::uint32_t> connections;
    std::map<IpAddress, IpAddress> sources;
};

class Bindings final : public location::BindingStore {
public:
    [[nodiscard]] location::BindingSnapshot find(std::string_view aor) const override {
        const auto found = sets.find(std::string(aor));
        return found == sets.end() ? nullptr : location::make_snapshot({found->first, found->second});
    }
    [[nodiscard]] bool loaded() const override { return is_loaded; }
    void commit(location::BindingSnapshot, Ticket) override {}
    std::map<std::string, std::vector<location::Binding>> sets;
    std::deque<std::string> contacts;
    bool is_loaded = true;
};

class Names final : public transport::Resolver {
public:
    std::optional<transport::Addresses> resolve(std::string_view host, Ticket ticket) override {
        if (later) {
            asked.push_back(ticket);
            return std::nullopt;
        }
        return table[std::string(host)];
    }
    std::map<std::string, transport::Addresses> table;
    std::vector<Ticket> asked;
    bool later = false;
};

/// Writes down what it is told; holds what `hold` names.
class ScriptedCalls final : public dialog::CallPort {
public:
    std::expected<dialog::Admission, message::Reject> admit(const transaction::Request&, const message::Uri* target, Ticket ticket, Now) override {
        if (!healthy) return std::unexpected(message::Reject{503, "Service Unavailable"});
        log.emplace_back("admit");
        asked_for = target == nullptr ? "nothing" : std::string(target->text);
        if (somebody_pays) asked.push_back(ticket);
        return dialog::Admission{{++calls, 1}, somebody_pays ? dialog::Verdict::wait : dialog::Verdict::go_on, !somebody_pays};
    }
    void tried(Handle, std::string_view target, Now) override { last_tried = target; }
    void ringing(Handle, const message::Message& r, Now) override { log.push_back("ringing " + std::to_string(r.status())); }
    dialog::Verdict answered(Handle, const message::Message& r, std::string_view target, const IpAddress&, Ticket t, Now) override {
        return note("answered " + std::to_string(r.status()) + " " + std::string(target), t);
    }
    dialog::Verdict refused(Handle, int status, std::string_view, Ticket t, Now) override { return note("refused " + std::to_string(status), t); }
    void cancelled(Handle, Now) override { log.emplace_back("cancelled"); }
    InDialog find(const message::Message&) override { return {Handle{1, knows_dialogs ? 1U : 0U}, dialog::Direction::from_caller}; }
    void request_passed(const InDialog&, const message::Message& m, const IpAddress&, Now) override { log.push_back("passed " + std::string(m.method_name())); }
    dialog::Verdict response_passed(const InDialog&, message::Method method, const message::Message* r, Ticket t, Now) override {
        return note(std::string(message::name_of(method)) + " got " + (r == nullptr ? "nothing" : std::to_string(r->status())), t);
    }
    void hung_up(const InDialog& where, int status, Now) override {
        log.push_back(std::string(where.direction == dialog::Direction::from_caller ? "caller" : "callee") + "'s BYE got " + std::to_string(status));
    }

    std::vector<std::string> log;
    std::vector<Ticket> held, asked;  ///< asked: at admit()
    std::string asked_for;
    bool somebody_pays = false;  ///< calls wait at admit()
    std::string hold, last_tried;  ///< hold: what begins so waits
    bool healthy = true, knows_dialogs = true;
    std::uint32_t calls = 0;

private:
    dialog::Verdict note(std::string what, Ticket ticket) {
        log.push_back(what);
        if (hold.empty() || !what.starts_with(hold)) return dialog::Verdict::go_on;
        held.push_back(ticket);
        return dialog::Verdict::wait;
    }
};

class CountingObserver final : public Observer {
public:
    void rejected(Cause cause, int, std::string_view, const Endpoint&, Now) override { ++causes[cause]; }
    std::map<Cause, int> causes;
};

inline Flow flow_of(std::string_view remote, Protocol protocol = Protocol::udp) {
    Flow flow;
    flow.protocol = protocol;
    flow.listener = protocol == Protocol::udp ? 0 : 1;
    flow.local = *Endpoint::parse("192.0.2.1:5060");
    flow.remote = *Endpoint::parse(remote);
    if (protocol != Protocol::udp) flow.connection = {0, flow.remote.port, 1};
    return flow;
}

/// What the tests vary about a request.
struct Parts {
    std::string method = "INVITE", uri = "sip:bob@example.com";
    std::string from = "<sip:alice@example.com>;tag=a", to = "<sip:bob@example.com>";
    std::string contact = "<sip:alice@192.0.2.10:5060>";
    std::string via = "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1";
    std::string call_id = "call1", max_forwards = "70", headers{}, body{};
    unsigned cseq = 1;
};

inline std::string write(const Parts& p) {
    return p.method + " " + p.uri + " SIP/2.0\r\nVia: " + p.via + "\r\n" +
           (p.max_forwards.empty() ? "" : "Max-Forwards: " + p.max_forwards + "\r\n") + "From: " + p.from + "\r\nTo: " + p.to +
           "\r\nCall-ID: " + p.call_id + "\r\nCSeq: " + std::to_string(p.cseq) + " " + p.method + "\r\n" +
           (p.contact.empty() ? "" : "Contact: " + p.contact + "\r\n") + p.headers + "Content-Length: " + std::to_string(p.body.size()) + "\r\n\r\n" +
           p.body;
}

inline Config config() {
    Config config;
    config.domains = {"example.com"};
    config.session_timer.session_expires = 0;
    return config;
}

struct World : transaction::ServerUser {
    static constexpr std::string_view alice = "192.0.2.10:5060", bob = "192.0.2.20:5060", carol = "192.0.2.30:5060";

    explicit World(const Config& c = config())
        : proxy({layer, wheel, sender, listeners, names, bindings, calls, observer}, c, {{1, 2}, {3, 4}},
                [this](std::string_view user, std::string_view) { return users.contains(std::string(user)); }) {
        layer.set_user(*this);
        users = {"alice", "bob", "carol"};
        bind("bob", "sip:bob@192.0.2.20:5060");
    }

    // Time
    [[nodiscard]] Now now() const { return {Instant(time), UtcTime(time)}; }
    void run_for(Duration duration) {
        const Duration limit = time + duration;
        while (const auto due = wheel.next_due()) {
            if (due->time_since_epoch() > limit) break;
            time = std::max(time, due->time_since_epoch());
            wheel.advance(now());
        }
        time = limit;
        wheel.advance(now());
    }
    /// Nothing is left of anything, once every transaction has had its time.
    [[nodiscard]] bool drained() {
        run_for(400s);
        return proxy.empty() && proxy.idle() && layer.server_count() == 0 && layer.client_count() == 0 && layer.request_count() == 0 &&
               wheel.size() == 0;
    }

    // What the program does
    void on_request(transaction::RequestPtr request, Now at) override {
        if (request->message.has(message::HeaderId::subject))
            request->sender.trust = Trust::unknown;  // a stranger, in these tests
        else
            request->sender.trust = trust;
        if (suspend)
            kept = std::move(request);
        else if (proxy.handle(std::move(request), at))
            throw std::logic_error("the proxy is the last of the chain");
    }
    void on_ack(transaction::RequestPtr ack, Now at) override { proxy.on_ack(std::move(ack), at); }
    void on_cancel(transaction::ServerId invite, const message::Message& cancel, Now at) override { proxy.on_cancel(invite, cancel, at); }

    // Messages
    void receive(const std::string& bytes, const Flow& from) {
        const Text text(bytes);
        layer.receive(text.message, from, now());
    }
    void receive(const std::string& bytes, std::string_view from = alice) { receive(bytes, flow_of(from)); }

    location::Binding& bind(const std::string& user, const std::string& contact, std::uint16_t q = 1000) {
        location::Binding binding;
        binding.contact = bindings.contacts.emplace_back(contact);
        binding.q = q;
        binding.expires = UtcTime(24h);
        return bindings.sets[user + "@example.com"].emplace_back(binding);
    }

    /// The first lines of what left since the last call, each with where it went.
    std::vector<std::string> left() {
        std::vector<std::string> out;
        for (; seen < sender.sent.size(); ++seen) out.push_back(sender.sent[seen].first_line() + " > " + sender.sent[seen].to.remote.text());
        return out;
    }
    /// The last message sent whose first line begins so.
    [[nodiscard]] const Sent& last(std::string_view begin) const {
        for (auto it = sender.sent.rbegin(); it != sender.sent.rend(); ++it)
            if (it->bytes.starts_with(begin)) return *it;
        throw std::runtime_error("nothing was sent that begins with " + std::string(begin));
    }
    [[nodiscard]] std::size_t count(std::string_view begin) const {
        std::size_t n = 0;
        for (const Sent& s : sender.sent) n += s.bytes.starts_with(begin) ? 1 : 0;
        return n;
    }

    /// The same without repetitions.
    [[nodiscard]] std::size_t different(std::string_view begin) const {
        std::set<std::string> texts;
        for (const Sent& s : sender.sent)
            if (s.bytes.starts_with(begin)) texts.insert(s.bytes);
        return texts.size();
    }

    /// A phone answers a request that the proxy sent it.
    void answer(const Sent& request, int status, std::string_view tag = "b", const std::string& headers = {}) {
        const Text text(request.bytes);
        std::string out;
        const std::string contact = status < 300 ? "Contact: <sip:bob@" + request.to.remote.text() + ">\r\n" : std::string();
        message::write_response(out, text.message,
                                {.status = status, .reason = {}, .to_tag = tag, .headers = contact + headers, .content_type = {}, .body = {}});
        Flow from = request.to;
        receive(out, from);
    }
    /// The caller takes the 2xx and answers it, along the Record-Route.
    [[nodiscard]] std::string in_dialog(const Sent& ok, const std::string& method, unsigned cseq, bool from_caller = true) {
        const Text text(ok.bytes);
        Parts p;
        p.method = method;
        p.cseq = cseq;
        p.via = "SIP/2.0/UDP " + std::string(from_caller ? alice : bob) + ";branch=z9hG4bK" + method + std::to_string(cseq);
        p.from = from_caller ? text.value(message::HeaderId::from) : text.value(message::HeaderId::to);
        p.to = from_caller ? text.value(message::HeaderId::to) : text.value(message::HeaderId::from);
        const auto contact = message::parse_name_addr(text.message.value(message::HeaderId::contact));
        p.uri = from_caller ? std::string(contact->uri) : "sip:alice@" + std::string(alice);
        p.contact = "<sip:x@" + std::string(from_caller ? alice : bob) + ">";
        auto routes = text.values(message::HeaderId::record_route);
        if (from_caller) std::reverse(routes.begin(), routes.end());
        for (const std::string& route : routes) p.headers += "Route: " + route + "\r\n";
        return write(p);
    }

    Duration time{};
    TimerWheel wheel{Instant{}};
    RecordingSender sender;
    CountingObserver observer;
    transport::ListenerTable listeners{
        {{Protocol::udp, *Endpoint::parse("192.0.2.1:5060"), {}, 0}, {Protocol::tcp, *Endpoint::parse("192.0.2.1:5060"), {}, 0}}};
    Names names;
    Bindings bindings;
    ScriptedCalls calls;
    std::set<std::string> users;
    Trust trust = Trust::authenticated;
    bool suspend = false;
    transaction::Layer layer{transaction::TimerConfig{}, wheel, sender, observer, SipKey{5, 6}};
    Proxy proxy;
    transaction::RequestPtr kept;
    std::size_t seen = 0;
};

}  // namespace offhook::proxy::test
