#include "fuzz/server_phones.hpp"

#include <algorithm>
#include <array>

#include "offhook/auth/hash.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/values.hpp"

namespace offhook::fuzz {

using message::HeaderId;
using message::Message;
using message::Method;
using transport::Protocol;

namespace {

constexpr std::string_view targets[] = {"sip:alice@example.com",
                                        "sip:bob@example.com",
                                        "sip:carol@example.com",
                                        "sip:nobody@example.com",
                                        "sip:gateway@example.net",
                                        "sip:0049@example.com",
                                        "sip:example.com",
                                        "sip:bob@192.0.2.1",
                                        "sip:somebody@198.51.100.7",
                                        "sip:somebody@far.example.org;transport=tcp",
                                        "sips:bob@example.com",
                                        "tel:+1555",
                                        "sip:bob@elsewhere.example;maddr=192.0.2.1;transport=tcp",
                                        "sip:%62ob@example.com:5060"};
constexpr std::string_view description = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n";
constexpr std::size_t most_octets = 16'384;  ///< of a message after its edits

template <class T>
T* latest(std::vector<T>& all, std::size_t which) {
    return all.empty() ? nullptr : &all[all.size() - 1 - which % all.size()];
}

std::string uri_in(std::string_view name_addr) {
    const auto value = message::parse_name_addr(name_addr);
    return value ? std::string(value->uri) : std::string();
}

std::vector<std::string> routes_of(const Message& m) {
    std::vector<std::string> routes;
    message::ListReader reader(m, HeaderId::record_route);
    while (const auto item = reader.next()) routes.emplace_back(item->text);
    return routes;
}

std::string_view line(std::string_view message, std::size_t at) { return message.substr(at, message.find("\r\n", at) + 2 - at); }

/// Where the header field with this name begins; npos if there is none.
std::size_t find_header(std::string_view message, std::string_view name) {
    for (std::size_t at = message.find("\r\n"); at != message.npos && at + 4 < message.size(); at = message.find("\r\n", at + 2)) {
        const std::string_view rest = message.substr(at + 2);
        if (rest.starts_with("\r\n")) return message.npos;
        if (rest.size() > name.size() && iequals(rest.substr(0, name.size()), name) && rest[name.size()] == ':') return at + 2;
    }
    return message.npos;
}

void set_header(std::string& message, std::string_view field) {
    const auto at = find_header(message, field.substr(0, field.find(':')));
    const std::size_t end = message.find("\r\n\r\n");
    if (at != message.npos && message.find("\r\n", at) != message.npos)
        message.replace(at, line(message, at).size() - 2, field);
    else if (end != message.npos)
        message.insert(end + 2, std::string(field) + "\r\n");
}

auth::Hasher& hasher() {
    static auth::Hasher one;
    return one;
}

}  // namespace

Phones::Phones(ServerWorld& world) : world_(world) {
    const auto add = [this](const char* user, const char* domain, const char* at) {
        phones_.push_back({.user = user, .domain = domain, .at = *Endpoint::parse(at)});
    };
    add("alice", "example.com", "192.0.2.10:5060");
    add("bob", "example.com", "192.0.2.11:5060");
    add("carol", "example.com", "192.0.2.12:5062");
    add("mallory", "other.example", "198.51.100.66:5060");  // a stranger
    add("gateway", "example.net", "10.0.0.5:5060");         // trusted
    add("alice", "example.com", "[2001:db8::5]:5060");
    world.on_sent = [this](const Sent& sent) { on_sent(sent); };
    world.is_alive = [this](const transport::Flow& flow) {
        const auto found = std::ranges::find(phones_, flow.remote.address, [](const Phone& p) { return p.at.address; });
        return found != phones_.end() && found->alive && (!transport::is_reliable(flow.protocol) || flow.connection.generation == found->connection);
    };
}

void Phones::set_protocol(std::size_t phone, Protocol protocol) {
    Phone& p = phones_[phone];
    if (p.at.address.is_v6()) return;  // we listen for datagrams there
    p.protocol = protocol;
    ++p.connection;
    p.framer = transport::StreamFramer();
}

transport::Flow Phones::flow_of(const Phone& phone) const {
    transport::Flow flow = world_.flow_from(phone.protocol, phone.at);
    if (!transport::is_reliable(phone.protocol)) return flow;
    flow.remote.port = 40'000;
    flow.connection = {0, static_cast<std::uint32_t>(&phone - phones_.data()), phone.connection};
    return flow;
}

// What the server sends --------------------------------------------------------------------------------------------------------

void Phones::on_sent(const Sent& sent) {
    const auto found = std::ranges::find(phones_, sent.to.remote.address, [](const Phone& p) { return p.at.address; });
    Message m;
    if (found == phones_.end() || !m.index(sent.bytes)) return;
    if (m.is_request())
        found->asked.push_back(sent.bytes);
    else
        on_response(*found, m);
}

void Phones::on_response(Phone& phone, const Message& response) {
    last_status_ = response.status();
    if (response.status() >= 300 && response.method() == Method::invite) phone.refused.emplace_back(response.bytes());
    const bool proxy = response.status() == 407;
    if (proxy || response.status() == 401) {
        const auto challenge = message::parse_credentials(response.value(proxy ? HeaderId::proxy_authenticate : HeaderId::www_authenticate));
        if (!challenge) return;
        const auto text = [&](std::string_view name) { return std::string(challenge->parameter(name).value_or(std::string_view{})); };
        phone.challenge = {text("realm"), text("nonce"), text("algorithm"), 0};
    }
    const auto to = message::parse_name_addr(response.value(HeaderId::to));
    if (response.status() <= 100 || response.status() >= 300 || response.method() == Method::register_ || !to || to->tag().empty()) return;
    Dialog dialog{std::string(response.value(HeaderId::call_id)), std::string(response.value(HeaderId::from)),
                  std::string(response.value(HeaderId::to)), uri_in(response.value(HeaderId::contact)), routes_of(response)};
    const auto same = [&](const Dialog& d) { return d.call_id == dialog.call_id && d.local == dialog.local && d.remote == dialog.remote; };
    if (std::ranges::any_of(phone.dialogs, same)) return;  // RFC 3261 §12.2: routes stay as they were
    std::ranges::reverse(dialog.routes);
    const auto cseq = message::parse_cseq(response.value(HeaderId::cseq));
    dialog.cseq = cseq ? cseq->number : 1;
    phone.dialogs.push_back(std::move(dialog));
}

// What phones send -------------------------------------------------------------------------------------------------------------

std::string Phones::uri_or(std::string_view uri) const {
    for (const Edit& e : edits_)
        if (e.kind == Edit::Kind::uri) return std::string(e.text);
    return std::string(uri);
}

std::string Phones::begin(Phone& phone, std::string_view method, std::string_view uri, unsigned how) {
    if ((how & repeated) == 0) ++phone.branches;
    std::string out;
    message::Builder(out)
        .request(method, uri)
        .header("Via", "SIP/2.0/" + std::string(transport::via_name(phone.protocol)) + ' ' + phone.at.text() + ";branch=z9hG4bK" + phone.user +
                           std::to_string(phone.branches) + ((how & with_more) != 0 ? ";rport" : ""))
        .header("Max-Forwards", "70");
    return out;
}

void Phones::append_credentials(std::string& out, Phone& phone, std::string_view method, std::string_view uri) {
    if (phone.challenge.nonce.empty()) return;
    const auto algorithm = iequals(phone.challenge.algorithm, "MD5") ? auth::Algorithm::md5 : auth::Algorithm::sha256;
    const std::string ha1 = auth::ha1(hasher(), algorithm, phone.user, phone.challenge.realm, password);
    std::string nc = to_hex(std::uint64_t{++phone.challenge.uses}).substr(8);
    auth::HexDigest hex;
    const auto response = auth::digest_response(hasher(), {algorithm, ha1, method, uri, phone.challenge.nonce, "auth", nc, "c", {}}, hex);
    std::string value = "Digest username=\"" + phone.user + "\", realm=\"" + phone.challenge.realm + "\", nonce=\"" + phone.challenge.nonce +
                        "\", uri=\"" + std::string(uri) + "\", response=\"" + std::string(response) + "\", algorithm=" + phone.challenge.algorithm +
                        ", cnonce=\"c\", qop=auth, nc=" + nc;
    message::Builder(out).header(method == "REGISTER" ? "Authorization" : "Proxy-Authorization", value);
}

void Phones::finish(std::string& out, const Phone& phone, std::string_view method, unsigned how) const {
    message::Builder builder(out);
    std::string contact = '<' + ("sip:" + phone.user + '@' + phone.at.text());
    if (phone.protocol != Protocol::udp) contact.append(";transport=").append(transport::uri_name(phone.protocol));
    if (method != "MESSAGE" && method != "BYE" && method != "CANCEL") builder.header("Contact", contact + '>');
    if ((how & with_more) != 0) builder.lines("Supported: timer, path\r\nUser-Agent: phone\r\n");
    if (method == "SUBSCRIBE" || method == "PUBLISH" || method == "NOTIFY") builder.lines("Event: presence\r\nExpires: 600\r\n");
    if (method == "NOTIFY") builder.lines("Subscription-State: active\r\n");
    if (method == "REFER") builder.lines("Refer-To: <sip:carol@example.com>\r\n");
    if (method == "PRACK") builder.lines("RAck: 1 1 INVITE\r\n");
    const bool session = method == "INVITE" || method == "UPDATE";
    session ? builder.body("application/sdp", description) : builder.finish();
}

void Phones::apply_edits(std::string& message) {
    for (const Edit& e : edits_) {
        if (message.size() > most_octets) break;
        switch (e.kind) {
            case Edit::Kind::set:
                set_header(message, e.text);
                break;
            case Edit::Kind::add:
                if (const auto end = message.find("\r\n\r\n"); end != message.npos) message.insert(end + 2, std::string(e.text) + "\r\n");
                break;
            case Edit::Kind::remove:
                if (const auto at = find_header(message, e.text); at != message.npos) message.erase(at, line(message, at).size());
                break;
            case Edit::Kind::body:
                if (const auto end = message.find("\r\n\r\n"); end != message.npos) message.replace(end + 4, message.npos, e.text);
                set_header(message, "Content-Length: " + std::to_string(e.text.size()));
                break;
            case Edit::Kind::overwrite:
                if (const auto at = e.at % message.size(); true) message.replace(at, std::min(e.text.size(), message.size() - at), e.text);
                break;
            case Edit::Kind::uri:
                break;  // the message was made with it
        }
    }
    edits_.clear();
}

void Phones::send(Phone& phone, std::string message) {
    apply_edits(message);
    phone.said.push_back(message);
    if (message.starts_with("INVITE ")) phone.invites.push_back(message);
    const std::size_t index = static_cast<std::size_t>(&phone - phones_.data());
    transport::is_reliable(phone.protocol) ? say_on_stream(index, message) : say(index, message);
}

void Phones::say(std::size_t phone, std::string_view bytes) { world_.receive(bytes, world_.flow_from(Protocol::udp, phones_[phone].at)); }

void Phones::say_on_stream(std::size_t phone, std::string_view bytes) {
    Phone& p = phones_[phone];
    if (!transport::is_reliable(p.protocol)) set_protocol(phone, Protocol::tcp);
    if (!transport::is_reliable(p.protocol)) return;
    if (!world_.receive_stream(p.framer, bytes, flow_of(p))) set_protocol(phone, p.protocol);
}

void Phones::register_contact(std::size_t phone, unsigned how) {
    Phone& p = phones_[phone];
    const std::string uri = uri_or("sip:" + p.domain), address = "<sip:" + p.user + '@' + p.domain + '>';
    std::string out = begin(p, "REGISTER", uri, how);
    message::Builder(out)
        .header("From", address + ";tag=r")
        .header("To", address)
        .header("Call-ID", "register-" + p.user)
        .header("CSeq", std::to_string(++p.cseq) + " REGISTER");
    if ((how & with_credentials) != 0) append_credentials(out, p, "REGISTER", uri);
    finish(out, p, "REGISTER", how);
    send(p, std::move(out));
}

void Phones::ask(std::size_t phone, std::string_view method, std::size_t target, unsigned how) {
    Phone& p = phones_[phone];
    const std::string uri = uri_or(targets[target % std::size(targets)]);
    if ((how & repeated) == 0) ++p.calls;
    std::string out = begin(p, method, uri, how);
    message::Builder(out)
        .header("From", "<sip:" + p.user + '@' + p.domain + ">;tag=" + p.user)
        .header("To", '<' + uri + '>')
        .header("Call-ID", p.user + '-' + std::to_string(p.calls))
        .header("CSeq", std::to_string((how & repeated) != 0 ? p.cseq : ++p.cseq) + ' ' + std::string(method));
    if ((how & with_credentials) != 0) append_credentials(out, p, method, uri);
    finish(out, p, method, how);
    send(p, std::move(out));
}

void Phones::ask_in_dialog(std::size_t phone, std::size_t which, std::string_view method, unsigned how) {
    Phone& p = phones_[phone];
    Dialog* dialog = latest(p.dialogs, which);
    if (dialog == nullptr) return edits_.clear();
    if (method != "ACK" && (how & repeated) == 0) ++dialog->cseq;
    const std::string uri = uri_or(dialog->target);
    std::string out = begin(p, method, uri, how);
    message::Builder builder(out);
    for (const std::string& route : dialog->routes) builder.header("Route", route);
    builder.header("From", dialog->local)
        .header("To", dialog->remote)
        .header("Call-ID", dialog->call_id)
        .header("CSeq", std::to_string(dialog->cseq) + ' ' + std::string(method));
    if ((how & with_credentials) != 0) append_credentials(out, p, method, uri);
    finish(out, p, method, how);
    send(p, std::move(out));
}

void Phones::cancel(std::size_t phone, std::size_t which) {
    Phone& p = phones_[phone];
    const std::string* invite = latest(p.invites, which);
    Message m;
    if (invite == nullptr || !m.index(*invite)) return edits_.clear();
    std::string out;
    message::write_cancel(out, m, "SIP;cause=200");
    send(p, std::move(out));
}

void Phones::acknowledge_failure(std::size_t phone, std::size_t which) {
    Phone& p = phones_[phone];
    const std::string* refusal = latest(p.refused, which);
    Message response, invite;
    if (refusal == nullptr || !response.index(*refusal)) return edits_.clear();
    const auto same = [&](const std::string& text) { return invite.index(text) && invite.value(HeaderId::cseq) == response.value(HeaderId::cseq); };
    if (std::ranges::find_if(p.invites, same) == p.invites.end()) return edits_.clear();
    std::string out;
    message::write_ack(out, invite, response.value(HeaderId::to));
    send(p, std::move(out));
}

void Phones::answer(std::size_t phone, std::size_t which, int status, std::size_t tag, unsigned how) {
    Phone& p = phones_[phone];
    const std::string* asked = latest(p.asked, which);
    Message request;
    if (asked == nullptr || !request.index(*asked)) return edits_.clear();
    const std::string local_tag = p.user + std::to_string(tag), contact = "<sip:" + p.user + '@' + p.at.text() + '>';
    std::string headers = "Contact: " + contact + "\r\n", out;
    if ((how & with_more) != 0) headers += "Supported: timer\r\nP-Asserted-Identity: <sip:somebody@example.com>\r\nServer: phone\r\n";
    const bool session = request.method() == Method::invite && (status / 100 == 2 || status == 183);
    message::write_response(out, request,
                            {.status = status,
                             .to_tag = local_tag,
                             .headers = headers,
                             .content_type = session ? "application/sdp" : "",
                             .body = session ? description : ""});
    const auto to = message::parse_name_addr(request.value(HeaderId::to));
    if (status > 100 && status < 300 && to && to->tag().empty())
        p.dialogs.push_back({std::string(request.value(HeaderId::call_id)), std::string(request.value(HeaderId::to)) + ";tag=" + local_tag,
                             std::string(request.value(HeaderId::from)), uri_in(request.value(HeaderId::contact)), routes_of(request)});
    send(p, std::move(out));
}

// As a proxy would, or somebody who wants us to go in circles.
void Phones::pass_on(std::size_t phone, std::size_t which, std::size_t target) {
    Phone& p = phones_[phone];
    const std::string* asked = latest(p.asked, which);
    Message request;
    if (asked == nullptr || !request.index(*asked)) return edits_.clear();
    std::string out = *asked;
    const std::string via = "Via: SIP/2.0/UDP " + p.at.text() + ";branch=z9hG4bKpass" + std::to_string(++p.branches) + "\r\n";
    out.insert(request.headers_begin(), via);
    const std::string uri = uri_or(target == 0 ? request.request_uri() : targets[target % std::size(targets)]);
    out.replace(request.request_uri_offset(), request.request_uri().size(), uri);
    const auto hops = message::parse_number(request.value(HeaderId::max_forwards));
    if (hops && *hops > 0) set_header(out, "Max-Forwards: " + std::to_string(*hops - 1));
    if (request.has(HeaderId::route)) out.erase(find_header(out, "Route"), line(out, find_header(out, "Route")).size());
    send(p, std::move(out));
}

void Phones::repeat(std::size_t phone, std::size_t which, std::size_t from) {
    const std::string* said = latest(phones_[phone].said, which);
    edits_.clear();
    if (said != nullptr) say(from, std::string(*said));
}

int Phones::register_another() {
    edits_.clear();
    Phone& zoe = phones_.emplace_back(Phone{.user = "zoe", .domain = "example.com", .at = *Endpoint::parse("192.0.2.99:5060")});
    const std::size_t index = static_cast<std::size_t>(&zoe - phones_.data());
    for (const unsigned how : {0U, with_credentials}) {
        last_status_ = 0;
        register_contact(index, how);
    }
    return last_status_;
}

}  // namespace offhook::fuzz
