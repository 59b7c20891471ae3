// What a REGISTER asks for, and what the bindings of its address of record become: RFC 3261 §10.3 steps 2 and 6 to 8 as pure functions,
// with Path (RFC 3327). All or nothing: an error leaves no trace.
//
// Knows no transactions, no store and no users. Thread rule: functions over values.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "offhook/location/binding.hpp"
#include "offhook/message/message.hpp"
#include "offhook/registrar/config.hpp"

namespace offhook::registrar {

/// The answer owed instead of a 200.
struct Refusal {
    int status;
    std::string_view reason;  ///< lives as long as the program; empty: the usual phrase
    std::string headers;      ///< complete lines
};

struct ContactUpdate {
    std::string_view uri;    ///< borrowed from the message
    std::string parameters;  ///< without q and expires
    std::uint16_t q = 1000;
    std::uint32_t expires = 0;  ///< seconds granted; 0 removes
};

struct Update {
    bool star = false;  ///< Contact: * with Expires: 0
    boost::container::small_vector<ContactUpdate, 4> contacts;
    std::string_view call_id, user_agent;  ///< borrowed from the message
    std::uint32_t cseq = 0;
    std::string path;
    [[nodiscard]] bool is_query() const { return !star && contacts.empty(); }
};

/// The wishes of a REGISTER, its intervals already judged: 420, 400, 413 or 423 otherwise.
[[nodiscard]] std::expected<Update, Refusal> read_update(const message::Message& request, const Config& config);

/// The bindings after the update; `current` may be null. What expired before `now` is left out. 500 if the request is out of order, 403
/// if there would be too many contacts.
[[nodiscard]] std::expected<location::BindingSnapshot, Refusal> apply(const location::BindingSet* current, const Update& update,
                                                                      std::string_view address_of_record, const transport::Flow& flow, UtcTime now,
                                                                      const Config& config);

/// Appends the header lines of the 200: every binding that lives with its remaining seconds, Path as received, Supported and Date.
void append_ok_headers(std::string& out, const location::BindingSet* set, const message::Message& request, UtcTime now);

/// Appends an RFC 1123 date: "Sat, 13 Nov 2010 23:29:00 GMT" (§20.17).
void append_date(std::string& out, UtcTime time);

}  // namespace offhook::registrar
