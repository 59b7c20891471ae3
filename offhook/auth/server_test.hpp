// A server of one chain for tests: a real transaction layer over a sender that records, handlers given by the test.
#pragma once
#include <string>
#include <vector>

#include "offhook/auth/support_test.hpp"
#include "offhook/transaction/chain.hpp"
#include "offhook/transaction/layer.hpp"

namespace offhook::auth::test {

class RecordingSender final : public transport::Sender {
public:
    void send(const transport::Flow&, std::string_view bytes, transport::SendTag) override { sent.emplace_back(bytes); }
    [[nodiscard]] bool alive(const transport::Flow&) const override { return true; }
    std::vector<std::string> sent;
};

class RecordingObserver final : public Observer {
public:
    void rejected(Cause cause, int, std::string_view, const Endpoint&, Now) override { causes.push_back(cause); }
    std::vector<Cause> causes;
};

/// The end of the chain: keeps what got through.
class Sink final : public transaction::Handler {
public:
    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now now) override {
        passed.push_back(request->sender);
        if (request->layer != nullptr) request->layer->respond(*request, 202, now);
        return nullptr;
    }
    std::vector<transaction::Sender> passed;
};

class Server : public transaction::ServerUser {
public:
    Server() { layer.set_user(*this); }

    void on_request(transaction::RequestPtr request, Now now) override { chain.run(std::move(request), now); }
    void on_ack(transaction::RequestPtr ack, Now now) override { chain.run(std::move(ack), now); }
    void on_cancel(transaction::ServerId invite, const message::Message&, Now now) override { cancelled.emplace_back(invite, now); }

    void receive(const std::string& text, Now now, const char* source = "192.0.2.7:5060") {
        const OwnedMessage request(text);
        transport::Flow flow;
        flow.local = Endpoint::parse("198.51.100.1:5060").value();
        flow.remote = Endpoint::parse(source).value();
        layer.receive(request.message, flow, now);
    }
    /// The responses sent since the last call.
    std::vector<OwnedMessage> take() {
        std::vector<OwnedMessage> result;
        result.reserve(sender.sent.size());
        for (const std::string& text : sender.sent) result.emplace_back(text);
        sender.sent.clear();
        return result;
    }
    /// Status of the one response sent since the last call; 0 if there was none, -1 if several.
    int take_status() {
        const auto responses = take();
        return responses.size() == 1 ? responses[0].message.status() : responses.empty() ? 0 : -1;
    }

    TimerWheel wheel{at(Duration{}).steady};
    RecordingSender sender;
    RecordingObserver observer;
    transaction::Layer layer{{}, wheel, sender, observer, SipKey{8, 9}};
    transaction::Chain chain;
    std::vector<std::pair<transaction::ServerId, Now>> cancelled;
};

}  // namespace offhook::auth::test
