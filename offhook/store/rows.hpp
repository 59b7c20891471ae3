// What waits for the writer: plain data handed from any thread to the writer's. A queue reuses these, so that a warm one allocates
// nothing for a record whose strings fit.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "offhook/accounting/charge_store.hpp"
#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/base/ticket.hpp"
#include "offhook/location/binding.hpp"
#include "offhook/store/account_change.hpp"

namespace offhook::store {

/// Why an administrative write was not done.
struct AdminError {
    enum class Code : std::uint8_t {
        invalid,      ///< the request makes no sense: text says what would
        exists,       ///< a user, an account, a payment of this name is there
        not_found,    ///< no such user, account or tariff
        refused,      ///< the state of others forbids it: text says what would have to change
        unavailable,  ///< the store cannot write now
    };
    Code code = Code::unavailable;
    std::string text;
    std::size_t line = 0;  ///< of an import; 0: none
};
using AdminResult = std::expected<void, AdminError>;

/// One change of a user: the key, and what changes.
struct UserChange {
    enum class Kind : std::uint8_t { add, remove, set_password, set_enabled, set_account };
    Kind kind = Kind::add;
    auth::User user;       ///< domain and name always; realm and ha1 for add and set_password; enabled and account for add and their own kind
    std::size_t line = 0;  ///< of an import

    /// Nobody may register as this user any more.
    [[nodiscard]] bool shuts_out() const { return kind == Kind::remove || (kind == Kind::set_enabled && !user.enabled); }
};

/// What an operator asks for, done as a whole or not at all. No changes of users: a barrier, answered when all that was queued before is done.
struct AdminRequest {
    std::variant<std::vector<UserChange>, AccountChange, TariffChange, std::vector<Correction>> change;
    std::vector<location::BindingSnapshot> emptied;  ///< by the writer: addresses of record whose bindings went with their users
    std::promise<AdminResult> done;

    /// What it is about, for the table of rejected rows and for errors.
    [[nodiscard]] std::string_view kind() const;  ///< "user", "account", "tariff", "correction"
    [[nodiscard]] std::string key() const;
};

/// How far a sink of the journal has come.
struct SinkPosition {
    std::string name;
    std::uint64_t seq = 0;  ///< of the last event that it holds for good
};

/// What accounting asks about a call that somebody pays for.
struct Charge {
    accounting::ChargeRequest request;
    bool extends = false;       ///< false: the call is to be allowed
    Duration wanted{};          ///< if it extends
    accounting::Grant granted;  ///< the answer
};

struct Write {
    enum class Kind : std::uint8_t { bindings, record, charge, admin, sink };
    Kind kind = Kind::bindings;
    Ticket ticket;  ///< handle none: nobody is told
    std::chrono::steady_clock::time_point since;
    location::BindingSnapshot bindings;   ///< kind bindings
    accounting::CallRecord record;        ///< kind record
    Charge charge;                        ///< kind charge
    std::unique_ptr<AdminRequest> admin;  ///< kind admin
    SinkPosition sink;                    ///< kind sink
};

[[nodiscard]] std::string full_name(const auth::User& user);          ///< "alice@example.com"
[[nodiscard]] std::string address_of_record(const auth::User& user);  ///< the same as bindings have it: message::address_of_record

}  // namespace offhook::store
