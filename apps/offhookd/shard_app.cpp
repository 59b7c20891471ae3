#include "apps/offhookd/shard_app.hpp"

namespace offhook::daemon {

ShardApp::ShardApp(runtime::ShardServices& services, std::shared_ptr<const Config> config, const Secrets& secrets, store::Store& store, runtime::Log& log,
                   std::uint64_t last_record)
    : observer_(log, services.index),
      replays_(services.index, services.mailer, secrets.table, {.lifetime = config->auth.nonce_lifetime}, services.now),
      core_({.shard = services.index,
             .wheel = services.wheel,
             .sender = services.sender,
             .resolver = services.resolver,
             .listeners = services.listeners,
             .bindings = store,
             .users = store.users(),
             .records = store,
             .replays = replays_,
             .observer = observer_,
             .own_nonce = [this](std::string_view nonce) { return replays_.owns(nonce); },
             .last_record = last_record},
            config, secrets, services.now) {}

void ShardApp::on_mail(runtime::Mail&& mail, Now now) {
    using Kind = runtime::Mail::Kind;
    switch (mail.kind) {
        case Kind::committed: return core_.on_committed(mail.ticket, mail.ok, now);
        case Kind::resolved: return core_.on_resolved(mail.ticket, mail.addresses, now);
        case Kind::ask: return replays_.on_ask(mail, now);
        case Kind::answer: return core_.on_nonce_admitted(mail.ticket, mail.ok, now);
        case Kind::configure: return core_.configure(std::static_pointer_cast<const Config>(mail.snapshot));
        case Kind::drain: return core_.drain();
        default: return;  // the shard itself understands the others
    }
}

}  // namespace offhook::daemon
