// The sender that a storm's transactions are given: passes everything on and tells what is sent again from what is sent first.
#pragma once
#include <utility>

#include "apps/offhook/storm/statistics.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::cli::storm {

class Outbox final : public transport::Sender {
public:
    Outbox(transport::Sender& next, Statistics& statistics) : next_(next), statistics_(statistics) {}

    /// What is sent while one of these lives is sent for the first time.
    class First {
    public:
        explicit First(Outbox& outbox) : outbox_(outbox), before_(std::exchange(outbox.first_, true)) {}
        ~First() { outbox_.first_ = before_; }
        First(const First&) = delete;
        First& operator=(const First&) = delete;

    private:
        Outbox& outbox_;
        bool before_;
    };

    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag tag) override {
        ++statistics_.sent;
        if (!first_ && counts(bytes)) ++statistics_.retransmissions;
        next_.send(flow, bytes, tag);
    }
    [[nodiscard]] bool alive(const transport::Flow& flow) const override { return next_.alive(flow); }
    [[nodiscard]] IpAddress source_for(const IpAddress& destination) override { return next_.source_for(destination); }

private:
    // The transaction layer itself makes ACK, CANCEL and 100.
    static bool counts(std::string_view bytes) {
        return !bytes.starts_with("ACK ") && !bytes.starts_with("CANCEL ") && !bytes.starts_with("SIP/2.0 1");
    }

    transport::Sender& next_;
    Statistics& statistics_;
    bool first_ = false;
};

}  // namespace offhook::cli::storm
