#include "offhook/proxy/loop.hpp"

#include "offhook/message/values.hpp"
#include "offhook/proxy/tags.hpp"

namespace offhook::proxy {

namespace {

constexpr std::size_t mark_size = 1 + 8 + 8 + 16;

std::uint64_t cseq_number(const message::Message& request) {
    const auto cseq = message::parse_cseq(request.value(message::HeaderId::cseq));
    return cseq ? cseq->number : 0;
}

}  // namespace

std::uint64_t loop_hash(const SipKey& key, const message::Message& request, std::string_view request_uri, std::string_view route) {
    using message::HeaderId;
    return SipHash(key)
        .add(request_uri)
        .add(route)
        .add(request.value(HeaderId::call_id))
        .add(from_tag(request))
        .add(to_tag(request))
        .add(cseq_number(request))
        .add(request.value(HeaderId::proxy_require))
        .finish();
}

std::uint64_t identity_hash(const SipKey& key, const message::Message& request) {
    return SipHash(key).add(request.value(message::HeaderId::call_id)).add(from_tag(request)).add(cseq_number(request)).finish();
}

void append_mark(std::string& out, const LoopMark& mark) {
    out.push_back('.');
    append_hex(out, mark.branch.slot, 8);
    append_hex(out, mark.branch.generation, 8);
    append_hex(out, mark.hash, 16);
}

std::optional<LoopMark> mark_of(std::string_view branch) {
    if (branch.size() < mark_size) return std::nullopt;
    const std::string_view mark = branch.substr(branch.size() - mark_size);
    if (mark[0] != '.') return std::nullopt;
    const auto slot = read_hex(mark.substr(1, 8)), generation = read_hex(mark.substr(9, 8)), hash = read_hex(mark.substr(17));
    if (!slot || !generation || !hash) return std::nullopt;
    return LoopMark{{static_cast<std::uint32_t>(*slot), static_cast<std::uint32_t>(*generation)}, *hash};
}

}  // namespace offhook::proxy
