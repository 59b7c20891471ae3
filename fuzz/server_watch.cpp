#include "fuzz/server_watch.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "fuzz/promise.hpp"
#include "offhook/base/text.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/typed.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::fuzz {

using message::HeaderId;
using message::Message;
using message::Method;

namespace {

constexpr message::Limits roomy{.size = 1u << 20, .headers = Message::capacity, .request_uri = 1u << 16};
constexpr message::Strictness everything{.check_everything = true};

/// Of one event: 32 targets, each with an INVITE or a CANCEL and what its failure leads to.
constexpr std::size_t most_at_once = 100;
/// To the sender of a datagram: 100 and a final response, or those of a CANCEL and its INVITE.
constexpr std::size_t most_answers = 3;
/// What a response has beyond the request: challenges, capabilities, tags.
constexpr std::size_t more_in_answer = 1'500;
/// Ten contacts as large as they may be.
constexpr std::size_t more_of_bindings = 45'000;

/// The request's transaction as §17.2.3 tells them apart, coarsely for peers of RFC 2543.
std::string key_of(const Message& m, const message::Via& via) {
    const auto cseq = message::parse_cseq(m.value(HeaderId::cseq));
    const std::string_view method = m.is_request() ? m.method_name() : cseq ? cseq->method_name : std::string_view{};
    std::string key(method == "ACK" ? "INVITE" : method);
    if (via.rfc3261_branch()) return key.append(1, ' ').append(via.branch).append(1, ' ').append(lower(via.host)) + ' ' + std::to_string(via.port);
    return key.append(1, ' ').append(m.value(HeaderId::call_id)) + ' ' + std::to_string(cseq ? cseq->number : 0);
}

std::expected<message::Via, message::ParseError> via_at(const Message& m, std::size_t index) {
    message::ListReader reader(m, HeaderId::via);
    auto item = reader.next();
    for (; item && index > 0; --index) item = reader.next();
    if (!item) return std::unexpected(message::ParseError{});
    return message::parse_via(item->text);
}

std::string_view to_tag(const Message& m) {
    const auto to = message::parse_name_addr(m.value(HeaderId::to));
    return to ? to->tag() : std::string_view{};
}

/// With OFFHOOK_FUZZ_TRACE in the environment, whoever looks at one input sees what happens.
void trace(const char* arrow, const Endpoint& peer, std::string_view bytes) {
    static const bool wanted = std::getenv("OFFHOOK_FUZZ_TRACE") != nullptr;
    if (!wanted) return;
    const std::string where = peer.text();
    std::fprintf(stderr, "%s %-22s %.*s\n", arrow, where.c_str(), static_cast<int>(std::min(bytes.find('\r'), bytes.size())), bytes.data());
}

}  // namespace

void ServerWatch::came(std::string_view bytes, const transport::Flow& from, bool whole) {
    trace("->", from.remote, bytes);
    sources_.insert(from.remote.address);
    source_ = from.remote.address;
    handling_ = true;
    size_ = bytes.size();
    largest_ = std::max(largest_, size_);
    sent_ = answers_ = 0;
    Message m;
    const auto indexed = m.index(bytes);
    valid_ = whole && indexed && message::validate(m);
    faultless_ = faultless_ && valid_ && message::validate(m, everything);
    message::TypedReader<HeaderId::via> vias(m);
    while (const auto via = vias.next()) vias_readable_ = vias_readable_ && via->has_value();
    register_ = valid_ && m.method() == Method::register_;
    if (indexed || m.partial())
        if (const auto via = via_at(m, 0))  // RFC 3261 §18.2.2: the group that is asked for there
            if (const auto group = IpAddress::parse(via->maddr); group && group->is_multicast()) sources_.insert(*group);
    if (valid_ && m.is_request() && m.method() != Method::ack) judge(m, from);
}

void ServerWatch::judge(const Message& request, const transport::Flow& from) {
    const auto via = via_at(request, 0);
    if (!via) return;
    const auto [entry, fresh] = owed_.try_emplace(key_of(request, *via));
    Owed& owed = entry->second;
    const bool token = request.bytes().find("oh=") != std::string_view::npos;
    const bool credentials = request.has(HeaderId::authorization) || request.has(HeaderId::proxy_authorization);
    const bool ours = request.bytes().find(server_.address.text() + ":5060;branch=z9hG4bK") != std::string_view::npos;
    const bool stranger = !credentials && !token && !ours && !trusted_.contains(from.remote.address);
    // Two requests with one key are one transaction to the server, and whichever came first speaks for both.
    owed.invite = request.method() == Method::invite;
    owed.stranger = fresh ? stranger : owed.stranger && stranger;
    const bool within = !to_tag(request).empty() && !token;
    owed.within_dialog = fresh ? within : owed.within_dialog && within;
}

void ServerWatch::settled() {
    handling_ = false;
    promise(sent_ <= most_at_once, "an event makes the server send no more than its targets are");
    promise(answers_ <= most_answers, "who sends a message is sent no more than an answer or two");
}

bool ServerWatch::left(const transport::Flow& to, std::string_view bytes, const transport::SendTag& tag) {
    trace("<-", to.remote, bytes);
    ++sent_;
    // What timers send again was judged when it left first.
    const bool fresh = seen_.insert(std::hash<std::string_view>{}(bytes)).second;
    if (!fresh && !handling_) return false;
    Message m;
    promise(m.index(bytes, roomy).has_value(), "what the server sends is a message");
    // A refusal of what is no valid message repeats its fields.
    const bool refusal = handling_ && !valid_ && tag.kind == transport::SendTag::Kind::none && !m.is_request();
    // Without its top Via a response shows the next one, which nobody here has looked at (RFC 3261 §16.7 item 3).
    promise(refusal || (!vias_readable_ && !m.is_request()) || message::validate(m), "what the server sends is a valid message");
    promise(!faultless_ || message::validate(m, everything), "from faultless messages come faultless messages");
    if (m.is_request())
        left_request(m, to);
    else
        left_response(m, to, tag);
    return fresh;
}

void ServerWatch::left_request(const Message& request, const transport::Flow& to) {
    const auto ours = via_at(request, 0), theirs = via_at(request, 1);
    promise(ours.has_value(), "the server's own Via is well-formed");
    if (request.method() == Method::invite) branches_.insert_or_assign(std::string(ours->branch), to.remote);
    message::ListReader vias(request, HeaderId::via);
    static_cast<void>(vias.next());
    if (!vias.next()) {
        const bool follows = request.method() == Method::ack || request.method() == Method::cancel;
        promise(follows, "the server makes no requests of its own");
        const auto invite = branches_.find(ours->branch);
        return promise(invite != branches_.end() && invite->second == to.remote, "an ACK or a CANCEL goes where its INVITE went");
    }
    if (!theirs || request.method() == Method::ack) return;
    const auto owed = owed_.find(key_of(request, *theirs));
    promise(owed != owed_.end(), "the server forwards what somebody sent");
    owed->second.forwarded = true;
    promise(!owed->second.within_dialog, "a request with a To tag is forwarded by our token only");
    if (!owed->second.stranger || to.remote.address == server_.address) return;
    promise(places_.contains(to.remote.address), "a stranger's request goes only to phones that registered");
}

void ServerWatch::left_response(const Message& response, const transport::Flow& to, const transport::SendTag& tag) {
    promise(sources_.contains(to.remote.address), "a response goes to somebody who asked");
    if (handling_ && to.remote.address == source_) {
        ++answers_;
        const std::size_t most = largest_ + more_in_answer + (register_ ? more_of_bindings : 0);
        promise(response.bytes().size() <= most, "an answer is not much longer than what it answers");
    }
    const auto via = via_at(response, 0);
    if (!via) return;
    std::string key = key_of(response, *via);
    if (tag.kind == transport::SendTag::Kind::server_transaction) {
        // A response that a phone answered with has the Vias that the phone wrote.
        const std::uint64_t number = std::uint64_t{tag.handle.slot} << 32 | tag.handle.generation;
        key = keys_.try_emplace(number, std::move(key)).first->second;
    }
    if (const auto owed = owed_.find(key); owed != owed_.end() && response.status() >= 200) owed->second.answered = true;
}

void ServerWatch::bound(const location::BindingSet& set) {
    const auto add = [this](std::string_view text) {
        const auto uri = message::parse_uri(text);
        if (!uri || !uri->is_sip()) return;
        for (const std::string_view host : {uri->host, uri->parameter("maddr").value_or(std::string_view{})})
            if (const auto address = IpAddress::parse(host)) places_.insert(*address);
    };
    for (const location::Binding& binding : set.bindings) {
        places_.insert(binding.flow.remote.address);
        add(binding.contact);
        const auto open = binding.path.find('<'), close = binding.path.find('>');
        if (open != std::string_view::npos && close > open) add(binding.path.substr(open + 1, close - open - 1));
    }
}

void ServerWatch::end() const {
    // RFC 4320: who is not answered in time is not told so, but for an INVITE.
    for (const auto& [key, owed] : owed_) promise(owed.answered || (owed.forwarded && !owed.invite), "every request is answered");
}

}  // namespace offhook::fuzz
