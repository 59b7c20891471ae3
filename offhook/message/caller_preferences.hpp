// Caller preferences (RFC 3841): Accept-Contact, Reject-Contact and Request-Disposition as views, and the matching of §7.2.4 as a
// pure function of a request and one contact at a time.
//
//   const CallerPreferences preferences(request);
//   const auto verdict = preferences.judge(contact.parameters);   // for each target: dropped, or kept with its Qa
//
// The order is the proxy's to make: by the callee's q, and among equals by Qa. Thread rule: pure functions and plain values.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "offhook/message/error.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

/// One value of Accept-Contact or Reject-Contact (§9.2): "*;audio;require".
struct ContactFilter {
    std::string_view parameters;  ///< is_feature() tells which of them are terms
    bool require = false;         ///< Accept-Contact only: who does not match is dropped
    bool explicit_ = false;       ///< Accept-Contact only: who does not say so does not match fully
};
[[nodiscard]] std::expected<ContactFilter, ParseError> parse_accept_contact(std::string_view text);
[[nodiscard]] std::expected<ContactFilter, ParseError> parse_reject_contact(std::string_view text);

/// §9.1: pairs of which a request has one at most.
enum class Directive : std::uint8_t { proxy, redirect, cancel, no_cancel, fork, no_fork, recurse, no_recurse, parallel, sequential, queue, no_queue };
[[nodiscard]] std::expected<Directive, ParseError> parse_directive(std::string_view text);
/// Whether the request has this directive and not its contrary before it.
[[nodiscard]] bool asks_for(const Message& request, Directive directive);

class CallerPreferences {
public:
    static constexpr std::size_t limit = 16;  ///< of values that are heeded, malformed ones left out

    /// Borrows the request. Without explicit preferences the method, and the Event of a SUBSCRIBE, are implicit ones (§7.2.2).
    explicit CallerPreferences(const Message& request);

    /// §7.2.4: if implicit preferences leave no target at all, they are to be forgotten.
    [[nodiscard]] bool implicit() const { return implicit_; }

    struct Verdict {
        bool kept = true;
        bool immune = false;              ///< the contact says nothing of its features (§7.2.3)
        std::uint32_t preference = 1000;  ///< Qa in thousandths
    };
    /// The parameters of a Contact field, as in NameAddr.
    [[nodiscard]] Verdict judge(std::string_view contact_parameters) const;

private:
    struct Features;
    void add_implicit(const Message& request);
    template <class Visit>
    void each_term(const ContactFilter& filter, Visit visit) const;
    [[nodiscard]] bool rejects(const ContactFilter& filter, const Features& contact) const;
    [[nodiscard]] std::optional<std::uint32_t> score(const ContactFilter& filter, const Features& contact, bool& dropped) const;

    std::array<ContactFilter, limit> filters_{};  ///< first Reject-Contact, then Accept-Contact
    std::size_t rejects_ = 0, count_ = 0;
    bool implicit_ = false;
    std::array<Parameter, 2> implicit_terms_{};
    std::size_t implicit_count_ = 0;
};

}  // namespace offhook::message
