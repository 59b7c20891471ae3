// Reads the TOML file into a Config by the table of settings. The only file that knows toml++.
#include "apps/offhookd/config.hpp"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>

#include "apps/offhookd/settings.hpp"
#include "offhook/base/text.hpp"
#include "offhook/radius/seal.hpp"
#include "offhook/runtime/file.hpp"

namespace offhook::daemon {
namespace {

/// What is wrong, gathered and rendered in the order of the file.
class Mistakes {
public:
    Mistakes(std::string_view text, const std::string& path) : path_(path) {
        while (true) {
            const auto end = text.find('\n');
            lines_.emplace_back(text.substr(0, end));
            if (lines_.back().ends_with('\r')) lines_.back().pop_back();
            std::replace(lines_.back().begin(), lines_.back().end(), '\t', ' ');
            if (end == text.npos) break;
            text.remove_prefix(end + 1);
        }
    }

    void add(const toml::source_region& where, std::string what) {
        const auto later = [](const toml::source_region& a, const Mistake& b) { return a.begin < b.where.begin; };
        found_.insert(std::upper_bound(found_.begin(), found_.end(), where, later), {where, std::move(what)});
    }
    [[nodiscard]] bool none() const { return found_.empty(); }

    [[nodiscard]] std::string render() const {
        std::string out;
        for (const Mistake& mistake : found_) render(mistake, out);
        return out;
    }

private:
    struct Mistake {
        toml::source_region where;
        std::string what;
    };

    void render(const Mistake& mistake, std::string& out) const {
        const auto [line, column] = mistake.where.begin;
        if (line == 0) {  // of the file as a whole
            out += fmt::format("{}: error: {}\n", path_, mistake.what);
            return;
        }
        out += fmt::format("{}:{}:{}: error: {}\n", path_, line, column, mistake.what);
        if (line > lines_.size()) return;
        const std::string& text = lines_[line - 1];
        const auto width = static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
        const auto& end = mistake.where.end;
        const std::uint32_t stop = end.line == line && end.column > column ? end.column : end.line > line ? width + 1 : column + 1;
        out += fmt::format("    {}\n    {:>{}}{:~>{}}\n", text, '^', column, "", stop - column - 1);
    }

    std::string path_;
    std::vector<std::string> lines_;
    std::vector<Mistake> found_;
};

std::size_t distance(std::string_view a, std::string_view b) {  // Levenshtein's
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] != b[j])});
            diagonal = above;
        }
    }
    return row.back();
}

/// The known name that was probably meant, or nothing.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known) {
    std::string_view best;
    std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string_view candidate : known)
        if (const std::size_t d = distance(name, candidate); d < least || candidate.starts_with(name)) {
            best = candidate;
            least = std::min(d, least);
        }
    return best;
}

std::string joined(const std::vector<std::string_view>& names) {
    std::string out;
    for (const auto name : names) out += (out.empty() ? "" : ", ") + std::string(name);
    return out;
}

bool is_list_of_tables(std::string_view table) { return table == "listen" || table == "route" || table == "sink"; }

std::string label(std::string_view table, std::string_view key) {
    if (table.empty()) return std::string(key);
    return is_list_of_tables(table) ? fmt::format("[[{}]] {}", table, key) : fmt::format("[{}] {}", table, key);
}

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a decimal number";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

Value value_of(const toml::node& node) {
    Value value;
    value.type = type_name(node);
    if (const auto* text = node.as_string()) {
        value.kind = Value::Kind::text;
        value.text = text->get();
    } else if (const auto* number = node.as_integer()) {
        value.kind = Value::Kind::number;
        value.number = number->get();
    } else if (const auto* flag = node.as_boolean()) {
        value.kind = Value::Kind::flag;
        value.flag = flag->get();
        value.type = value.flag ? "true" : "false";
    } else if (const auto* table = node.as_table(); table != nullptr && table->is_homogeneous(toml::node_type::string)) {
        value.kind = Value::Kind::texts;
        for (const auto& [key, element] : *table) value.texts.emplace_back(key.str(), element.as_string()->get());
    }
    return value;
}

template <class Target>
void apply(const Setting<Target>& setting, Target& target, const toml::node& node, Mistakes& mistakes) {
    const auto take = [&](const toml::node& element) {
        if (std::string wrong = setting.take(target, value_of(element)); !wrong.empty())
            mistakes.add(element.source(), fmt::format("{}: {}", label(setting.table, setting.key), wrong));
    };
    if (!setting.list) return take(node);
    const toml::array* elements = node.as_array();
    if (elements == nullptr) {
        mistakes.add(node.source(),
                     fmt::format("{}: {} stands here, a {} in brackets is wanted", label(setting.table, setting.key), type_name(node), setting.type));
        return;
    }
    setting.clear(target);
    for (const toml::node& element : *elements) take(element);
}

std::vector<std::string_view> keys_of(std::string_view table) {
    std::vector<std::string_view> keys;
    for (const auto& setting : settings())
        if (setting.table == table) keys.push_back(setting.key);
    if (table == "listen")
        for (const auto& setting : listen_settings()) keys.push_back(setting.key);
    if (table == "route")
        for (const auto& setting : route_settings()) keys.push_back(setting.key);
    if (table == "sink")
        for (const auto& setting : sink_settings()) keys.push_back(setting.key);
    return keys;
}

std::vector<std::string_view> tables() {
    std::vector<std::string_view> names{"listen", "route", "sink"};
    for (const auto& setting : settings())
        if (!setting.table.empty() && std::find(names.begin(), names.end(), setting.table) == names.end()) names.push_back(setting.table);
    return names;
}

/// A key that no setting has: the one that was meant here, or the table that it belongs to, or all that are known here.
void unknown_key(std::string_view table, const toml::key& key, Mistakes& mistakes) {
    auto known = keys_of(table);
    std::string_view where = table.empty() ? "at the top" : "here";
    if (table.empty())
        for (const auto name : tables()) known.push_back(name);
    if (const auto meant = nearest(key.str(), known); !meant.empty())
        return mistakes.add(key.source(), fmt::format("{}: unknown; is \"{}\" meant?", label(table, key.str()), meant));
    for (const auto& setting : settings())
        if (setting.key == key.str() && setting.table != table)
            return mistakes.add(key.source(),
                                fmt::format("{}: unknown {}; it is a setting of {}", label(table, key.str()), where,
                                            setting.table.empty() ? "the top, before any [table]" : fmt::format("[{}]", setting.table)));
    mistakes.add(key.source(), fmt::format("{}: unknown; known {}: {}", label(table, key.str()), where, joined(known)));
}

template <class Target>
void apply_table(std::string_view name, const toml::table& table, std::span<const Setting<Target>> known, Target& target, Mistakes& mistakes) {
    for (const auto& [key, node] : table) {
        const auto setting = std::find_if(known.begin(), known.end(), [&](const auto& s) { return s.table == name && s.key == key.str(); });
        if (setting == known.end())
            unknown_key(name, key, mistakes);
        else
            apply(*setting, target, node, mistakes);
    }
}

/// The entries of [[listen]], [[route]] or [[sink]]; `check` says what is wrong with a complete entry.
template <class Entry, class Check>
void apply_entries(std::string_view name, const toml::node& node, std::span<const Setting<Entry>> known, std::vector<Entry>& entries,
                   Mistakes& mistakes, Check check) {
    const toml::array* elements = node.as_array();
    const auto is_table = [](const toml::node& element) { return element.is_table(); };
    if (elements == nullptr || !std::all_of(elements->begin(), elements->end(), is_table)) {
        mistakes.add(node.source(),
                     fmt::format("{}: {} stands here; each entry is a table of its own that begins with [[{}]]", name, type_name(node), name));
        return;
    }
    for (const toml::node& element : *elements) {
        Entry entry;
        apply_table(name, *element.as_table(), known, entry, mistakes);
        if (std::string wrong = check(*element.as_table(), entry); !wrong.empty()) mistakes.add(element.source(), std::move(wrong));
        entries.push_back(std::move(entry));
    }
}

std::string check_listen(const toml::table& table, const Listen&) {
    if (!table.contains("address")) return "[[listen]]: address is missing: as address = \"0.0.0.0:5060\"";
    if (!table.contains("protocol")) return "[[listen]]: protocol is missing: \"udp\" or \"tcp\"";
    return {};
}

std::string check_route(const toml::table& table, const Route& route) {
    if (!table.contains("domain") && !table.contains("prefix") && !route.unknown)
        return "[[route]]: what is it for? domain, prefix, unknown = true, or several of them";
    if (!table.contains("to")) return "[[route]]: to is missing: the next hop, as to = \"sip:127.0.0.1:5070;transport=udp\"";
    return {};
}

std::string check_sink(const toml::table& table, const Sink& sink) {
    if (sink.name.empty()) return "[[sink]]: name is missing: as name = \"calls\"";
    using Kind = Sink::Kind;
    if (!table.contains("kind")) return fmt::format("[[sink]]: kind is missing: \"{}\"", fmt::join(journal::sink_kinds, "\", \""));
    if (sink.kind == Kind::http && sink.url.empty()) return "[[sink]]: url is missing: as url = \"http://127.0.0.1:9000/events\"";
    if ((sink.kind == Kind::csv || sink.kind == Kind::json) && sink.file.empty()) return "[[sink]]: file is missing: as file = \"calls.csv\"";
    if (sink.kind == Kind::radius && sink.servers.empty()) return "[[sink]]: servers are missing: as servers = [\"192.0.2.1:1813\"]";
    if (sink.kind == Kind::radius && sink.secret.empty() && sink.secret_file.empty())
        return "[[sink]]: the secret of the servers is missing: secret = \"...\" or secret_file = \"...\"";
    if (sink.kind == Kind::postgresql && sink.connection.empty())
        return "[[sink]]: connection is missing: as connection = \"host=192.0.2.1 dbname=offhook user=offhook\"";
    if (sink.kind == Kind::csv && !sink.events.empty()) return "[[sink]]: events: a csv sink gets the calls that ended, always";
    for (const std::string& event : sink.events)
        if (journal::takes_calls_only(sink.kind) && !event.starts_with("call_"))
            return fmt::format("[[sink]]: events: {} is no event of a call, and a sink of kind {} knows calls only", event, name_of(sink.kind));
    return {};
}

toml::source_region source_of(const toml::table& root, std::string_view table, std::string_view key) {
    const toml::node* node = table.empty() ? root.get(key) : root.at_path(table).is_table() ? root.at_path(table).as_table()->get(key) : nullptr;
    return node == nullptr ? toml::source_region{} : node->source();
}

/// What no single setting shows.
void check_whole(const toml::table& root, const Config& config, Mistakes& mistakes) {
    if (!root.contains("domains"))
        mistakes.add({}, "domains is missing: the domains that are served here, as domains = [\"example.com\"]");
    else if (config.domains.empty() && root["domains"].is_array() && root["domains"].as_array()->empty())
        mistakes.add(source_of(root, "", "domains"), "domains: at least one own domain is wanted, as domains = [\"example.com\"]");
    if (config.auth.algorithms.empty() && root["auth"]["algorithms"].is_array() && root["auth"]["algorithms"].as_array()->empty())
        mistakes.add(source_of(root, "auth", "algorithms"), "[auth] algorithms: at least one is wanted, as [\"SHA-256\", \"MD5\"]");
    const auto ordered = [&](std::string_view table, std::string_view low, auto lesser, std::string_view high, auto greater) {
        if (lesser <= greater) return;
        const bool high_given = source_of(root, table, high).begin.line != 0;
        mistakes.add(source_of(root, table, high_given ? high : low),
                     fmt::format("[{}] {} ({}) is more than {} ({})", table, low, lesser, high, greater));
    };
    ordered("registrar", "min_expires", config.registrar.min_expires, "default_expires", config.registrar.default_expires);
    ordered("registrar", "default_expires", config.registrar.default_expires, "max_expires", config.registrar.max_expires);
    if (config.accounting.session.session_expires != 0)
        ordered("accounting", "min_se", config.accounting.session.min_se, "session_expires", config.accounting.session.session_expires);
}

std::string beside(const std::string& path, const std::string& name) {
    if (std::filesystem::path(name).is_absolute()) return name;
    const auto place = (std::filesystem::path(path).parent_path() / name).lexically_normal();
    return (place.has_filename() ? place : place.parent_path()).string();  // "var/." is "var", not "var/"
}

/// Whether the system would refuse the second one, as it gives an address and port away once. An IPv6 listener takes no IPv4 (IPV6_V6ONLY).
bool overlap(const Listen& a, const Listen& b) {
    const IpAddress &x = a.address.address, &y = b.address.address;
    return a.protocol == b.protocol && a.address.port == b.address.port && a.address.port != 0 && x.is_v6() == y.is_v6() &&
           (x == y || x.is_unspecified() || y.is_unspecified());
}

void check_listeners(const toml::table& root, const Config& config, Mistakes& mistakes) {
    const auto& listeners = config.runtime.listen;
    for (std::size_t i = 0; i < listeners.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (overlap(listeners[i], listeners[j])) {
                mistakes.add(root["listen"][i].node()->source(),
                             fmt::format("[[listen]]: {} {} has been taken by another [[listen]], of {}: remove one of them, or give it another port",
                                         transport::uri_name(listeners[i].protocol), listeners[i].address.text(), listeners[j].address.text()));
                break;
            }
}

/// The same path for the same file, however it is spelled.
std::filesystem::path canonical(const std::string& path) {
    std::error_code error;
    auto whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
    return error ? std::filesystem::path(path) : whole;
}

/// What is wrong with the file that a sink is to write, or nothing. The data folder is made at the start, any other must be there.
std::string check_file(const Config& config, std::size_t index, const std::string& path) {
    const Sink& sink = config.sinks[index];
    const bool writes = sink.kind == Sink::Kind::csv || sink.kind == Sink::Kind::json;
    if (sink.file.empty() || !writes) return {};
    const auto file = canonical(beside(path, sink.file)), folder = file.parent_path();
    for (std::size_t j = 0; j < index; ++j)
        if (!config.sinks[j].file.empty() && canonical(beside(path, config.sinks[j].file)) == file)
            return fmt::format("sink {} has this file", config.sinks[j].name);
    std::error_code error;
    if (std::filesystem::is_directory(folder, error) || folder == canonical(beside(path, config.data))) return {};
    return fmt::format("its folder {} is not there{}: make it, writable for offhookd (a relative name counts from the folder of this file)",
                       folder.string(), std::filesystem::exists(folder, error) ? ", something else has this name" : "");
}

void check_sinks(const toml::table& root, const std::string& path, const Config& config, Mistakes& mistakes) {
    for (std::size_t i = 0; i < config.sinks.size(); ++i) {
        const Sink& sink = config.sinks[i];
        const auto& where = root["sink"][i].node()->source();
        for (std::size_t j = 0; j < i; ++j)
            if (sink.name == config.sinks[j].name) mistakes.add(where, fmt::format("[[sink]] {}: another sink has this name", sink.name));
        if (const std::string wrong = check_file(config, i, path); !wrong.empty())
            mistakes.add(where, fmt::format("[[sink]] {}: file {}: {}", sink.name, sink.file, wrong));
    }
    if (config.sinks.size() > 32) mistakes.add(root["sink"].node()->source(), "[[sink]]: there may be 32 of them");
}

/// What does not go together with RADIUS servers.
void check_radius(const toml::table& root, const Config& config, Mistakes& mistakes) {
    constexpr std::string_view no_md5 = "OpenSSL has no MD5 here, as in FIPS mode, and RADIUS is signed with it: allow it, or remove this";
    const bool signs = radius::Sealer().available();
    for (std::size_t i = 0; i < config.sinks.size(); ++i)
        if (config.sinks[i].kind == Sink::Kind::radius && !signs)
            mistakes.add(root["sink"][i].node()->source(), fmt::format("[[sink]] {}: {}", config.sinks[i].name, no_md5));
    const radius::ClientConfig& client = config.runtime.radius.client;
    if (client.initial_timeout >= client.deadline) {
        const bool deadline_given = source_of(root, "radius", "deadline").begin.line != 0;
        mistakes.add(
            source_of(root, "radius", deadline_given ? "deadline" : "initial_timeout"),
            fmt::format("[radius] initial_timeout ({}) must be less than deadline ({}): nothing would be sent twice, and no other server asked",
                        show_duration(client.initial_timeout), show_duration(client.deadline)));
    }
    if (config.runtime.radius.servers.empty()) return;
    if (!signs) mistakes.add(source_of(root, "radius", "servers"), fmt::format("[radius] servers: {}", no_md5));
    if (config.radius.digest == radius::DigestStyle::rfc5090 && config.radius.on_unavailable == RadiusSettings::OnUnavailable::local)
        mistakes.add(source_of(root, "radius", "on_unavailable"),
                     "[radius] on_unavailable: with digest = \"rfc5090\" the servers make the nonces, so that nobody can be challenged without them: remove it");
    for (std::size_t i = 0; i < config.proxy.routes.size(); ++i)
        if (config.proxy.routes[i].unknown)
            mistakes.add(root["route"][i].node()->source(),
                         "[[route]] unknown: never true with [radius] servers, which are not asked who exists: every user of an own domain may; "
                         "remove it, or name a prefix");
}

void make_dial_plan(const toml::table& root, Config& config, Mistakes& mistakes) {
    auto plan = charging::DialPlan::make(config.dial_plan);
    if (plan)
        config.accounting.dial_plan = std::move(*plan);
    else  // every rule could be read: its place is that in the file
        mistakes.add(root["charging"]["dial_plan"][plan.error().rule].node()->source(), fmt::format("[charging] dial_plan: {}", plan.error().reason));
}

/// A secret of RADIUS servers, which stands in the configuration (at `path`) or is the first line of a file of its own. What is wrong, or nothing.
std::string read_secret(const std::string& path, std::string& secret, std::string& secret_file) {
    if (secret_file.empty()) return {};
    if (!secret.empty()) return "secret_file: secret is there too; one of them is wanted";
    secret_file = beside(path, secret_file);
    const auto text = runtime::read_file(secret_file, 65'536);
    if (!text) return fmt::format("secret_file: {}: {}", secret_file, text.error());
    secret = text->substr(0, text->find('\n'));
    if (secret.ends_with('\r')) secret.pop_back();
    return secret.empty() ? fmt::format("secret_file: {}: its first line is to be the secret, and is empty", secret_file) : std::string();
}

void read_secrets(const toml::table& root, const std::string& path, Config& config, Mistakes& mistakes) {
    RadiusSettings& radius = config.radius;
    if (const std::string wrong = read_secret(path, radius.secret, radius.secret_file); !wrong.empty())
        mistakes.add(source_of(root, "radius", "secret_file"), "[radius] " + wrong);
    else if (!config.runtime.radius.servers.empty() && radius.secret.empty())
        mistakes.add(source_of(root, "radius", "servers"), "[radius] servers: their secret is missing: secret = \"...\" or secret_file = \"...\"");
    for (std::size_t i = 0; i < config.sinks.size(); ++i)
        if (const std::string wrong = read_secret(path, config.sinks[i].secret, config.sinks[i].secret_file); !wrong.empty())
            mistakes.add(root["sink"][i].node()->source(), "[[sink]] " + wrong);
}

void apply_root(const toml::table& root, Config& config, Mistakes& mistakes) {
    const auto names = tables();
    for (const auto& [key, node] : root) {
        const std::string_view name = key.str();
        if (name == "listen") {
            apply_entries<Listen>(name, node, listen_settings(), config.runtime.listen, mistakes, check_listen);
        } else if (name == "route") {
            apply_entries<Route>(name, node, route_settings(), config.proxy.routes, mistakes, check_route);
        } else if (name == "sink") {
            apply_entries<Sink>(name, node, sink_settings(), config.sinks, mistakes, check_sink);
        } else if (std::find(names.begin(), names.end(), name) == names.end()) {
            const auto known = settings();
            const auto setting = std::find_if(known.begin(), known.end(), [&](const auto& s) { return s.table.empty() && s.key == name; });
            if (setting == known.end())
                unknown_key("", key, mistakes);
            else
                apply(*setting, config, node, mistakes);
        } else if (const toml::table* table = node.as_table()) {
            apply_table(name, *table, settings(), config, mistakes);
        } else {
            mistakes.add(node.source(), fmt::format("{}: {} stands here, a table that begins with [{}] is wanted", name, type_name(node), name));
        }
    }
}

/// What several services share, and what follows from other settings.
void spread(Config& config) {
    const Listen everywhere{transport::Protocol::udp, {IpAddress(), 5060}, {}, 0};
    if (config.runtime.listen.empty()) {
        config.runtime.listen.assign(2, everywhere);
        config.runtime.listen[1].protocol = transport::Protocol::tcp;
    }
    if (config.auth.realm.empty()) config.auth.realm = config.domains.front();
    config.auth.domains = config.registrar.domains = config.proxy.domains = config.domains;
    config.proxy.realm = config.auth.realm;
    config.proxy.trusted = config.auth.trusted;
    config.proxy.session_timer = config.accounting.session;
    config.runtime.radius.client.secrets.assign(config.runtime.radius.servers.size(), config.radius.secret);
}

void commented(std::string& out, std::string_view help, std::string_view type, std::string_view line) {
    out += fmt::format("# {} ({})\n{}\n\n", help, type, line);
}

}  // namespace

std::expected<Config, std::string> parse(std::string_view text, const std::string& path) {
    Mistakes mistakes(text, path);
    const toml::parse_result parsed = toml::parse(text, path);
    if (parsed.failed()) {
        mistakes.add(parsed.error().source(), std::string(parsed.error().description()));
        return std::unexpected(mistakes.render());
    }
    Config config;
    apply_root(parsed.table(), config, mistakes);
    check_whole(parsed.table(), config, mistakes);
    check_listeners(parsed.table(), config, mistakes);
    check_sinks(parsed.table(), path, config, mistakes);
    check_radius(parsed.table(), config, mistakes);
    if (mistakes.none()) make_dial_plan(parsed.table(), config, mistakes);
    read_secrets(parsed.table(), path, config, mistakes);
    if (!mistakes.none()) return std::unexpected(mistakes.render());

    spread(config);
    config.data = beside(path, config.data);
    config.store.path = (std::filesystem::path(config.data) / "offhook.db").string();
    if (!config.log.file.empty()) config.log.file = beside(path, config.log.file);
    for (Sink& sink : config.sinks) {
        if (!sink.file.empty()) sink.file = beside(path, sink.file);
        sink.identifier = config.domains.front();
        config.store.sinks.push_back(sink.name);
    }
    return config;
}

std::expected<Config, std::string> load(const std::string& path) {
    constexpr std::size_t most = 16u << 20;
    const auto text = runtime::read_file(path, most);
    if (!text)
        return std::unexpected(fmt::format("{}: error: {}; `offhookd --help-config` prints a complete one to begin with\n", path, text.error()));
    return parse(*text, path);
}

std::string help_config() {
    std::string out = "# offhookd: every setting with its default. Durations are \"5ms\", \"300s\", \"90m\", \"4h\", \"2d\" or whole seconds.\n\n";
    Config config;
    config.domains = {"example.com"};
    const Listen listen{transport::Protocol::udp, {IpAddress(), 5060}, {}, 0};
    std::string_view table;
    for (const auto& setting : settings()) {
        if (table.empty() && !setting.table.empty()) {
            out += "# Where we listen; without any: udp and tcp on 0.0.0.0:5060. Repeat the block for each.\n[[listen]]\n";
            for (const auto& entry : listen_settings())
                commented(out, entry.help, entry.type, fmt::format("{}{} = {}", entry.key == "advertise" ? "# " : "", entry.key, entry.show(listen)));
            out += "[[listen]]\nprotocol = \"tcp\"\naddress = \"0.0.0.0:5060\"\n\n";
            out += "# Static routes: one block for each; all of domain, prefix and unknown that it has must fit.\n# [[route]]\n";
            for (const auto& entry : route_settings())
                commented(out, entry.help, entry.type, fmt::format("# {} = {}", entry.key, entry.key == "unknown" ? "true" : entry.show(Route{})));
        }
        if (table.empty() && !setting.table.empty()) {
            out +=
                "# Sinks of the journal: one block for each; each gets the events from where it stopped, at least once, and delays no call.\n# "
                "[[sink]]\n";
            for (const auto& entry : sink_settings()) commented(out, entry.help, entry.type, fmt::format("# {} = {}", entry.key, entry.show(Sink{})));
        }
        if (setting.table != table) out += fmt::format("[{}]\n", table = setting.table);
        commented(out, setting.help, setting.type, fmt::format("{} = {}", setting.key, setting.show(config)));
    }
    return out;
}

}  // namespace offhook::daemon
