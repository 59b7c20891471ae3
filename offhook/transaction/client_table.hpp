// The client transactions of a shard: drives their machines, finds the transaction of a response by the branch that it was given.
//
// Knows branches, timers and stored bytes. Must not know server transactions or routing. RFC 3261 §17.1, §9.1, RFC 6026.
// Thread rule: one shard. Users are told last: whatever they do to the table from there is safe.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "offhook/base/slab.hpp"
#include "offhook/message/message.hpp"
#include "offhook/transaction/invite_client.hpp"
#include "offhook/transaction/layer.hpp"
#include "offhook/transaction/non_invite_client.hpp"
#include "offhook/transaction/services.hpp"

namespace offhook::transaction {

class ClientTable {
public:
    explicit ClientTable(Services& services) : services_(services) {}

    [[nodiscard]] ClientId open(ClientUser& user, Handle cookie);
    void append_branch(std::string& out, ClientId id, std::string_view suffix) const;
    void start(ClientId id, message::Method method, std::string_view bytes, const transport::Flow& to, Now now);
    void cancel(ClientId id, std::string_view reason, Now now);
    void abandon(ClientId id);

    void receive(const message::Message& response, const transport::Flow& from, Now now);
    void on_send_failure(Handle handle, Now now);
    [[nodiscard]] std::size_t size() const { return clients_.size(); }

private:
    struct Client;

    /// What only a transaction needs that may still send. The timer is A or E.
    struct Live : Timer {
        Live() : Timer(on_resend) {}
        static void on_resend(Timer& timer, Now now);
        Client* client = nullptr;
        std::string bytes;   ///< the request; once a failure came, its ACK
        std::string reason;  ///< of the CANCEL that waits for a provisional response
        transport::Flow to;
        Handle cancel_id;    ///< the transaction of the CANCEL, which shares this one's branch (§9.1)
    };

    /// The timer is whichever of B, D, M, F, K or the limit after a CANCEL runs: never two at once.
    struct Client : Timer {
        Client(ClientTable& o, ClientUser* u, Handle c) : Timer(on_end), owner(&o), user(u), cookie(c) {}
        static void on_end(Timer& timer, Now now);
        std::variant<std::monostate, InviteClient, NonInviteClient> machine;  ///< none: reserved, not started
        TimerName armed_for{};
        message::Method method = message::Method::other;
        ClientTable* owner;
        ClientUser* user;  ///< null: nobody is told
        Handle cookie;
        std::uint64_t branch = 0;  ///< keyed hash of the whole branch as it was sent
        std::unique_ptr<Live> live;
    };
    static_assert(sizeof(Client) + 8 <= 96, "a tombstone is at most 96 bytes with its cell of the slab (design rule 7)");

    [[nodiscard]] Handle handle_of(const Client& c) const { return Slab<Client>::handle_of(c); }
    [[nodiscard]] static bool has_final(const Client& c);
    [[nodiscard]] static bool terminated(const Client& c);
    [[nodiscard]] Client* find(const message::Message& response);
    void begin(Client& c, message::Method method, std::string&& bytes, const transport::Flow& to, Now now);
    void on_timer(Client& c, TimerName name, Now now);
    struct Event {
        const message::Message* response = nullptr;
        const transport::Flow* from = nullptr;
        bool had_final = false;
    };
    void perform(Client& c, const Actions& actions, Now now, const Event& event);
    void arm(Client& c, const Action& action, Now now);
    void cancel_timer(Client& c, TimerName name);
    void send_ack(Client& c, const message::Message& response);
    void send_cancel(Client& c, Now now);
    void forget(Client& c);
    void recycle(Client& c);
    void end(Client& c);

    Services& services_;
    Slab<Client> clients_;
    std::vector<std::unique_ptr<Live>> spare_;
};

}  // namespace offhook::transaction
