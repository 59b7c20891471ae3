#include "tests/warm/rig.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "offhook/base/text.hpp"
#include "offhook/message/digest.hpp"

namespace offhook::warm {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t users = 200;
constexpr std::string_view domain = "example.com";

const Endpoint server{IpAddress::v4({10, 0, 0, 1}), 5060}, caller{IpAddress::v4({10, 0, 0, 2}), 5070}, callee{IpAddress::v4({10, 0, 0, 3}), 5070};

// Blanks of the forms: N the call's number, C and D the users, V the Via lines and R the Record-Route lines of the request that is
// answered, T its route, P the digest response, O nonce, U nonce count, S CSeq; each behind a '$'.
constexpr std::string_view session =
    "v=0\r\no=alice 2890844526 2890844526 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 49172 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
constexpr std::string_view parties =
    "From: \"Alice\" <sip:$C@example.com>;tag=9fxced76sl$N\r\nTo: \"Bob\" <sip:$D@example.com>;tag=8321234356\r\nCall-ID: 3848276298220188511-$N@10.0.0.2\r\n";

std::string with_session(std::string_view head) {
    return fmt::format("{}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{}", head, session.size(), session);
}

const std::string invite_form = with_session(
    "INVITE sip:$D@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK74bf9-$N;rport\r\nMax-Forwards: 70\r\nFrom: \"Alice\" "
    "<sip:$C@example.com>;tag=9fxced76sl$N\r\nTo: \"Bob\" <sip:$D@example.com>\r\nCall-ID: 3848276298220188511-$N@10.0.0.2\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:$C@10.0.0.2:5070;transport=udp>\r\nUser-Agent: Phone/1.0\r\n");
const std::string ringing_form =
    fmt::format("SIP/2.0 180 Ringing\r\n$V$R{}CSeq: 1 INVITE\r\nContact: <sip:$D@10.0.0.3:5070>\r\nContent-Length: 0\r\n\r\n", parties);
const std::string answer_form = with_session(fmt::format("SIP/2.0 200 OK\r\n$V$R{}CSeq: 1 INVITE\r\nContact: <sip:$D@10.0.0.3:5070>\r\n", parties));
const std::string ack_form = fmt::format(
    "ACK sip:$D@10.0.0.3:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK74bg0-$N;rport\r\nMax-Forwards: 70\r\nRoute: $T\r\n{}CSeq: 1 "
    "ACK\r\nContent-Length: 0\r\n\r\n",
    parties);
const std::string bye_form = fmt::format(
    "BYE sip:$D@10.0.0.3:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK74bg1-$N;rport\r\nMax-Forwards: 70\r\nRoute: $T\r\n{}CSeq: 2 "
    "BYE\r\nContent-Length: 0\r\n\r\n",
    parties);
const std::string gone_form = fmt::format("SIP/2.0 200 OK\r\n$V{}CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n", parties);
const std::string register_head =
    "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5070;branch=z9hG4bKnashds7-$N;rport\r\nMax-Forwards: 70\r\nFrom: "
    "<sip:$C@example.com>;tag=456248\r\nTo: <sip:$C@example.com>\r\nCall-ID: 843817637684230-$C@10.0.0.3\r\nCSeq: $S REGISTER\r\n"
    "Contact: <sip:$C@10.0.0.3:5070>\r\nExpires: 7200\r\nUser-Agent: Phone/1.0\r\n";
const std::string register_form = register_head + "Content-Length: 0\r\n\r\n";
const std::string credentials_form = register_head +
    "Authorization: Digest username=\"$C\", realm=\"example.com\", nonce=\"$O\", uri=\"sip:example.com\", response=\"$P\", algorithm=MD5, cnonce=\"0a4f113b\", "
    "qop=auth, nc=$U\r\nContent-Length: 0\r\n\r\n";

// Read as the program reads it.
std::shared_ptr<const daemon::Config> config() {
    auto read = daemon::parse("domains = [\"example.com\"]\n[auth]\ntrusted = [\"10.0.0.0/8\"]\nalgorithms = [\"MD5\"]\n", "warm.toml");
    if (!read) throw std::runtime_error(read.error());
    return std::make_shared<const daemon::Config>(std::move(*read));
}

std::string user_name(std::size_t i) { return fmt::format("u{:06}", i); }

}  // namespace

Rig::Rig(std::uint64_t (*allocations)())
    : allocations_(allocations),
      now_{Instant(1h), UtcTime(std::chrono::sys_days(std::chrono::year(2026) / 5 / 1))},
      wheel_(now_.steady),
      listeners_({{transport::Protocol::udp, server, {}, 0}}),
      bindings_([this](Ticket ticket, bool ok, Now now) { core_->on_committed(ticket, ok, now); }, Duration{0}),
      replays_(SipKey{1, 2}, {}, now_.utc - 1h) {
    for (std::size_t i = 0; i < users; ++i) {
        auth::User user{user_name(i), std::string(domain), std::string(domain), {}, true, {}};
        user.ha1[0] = auth::hash_password(hasher_, auth::Algorithm::md5, user.name, domain, domain, "secret");
        users_.emplace_back().snapshot = std::make_shared<const auth::User>(std::move(user));
    }
    core_ = std::make_unique<daemon::Core>(daemon::CoreParts{.shard = 0,
                                                             .wheel = wheel_,
                                                             .sender = *this,
                                                             .resolver = *this,
                                                             .listeners = listeners_,
                                                             .bindings = bindings_,
                                                             .users = *this,
                                                             .records = *this,
                                                             .charges = *this,
                                                             .replays = replays_,
                                                             .observer = observer_,
                                                             .own_nonce = {},
                                                             .admission = &admission_},
                                           config(), daemon::Secrets{{}, {1, 2}, {3, 4}, {5, 6}, {7, 8}}, now_);
    for (User& user : users_) {
        challenge(user);
        register_user(user);
    }
}

Spent Rig::call() {
    spent_ = {};
    const std::size_t i = calls_ % (users / 2);
    const Blanks blanks{.number = ++calls_, .caller = users_[i].snapshot->name, .callee = users_[users / 2 + i].snapshot->name};
    compose(invite_form, blanks);
    deliver(caller);
    std::ignore = expect("SIP/2.0 100", caller);
    std::ignore = expect("INVITE ", callee);
    keep_route();
    compose(ringing_form, blanks);
    deliver(callee);
    std::ignore = expect("SIP/2.0 180", caller);
    compose(answer_form, blanks);
    deliver(callee);
    turn(Duration{0});
    std::ignore = expect("SIP/2.0 200", caller);
    compose(ack_form, blanks);
    deliver(caller);
    std::ignore = expect("ACK ", callee);
    compose(bye_form, blanks);
    deliver(caller);
    std::ignore = expect("BYE ", callee);
    keep_route();
    compose(gone_form, blanks);
    deliver(callee);
    turn(20ms);
    std::ignore = expect("SIP/2.0 200", caller);
    return spent_;
}

Spent Rig::refresh() {
    User& user = users_[refreshes_++ % users_.size()];
    if (now_.utc - user.challenged > 200s) challenge(user);
    spent_ = {};
    register_user(user);
    return spent_;
}

void Rig::challenge(User& user) {
    const std::string cseq = std::to_string(++user.cseq);
    compose(register_form, {.number = ++calls_, .caller = user.snapshot->name, .cseq = cseq});
    deliver(callee);
    message::Message refusal;
    if (!refusal.index(expect("SIP/2.0 401", callee))) throw std::runtime_error("a 401 that does not parse");
    const auto challenge = message::parse_digest_challenge(refusal.value(message::HeaderId::www_authenticate));
    if (!challenge) throw std::runtime_error("a challenge that does not parse");
    user.nonce = challenge->nonce;
    user.count = 0;
    user.challenged = now_.utc;
}

void Rig::register_user(User& user) {
    const std::string cseq = std::to_string(++user.cseq), count = fmt::format("{:08x}", ++user.count);
    auth::HexDigest hex;
    const auto response = auth::digest_response(
        hasher_, {auth::Algorithm::md5, user.snapshot->ha1[0].plain_name, "REGISTER", "sip:example.com", user.nonce, "auth", count, "0a4f113b", {}}, hex);
    compose(credentials_form, {.number = ++calls_, .caller = user.snapshot->name, .response = response, .nonce = user.nonce, .count = count, .cseq = cseq});
    deliver(callee);
    turn(1ms);
    std::ignore = expect("SIP/2.0 200", callee);
}

void Rig::compose(std::string_view form, const Blanks& blanks) {
    text_.clear();
    for (;;) {
        const std::size_t mark = form.find('$');
        text_ += form.substr(0, mark);
        if (mark == form.npos) return;
        switch (form[mark + 1]) {
            case 'N': append_hex(text_, blanks.number); break;
            case 'C': text_ += blanks.caller; break;
            case 'D': text_ += blanks.callee; break;
            case 'V': text_ += vias_; break;
            case 'R': text_ += record_routes_; break;
            case 'T': text_ += route_; break;
            case 'P': text_ += blanks.response; break;
            case 'O': text_ += blanks.nonce; break;
            case 'U': text_ += blanks.count; break;
            case 'S': text_ += blanks.cseq; break;
            default: throw std::runtime_error("a form with an unknown blank");
        }
        form.remove_prefix(mark + 2);
    }
}

// What a phone copies into its answers from the request that it has just received, and the route that the dialog gets.
void Rig::keep_route() {
    const std::string_view bytes = sent_[sent_count_ - 1].bytes;
    vias_.clear();
    record_routes_.clear();
    for (std::size_t at = bytes.find("\r\n") + 2, end = 0; (end = bytes.find("\r\n", at)) > at; at = end + 2) {
        const std::string_view line = bytes.substr(at, end + 2 - at);
        if (line.starts_with("Via:")) vias_ += line;
        if (line.starts_with("Record-Route:")) record_routes_ += line;
    }
    if (!record_routes_.empty()) route_.assign(record_routes_, 14, record_routes_.size() - 16);
}

// One message, from its bytes to whatever it made the server send.
void Rig::deliver(const Endpoint& from) {
    const transport::Flow flow{transport::Protocol::udp, 0, server, from, {}};
    sent_count_ = 0;
    ++spent_.messages;
    const std::uint64_t allocated = allocations_();
    const auto began = std::chrono::steady_clock::now();
    const bool indexed = message_.index(text_).has_value();
    if (indexed) core_->on_message(message_, flow, now_);
    spent_.time += std::chrono::steady_clock::now() - began;
    spent_.allocations += allocations_() - allocated;
    if (!indexed) throw std::runtime_error("a form that does not parse:\n" + text_);
}

// What was committed is told, time passes, timers fire.
void Rig::turn(Duration passes) {
    sent_count_ = 0;
    const std::uint64_t allocated = allocations_();
    const auto began = std::chrono::steady_clock::now();
    std::swap(records_, committed_);
    for (const Ticket& ticket : committed_)
        if (ticket.handle) core_->on_committed(ticket, true, now_);
    committed_.clear();
    bindings_.advance(now_);
    now_ = {now_.steady + passes, now_.utc + passes};
    wheel_.advance(now_);
    spent_.time += std::chrono::steady_clock::now() - began;
    spent_.allocations += allocations_() - allocated;
}

const std::string& Rig::expect(std::string_view start, const Endpoint& to) const {
    for (std::size_t i = 0; i < sent_count_; ++i)
        if (sent_[i].to == to && sent_[i].bytes.starts_with(start)) return sent_[i].bytes;
    throw std::runtime_error(fmt::format("no {} to {} after\n{}\nbut {} others, the first\n{}", start, to.text(), text_, sent_count_,
                                         sent_count_ == 0 ? std::string() : sent_[0].bytes));
}

void Rig::send(const transport::Flow& flow, std::string_view bytes, transport::SendTag) {
    if (sent_count_ == sent_.size()) sent_.emplace_back();
    Sent& sent = sent_[sent_count_++];
    sent.to = flow.remote;
    sent.bytes.assign(bytes);
}

auth::UserSnapshot Rig::find(std::string_view of, std::string_view name) const {
    if (of != domain || name.size() != 7 || name[0] != 'u') return nullptr;
    const auto i = to_number<std::size_t>(name.substr(1));
    return i && *i < users_.size() ? users_[*i].snapshot : nullptr;
}

}  // namespace offhook::warm
