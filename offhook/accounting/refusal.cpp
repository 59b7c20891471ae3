#include "offhook/accounting/refusal.hpp"

namespace offhook::accounting {

dialog::Refusal refusal_of(charging::Rule rule) {
    using enum charging::Rule;
    switch (rule) {
        case locked: return {403, "The account is locked"};
        case blocked_prefix: return {403, "Calls to this destination are blocked"};
        case not_allowed: return {403, "Calls to this destination are not allowed"};
        case calls_of_user: return {403, "The user has as many calls in progress as are allowed"};
        case calls_of_account: return {403, "The account has as many calls in progress as are allowed"};
        case calls_per_hour: return {403, "The account has made all calls that it may make in this hour"};
        case calls_per_day: return {403, "The account has made all calls that it may make on this day"};
        case spend_per_hour: return {403, "The account has spent all that it may spend in this hour"};
        case spend_per_day: return {403, "The account has spent all that it may spend on this day"};
        case no_tariff: return {403, "There is no price for calls to this destination"};
        case no_credit: return {402, "The credit does not pay for this call"};
        case none:
        case unavailable: break;
    }
    return {503, "Nobody can be asked whether this call is paid for"};
}

}  // namespace offhook::accounting
