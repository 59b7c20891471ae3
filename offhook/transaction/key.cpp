#include "offhook/transaction/key.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"

namespace offhook::transaction {

using message::HeaderId;

namespace {

void add_lower(SipHash& hash, std::string_view text) {
    char buffer[64];
    const std::uint64_t size = text.size();
    while (!text.empty()) {
        const std::size_t piece = std::min(text.size(), sizeof buffer);
        std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(piece), buffer, to_lower);
        hash.add_raw({buffer, piece});
        text.remove_prefix(piece);
    }
    hash.add(size);
}

}  // namespace

std::optional<KeyParts> key_parts(const message::Message& request) {
    const auto& via = request.top_via();
    if (!via) return std::nullopt;
    KeyParts parts;
    parts.via = *via;
    parts.via_text = request.top_via_text();
    parts.method = request.method() == message::Method::ack ? name_of(message::Method::invite) : request.method_name();
    if (!parts.rfc2543()) return parts;

    const auto &from = request.from(), &to = request.to();
    const auto& cseq = request.cseq();
    if (!from || !to || !cseq) return std::nullopt;
    parts.call_id = request.value(HeaderId::call_id);
    parts.from_tag = from->tag;
    parts.to_tag = to->tag;
    parts.request_uri = request.request_uri();
    parts.cseq = cseq->number;
    return parts;
}

Key key_of(const SipKey& salt, const KeyParts& p) {
    SipHash hash(salt, SipHash::Width::bits_128);
    hash.add(p.method);
    if (p.rfc2543()) {
        hash.add(p.via_text).add(p.call_id).add(p.from_tag).add(p.to_tag).add(p.request_uri).add(std::uint64_t{p.cseq});
    } else {
        hash.add(p.via.branch);
        add_lower(hash, p.via.host);
        hash.add(std::uint64_t{p.via.port});
    }
    return hash.finish_wide();
}

KeyParts with_method(KeyParts parts, std::string_view method) {
    parts.method = method;
    return parts;
}

KeyParts without_to_tag(KeyParts parts) {
    parts.to_tag = {};
    return parts;
}

}  // namespace offhook::transaction
