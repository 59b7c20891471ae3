// The registrar: RFC 3261 §10.3 with RFC 3327, as the handler of the chain behind authentication.
//
// Takes REGISTER whose Request-URI names an own domain or this server; other requests go on. The requests of one address of record are
// done one after the other, in the order they came: while one is being stored the others wait, and each is judged against what was
// committed before it. The 200 leaves after the commit; if that fails, 500 and nothing changed (step 7).
//
//   REGISTER ──► checks ──► queue of its address ──► apply ──► store.commit ──on_committed──► 200 or 500 ──► the next one
//
// Knows no sockets and no database; the pure part is update.hpp. Thread rule: the shard that owns the address of record.
#pragma once
#include <boost/unordered/unordered_map.hpp>
#include <deque>
#include <memory>
#include <string>

#include "offhook/auth/user_directory.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/base/slab.hpp"
#include "offhook/location/binding_store.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/registrar/update.hpp"
#include "offhook/transaction/chain.hpp"
#include "offhook/transport/listeners.hpp"

namespace offhook::registrar {

class Registrar final : public transaction::Handler {
public:
    /// Tickets to the store bear this shard and `ticket_kind`. `listeners` may be null: then only domains name this server.
    Registrar(std::shared_ptr<const Config> config, location::BindingStore& store, const auth::UserDirectory& users,
              const transport::ListenerTable* listeners, Observer& observer, std::uint16_t shard, std::uint16_t ticket_kind);

    [[nodiscard]] transaction::RequestPtr handle(transaction::RequestPtr request, Now now) override;

    /// The store's answer to a commit of ours.
    void on_committed(Ticket ticket, bool ok, Now now);

    void configure(std::shared_ptr<const Config> config) { config_ = std::move(config); }
    [[nodiscard]] std::size_t pending() const { return addresses_.size(); }  ///< addresses with a commit under way

private:
    struct Commit {
        transaction::RequestPtr request;
        std::string address_of_record;
    };
    using Waiting = std::deque<transaction::RequestPtr>;

    [[nodiscard]] bool is_ours(const message::Uri& uri) const;
    [[nodiscard]] std::expected<std::string, Refusal> authorised_address(const transaction::Request& request) const;
    bool start(transaction::RequestPtr request, const std::string& address_of_record, Now now);
    void answer(transaction::Request& request, const location::BindingSet* set, Now now);
    void refuse(transaction::Request& request, const Refusal& refusal, Now now);
    [[nodiscard]] Refusal unavailable() const;

    std::shared_ptr<const Config> config_;
    location::BindingStore& store_;
    const auth::UserDirectory& users_;
    const transport::ListenerTable* listeners_;
    Observer& observer_;
    std::uint16_t shard_, ticket_kind_;
    Slab<Commit> commits_;
    boost::unordered_map<std::string, Waiting> addresses_;  ///< those with a commit under way, and who waits behind it
    std::string headers_;
};

}  // namespace offhook::registrar
