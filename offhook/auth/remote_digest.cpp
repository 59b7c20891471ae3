#include "offhook/auth/remote_digest.hpp"

#include "offhook/auth/claim.hpp"

namespace offhook::auth {

std::optional<Verdict> RemoteDigest::verify(const message::Message& request, std::string_view realm, bool proxy, Ticket ticket, Now) {
    std::string unescaped;
    const auto claim = read_claim(request, realm, proxy, *config_, unescaped);
    if (!claim || claim->domain.empty()) return Refused{};
    const auto [place, added] = waiting_.insert_or_assign(
        key_of(ticket),
        Waiting{{std::string(claim->name), std::string(claim->domain)}, std::string(claim->fields.nonce), local_.use_of(claim->fields, request)});
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
    if (reply == DigestReply::wrong) return Refused{};
    waiting.use.nonce = waiting.nonce;
    return local_.admit(std::move(waiting.identity), waiting.use, ticket, now);
}

}  // namespace offhook::auth
