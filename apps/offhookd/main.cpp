// offhookd: reads the configuration, opens what it names, wires a server into each shard, runs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "apps/offhookd/config.hpp"
#include "apps/offhookd/first_users.hpp"
#include "apps/offhookd/metrics.hpp"
#include "apps/offhookd/options.hpp"
#include "apps/offhookd/settings.hpp"
#include "apps/offhookd/shard_app.hpp"
#include "offhook/http/api.hpp"
#include "offhook/http/server.hpp"
#include "offhook/http/token.hpp"
#include "offhook/journal/journal.hpp"
#include "offhook/runtime/heap.hpp"
#include "offhook/runtime/log.hpp"
#include "offhook/runtime/process.hpp"
#include "offhook/runtime/random.hpp"
#include "offhook/runtime/runtime.hpp"

namespace offhook::daemon {
namespace {

using Done = std::expected<void, std::string>;

Secrets secrets_of(const store::Store& store) {
    Secrets secrets;
    std::memcpy(secrets.nonce.data(), store.nonce_key().data(), secrets.nonce.size());
    std::memcpy(&secrets.relay, store.relay_key().data(), sizeof secrets.relay);
    std::memcpy(&secrets.loop, store.relay_key().data() + sizeof secrets.relay, sizeof secrets.loop);
    secrets.branch = runtime::random_key();
    secrets.table = runtime::random_key();
    return secrets;
}

// HA1s were made for one realm: with another one nobody could log in, so the change is refused, naming whom it would lock out.
Done check_realm(store::Store& store, const Config& config) {
    const std::string realm(config.auth.effective_realm());
    const auto others = store.reader().users_of_other_realm({}, realm, 4);
    if (!others) return std::unexpected(others.error());
    if (others->empty()) return {};
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(others->size(), 3); ++i)
        names += fmt::format("{}{}@{} ({})", i == 0 ? "" : ", ", (*others)[i].name, (*others)[i].domain, (*others)[i].realm);
    return std::unexpected(
        fmt::format("[auth] realm is \"{}\", but passwords were stored for another realm: {}{}; set realm back, or remove these users and add them "
                    "again when the new realm is there",
                    realm, names, others->size() > 3 ? ", ..." : ""));
}

// What an operator can do about packets of a RADIUS server that are dropped for this reason.
std::string_view hint_for(radius::PacketError reason) {
    switch (reason) {
        case radius::PacketError::wrong_authenticator:
        case radius::PacketError::wrong_message_authenticator:
            return "is the secret the same on both sides? [radius] secret, and secret of this client in FreeRADIUS's clients.conf";
        case radius::PacketError::no_message_authenticator:
            return "answers must be signed: FreeRADIUS 3.2.1 needs update reply { &Message-Authenticator := 0x00 } in post-auth (docs/radius.md)";
        case radius::PacketError::not_asked:
            return "late or repeated: does the server need longer than [radius] initial_timeout?";
        default:
            return "is a RADIUS server listening at this address and port?";
    }
}

http::Facts facts_of(const Config& config, const runtime::Runtime& runtime, const runtime::Rejections& rejections, const journal::Journal& journal) {
    return {.version = OFFHOOK_VERSION,
            .domains = config.domains,
            .realm = std::string(config.auth.effective_realm()),
            .dial_plan = config.accounting.dial_plan,
            .metrics = [&runtime, &rejections] { return runtime_metrics(runtime, rejections); },
            .sinks = [&journal] { return journal.status(); }};
}

class Program {
public:
    Program(std::shared_ptr<const Config> config, Options options) : config_(std::move(config)), at_start_(config_), options_(std::move(options)) {}

    Done run() {
        if (options_.ready_fd >= 0 && !runtime::is_open(options_.ready_fd))
            return std::unexpected(fmt::format("--ready-fd {}: no such descriptor was handed to this process", options_.ready_fd));
        auto lock = runtime::DirectoryLock::take(config_->data);
        if (!lock) {  // a second instance: if it is the same ports too, their numbers help
            const auto bound = runtime::Runtime(config_->runtime).bind();
            return std::unexpected(bound ? lock.error() : fmt::format("{}; {}", lock.error(), bound.error()));
        }
        auto log = runtime::Log::open(config_->log);
        if (!log) return std::unexpected(log.error());
        log_ = std::move(*log);
        log_->write(Severity::info, "start", {{"version", OFFHOOK_VERSION}, {"pid", ::getpid()}, {"configuration", options_.config}});
        const Done done = run_locked();
        if (!done && !config_->log.file.empty()) log_->write(Severity::error, "failed", {{"error", done.error()}});  // main() tells a terminal
        log_->write(Severity::info, "end", {{"pid", ::getpid()}});
        return done;
    }

private:
    // With the log open and the data folder ours.
    Done run_locked() {
        const auto runtime_config = fit_connections();
        if (!runtime_config) return std::unexpected(runtime_config.error());
        runtime_ = std::make_unique<runtime::Runtime>(*runtime_config);
        if (auto bound = runtime_->bind(); !bound) return bound;
        if (auto opened = open_store(); !opened) return opened;
        journal_ = std::make_unique<journal::Journal>(config_->sinks, *store_, [this](Severity severity, std::string_view text) {
            log_->write(severity, "journal", {{"text", text}});
        });
        if (auto opened = open_http(); !opened) return opened;
        if (auto announced = announce(); !announced) return announced;
        runtime_->on_hangup([this] { reload(); });
        runtime_->on_radius({.turned =
                                 [this](const Endpoint& server, bool up) {
                                     log_->write(up ? Severity::info : Severity::warning, "radius", {{"server", server.text()}, {"answers", up}});
                                 },
                             .dropped =
                                 [this](const Endpoint& server, radius::PacketError reason) {
                                     log_->write(Severity::warning, "radius",
                                                 {{"server", server.text()}, {"dropped", radius::name_of(reason)}, {"hint", hint_for(reason)}});
                                 }});
        const Done served = serve();
        http_.reset();
        store_->flush();
        journal_.reset();  // what the flush has committed is delivered
        return write_down(store_->stop(), served);
    }

    // Where the system allows fewer descriptors than all connections could take, fewer connections are allowed, and the log says so.
    std::expected<runtime::Config, std::string> fit_connections() {
        runtime::Config config = config_->runtime;
        const std::uint64_t needed = runtime::descriptors_needed(config);
        if (runtime::raise_descriptor_limit(needed)) return config;
        config.connections = 1;
        const auto allowed = runtime::raise_descriptor_limit(runtime::descriptors_needed(config));
        if (!allowed) return std::unexpected(allowed.error());
        config.connections = runtime::connections_within(config_->runtime, *allowed);
        log_->write(Severity::warning, "descriptors", {{"allowed", *allowed}, {"needed", needed}, {"connections-of-each-shard", config.connections}});
        return config;
    }

    Done open_store() {
        store::Config config = config_->store;
        config.slice = config_->accounting.slice;
        auto store = store::Store::open(config, runtime_.get(), [this](Severity severity, std::string_view text) {
            log_->write(severity, "database", {{"text", text}});
        });
        if (!store) return std::unexpected(store.error());
        store_ = std::move(*store);
        return check_realm(*store_, *config_);
    }

    // What the database did not take to the very end is in the log at least.
    Done write_down(const std::vector<std::string>& records, const Done& served) {
        for (const std::string& record : records) log_->write(Severity::error, "call-record-not-written", {{"record", record}});
        if (!served || records.empty()) return served;
        return std::unexpected(fmt::format("{} could not be written: {} call records are not in it; the log has each, as call-record-not-written",
                                           config_->store.path, records.size()));
    }

    Done open_http() {
        const auto token = http::load_or_make_token(config_->data + "/api-token");
        if (!token) return std::unexpected(token.error());
        api_ = std::make_unique<http::Api>(*store_, facts_of(*config_, *runtime_, rejections_, *journal_));
        auto server = http::Server::start(config_->http, *token, [this](const http::Request& request) { return (*api_)(request); });
        if (!server) return std::unexpected(server.error());
        http_ = std::move(*server);
        return {};
    }

    Done announce() {
        const auto users = make_first_users(*store_, config_->domains.front(), config_->auth.effective_realm(), options_.first_users);
        if (!users) return std::unexpected(users.error());
        if (!users->empty())
            fmt::print("\n{}\nserver    {} (server or outbound proxy of the phone)\nAPI       http://{} (token in {}/api-token)\ndatabase  {}\n\n",
                       *users, addresses_for_phones(runtime_->listeners()), http_->address().text(), config_->data, config_->store.path);
        std::fflush(stdout);
        for (const std::string& warning : runtime_->warnings()) log_->write(Severity::warning, "listening", {{"warning", warning}});
        for (const transport::Listener& listener : runtime_->listeners().all())
            log_->write(Severity::info, "listening", {{"protocol", transport::uri_name(listener.protocol)}, {"address", listener.bound.text()}});
        log_->write(Severity::info, "listening", {{"protocol", "http"}, {"address", http_->address().text()}});
        return {};
    }

    // Every shard gets its server; calls that were in progress when the process ended go to the shard that owns them.
    Done serve() {
        const auto open_calls = store_->reader().in_progress();
        if (!open_calls) return std::unexpected(open_calls.error());
        const auto last_record = store_->reader().last_record();
        if (!last_record) return std::unexpected(last_record.error());
        const Secrets secrets = secrets_of(*store_);
        Done ready;
        runtime_->run([&](runtime::ShardServices& services) {
            auto app = std::make_unique<ShardApp>(services, config_, secrets, *store_, *log_, rejections_, *last_record);
            for (const accounting::CallRecord& record : *open_calls)
                if (runtime_->shard_of(record.sip_call_id) == services.index) app->adopt(record, services.now);
            // The sockets are bound: what comes before the shards run waits in them.
            if (services.index + 1 == runtime_->shard_count() && options_.ready_fd >= 0)
                ready = runtime::write_ready(options_.ready_fd, runtime_->listeners(), http_->address());
            if (!ready) runtime_->stop();
            return app;
        });
        return ready;
    }

    void reload() {
        if (const auto reopened = log_->reopen(); !reopened) log_->write(Severity::warning, "reload", {{"log-not-reopened", reopened.error()}});
        auto next = load(options_.config);
        if (!next) return refuse_reload(next.error());
        if (const auto realm = check_realm(*store_, *next); !realm) return refuse_reload(realm.error());
        for (const std::string& name : changes_that_wait(*at_start_, *next)) log_->write(Severity::warning, "reload", {{"waits-for-restart", name}});
        config_ = std::make_shared<const Config>(std::move(*next));
        log_->set_level(config_->log.level);
        api_->set_facts(facts_of(*config_, *runtime_, rejections_, *journal_));
        for (std::uint16_t shard = 0; shard < runtime_->shard_count(); ++shard) {
            runtime::Mail mail;
            mail.kind = runtime::Mail::Kind::configure;
            mail.snapshot = config_;
            runtime_->post(shard, std::move(mail));
        }
        log_->write(Severity::info, "reload", {{"done", true}});
    }

    // One line for each mistake, without the lines that show where in the file it is.
    void refuse_reload(std::string_view mistakes) {
        for (std::size_t at = 0; at < mistakes.size();) {
            const std::string_view line = mistakes.substr(at, mistakes.find('\n', at) - at);
            at += line.size() + 1;
            if (line.size() + 1 >= mistakes.size() || line.find(": error: ") != line.npos)
                log_->write(Severity::error, "reload", {{"done", false}, {"mistake", line}});
        }
    }

    std::shared_ptr<const Config> config_;
    const std::shared_ptr<const Config> at_start_;  ///< what a reload cannot change runs as this says
    Options options_;
    runtime::Rejections rejections_;
    std::unique_ptr<runtime::Log> log_;
    std::unique_ptr<runtime::Runtime> runtime_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<journal::Journal> journal_;
    std::unique_ptr<http::Api> api_;
    std::unique_ptr<http::Server> http_;
};

}  // namespace
}  // namespace offhook::daemon

int main(int argc, char** argv) {
    using namespace offhook::daemon;
    offhook::runtime::keep_freed_memory();
    offhook::runtime::prepare_signals();
    int status = 0;
    const auto options = read_options(argc, argv, status);
    if (!options) return status;
    if (options->help_config) return fmt::print("{}", help_config()), 0;
    auto config = load(options->config);
    if (!config)
        return fmt::print(stderr, "{}offhookd: {}\n", config.error(), options->check ? "the configuration has mistakes" : "nothing was started"), 2;
    if (options->check) return fmt::print("{}: no mistakes\n", options->config), 0;
    if (const auto done = Program(std::make_shared<const Config>(std::move(*config)), *options).run(); !done)
        return fmt::print(stderr, "offhookd: {}\n", done.error()), 1;
    return 0;
}
