#include "apps/offhookd/shard_app.hpp"

namespace offhook::daemon {

ShardApp::ShardApp(runtime::ShardServices& services, const std::shared_ptr<const Config>& config, const Secrets& secrets, store::Store& store,
                   runtime::Log& log, runtime::Rejections& rejections, std::uint64_t last_record)
    : log_(log),
      observer_(log, rejections, services.index),
      shard_(services.index),
      mailer_(services.mailer),
      ledger_(secrets.table, {.lifetime = config->auth.nonce_lifetime}, services.now.utc),
      replays_(
          ledger_, services.index, [this](std::string_view nonce) { return mailer_.shard_of(nonce); },
          [this](std::uint16_t owner, const auth::NonceUse& use, Ticket ticket) { ask(owner, use, ticket); }),
      core_({.shard = services.index,
             .wheel = services.wheel,
             .sender = services.sender,
             .resolver = services.resolver,
             .listeners = services.listeners,
             .bindings = store,
             .users = store.users(),
             .records = store,
             .charges = store,
             .replays = replays_,
             .observer = observer_,
             .own_nonce = [this](std::string_view nonce) { return mailer_.shard_of(nonce) == shard_; },
             .admission = &services.admission,
             .last_record = last_record,
             .radius = config->runtime.radius.servers.empty() ? nullptr : &services.radius},
            config, secrets, services.now) {}

void ShardApp::on_mail(runtime::Mail&& mail, Now now) {
    using Kind = runtime::Mail::Kind;
    switch (mail.kind) {
        case Kind::committed:
            return core_.on_committed(mail.ticket, mail.ok, now);
        case Kind::granted:
            return core_.on_granted(mail.ticket,
                                    {.rule = static_cast<charging::Rule>(mail.numbers[0]), .lasts = Duration(static_cast<std::int64_t>(mail.numbers[1]))}, now);
        case Kind::resolved:
            return core_.on_resolved(mail.ticket, mail.addresses, now);
        case Kind::ask:
            return answer(mail, now);
        case Kind::answer:
            return core_.on_nonce_admitted(mail.ticket, mail.ok, now);
        case Kind::radius:
            return core_.on_radius(mail.ticket, static_cast<radius::Outcome>(mail.numbers[0]), static_cast<radius::Code>(mail.numbers[1]),
                                   mail.bytes, now);
        case Kind::configure:
            return core_.configure(std::static_pointer_cast<const Config>(mail.snapshot));
        case Kind::drain:
            return core_.drain(now);
        default:
            return;  // the shard itself understands the others
    }
}

// A nonce of another shard came in here: its owner knows what it was used for (design rule 2).
void ShardApp::ask(std::uint16_t owner, const auth::NonceUse& use, Ticket ticket) {
    runtime::Mail question;
    question.kind = runtime::Mail::Kind::ask;
    question.ticket = ticket;
    question.bytes = use.nonce;
    question.numbers[0] = use.nc;
    question.numbers[1] = use.request;
    mailer_.post(owner, std::move(question));
}

void ShardApp::answer(const runtime::Mail& question, Now now) {
    runtime::Mail answer;
    answer.kind = runtime::Mail::Kind::answer;
    answer.ticket = question.ticket;
    answer.ok = ledger_.admit(auth::asked_use(question.bytes, static_cast<std::uint32_t>(question.numbers[0]), question.numbers[1]), now.utc);
    mailer_.post(question.ticket.shard, std::move(answer));
}

}  // namespace offhook::daemon
