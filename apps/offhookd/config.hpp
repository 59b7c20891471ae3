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
#include "offhook/base/address.hpp"
#include "offhook/base/observer.hpp"
#include "offhook/base/time.hpp"
#include "offhook/http/config.hpp"
#include "offhook/registrar/config.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::daemon {

using namespace std::chrono_literals;

struct Listen {
    transport::Protocol protocol = transport::Protocol::udp;
    Endpoint address{IpAddress(), 5060};
    std::string advertise_host;        ///< empty: the address that the peer reached
    std::uint16_t advertise_port = 0;  ///< 0: the bound port
};

struct Route {
    std::string domain, prefix;
    bool unknown = false;
    std::string to;  ///< a SIP URI
};

struct ProxyConfig {
    Duration timer_c = 180s;
    bool recurse_redirects = true;
    std::uint32_t udp_limit = 1300;
    std::uint32_t max_breadth = 60;
    std::vector<Route> routes;
};

struct StoreConfig {
    enum class Durability : std::uint8_t { full, relaxed } durability = Durability::full;
    Duration commit_window = 5ms, store_limit = 500ms;
};

struct LogConfig {
    Severity level = Severity::info;
    std::string file;  ///< empty: standard error
};

struct RuntimeConfig {
    Duration batch_window = 1ms, drain_limit = 5s;
    std::uint32_t receive_buffer = 4u << 20;
};

struct Config {
    std::vector<std::string> domains;  ///< own domains in lower case; never empty; the first is the default realm
    std::string data = "var";          ///< directory: database, API token, lock; after load() relative to nothing but the working directory
    std::uint16_t shards = 0;          ///< 0: one for each processor
    std::vector<Listen> listen;        ///< never empty after load()
    auth::Config auth;
    registrar::Config registrar;
    ProxyConfig proxy;
    accounting::Config accounting;
    StoreConfig store;
    http::Config http;
    LogConfig log;
    RuntimeConfig runtime;
};

/// The configuration in this file; `data` and log.file are taken relative to the file's folder. Error: every mistake, rendered for a
/// person, each as "file:line:column: error: ..." with the line and a caret; ends with a line end.
[[nodiscard]] std::expected<Config, std::string> load(const std::string& path);

/// The same for a text that is said to come from `path`.
[[nodiscard]] std::expected<Config, std::string> parse(std::string_view text, const std::string& path);

/// A complete configuration file with every setting at its default and what it means, in comments.
[[nodiscard]] std::string help_config();

}  // namespace offhook::daemon
