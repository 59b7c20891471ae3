// A scripted phone on the real transaction layer: calls, cancels, rings, answers or not, repeats its 2xx until the ACK comes
// (RFC 3261 §13.3.1.4), acknowledges each 2xx again (§13.2.2.4), hangs up, and writes down what it saw.
//
// One phone takes part in many calls. Thread rule: one thread.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "offhook/auth/hash.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/transaction/layer.hpp"
#include "tests/sim/script.hpp"
#include "tests/sim/world.hpp"

namespace offhook::sim {

/// The views of all calls of a world, found by Call-ID.
struct Ledger {
    std::map<std::string, CallView, std::less<>> calls;
    std::vector<std::string> oddities;  ///< what must never happen to a phone
    bool restarted = false;             ///< the server was: it has forgotten what it asked
};

/// Of every user, where the server asks for one.
inline constexpr std::string_view password = "secret";

class Phone final : public Node, public transport::Sender, public transaction::ServerUser, public transaction::ClientUser {
public:
    Phone(World& world, Ledger& ledger, Observer& observer, std::string name, const Endpoint& at, const Endpoint& server);

    /// The caller's part: the INVITE leaves when its script says so.
    void place(CallView& call);

    [[nodiscard]] const transaction::Layer& layer() const { return layer_; }

    void on_datagram(std::string_view bytes, const transport::Flow& from, Now now) override;

private:
    using Method = message::Method;

    /// A timer with something to do.
    struct Alarm : Timer {
        explicit Alarm(std::function<void(Now)> what) : Timer(&fire), action(std::move(what)) {}
        static void fire(Timer& timer, Now now) { static_cast<Alarm&>(timer).action(now); }
        std::function<void(Now)> action;
    };
    /// Either side of an established dialog.
    struct Dialog {
        std::string call_id, local, remote;          ///< local and remote: whole values of From and To in our requests
        std::string local_tag, remote_tag, target;
        std::vector<std::string> routes;
        std::uint32_t cseq = 0, invite_cseq = 1;
        bool over = false;                           ///< a BYE was sent or received
        std::string ack;                             ///< as sent: again for each repeated 2xx
        std::size_t view = 0;                        ///< index of its CallerDialog or LegView
        bool is_caller = false;
    };
    struct Outgoing {
        CallView* call;
        transaction::ClientId invite;
        std::string call_id, from_tag;
        std::uint32_t cseq = 0;
        std::string credentials;                     ///< line of header; empty until it was challenged
        std::deque<Dialog> dialogs;
    };
    struct Incoming {
        CallView* call;
        const LegScript* script;
        std::size_t view;
        transaction::RequestPtr request;             ///< until it has its final answer
        transaction::ServerId transaction;
        std::string ok;                              ///< the 2xx
        Duration repeat_after{};
        Instant answered{};
        Dialog dialog;
        bool confirmed = false;
    };
    struct Sent {
        enum class What : std::uint8_t { invite, bye, update } what;
        Outgoing* call = nullptr;
        Dialog* dialog = nullptr;
    };

    void send(const transport::Flow& flow, std::string_view bytes, transport::SendTag) override { world_.send(flow.local, flow.remote, bytes); }
    [[nodiscard]] bool alive(const transport::Flow&) const override { return true; }
    void on_request(transaction::RequestPtr request, Now now) override;
    void on_ack(transaction::RequestPtr ack, Now now) override;
    void on_cancel(transaction::ServerId invite, const message::Message& cancel, Now now) override;
    void on_response(transaction::ClientId, Handle cookie, const message::Message& response, const transport::Flow& from, Now now) override;
    void on_failure(transaction::ClientId, Handle cookie, Failure failure, Now now) override;

    // As a caller
    void invite(Outgoing& call, Now now);
    [[nodiscard]] bool authenticate(Outgoing& call, const message::Message& challenge, Now now);
    void on_answer(Outgoing& call, const message::Message& response, Now now);
    // As a callee
    void on_invite(transaction::RequestPtr request, Now now);
    void act(Incoming& leg, Now now);
    void ring(Incoming& leg, Now now);
    void answer(Incoming& leg, Now now);
    void repeat_answer(Incoming& leg, Now now);
    void refuse(Incoming& leg, int status, LegView::Result result, Now now);
    [[nodiscard]] LegView& view_of(const Incoming& leg) { return leg.call->legs[leg.view]; }
    // As either
    void on_bye(transaction::RequestPtr request, Now now);
    void on_update(transaction::RequestPtr request, Now now);
    void hang_up(Dialog& dialog, Now now);
    void update(Dialog& dialog, Now now);
    void send_request(Dialog& dialog, Sent::What what, Method method, std::string_view headers, Now now);
    [[nodiscard]] Dialog* find_dialog(const message::Message& request);
    [[nodiscard]] CallView* call_of(const Dialog& dialog);
    void at(Instant when, std::function<void(Now)> what);
    Handle remember(Sent sent);
    [[nodiscard]] transport::Flow flow_to_server() const;
    [[nodiscard]] std::string request_of(const Dialog& dialog, std::string_view method, std::uint32_t cseq, std::string_view branch,
                                         std::string_view headers = {}) const;
    void odd(std::string text);

    World& world_;
    Ledger& ledger_;
    std::string name_;
    Endpoint at_, server_;
    transaction::Layer layer_;
    std::deque<Alarm> alarms_;
    std::deque<Outgoing> outgoing_;
    std::deque<Incoming> incoming_;
    std::deque<Sent> sent_;
    std::uint64_t acks_ = 0;
    auth::Hasher hasher_;
};

}  // namespace offhook::sim
