#include "offhook/proxy/loop.hpp"

#include <utility>

#include "offhook/proxy/tags.hpp"

namespace offhook::proxy {

namespace {

constexpr std::size_t mark_size = 1 + 8 + 8 + 16;

}  // namespace

Identity identity_of(const message::Message& request) {
    using message::HeaderId;
    const auto& cseq = request.cseq();
    return {request.value(HeaderId::call_id), request.from_tag(), request.to_tag(), cseq ? cseq->number : 0};
}

std::uint64_t loop_hash(const SipKey& key, const Identity& identity, std::string_view proxy_require, std::string_view request_uri,
                        std::string_view route) {
    SipHash hash(key);
    hash.add(request_uri).add(route).add(identity.call_id).add(identity.from_tag).add(identity.to_tag);
    return hash.add(std::uint64_t{identity.cseq}).add(proxy_require).finish();
}

std::uint64_t identity_hash(const SipKey& key, const Identity& identity) {
    return SipHash(key).add(identity.call_id).add(identity.from_tag).add(std::uint64_t{identity.cseq}).finish();
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

std::optional<LoopMark> MarkReader::next() {
    while (const auto item = vias_.next()) {
        const bool first = std::exchange(first_, false);
        const auto& via = first ? message_->top_via() : message::parse_via(item->text);
        const auto mark = via ? mark_of(via->branch) : std::nullopt;
        if (mark) return mark;
    }
    return std::nullopt;
}

}  // namespace offhook::proxy
