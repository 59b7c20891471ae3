#include "offhook/auth/remote_digest.hpp"

#include "offhook/auth/claim.hpp"

namespace offhook::auth {

std::optional<Verdict> RemoteDigest::verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now now) {
    std::string unescaped;
    const auto claim = read_claim(request, realm, proxy, *config_, unescaped);
    if (!claim || claim->domain.empty()) return Refused{};
    const auto use = local_.use_of(claim->fields, request, now);
    if (!use || local_.spent(*use)) return Stale{};
    const auto [place, added] = waiting_.insert_or_assign(
        key_of(ticket), Waiting{{std::string(claim->name), std::string(claim->domain)}, std::string(claim->fields.nonce), *use});
    if (ask_({claim->name, claim->domain, request.method_name(), claim->fields}, ticket)) return std::nullopt;
    waiting_.erase(place);
    return Refused{};
}

std::optional<Verdict> RemoteDigest::on_reply(Ticket ticket, DigestReply reply, Now now) {
    const auto found = waiting_.find(key_of(ticket));
    if (found == waiting_.end()) return std::nullopt;
    Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    if (reply == DigestReply::nobody) return Unavailable{};
    const UserSnapshot user = local_.stored(waiting.identity);
    if (reply == DigestReply::wrong || (user && !user->enabled)) return Refused{};
    waiting.use.nonce = waiting.nonce;
    return local_.admit(std::move(waiting.identity), waiting.use, ticket, now);
}

bool RemoteDigest::stored_here(Ticket ticket) const {
    const auto found = waiting_.find(key_of(ticket));
    return found != waiting_.end() && local_.stored(found->second.identity) != nullptr;
}

}  // namespace offhook::auth
