// The server transactions of a shard: finds that of a request by its key, drives their machines, absorbs retransmissions.
//
// Knows keys, timers and stored responses. Must not know client transactions or routing. RFC 3261 §17.2, §9.2, RFC 6026, RFC 4320.
// Thread rule: one shard. Users are told last: whatever they do to the table from there is safe.
#pragma once
#include <boost/intrusive/unordered_set.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "offhook/base/slab.hpp"
#include "offhook/transaction/invite_server.hpp"
#include "offhook/transaction/key.hpp"
#include "offhook/transaction/non_invite_server.hpp"
#include "offhook/transaction/request.hpp"
#include "offhook/transaction/services.hpp"

namespace offhook::transaction {

class ServerTable {
public:
    explicit ServerTable(Services& services);
    ~ServerTable();
    ServerTable(const ServerTable&) = delete;
    ServerTable& operator=(const ServerTable&) = delete;

    /// True if a transaction took the request for a retransmission.
    [[nodiscard]] bool absorb(const Key& key, Now now);
    enum class Ack : std::uint8_t { absorbed, unmatched };
    [[nodiscard]] Ack receive_ack(const KeyParts& ack, Now now);

    /// A new transaction for a request whose top Via has been marked. The request is borrowed until forget_request().
    /// `feedback`: its peer is told in every response how much to send (RFC 7339).
    [[nodiscard]] ServerId open(const Key& key, bool rfc2543, Request& request, bool feedback, Now now);
    [[nodiscard]] ServerId find_invite(const KeyParts& cancel);

    bool respond(ServerId id, int status, std::string_view bytes, Now now);
    void on_send_failure(Handle handle, Now now);

    [[nodiscard]] bool alive(ServerId id);
    [[nodiscard]] bool has_final(ServerId id);  ///< answered, or gone
    void forget_request(ServerId id);           ///< the request's context is given back
    [[nodiscard]] std::size_t size() const { return servers_.size(); }

private:
    struct Server;

    /// What only a transaction needs that may still send. The timer is G.
    struct Live : Timer {
        Live() : Timer(on_resend) {}
        static void on_resend(Timer& timer, Now now);
        Server* server = nullptr;
        const Request* request = nullptr;  ///< for a 100 of our own; null once its context was given back
        std::string response;              ///< the last one sent
        transport::Flow to;
        bool feedback = false;
    };

    using Hook = boost::intrusive::unordered_set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

    /// The timer is whichever of H, I, J, L or trying runs: never two at once.
    struct Server : Hook, Timer {
        Server(ServerTable& o, const Key& k) : Timer(on_end), owner(&o), key(k) {}
        static void on_end(Timer& timer, Now now);
        std::variant<InviteServer, NonInviteServer> machine{std::in_place_type<InviteServer>, false};
        TimerName armed_for{};
        bool rfc2543 = false;
        ServerTable* owner;
        Key key;
        std::unique_ptr<Live> live;  ///< none in a tombstone
    };
    static_assert(sizeof(Server) + 8 <= 96, "a tombstone is at most 96 bytes with its cell of the slab (design rule 7)");

    struct KeyHash {
        std::size_t operator()(const Key& k) const noexcept { return static_cast<std::size_t>(k.low); }
        std::size_t operator()(const Server& s) const noexcept { return static_cast<std::size_t>(s.key.low); }
    };
    struct KeyEqual {
        bool operator()(const Server& a, const Server& b) const noexcept { return a.key == b.key; }
        bool operator()(const Key& a, const Server& b) const noexcept { return a == b.key; }
    };
    using Set = boost::intrusive::unordered_set<Server, boost::intrusive::base_hook<Hook>, boost::intrusive::hash<KeyHash>,
                                                boost::intrusive::equal<KeyEqual>, boost::intrusive::power_2_buckets<true>,
                                                boost::intrusive::constant_time_size<false>>;
    static constexpr std::size_t buckets = 1u << 15;

    [[nodiscard]] Server* find(const Key& key);
    [[nodiscard]] bool answered_with_tag(const Server& s, std::string_view to_tag) const;
    void on_timer(Server& s, TimerName name, Now now);
    bool perform(Server& s, const Actions& actions, Now now, std::string_view response = {});
    void send(Server& s, std::string_view response);
    void send_trying(Server& s);
    void forget(Server& s);
    void recycle(std::unique_ptr<Live>& live);
    void end(Server& s);

    Services& services_;
    std::vector<Set::bucket_type> bucket_array_;
    Set set_;
    Slab<Server> servers_;
    std::vector<std::unique_ptr<Live>> spare_;
};

}  // namespace offhook::transaction
