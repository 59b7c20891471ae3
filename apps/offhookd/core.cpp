#include "apps/offhookd/core.hpp"

#include <algorithm>

#include "offhook/message/builder.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/radius/digest.hpp"
#include "offhook/transport/via.hpp"

namespace offhook::daemon {

namespace {

// A part of the configuration that lives as long as the whole.
template <class Part>
std::shared_ptr<const Part> part(const std::shared_ptr<const Config>& config, const Part& of) {
    return {config, &of};
}

proxy::Config proxy_config(const Config& config, std::uint16_t shard, std::uint16_t ticket_kind) {
    proxy::Config out = config.proxy;
    out.shard = shard;
    out.ticket_kind = ticket_kind;
    return out;
}

}  // namespace

// The chain: who is it, is it a registration, else where does it go.
Core::Core(const CoreParts& parts, std::shared_ptr<const Config> config, const Secrets& secrets, Now)
    : config_(std::move(config)),
      shard_(parts.shard),
      sender_(parts.sender),
      bindings_(parts.bindings),
      admission_(parts.admission),
      radius_(parts.radius),
      digest_style_(config_->radius.digest),
      known_users_(parts.users),
      outside_users_(parts.users),
      observer_(parts.observer),
      layer_(transaction::TimerConfig{}, parts.wheel, parts.sender, parts.observer, secrets.branch, config_->transaction),
      digest_(auth_config(), parts.users, parts.replays, secrets.nonce, secrets.table, parts.shard, parts.own_nonce),
      remote_digest_(auth_config(), digest_,
                     [this](const auth::DigestQuestion& question, Ticket ticket) {
                         return ask_radius({question.user, question.domain, question.method, question.fields, {}}, ticket);
                     }),
      server_digest_(auth_config(), digest_, parts.observer,
                     [this](const auth::ServerQuestion& question, Ticket ticket) { return ask_radius(question, ticket); }),
      accounting_(config_->accounting,
                  {.wheel = parts.wheel,
                   .records = parts.records,
                   .charges = parts.charges,
                   .users = parts.users,
                   .on_net = [this](const message::Uri& uri) { return is_own_user(uri); },
                   .observer = parts.observer},
                  secrets.table, accounting::RecordIds(parts.shard, parts.last_record), parts.shard, ticket_of_accounting),
      proxy_({layer_, parts.wheel, parts.sender, parts.listeners, parts.resolver, parts.bindings, accounting_, parts.observer},
             proxy_config(*config_, parts.shard, ticket_of_proxy), {secrets.relay, secrets.loop},
             [&known = users()](std::string_view user, std::string_view domain) { return known.find(domain, user) != nullptr; }),
      authentication_(auth_config(), authenticator(), chain_, parts.observer,
                      secrets.table, parts.shard, nonce_of_authentication,
                      {.is_spiral = [this](const message::Message& request) { return proxy_.is_spiral(request); },
                       .in_dialog = [this](const message::Message& request) { return proxy_.in_dialog(request); },
                       .is_us = [&listeners = parts.listeners](std::string_view host, std::uint16_t port) { return listeners.is_us(host, port); }}),
      registrar_(part(config_, config_->registrar), parts.bindings, users(), &parts.listeners, parts.observer, parts.shard, commit_of_registrar) {
    chain_.add(authentication_);
    chain_.add(registrar_);
    chain_.add(proxy_);
    accounting_.set_gate(proxy_);
    layer_.set_user(*this);
    if (admission_ == nullptr) return;
    admission_->configure(config_->overload);
    layer_.set_admission(*admission_);
}

void Core::configure(std::shared_ptr<const Config> config) {
    config_ = std::move(config);
    layer_.set_limits(config_->transaction);
    if (admission_ != nullptr) admission_->configure(config_->overload);
    const auto auth = auth_config();
    digest_.configure(auth);
    remote_digest_.configure(auth);
    server_digest_.configure(auth);
    authentication_.configure(auth);
    registrar_.configure(part(config_, config_->registrar));
    accounting_.set_config(config_->accounting);
    proxy_.set_config(proxy_config(*config_, shard_, ticket_of_proxy));
}

// FreeRADIUS 3.2 knows MD5 alone (draft-sterman-aaa-sip-00). Whether it is asked was decided at the start: a new configuration that says
// otherwise waits for a restart.
std::shared_ptr<const auth::Config> Core::auth_config() const {
    if (radius_ == nullptr) return part(config_, config_->auth);
    auto config = std::make_shared<auth::Config>(config_->auth);
    config->algorithms = {auth::Algorithm::md5};
    return config;
}

// Whom calls cost nothing to, where the tariff says so. Where RADIUS knows the users, one that it alone knows is one who has registered.
bool Core::is_own_user(const message::Uri& uri) const {
    const std::string_view domain = proxy_.own_domain(uri);
    if (domain.empty() || !uri.has_user) return false;
    const std::string user = message::unescape(uri.user);
    return known_users_.find(domain, user) != nullptr || (radius_ != nullptr && bindings_.find(user + '@' + std::string(domain)) != nullptr);
}

void Core::drain(Now now) {
    proxy_.set_draining(true);
    accounting_.drain(now);
}

bool Core::idle() const { return proxy_.idle() && registrar_.pending() == 0 && authentication_.suspended() == 0; }

void Core::on_message(const message::Message& message, const transport::Flow& from, Now now) {
    if (const auto valid = message::validate(message); !valid) return refuse(message, valid.error().status, valid.error().reason, from, now);
    layer_.receive(message, from, now);
}

void Core::on_malformed(const message::Message& partial, const message::ParseError& error, const transport::Flow& from, Now now) {
    const message::Defect defect = message::defect_of(error);
    if (partial.partial() || partial.whole()) return refuse(partial, defect.status, defect.reason, from, now);
    observer_.rejected(Cause::malformed, 0, {}, from.remote, now);
}

// Without a transaction: a malformed request is answered where it came from and forgotten. A response or an ACK gets nothing.
void Core::refuse(const message::Message& message, int status, std::string_view reason, const transport::Flow& from, Now now) {
    const bool answer = message.is_request() && message.method() != message::Method::ack;
    observer_.rejected(Cause::malformed, answer ? status : 0, message.value(message::HeaderId::call_id), from.remote, now);
    if (!answer) return;
    marked_.clear();
    response_.clear();
    message::Message marked;
    if (!transport::write_with_source(marked_, message, from)) return;
    if (const auto indexed = marked.index(marked_); !indexed && !marked.partial()) return;
    message::write_response(response_, marked, {.status = status, .reason = reason, .to_tag = layer_.local_tag(marked)});
    sender_.send(transport::response_flow(marked, from), response_, {});
}

void Core::on_request(transaction::RequestPtr request, Now now) { chain_.run(std::move(request), now); }

void Core::on_ack(transaction::RequestPtr ack, Now now) { proxy_.on_ack(std::move(ack), now); }

void Core::on_cancel(transaction::ServerId invite, const message::Message& cancel, Now now) {
    if (!authentication_.on_cancel(invite, now)) proxy_.on_cancel(invite, cancel, now);
}

bool Core::is_refresh(const message::Message& registration) const {
    const auto& to = registration.to();
    return to && bindings_.find(message::address_of_record(to->uri)) != nullptr;
}

void Core::on_committed(Ticket ticket, bool ok, Now now) {
    if (ticket.kind == commit_of_registrar) registrar_.on_committed(ticket, ok, now);
    if (ticket.kind == ticket_of_accounting) accounting_.on_committed(ticket, ok, now);
}

void Core::on_resolved(Ticket ticket, const transport::Addresses& addresses, Now now) { proxy_.on_resolved(ticket, addresses, now); }

void Core::on_nonce_admitted(Ticket ticket, bool admitted, Now now) {
    if (auto verdict = digest_.on_admitted(ticket, admitted)) authentication_.on_verdict(ticket, *verdict, now);
}

auth::Authenticator& Core::authenticator() {
    if (radius_ == nullptr) return digest_;
    if (digest_style_ == radius::DigestStyle::rfc5090) return server_digest_;
    return remote_digest_;
}

// User-Name is the whole name, since several domains may have a user of the same one. The rest is as the credentials have it.
bool Core::ask_radius(const auth::ServerQuestion& question, Ticket ticket) {
    const message::DigestCredentials& fields = question.fields;
    std::string user;
    if (!question.user.empty()) user.append(question.user).append("@").append(question.domain);
    radius::AttributeWriter out;
    out.add(radius::Type::nas_identifier, config_->domains.front());  // RFC 2865 §4.1: this or the address must be there
    out.add(radius::Type::state, question.state);
    radius::append_digest(out, digest_style_,
                          {.user = user,
                           .username = fields.username,
                           .realm = fields.realm,
                           .nonce = fields.nonce,
                           .uri = fields.uri,
                           .method = question.method,
                           .qop = fields.qop,
                           .algorithm = fields.algorithm,
                           .cnonce = fields.cnonce,
                           .nc = fields.nc,
                           .opaque = fields.opaque,
                           .response = fields.response});
    auto attributes = out.take();
    if (!attributes) return false;
    radius_->ask({ticket, std::move(*attributes), {}});
    return true;
}

// An Access-Challenge is what the style of FreeRADIUS has no use for, and so a rejection (RFC 2865 §4.4). Local passwords stand in for servers that
// are dead or silent, for users who have one: not where we ask too much of servers that work, which anybody could bring about.
void Core::on_radius(Ticket ticket, radius::Outcome outcome, radius::Code code, std::string_view attributes, Now now) {
    using auth::DigestReply;
    using enum radius::Outcome;
    if (digest_style_ == radius::DigestStyle::rfc5090) return on_server_digest(ticket, outcome, code, attributes, now);
    const bool local = (outcome == no_answer || outcome == all_dead) && config_->radius.on_unavailable == RadiusSettings::OnUnavailable::local &&
                       remote_digest_.stored_here(ticket);
    const auto reply = outcome != answered ? DigestReply::nobody : code == radius::Code::access_accept ? DigestReply::right : DigestReply::wrong;
    const auto verdict = remote_digest_.on_reply(ticket, reply, now);
    if (!verdict) return;
    if (local) return authentication_.verify_by(digest_, ticket, now);
    authentication_.on_verdict(ticket, *verdict, now);
}

// A challenge without nonce or realm (RFC 5090 §2.2) is none, and so a rejection.
void Core::on_server_digest(Ticket ticket, radius::Outcome outcome, radius::Code code, std::string_view attributes, Now now) {
    using Reply = auth::ServerDigest::Reply;
    Reply reply = Reply::wrong;
    auth::ServerChallenge challenge;
    if (outcome != radius::Outcome::answered) {
        reply = Reply::nobody;
    } else if (code == radius::Code::access_accept) {
        reply = Reply::right;
    } else if (const auto said = radius::read_digest_challenge(attributes); said && code == radius::Code::access_challenge) {
        reply = Reply::challenge;
        challenge = {.realm = said->realm,
                     .nonce = said->nonce,
                     .opaque = said->opaque,
                     .domain = said->domain,
                     .algorithm = said->algorithm,
                     .qop_auth = std::ranges::find(said->qops, "auth") != said->qops.end(),
                     .stale = said->stale,
                     .state = radius::find(attributes, radius::Type::state).value_or(std::string_view())};
    }
    if (const auto verdict = server_digest_.on_reply(ticket, reply, challenge, now)) authentication_.on_verdict(ticket, *verdict, now);
}

}  // namespace offhook::daemon
