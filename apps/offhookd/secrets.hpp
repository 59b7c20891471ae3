// Keys of the server. Those that must survive a restart are kept in the store's settings; the others are drawn at each start.
#pragma once
#include "offhook/auth/nonce.hpp"
#include "offhook/base/siphash.hpp"

namespace offhook::daemon {

struct Secrets {
    auth::NonceKey nonce{};  ///< kept: challenges stay good over a restart
    SipKey relay{};          ///< kept: dialogs in progress stay routable over a restart
    SipKey loop{};           ///< kept: a request that left before a restart is still known when it comes back
    SipKey branch{};         ///< drawn: branches of an earlier process never match
    SipKey table{};          ///< drawn: of hash tables and fingerprints
};

}  // namespace offhook::daemon
