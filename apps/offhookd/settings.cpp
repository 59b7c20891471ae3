#include "apps/offhookd/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/offhookd/setting_kinds.hpp"
#include "offhook/auth/algorithm.hpp"
#include "offhook/base/text.hpp"
#include "offhook/journal/postgres.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/runtime/http_request.hpp"
#include "offhook/store/names.hpp"

namespace offhook::daemon {
namespace {

using namespace std::chrono_literals;

template <class T>
using Parsed = std::expected<T, std::string>;

Parsed<Network> parse_network(const std::string& text) {
    if (auto network = Network::parse(text)) return *network;
    const auto address = IpAddress::parse(std::string_view(text).substr(0, text.find('/')));
    if (!address) return std::unexpected(fmt::format("{} is not a network: it is an address or address/prefix, as \"10.0.0.0/8\"", quoted(text)));
    return std::unexpected(fmt::format("{} is not a network: the prefix of an {} network is 0 to {}", quoted(text),
                                       address->is_v6() ? "IPv6" : "IPv4", address->is_v6() ? 128 : 32));
}

bool is_host(std::string_view host) {
    return !host.empty() && host.size() <= 253 && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") == host.npos &&
           host.front() != '.' && host.front() != '-';
}

Parsed<std::string> parse_domain(const std::string& text) {
    std::string domain = lower(text);
    if (is_host(domain) || IpAddress::parse(domain)) return domain;
    return std::unexpected(fmt::format("{} is not a domain: a host name as \"example.com\" or an address, without port or \"sip:\"", quoted(text)));
}

Parsed<auth::Algorithm> parse_algorithm(const std::string& text) {
    if (const auto algorithm = auth::algorithm_of(text)) return *algorithm;
    return std::unexpected(fmt::format("{} is not a digest algorithm: \"SHA-256\", \"SHA-512-256\" or \"MD5\"", quoted(text)));
}

Parsed<Endpoint> parse_radius_server(const std::string& text) {
    if (const auto server = Endpoint::parse(text); server && server->port != 0 && !server->address.is_unspecified()) return *server;
    return std::unexpected(fmt::format("{} is not a server: a numeric address and a port, as \"192.0.2.1:1812\"", quoted(text)));
}

std::string take_endpoint(Endpoint& endpoint, const std::string& text) {
    const auto parsed = Endpoint::parse(text);
    if (!parsed)
        return fmt::format("{} is not an address with port: a numeric address and a port, as \"0.0.0.0:5060\" or \"[::]:5060\"", quoted(text));
    endpoint = *parsed;
    return {};
}

std::string take_advertise(Listen& listen, const std::string& text) {
    const auto colon = text.starts_with('[') ? text.find(':', std::min(text.find(']'), text.size() - 1)) : text.find(':');
    const std::string host = lower(text.substr(0, colon));
    std::uint16_t port = 0;
    if (colon != text.npos) {
        const auto parsed = to_number<std::uint16_t>(std::string_view(text).substr(colon + 1));
        if (!parsed || *parsed == 0) return fmt::format("the port of {} is not a number from 1 to 65535", quoted(text));
        port = *parsed;
    }
    if (!is_host(host) && !IpAddress::parse(host))
        return fmt::format("{} is not a host with port: as \"sip.example.com:5060\" or \"[2001:db8::1]:5060\"", quoted(text));
    listen.advertise_host = host;
    listen.advertise_port = port;
    return {};
}

std::string take_dns_servers(Config& config, const std::string& text) {
    for (std::string_view rest = text; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        if (const auto one = trim(rest.substr(0, comma)); !IpAddress::parse(one) && !Endpoint::parse(one))
            return fmt::format("{} is not a name server: an address, or an address with port, as \"192.0.2.1\"", quoted(one));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    config.runtime.dns.servers = text;
    return {};
}

std::string take_level(Config& config, const std::string& text) {
    constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (text == levels[i]) {
            config.log.level = static_cast<Severity>(i);
            return {};
        }
    return fmt::format("{} is not a level: \"debug\", \"info\", \"warning\" or \"error\"", quoted(text));
}

std::string_view level_name(const Config& config) {
    constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
    return levels[static_cast<std::size_t>(config.log.level)];
}

std::string take_route_target(Route& route, const std::string& text) {
    const auto uri = message::parse_uri(text);
    if (!uri || !uri->is_sip()) return fmt::format("{} is not a SIP URI: as \"sip:127.0.0.1:5070;transport=udp\"", quoted(text));
    route.next_hop = text;
    return {};
}

using C = Config;
using Settings = std::vector<Setting<Config>>;

Settings top_settings() {
    return {
        list<C>(
            "", "domains", "list of domains", "Own domains: requests to users of these are served here. The first is the default realm. Required.",
            [](C & c) -> auto& { return c.domains; }, [](const std::string& domain) { return domain; }, parse_domain),
        text<C>(
            "", "data", "folder", "Folder of the database, the API token and the lock; relative to this file.", [](const C& c) { return c.data; },
            [](C& c, const std::string& value) -> std::string {
                if (value.empty()) return "an empty name is not a folder: as \"var\" or \"/var/lib/offhook\"";
                c.data = value;
                return {};
            }),
        number<C>(
            "", "shards", "Worker threads; 0: one for each processor.", [](C & c) -> auto& { return c.runtime.shards; }, 0, 256),
    };
}

Settings auth_settings() {
    return {
        text<C>(
            "auth", "realm", "text", "Realm of digest challenges; empty: the first own domain. Stored passwords are bound to it.",
            [](const C& c) { return c.auth.realm; },
            [](C& c, const std::string& value) -> std::string {
                if (value.find_first_of("\"\\\r\n") != value.npos) return "a realm has no quotes, backslashes or line ends";
                c.auth.realm = value;
                return {};
            }),
        list<C>(
            "auth", "algorithms", "list of algorithms", "Digest algorithms to offer, the most preferred first: SHA-256, SHA-512-256, MD5.",
            [](C & c) -> auto& { return c.auth.algorithms; }, [](auth::Algorithm algorithm) { return auth::name_of(algorithm); }, parse_algorithm),
        list<C>(
            "auth", "trusted", "list of networks", "Senders in these networks are not challenged for calls (REGISTER always is).",
            [](C & c) -> auto& { return c.auth.trusted; }, [](const Network& network) { return network.text(); }, parse_network),
        duration<C>(
            "auth", "nonce_lifetime", "How long a challenge may be answered before a new one is asked for.",
            [](C & c) -> auto& { return c.auth.nonce_lifetime; }, 10s, 24h),
        number<C>(
            "auth", "max_failures",
            "Wrong passwords for one user from one address within failure_window before a pause; 0: no limit. With [radius] also how many of its "
            "requests may be asked about at once: further ones get 503.",
            [](C & c) -> auto& { return c.auth.max_failures; }, 0, 1'000'000),
        duration<C>(
            "auth", "failure_window", "See max_failures.", [](C & c) -> auto& { return c.auth.failure_window; }, 1s, 24h),
        duration<C>(
            "auth", "failure_pause", "How long that pause lasts.", [](C & c) -> auto& { return c.auth.failure_pause; }, 1s, 24h),
    };
}

Settings radius_settings() {
    using On = RadiusSettings::OnUnavailable;
    return {
        list<C>(
            "radius", "servers", "list of address:port",
            "RADIUS servers that are asked whether a password is right, the preferred one first (FreeRADIUS with its digest module; it must send "
            "Message-Authenticator; see docs/radius.md). User-Name is user@domain. Challenges are MD5 only then. Empty: passwords are those of "
            "`offhook user`.",
            [](C & c) -> auto& { return c.runtime.radius.servers; }, [](const Endpoint& server) { return server.text(); }, parse_radius_server),
        text<C>(
            "radius", "secret", "text", "Secret shared with the servers.", [](const C& c) { return c.radius.secret; },
            [](C& c, const std::string& value) -> std::string {
                c.radius.secret = value;
                return {};
            }),
        text<C>(
            "radius", "secret_file", "file", "File whose first line is the secret, relative to this file.",
            [](const C& c) { return c.radius.secret_file; },
            [](C& c, const std::string& value) -> std::string {
                c.radius.secret_file = value;
                return {};
            }),
        text<C>(
            "radius", "on_unavailable", "\"refuse\" or \"local\"",
            "While no server answers: refuse with 503, or verify by the passwords of `offhook user`, who has none getting 503.",
            [](const C& c) { return c.radius.on_unavailable == On::local ? "local" : "refuse"; },
            [](C& c, const std::string& value) -> std::string {
                if (value != "refuse" && value != "local") return fmt::format("{} is not known here: \"refuse\" or \"local\"", quoted(value));
                c.radius.on_unavailable = value == "local" ? On::local : On::refuse;
                return {};
            }),
        text<C>(
            "radius", "digest", "\"freeradius\" or \"rfc5090\"",
            "How they are asked: by attributes 206 and 207 with nonces of ours, as FreeRADIUS knows it, or by RFC 5090 with nonces of theirs.",
            [](const C& c) { return c.radius.digest == radius::DigestStyle::rfc5090 ? "rfc5090" : "freeradius"; },
            [](C& c, const std::string& value) -> std::string {
                if (value != "freeradius" && value != "rfc5090") return fmt::format("{} is not known here: \"freeradius\" or \"rfc5090\"", quoted(value));
                c.radius.digest = value == "rfc5090" ? radius::DigestStyle::rfc5090 : radius::DigestStyle::freeradius;
                return {};
            }),
        duration<C>(
            "radius", "initial_timeout", "Time to the first retransmission; it doubles from one to the next (RFC 5080 §2.2.1, IRT).",
            [](C & c) -> auto& { return c.runtime.radius.client.initial_timeout; }, 100ms, 16s),
        number<C>(
            "radius", "attempts", "Times that one server is sent a request before the next one is.",
            [](C & c) -> auto& { return c.runtime.radius.client.attempts; }, 1, 10),
        duration<C>(
            "radius", "deadline", "Longest time for a request, over all servers.", [](C & c) -> auto& { return c.runtime.radius.client.deadline; },
            500ms, 30s),
        number<C>(
            "radius", "failures", "Requests that a server leaves unanswered, one after another, before it is left alone.",
            [](C & c) -> auto& { return c.runtime.radius.client.failures; }, 1, 1000),
        duration<C>(
            "radius", "pause", "How long it is left alone before one request tries it again.",
            [](C & c) -> auto& { return c.runtime.radius.client.pause; }, 1s, 1h),
    };
}

Settings registrar_settings() {
    return {
        number<C>(
            "registrar", "min_expires", "Seconds; a phone that asks for less gets 423 with this value.",
            [](C & c) -> auto& { return c.registrar.min_expires; }, 1, 3600),
        number<C>(
            "registrar", "default_expires", "Seconds granted to a phone that names none.", [](C & c) -> auto& { return c.registrar.default_expires; },
            1, 31'536'000),
        number<C>(
            "registrar", "max_expires", "Seconds; a phone that asks for more is given this.", [](C & c) -> auto& { return c.registrar.max_expires; },
            1, 31'536'000),
        number<C>(
            "registrar", "max_contacts", "Contacts that one address of record may have.", [](C & c) -> auto& { return c.registrar.max_contacts; }, 1,
            100),
        number<C>(
            "registrar", "max_binding_size", "Octets of one contact with its parameters and Path; 413 above.",
            [](C & c) -> auto& { return c.registrar.max_binding_size; }, 256, 60'000),
        flag<C>(
            "registrar", "path_without_supported", "Store a Path for a phone that does not say Supported: path (RFC 3327 §5.3 advises 420).",
            [](C & c) -> auto& { return c.registrar.path_without_supported; }),
    };
}

Settings proxy_settings() {
    return {
        duration<C>(
            "proxy", "timer_c", "Longest time that a phone may ring (RFC 3261 §16.6 step 11: more than 3 minutes).",
            [](C & c) -> auto& { return c.proxy.timer_c; }, 1s, 24h),
        flag<C>(
            "proxy", "recurse_redirects", "Try the contacts of a 3xx response ourselves, instead of passing it on.",
            [](C & c) -> auto& { return c.proxy.recurse_redirects; }),
        number<C>(
            "proxy", "udp_limit", "Requests of more octets go over TCP (RFC 3261 §18.1.1).", [](C & c) -> auto& { return c.proxy.stream_above; }, 500,
            65'000),
        number<C>(
            "proxy", "max_breadth", "Branches that a request may have at once where it names no Max-Breadth (RFC 5393).",
            [](C & c) -> auto& { return c.proxy.max_breadth; }, 1, 1000),
        number<C>(
            "proxy", "max_targets", "Targets tried for one request, redirections included.", [](C & c) -> auto& { return c.proxy.max_targets; }, 1,
            1000),
        number<C>(
            "proxy", "max_redirects", "Redirections followed for one request.", [](C & c) -> auto& { return c.proxy.max_redirects; }, 0, 100),
        flag<C>(
            "proxy", "follow_foreign_routes", "Obey a Route that names others, for senders that are authenticated or trusted.",
            [](C & c) -> auto& { return c.proxy.follow_foreign_routes; }),
    };
}

Settings accounting_settings() {
    return {
        duration<C>(
            "accounting", "max_call", "A call without session timer ends in the records after this, marked unconfirmed.",
            [](C & c) -> auto& { return c.accounting.max_call; }, 1s, 24h * 30),
        number<C>(
            "accounting", "session_expires", "Seconds of the session timer that is put into calls (RFC 4028); 0: none.",
            [](C & c) -> auto& { return c.accounting.session.session_expires; }, 0, 86'400),
        number<C>(
            "accounting", "min_se", "Least session timer accepted, seconds (RFC 4028 §4: at least 90).",
            [](C & c) -> auto& { return c.accounting.session.min_se; }, 90, 86'400),
        duration<C>(
            "accounting", "answer_wait", "How long an answer waits for its record to be on disk before it goes on regardless.",
            [](C & c) -> auto& { return c.accounting.answer_wait; }, 0s, 10s),
        duration<C>(
            "accounting", "release_wait", "The same for the end of a call and for its refusal.",
            [](C & c) -> auto& { return c.accounting.release_wait; }, 0s, 10s),
        duration<C>(
            "accounting", "interim",
            "An answered call makes an event call_updated each time that so long has passed: an interim record, as RADIUS accounting wants them; "
            "0: none.",
            [](C & c) -> auto& { return c.accounting.interim; }, 0s, 24h),
    };
}

Settings store_settings() {
    return {
        text<C>(
            "store", "durability", "\"full\" or \"relaxed\"",
            "full: an answer leaves after its row is on disk; relaxed: a power cut may lose the last rows.",
            [](const C& c) { return c.store.durability == store::Durability::full ? "full" : "relaxed"; },
            [](C& c, const std::string& value) -> std::string {
                if (value != "full" && value != "relaxed") return fmt::format("{} is not a durability: \"full\" or \"relaxed\"", quoted(value));
                c.store.durability = value == "full" ? store::Durability::full : store::Durability::relaxed;
                return {};
            }),
        duration<C>(
            "store", "commit_window", "At most one commit in this time; what comes meanwhile shares the next one.",
            [](C & c) -> auto& { return c.store.commit_window; }, 0s, 1s),
        duration<C>(
            "store", "store_limit", "No new call is admitted while the oldest uncommitted row is older.",
            [](C & c) -> auto& { return c.store.store_limit; }, 10ms, 60s),
        duration<C>(
            "store", "purge_after", "A binding is removed from the database so long after it expired.",
            [](C & c) -> auto& { return c.store.purge_after; }, 1s, 24h * 365),
        duration<C>(
            "store", "keep_events", "An event of the journal is removed at this age.", [](C & c) -> auto& { return c.store.keep_events; }, 1h,
            24h * 3650),
        number<C>(
            "store", "queue_limit", "Rows that may wait for the database; further ones are refused.",
            [](C & c) -> auto& { return c.store.queue_limit; }, 64, 10'000'000),
    };
}

Settings program_settings() {
    return {
        number<C>(
            "transaction", "max_transactions",
            "Transactions that a shard may have; above, a new request gets 503, and above 5/4 of it one within a call too.",
            [](C & c) -> auto& { return c.transaction.transactions; }, 1'000, 10'000'000),
        duration<C>(
            "overload", "wait_limit",
            "New calls, registrations and other new requests get 503 while the queue is older than this; requests within a call never do. "
            "Registrations with credentials have 1.5 times as long, those that refresh twice. 0: never.",
            [](C & c) -> auto& { return c.overload.limit; }, 0s, 10s),
        duration<C>(
            "overload", "interval", "For how long it must have been older before anything is refused: a shorter burst is worked off.",
            [](C & c) -> auto& { return c.overload.interval; }, 0s, 10s),
        text<C>(
            "http", "address", "address:port", "Where the HTTP API listens; port 0: any free one.", [](const C& c) { return c.http.address.text(); },
            [](C& c, const std::string& value) { return take_endpoint(c.http.address, value); }),
        number<C>(
            "http", "max_connections", "Connections at once; one more is told 503.", [](C & c) -> auto& { return c.http.max_connections; }, 1,
            10'000),
        text<C>("log", "level", "level", "Least severity that is logged: debug, info, warning, error.", level_name, take_level),
        text<C>(
            "log", "file", "file", "File that the log is appended to, relative to this file; empty: standard error.",
            [](const C& c) { return c.log.file; },
            [](C& c, const std::string& value) -> std::string {
                c.log.file = value;
                return {};
            }),
        duration<C>(
            "runtime", "batch_window", "How long datagrams may gather before they are read, at high rates only; 0: never.",
            [](C & c) -> auto& { return c.runtime.batch_window; }, 0s, 20ms),
        duration<C>(
            "runtime", "drain_limit", "How long transactions may finish after SIGTERM.", [](C & c) -> auto& { return c.runtime.drain_limit; }, 0s,
            1h),
        number<C>(
            "runtime", "receive_buffer", "Octets of each UDP socket's receive buffer.", [](C & c) -> auto& { return c.runtime.receive_buffer; },
            65'536, 1 << 30),
        number<C>(
            "runtime", "send_buffer", "Octets of each UDP socket's send buffer.", [](C & c) -> auto& { return c.runtime.send_buffer; }, 65'536,
            1 << 30),
        number<C>(
            "runtime", "max_message", "Octets of a SIP message; 413 above.", [](C & c) -> auto& { return c.runtime.message_limits.size; }, 1'300,
            65'535),
        number<C>(
            "runtime", "connections", "TCP connections of each shard.", [](C & c) -> auto& { return c.runtime.connections; }, 1, 1'000'000),
        duration<C>(
            "runtime", "connect_limit", "How long a TCP connection may take to be made.", [](C & c) -> auto& { return c.runtime.connect_limit; },
            10ms, 60s),
        duration<C>(
            "runtime", "idle_limit", "A TCP connection without an octet either way is closed after this.",
            [](C & c) -> auto& { return c.runtime.idle_limit; }, 1s, 24h),
        text<C>(
            "runtime", "dns_servers", "addresses", "Name servers, as \"192.0.2.1,192.0.2.2:5353\"; empty: those of /etc/resolv.conf.",
            [](const C& c) { return c.runtime.dns.servers; }, take_dns_servers),
    };
}

std::vector<Setting<Listen>> make_listen_settings() {
    return {
        text<Listen>(
            "listen", "protocol", "\"udp\" or \"tcp\"", "Protocol of this listener.",
            [](const Listen& l) { return l.protocol == transport::Protocol::udp ? "udp" : "tcp"; },
            [](Listen& l, const std::string& value) -> std::string {
                if (value != "udp" && value != "tcp") return fmt::format("{} is not a protocol to listen on: \"udp\" or \"tcp\"", quoted(value));
                l.protocol = value == "udp" ? transport::Protocol::udp : transport::Protocol::tcp;
                return {};
            }),
        text<Listen>(
            "listen", "address", "address:port", "Address and port to bind; 0.0.0.0 or [::]: every address; port 0: any free one.",
            [](const Listen& l) { return l.address.text(); }, [](Listen& l, const std::string& value) { return take_endpoint(l.address, value); }),
        text<Listen>(
            "listen", "advertise", "host:port", "How others reach us, for Via and Record-Route; default: the address that the peer reached.",
            [](const Listen&) { return "sip.example.com:5060"; }, take_advertise),
    };
}

std::string take_sink_kind(Sink& sink, const std::string& value) {
    const auto& kinds = journal::sink_kinds;
    const auto kind = std::ranges::find(kinds, value);
    if (kind == kinds.end()) return fmt::format("{} is not a kind of sink: \"{}\"", quoted(value), fmt::join(kinds, "\", \""));
    sink.kind = static_cast<Sink::Kind>(kind - kinds.begin());
    return {};
}

std::string take_sink_name(Sink& sink, const std::string& value) {
    if (value.empty() || value.size() > 40 || value.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != value.npos)
        return fmt::format("{} is not a name: up to 40 of a-z, 0-9, - and _", quoted(value));
    sink.name = value;
    return {};
}

std::string take_sink_url(Sink& sink, const std::string& value) {
    if (value.starts_with("https://")) return fmt::format("{}: https is not supported yet: as \"http://127.0.0.1:9000/events\"", quoted(value));
    if (!runtime::parse_http_url(value)) return fmt::format("{} is not a URL of a sink: as \"http://127.0.0.1:9000/events\"", quoted(value));
    sink.url = value;
    return {};
}

std::string take_connection(Sink& sink, const std::string& value) {
    if (const std::string wrong = journal::check_connection(value); !wrong.empty())
        return fmt::format("it is not a connection ({}): as \"host=192.0.2.1 dbname=offhook user=offhook\"", wrong);
    sink.connection = value;
    return {};
}

Parsed<std::string> parse_event_kind(const std::string& text) {
    if (std::ranges::find(store::event_kinds, text) != store::event_kinds.end()) return text;
    return std::unexpected(fmt::format("{} is not a kind of event: {}", quoted(text), fmt::join(store::event_kinds, ", ")));
}

std::vector<Setting<Sink>> make_sink_settings() {
    return {
        text<Sink>(
            "sink", "name", "text", "What it is called in the log, in metrics and in the database, which remembers how far it has come.",
            [](const Sink&) { return "calls"; }, take_sink_name),
        text<Sink>(
            "sink", "kind", "\"csv\", \"json\", \"http\", \"radius\" or \"postgresql\"",
            "csv: a file with a line for each call that ended; json: a file with a line for each event; http: the same lines, posted; radius: "
            "accounting of calls; postgresql: a row for each call.",
            [](const Sink& sink) { return std::string(name_of(sink.kind)); }, take_sink_kind),
        text<Sink>(
            "sink", "file", "file",
            "Of csv and json: relative to this file. Of radius: the detail file that FreeRADIUS writes, or a pattern of several, only to be compared "
            "with the records (`offhook cdr reconcile`).",
            [](const Sink&) { return "calls.csv"; },
            [](Sink& sink, const std::string& value) -> std::string {
                if (value.empty()) return "an empty name is not a file";
                sink.file = value;
                return {};
            }),
        text<Sink>(
            "sink", "url", "URL", "Of http: a page of events is held when it is answered with 2xx.",
            [](const Sink&) { return "http://127.0.0.1:9000/events"; }, take_sink_url),
        list<Sink>(
            "sink", "servers", "list of address:port", "Of radius: accounting servers, the preferred one first.",
            [](Sink & sink) -> auto& { return sink.servers; }, [](const Endpoint& server) { return server.text(); }, parse_radius_server),
        text<Sink>(
            "sink", "secret", "text", "Of radius: secret shared with the servers.", [](const Sink&) { return "testing123"; },
            [](Sink& sink, const std::string& value) -> std::string {
                sink.secret = value;
                return {};
            }),
        text<Sink>(
            "sink", "secret_file", "file", "Of radius: file whose first line is the secret, relative to this file.",
            [](const Sink&) { return "radius-secret"; },
            [](Sink& sink, const std::string& value) -> std::string {
                sink.secret_file = value;
                return {};
            }),
        text<Sink>(
            "sink", "connection", "text",
            "Of postgresql: as libpq takes it. A password is better kept in a file that passfile=... names, or ~/.pgpass.",
            [](const Sink&) { return "host=192.0.2.1 dbname=offhook user=offhook"; }, take_connection),
        list<Sink>(
            "sink", "events", "list of kinds", "Of all but csv: what is delivered; empty: everything.",
            [](Sink & sink) -> auto& { return sink.events; }, [](const std::string& kind) { return kind; }, parse_event_kind),
        number<Sink>(
            "sink", "max_size", "Octets after which the file is put aside as calls-<last event>.csv and a new one begun; 0: never.",
            [](Sink & sink) -> auto& { return sink.max_size; }, 0, 1ll << 40),
        duration<Sink>(
            "sink", "rotate_every", "The same after this time, counted from midnight UTC; 0: never.",
            [](Sink & sink) -> auto& { return sink.rotate_every; }, 0s, 24h * 366),
        duration<Sink>(
            "sink", "delay", "How long events may gather before they are delivered together.", [](Sink & sink) -> auto& { return sink.delay; }, 0s,
            1h),
        duration<Sink>(
            "sink", "timeout", "Of http and radius: how long a request may take; of postgresql, a statement.", [](Sink & sink) -> auto& { return sink.timeout; }, 100ms, 5min),
    };
}

std::vector<Setting<Route>> make_route_settings() {
    const auto plain = [](std::string Route::*field) {
        return [field](Route& route, const std::string& value) -> std::string {
            if (value.empty()) return "an empty text matches nothing";
            route.*field = value;
            return {};
        };
    };
    return {
        text<Route>(
            "route", "domain", "domain", "Requests to this domain; without it: to own domains ...", [](const Route&) { return "example.net"; },
            [](Route& route, const std::string& value) -> std::string {
                auto domain = parse_domain(value);
                if (!domain) return domain.error();
                route.domain = std::move(*domain);
                return {};
            }),
        text<Route>(
            "route", "prefix", "text", "... whose user begins with this ...", [](const Route&) { return "00"; }, plain(&Route::user_prefix)),
        flag<Route>(
            "route", "unknown", "... whose user is not known here ...", [](Route & route) -> auto& { return route.unknown; }),
        text<Route>(
            "route", "to", "SIP URI", "... go to this next hop.", [](const Route&) { return "sip:127.0.0.1:5070;transport=udp"; }, take_route_target),
    };
}

}  // namespace

std::span<const Setting<Config>> settings() {
    static const std::vector<Setting<Config>> table = [] {
        auto all = top_settings();
        for (const auto make : {auth_settings, radius_settings, registrar_settings, proxy_settings, accounting_settings, charging_settings, store_settings, program_settings})
            for (auto& setting : make()) all.push_back(std::move(setting));
        return all;
    }();
    return table;
}

std::span<const Setting<Listen>> listen_settings() {
    static const auto table = make_listen_settings();
    return table;
}

std::span<const Setting<Sink>> sink_settings() {
    static const auto table = make_sink_settings();
    return table;
}

std::span<const Setting<Route>> route_settings() {
    static const auto table = make_route_settings();
    return table;
}

std::vector<std::string> changes_that_wait(const Config& running, const Config& next) {
    constexpr std::array<std::string_view, 5> at_start{"data", "shards", "file", "address", "max_connections"};
    std::vector<std::string> names;
    for (const Setting<Config>& setting : settings()) {
        const bool radius = setting.table == "radius" && setting.key != "on_unavailable";
        const bool fixed =
            setting.table == "runtime" || setting.table == "store" || radius || std::ranges::find(at_start, setting.key) != at_start.end();
        if (fixed && setting.show(running) != setting.show(next))
            names.push_back(setting.table.empty() ? std::string(setting.key) : fmt::format("[{}] {}", setting.table, setting.key));
    }
    const auto& a = running.runtime.listen;
    const auto& b = next.runtime.listen;
    const auto same = [](const Listen& x, const Listen& y) {
        return x.protocol == y.protocol && x.address == y.address && x.advertise_host == y.advertise_host && x.advertise_port == y.advertise_port;
    };
    if (!std::ranges::equal(a, b, same)) names.emplace_back("[[listen]]");
    if (running.sinks != next.sinks) names.emplace_back("[[sink]]");
    return names;
}

std::string show_duration(Duration duration) {
    for (const Unit& unit : units)
        if (duration.count() != 0 && duration.count() % unit.microseconds == 0)
            return fmt::format("{}{}", duration.count() / unit.microseconds, unit.name);
    return "0s";
}

}  // namespace offhook::daemon
