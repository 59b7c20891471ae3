#include "apps/offhookd/replay.hpp"

namespace offhook::daemon {

std::optional<bool> OwnedReplays::admit(const auth::NonceUse& use, Ticket ticket, Now now) {
    const std::uint16_t owner = mailer_.shard_of(use.nonce);
    if (owner == shard_) return ledger_.admit(use, now.utc);
    runtime::Mail question;
    question.kind = runtime::Mail::Kind::ask;
    question.ticket = ticket;
    question.bytes = use.nonce;
    question.numbers[0] = static_cast<std::uint64_t>(use.issued.time_since_epoch().count());
    question.numbers[1] = use.nc;
    question.numbers[2] = use.request;
    mailer_.post(owner, std::move(question));
    return std::nullopt;
}

void OwnedReplays::on_ask(const runtime::Mail& question, Now now) {
    const auth::NonceUse use{question.bytes, UtcTime(Duration(static_cast<Duration::rep>(question.numbers[0]))), static_cast<std::uint32_t>(question.numbers[1]),
                             question.numbers[2]};
    runtime::Mail answer;
    answer.kind = runtime::Mail::Kind::answer;
    answer.ticket = question.ticket;
    answer.ok = ledger_.admit(use, now.utc);
    mailer_.post(question.ticket.shard, std::move(answer));
}

}  // namespace offhook::daemon
