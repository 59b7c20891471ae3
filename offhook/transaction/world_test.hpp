// One layer in virtual time: a Sender that writes down what leaves and when, users that keep what they are told, and the messages of
// a few peers as text.
#pragma once
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/via.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::transaction {

using namespace std::chrono_literals;

struct Sent {
    Duration at{};
    std::string bytes;
    transport::Flow to;
    transport::SendTag tag;

    [[nodiscard]] std::string first_line() const { return bytes.substr(0, bytes.find("\r\n")); }
};

class RecordingSender : public transport::Sender {
public:
    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) override {
        sent.push_back({now, std::string(bytes), flow, tag});
    }
    [[nodiscard]] bool alive(const transport::Flow&) const override { return true; }

    /// The instants at which something whose first line begins so has left.
    [[nodiscard]] std::vector<Duration> instants(std::string_view begin) const {
        std::vector<Duration> out;
        for (const Sent& s : sent)
            if (s.bytes.starts_with(begin)) out.push_back(s.at);
        return out;
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const Sent& s : sent) out.push_back(s.first_line());
        return out;
    }

    Duration now{};
    std::vector<Sent> sent;
};

class CountingObserver : public Observer {
public:
    void rejected(Cause cause, int, std::string_view, const Endpoint&, Now) override { ++causes[cause]; }
    void note(Severity, std::string_view text, Now) override { notes.emplace_back(text); }
    std::map<Cause, int> causes;
    std::vector<std::string> notes;
};

struct World : ServerUser, ClientUser {
    explicit World(transport::Protocol protocol = transport::Protocol::udp) {
        layer.set_user(*this);
        flow.protocol = protocol;
        flow.local = *Endpoint::parse("192.0.2.1:5060");
        flow.remote = *Endpoint::parse("192.0.2.9:5060");
    }

    // Time ------------------------------------------------------------------------------------------------------------
    [[nodiscard]] Now now() const { return {Instant(sender.now), UtcTime(sender.now)}; }
    void run_until(Duration limit) {
        while (const auto due = wheel.next_due()) {
            if (due->time_since_epoch() > limit) break;
            sender.now = due->time_since_epoch();
            wheel.advance(now());
        }
        sender.now = limit;
        wheel.advance(now());
    }
    /// Longer than any transaction lives once it is answered.
    void drain() { run_until(sender.now + 200s); }
    [[nodiscard]] bool empty() const {
        return layer.server_count() == 0 && layer.client_count() == 0 && layer.request_count() == 0 && wheel.size() == 0;
    }

    // Messages --------------------------------------------------------------------------------------------------------
    void receive(const std::string& bytes) {
        message::Message m;
        if (!m.index(bytes)) throw std::runtime_error("the test's message is broken:\n" + bytes);
        layer.receive(m, flow, now());
    }

    struct Parts {
        std::string_view branch = ";branch=z9hG4bKone", to_tag = "", cseq = "1", via_host = "192.0.2.9";
    };
    [[nodiscard]] static std::string request(std::string_view method, const Parts& p) {
        std::string to = "<sip:bob@example.com>";
        if (!p.to_tag.empty()) to.append(";tag=").append(p.to_tag);
        std::string out;
        message::Builder(out)
            .request(method, "sip:bob@example.com")
            .header("Via", "SIP/2.0/UDP " + std::string(p.via_host) + std::string(p.branch))
            .header("From", "<sip:alice@example.com>;tag=a")
            .header("To", to)
            .header("Call-ID", "call")
            .header("CSeq", std::string(p.cseq) + " " + std::string(method))
            .header("Max-Forwards", "70")
            .finish();
        return out;
    }
    [[nodiscard]] static std::string request(std::string_view method) { return request(method, Parts{}); }

    /// A response to something that left, as its peer would write it.
    [[nodiscard]] static std::string response(const std::string& to, int status, std::string_view tag = "b") {
        message::Message m;
        if (!m.index(to)) throw std::runtime_error("cannot answer:\n" + to);
        std::string out;
        message::write_response(out, m, {.status = status, .to_tag = tag});
        return out;
    }
    void answer(std::size_t sent, int status, std::string_view tag = "b") { receive(response(sender.sent[sent].bytes, status, tag)); }

    /// Starts a client transaction; returns it.
    ClientId start(std::string_view method) {
        const ClientId id = layer.open(*this, {++cookies, 1});
        std::string branch = ";branch=";
        layer.append_branch(branch, id, "-suffix");
        layer.start(id, message::method_of(method), request(method, {.branch = branch, .via_host = "192.0.2.1"}), flow, now());
        return id;
    }

    // ServerUser and ClientUser -----------------------------------------------------------------------------------------
    void on_request(RequestPtr request, Now) override { requests.push_back(std::move(request)); }
    void on_ack(RequestPtr ack, Now) override { acks.push_back(std::move(ack)); }
    void on_cancel(ServerId invite, const message::Message&, Now) override { cancels.push_back(invite); }
    void on_response(ClientId, Handle, const message::Message& r, const transport::Flow&, Now) override { responses.push_back(r.status()); }
    void on_failure(ClientId, Handle, Failure f, Now) override { failures.emplace_back(f, sender.now); }
    void on_terminated(ClientId, Handle, Now) override { terminated.push_back(sender.now); }

    RecordingSender sender;
    CountingObserver observer;
    TimerWheel wheel{Instant{}};
    Layer layer{TimerConfig{}, wheel, sender, observer, SipKey{7, 9}};
    transport::Flow flow;
    std::uint32_t cookies = 0;
    std::vector<RequestPtr> requests, acks;
    std::vector<ServerId> cancels;
    std::vector<int> responses;
    std::vector<std::pair<Failure, Duration>> failures;
    std::vector<Duration> terminated;
};

}  // namespace offhook::transaction
