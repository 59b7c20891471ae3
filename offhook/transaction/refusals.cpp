#include "offhook/transaction/refusals.hpp"

#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/transport/via.hpp"

namespace offhook::transaction {

using message::HeaderId;

namespace {

constexpr std::string_view status_line = "SIP/2.0 503 Service Unavailable\r\n";
constexpr char mark = 'r';              ///< of our tags for refusals: others are hexadecimal throughout
constexpr std::size_t tag_size = 17;    ///< the mark and 16 digits
constexpr Duration one_line_each{1'000'000};

}  // namespace

// Of what an INVITE and the ACK of its failure have in common (§17.1.1.3): nobody else can make one that fits.
void Refusals::append_tag(std::string& out, const message::Message& request, const message::Via& via) const {
    const auto& cseq = request.cseq();
    SipHash hash(services_.salt);
    hash.add("refused").add(request.value(HeaderId::call_id)).add(via.branch).add(std::uint64_t{cseq ? cseq->number : 0});
    out += mark;
    append_hex(out, hash.finish());
}

void Refusals::refuse(const message::Message& request, const message::Via& via, const transport::Flow& from, Why why, std::string_view feedback,
                      Now now) {
    if (why == Why::no_room && services_.admission != nullptr) services_.admission->count_for_room();
    tag_.clear();
    response_.clear();
    if (why == Why::overload || request.to_tag().empty()) append_tag(tag_, request, via);
    if (transport::write_refusal(response_, status_line, request, via, from, {tag_, feedback}))
        services_.sender.send(transport::response_flow(via, from), response_, {});
    report(why, now);
}

bool Refusals::acknowledged(const message::Message& ack, const message::Via& via) const {
    if (ack.value(HeaderId::to).find(mark) == std::string_view::npos) return false;
    const std::string_view tag = ack.to_tag();
    if (tag.size() != tag_size || tag.front() != mark) return false;
    std::string expected;
    append_tag(expected, ack, via);
    return tag == expected;
}

// A storm must not be answered with a storm of lines: one a second for each cause, with the number.
void Refusals::report(Why why, Now now) {
    const auto i = static_cast<std::size_t>(why);
    ++unreported_[i];
    if (reported_[i] != Instant::min() && now.steady - reported_[i] < one_line_each) return;
    reported_[i] = now.steady;
    std::string text = "new requests refused with 503 since the last such line: ";
    append_number(text, std::exchange(unreported_[i], 0));
    text += why == Why::overload ? "; what is read has waited too long" : "; there are as many transactions as allowed";
    services_.observer.note(Severity::warning, text, now);
}

}  // namespace offhook::transaction
