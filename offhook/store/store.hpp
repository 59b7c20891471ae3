// The store as the rest of the program sees it: the ports of location, auth and accounting on one SQLite file, administration of
// users, accounts and tariffs, reading for the API, keys that outlive a restart. SOCI and SQLite stay behind it.
//
// Threads: one writer (writer.hpp), one that loads users and bindings at start and ends then; reading happens on the caller's.
// Thread rule: everything but open and stop from any thread; the admins and readers wait and are not for shards.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/location/binding_store.hpp"
#include "offhook/runtime/mail.hpp"
#include "offhook/store/config.hpp"
#include "offhook/store/account_admin.hpp"
#include "offhook/store/account_reader.hpp"
#include "offhook/store/reader.hpp"
#include "offhook/store/rerating.hpp"
#include "offhook/store/tariff_admin.hpp"
#include "offhook/store/totals.hpp"
#include "offhook/store/user_admin.hpp"
#include "offhook/store/writer.hpp"

namespace offhook::store {

struct Health {
    WriterHealth writer;
    bool users_loaded = false, bindings_loaded = false;
    std::string load_error;  ///< why loading does not come to its end; it is tried again
    std::size_t users = 0, addresses = 0;
};

class Store final : public location::BindingStore, public accounting::RecordStore, public accounting::ChargeStore {
public:
    /// Opens or makes the database, brings its schema up to date, starts the writer and the loading. `mailer` gets the answers to
    /// tickets and must outlive the store; null: nobody waits for any. The error names the file and what is wrong with it.
    /// `note` is told, on the writer's thread, when the database begins to fail and when it works again.
    [[nodiscard]] static std::expected<std::unique_ptr<Store>, std::string> open(const Config& config, runtime::Mailer* mailer, Writer::Note note = {});
    ~Store() override;
    /// Commits what is queued, answers it, moves the log into the database file. What comes later is answered false. Returns the call records that
    /// the database did not take, as JSON: nobody else has them.
    std::vector<std::string> stop();

    // location::BindingStore
    [[nodiscard]] location::BindingSnapshot find(std::string_view address_of_record) const override;
    [[nodiscard]] bool loaded() const override;
    void commit(location::BindingSnapshot next, Ticket ticket) override;

    // accounting::RecordStore
    void put(const accounting::CallRecord& record, Ticket ticket) override;
    [[nodiscard]] bool healthy(Now now) const override;

    // accounting::ChargeStore
    void authorise(const accounting::ChargeRequest& request, Ticket ticket) override;
    void extend(const accounting::ChargeRequest& request, Duration wanted, Ticket ticket) override;

    [[nodiscard]] const auth::UserDirectory& users() const;
    [[nodiscard]] UserAdmin& user_admin();
    [[nodiscard]] AccountAdmin& account_admin();
    [[nodiscard]] TariffAdmin& tariff_admin();
    [[nodiscard]] const TariffTable& tariffs() const;
    [[nodiscard]] Reader& reader();
    [[nodiscard]] AccountReader& account_reader();
    [[nodiscard]] TotalsReader& totals_reader();
    [[nodiscard]] Rerater& rerater();
    /// Rings when the journal has grown.
    [[nodiscard]] EventBell& journal_bell();
    /// Written with the next group; false: not now.
    bool put_position(SinkPosition sink);
    [[nodiscard]] Health health() const;
    /// 32 random octets made at the first start, the same ever after: the key of relay tokens (rule 10), of nonces.
    [[nodiscard]] const std::string& relay_key() const;
    [[nodiscard]] const std::string& nonce_key() const;
    /// Returns when all that was submitted before is committed or refused.
    void flush();
    /// Returns when users and bindings are loaded, or the store is stopped (false).
    bool wait_loaded();

private:
    struct Parts;
    explicit Store(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace offhook::store
