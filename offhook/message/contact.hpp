// What the parameters of a Contact and of its URI say to a registrar and a proxy: RFC 3261 §20.10, outbound (RFC 5626), GRUU
// (RFC 5627), push notifications (RFC 8599), history (RFC 7044 §5). Features are read by feature.hpp. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/history_info.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::message {

struct ContactParameters {
    std::optional<std::uint32_t> expires;  ///< seconds; a malformed one is 3600 (§20.10)
    std::uint32_t quality = 1000;          ///< thousandths
    std::uint32_t reg_id = 0;              ///< RFC 5626 §4.2: 1 to 2^31-1; 0: absent, and void without an instance
    std::string_view instance;             ///< RFC 5626 §4.1: "urn:uuid:..." without quotes and brackets; empty if absent
    std::string_view pub_gruu, temp_gruu;  ///< RFC 5627 §5.3: URIs without quotes; empty if absent
    std::string_view methods;              ///< RFC 3840: "INVITE,BYE"; empty if absent
    HistoryInfo::Target target = HistoryInfo::Target::none;  ///< RFC 7044: how the redirecting server came to this URI
    std::string_view from_index;
};
/// The parameters of a NameAddr; of one that stands twice the first counts. Offsets count from their start.
[[nodiscard]] std::expected<ContactParameters, ParseError> read_contact_parameters(std::string_view parameters);

/// Appends ";pub-gruu=...;temp-gruu=..." as they are not empty.
void append_gruus(std::string& out, std::string_view pub_gruu, std::string_view temp_gruu);

/// RFC 5627 §3: has a gr parameter; temporary if it has no value.
[[nodiscard]] bool is_gruu(const Uri& uri);
/// RFC 5626 §4.3, §5.4: the ob parameter, by which a user agent asks that its flow be kept for the dialog.
[[nodiscard]] bool asks_for_outbound(const Uri& uri);

/// RFC 8599 §4.1.1 ...: the push notification service and its client, by the parameters of the Contact's URI; escapes kept.
struct PushTarget {
    bool asks = false;          ///< has pn-provider, perhaps without a value
    std::string_view provider;  ///< "apns", "fcm", "webpush"; empty: which ones are there?
    std::string_view param, prid;
    std::string_view purr;      ///< for long-lived dialogs (§6.2)
    /// Whether there is all that it takes to ask for notifications, not only for what is supported.
    [[nodiscard]] bool complete() const { return !provider.empty() && !prid.empty(); }
};
[[nodiscard]] PushTarget push_target_of(const Uri& uri);

}  // namespace offhook::message
