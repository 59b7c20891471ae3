// The configuration of offhookd: one TOML file, one struct for each service, read whole or not at all. Mistakes come with
// file:line:column, the line, a caret and what would be right, all of them at once.
//
// Knows what the services can be told, not how they are wired (chain). The table of settings, each with its default and help, is in
// settings.cpp; config.cpp alone knows TOML. Thread rule: values; load() is called on the control loop.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/accounting/config.hpp"
#include "offhook/auth/config.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/http/config.hpp"
#include "offhook/journal/config.hpp"
#include "offhook/proxy/config.hpp"
#include "offhook/radius/digest.hpp"
#include "offhook/registrar/config.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/log.hpp"
#include "offhook/store/config.hpp"
#include "offhook/transaction/config.hpp"
#include "offhook/transport/admission.hpp"

namespace offhook::daemon {

/// What is said of RADIUS beside runtime.radius, which holds servers and patience.
struct RadiusSettings {
    enum class OnUnavailable : std::uint8_t { refuse, local };
    std::string secret;       ///< shared with every server
    std::string secret_file;  ///< or the file that it is in
    OnUnavailable on_unavailable = OnUnavailable::refuse;
    radius::DigestStyle digest = radius::DigestStyle::freeradius;
};

/// Each service's own struct; what several of them need (domains, realm, session timer) is the same in each after load().
struct Config {
    std::vector<std::string> domains;  ///< own domains in lower case; never empty; the first is the default realm
    std::string data = "var";          ///< directory: database, API token, lock
    runtime::Config runtime;           ///< with [[listen]], never empty after load(), and shards
    transaction::Limits transaction;  ///< of each shard
    transport::Admission::Config overload;  ///< of each shard
    auth::Config auth;
    RadiusSettings radius;
    registrar::Config registrar;
    proxy::Config proxy;  ///< with [[route]]
    accounting::Config accounting;
    std::vector<charging::DialRule> dial_plan;  ///< [charging], as it stands in the file: accounting has the plan made of it
    store::Config store;  ///< path: offhook.db in `data`
    std::vector<journal::SinkConfig> sinks;  ///< [[sink]]
    http::Config http;
    runtime::LogConfig log;
};

/// The configuration in this file; `data` and log.file are taken relative to the file's folder. Error: every mistake, rendered for a
/// person, each as "file:line:column: error: ..." with the line and a caret; ends with a line end.
[[nodiscard]] std::expected<Config, std::string> load(const std::string& path);

/// The same for a text that is said to come from `path`.
[[nodiscard]] std::expected<Config, std::string> parse(std::string_view text, const std::string& path);

/// A complete configuration file with every setting at its default and what it means, in comments.
[[nodiscard]] std::string help_config();

}  // namespace offhook::daemon
