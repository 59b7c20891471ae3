// The transactions of a shard against peers and users without manners. An input is a script (script.hpp) of messages that arrive, users
// that answer, cancel or forget, failures of the transport, new limits, and time. Letters:
//
//   q METHOD BRANCH HOST TAG CSEQ SOURCE EXTRA   a request arrives        s WHICH STATUS TAG CHANGE   a response to what we sent arrives
//   a WHICH STATUS   b WHICH STATUS   f WHICH    a user answers (b: with octets of its own), or forgets the request
//   n METHOD SOURCE  o                           a user starts a transaction, or only reserves it
//   c WHICH   d WHICH                            it cancels, or abandons it
//   t HOW_LONG   e WHICH   l HOW_MANY            time passes; a send has failed; how many transactions there may be
//   u REQUEST RESPONSE CANCEL                    what users do from now on when they are told of these
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "fuzz/promise.hpp"
#include "fuzz/script.hpp"
#include "fuzz/targets.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/values.hpp"
#include "offhook/transaction/world_test.hpp"

namespace offhook::fuzz {

namespace {

using namespace std::chrono_literals;
using message::HeaderId;
using message::Message;
using message::Method;
using transaction::ClientId;
using transaction::RequestPtr;
using transaction::ServerId;
using transport::SendTag;

constexpr std::size_t most_events = 200;
constexpr int most_repeats = 11;  ///< by timers: 100 and ten of timer G, or ten of timer E, in 64*T1

constexpr std::string_view methods[] = {"INVITE", "ACK", "CANCEL", "OPTIONS", "BYE", "REGISTER", "invite", "FOO"};
constexpr std::string_view branches[] = {"z9hG4bKa", "z9hG4bKb", "", "old", "z9hG4bKA", "z9hG4bK"};
constexpr std::string_view hosts[] = {"192.0.2.9", "192.0.2.9:5060", "192.0.2.9:5061", "phone.example.com", "PHONE.example.com"};
constexpr std::string_view extras[] = {"", ";rport", ";rport=1", ";received=203.0.113.9", ";maddr=224.0.1.75", ";maddr=203.0.113.9;ttl=1"};
constexpr std::string_view tags[] = {"", "b", "c"};
constexpr int statuses[] = {100, 180, 183, 199, 200, 202, 299, 300, 302, 404, 408, 486, 487, 503, 603, 699};
constexpr Duration waits[] = {0ms, 1ms, 100ms, 200ms, 500ms, 1s, 3500ms, 4s, 5s, 10s, 32s, 33s, 64s, 200s};
constexpr std::size_t limits[] = {200'000, 0, 1, 2, 4, 8};

transport::Flow flow_of(std::size_t source) {
    constexpr const char* remotes[] = {"192.0.2.9:5060", "192.0.2.8:40000", "[2001:db8::9]:5060"};
    transport::Flow flow;
    flow.protocol = source % 2 == 0 ? transport::Protocol::udp : transport::Protocol::tcp;
    flow.local = *Endpoint::parse(source / 2 == 2 ? "[2001:db8::1]:5060" : "192.0.2.1:5060");
    flow.remote = *Endpoint::parse(remotes[source / 2 % 3]);
    return flow;
}
constexpr std::size_t sources = 6;

std::tuple<int, std::uint32_t, std::uint32_t> key_of(const SendTag& tag) {
    return {static_cast<int>(tag.kind), tag.handle.slot, tag.handle.generation};
}

/// What users saw of one client transaction.
struct Seen {
    ClientId id;
    bool invite = false, abandoned = false, over = false;
    int successes = 0, failures = 0;
};

/// What left for one transaction.
struct Left {
    std::string last;
    int repeats = 0;
    bool acknowledged = false;
};

class Machine : public transaction::World {
public:
    void run(std::string_view text) {
        Script script(text);
        for (std::size_t i = 0; i < most_events; ++i) {
            const char letter = script.event();
            if (letter == 0) break;
            actions_ = 0;
            by_time_ = letter == 't';
            const std::size_t before = checked_;
            step(letter, script);
            check_sent();
            promise(by_time_ || checked_ - before <= 1 + actions_, "an event makes the layer send once, and once for what a user then does");
        }
        finish();
    }

private:
    void step(char letter, Script& script) {
        switch (letter) {
            case 'q':
                return peer_asks(script);
            case 's':
                return peer_answers(script);
            case 'a':
            case 'b':
            case 'f':
                return user_answers(letter, script);
            case 'n':
                return user_starts(script);
            case 'o':
                return remember(layer.open(*this, cookie()), false);
            case 'c':
            case 'd':
                return user_gives_up(letter, script.choose(36));
            case 't':
                return run_until(sender.now + waits[script.choose(std::size(waits))]);
            case 'e':
                return send_fails(script.choose(36));
            case 'l':
                return layer.set_limits(limits_ = {.transactions = limits[script.choose(std::size(limits))]});
            case 'u':
                on_new_ = script.choose(5);
                on_answer_ = script.choose(4);
                on_cancelled_ = script.choose(3);
                return;
            default:
                return;
        }
    }

    // Peers --------------------------------------------------------------------------------------------------------------------

    void peer_asks(Script& script) {
        const std::string_view method = methods[script.choose(std::size(methods))], branch = branches[script.choose(std::size(branches))];
        const std::string_view host = hosts[script.choose(std::size(hosts))], tag = tags[script.choose(std::size(tags))];
        const std::string cseq = std::to_string(script.choose(3) + 1);
        flow = flow_of(script.choose(sources));
        std::string rest(extras[script.choose(std::size(extras))]);
        if (!branch.empty()) rest.append(";branch=").append(branch);
        arrive(request(method, {.branch = rest, .to_tag = tag, .cseq = cseq, .via_host = host}));
    }

    void peer_answers(Script& script) {
        std::vector<const transaction::Sent*> asked;
        for (const transaction::Sent& s : sender.sent)
            if (s.tag.kind == SendTag::Kind::client_transaction && !s.bytes.starts_with("ACK")) asked.push_back(&s);
        if (asked.empty()) return;
        const transaction::Sent& s = *asked[asked.size() - 1 - script.choose(36) % asked.size()];
        const int status = statuses[script.choose(std::size(statuses))];
        std::string bytes = response(s.bytes, status, tags[1 + script.choose(2)]);
        flow = s.to;
        const auto replace = [&bytes](std::string_view what, std::string_view by) {
            if (const auto at = bytes.find(what); at != bytes.npos) bytes.replace(at, what.size(), by);
        };
        switch (script.choose(8)) {
            case 1:
                replace("-suffix", "-suffiy");
                break;
            case 2:
                replace("-suffix", "");
                break;
            case 3:
                replace("z9hG4bK0", "z9hG4bK1");
                break;
            case 4:
                replace(" INVITE\r\n", " CANCEL\r\n");
                break;
            case 5:
                replace(" CANCEL\r\n", " INVITE\r\n");
                break;
            case 6:
                replace("Via: ", "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\nVia: ");
                break;
            case 7:
                flow = flow_of(3);
                break;
            default:
                break;
        }
        arrive(bytes);
    }

    void arrive(const std::string& bytes) {
        Message m;
        if (!m.index(bytes) || !message::validate(m)) return;  // the server lets nothing else in
        known_.insert(flow.remote.address);
        if (bytes.find("maddr=224.0.1.75") != bytes.npos) known_.insert(*IpAddress::parse("224.0.1.75"));
        const std::size_t servers = layer.server_count();
        const bool full = servers + layer.client_count() >= limits_.in_dialog();
        layer.receive(m, flow, now());
        promise(!full || layer.server_count() <= servers, "beyond the limit no transaction is made");
    }

    void send_fails(std::size_t which) {
        if (sender.sent.empty()) return;
        layer.on_send_failure(sender.sent[sender.sent.size() - 1 - which % sender.sent.size()].tag, transport::SendError::closed, now());
    }

    // Users --------------------------------------------------------------------------------------------------------------------

    struct Calling {
        explicit Calling(Machine& m) : machine(m) { ++machine.calling_, ++machine.actions_; }
        ~Calling() { --machine.calling_; }
        Calling(const Calling&) = delete;
        Calling& operator=(const Calling&) = delete;
        Machine& machine;
    };

    void user_answers(char how, Script& script) {
        const std::size_t which = script.choose(36);
        const int status = statuses[script.choose(std::size(statuses))];
        if (requests.empty()) return;
        const auto at = requests.end() - 1 - static_cast<std::ptrdiff_t>(which % requests.size());
        const Calling calling(*this);
        if (how == 'a') layer.respond(**at, status, now());
        if (how == 'b') layer.respond((*at)->transaction, status, response((*at)->bytes, status), now());
        if (how == 'f') requests.erase(at);
    }

    [[nodiscard]] Handle cookie() { return {static_cast<std::uint32_t>(seen_.size()), 1}; }
    void remember(ClientId id, bool invite) { seen_.push_back({.id = id, .invite = invite}); }

    void user_starts(Script& script) {
        const std::string_view method = methods[std::array{0, 3, 4, 7}[script.choose(4)]];
        const transport::Flow to = flow_of(script.choose(sources));
        const Calling calling(*this);
        const ClientId id = layer.open(*this, cookie());
        remember(id, method == "INVITE");
        known_.insert(to.remote.address);
        std::string branch = ";branch=";
        layer.append_branch(branch, id, "-suffix");
        layer.start(id, message::method_of(method), request(method, {.branch = branch, .via_host = "192.0.2.1"}), to, now());
    }

    void user_gives_up(char how, std::size_t which) {
        if (seen_.empty()) return;
        give_up(how, seen_[seen_.size() - 1 - which % seen_.size()]);
    }
    void give_up(char how, Seen& seen) {
        const Calling calling(*this);
        if (how == 'c') return layer.cancel(seen.id, "SIP;cause=200", now());
        seen.abandoned = true;
        layer.abandon(seen.id);
    }

    Seen& told(ClientId id, Handle cookie) {
        promise(calling_ == 0, "a user is not called from inside a call of its own");
        Seen& seen = seen_.at(cookie.slot);
        promise(seen.id == id && !seen.abandoned, "nothing is told of a transaction that was given up");
        promise(!seen.over, "nothing is told of a transaction that has ended");
        return seen;
    }
    void on_response(ClientId id, Handle cookie, const Message& response, const transport::Flow&, Now) override {
        Seen& seen = told(id, cookie);
        promise(seen.failures == 0, "a failure is the last response");
        promise(seen.successes == 0 || (seen.invite && response.status() / 100 == 2), "only further 2xx follow a 2xx, to an INVITE");
        if (response.status() >= 300)
            ++seen.failures;
        else if (response.status() >= 200)
            ++seen.successes;
        if (on_answer_ == 1) give_up('c', seen);
        if (on_answer_ == 2 || (on_answer_ == 3 && response.status() >= 200)) give_up('d', seen);
    }
    void on_failure(ClientId id, Handle cookie, Failure, Now) override {
        Seen& seen = told(id, cookie);
        promise(seen.failures + seen.successes == 0, "after a final response nothing fails");
        seen.over = true;
    }
    void on_terminated(ClientId id, Handle cookie, Now) override {
        Seen& seen = told(id, cookie);
        promise(seen.failures + seen.successes > 0, "a transaction ends in silence only after a final response");
        seen.over = true;
    }

    void on_request(RequestPtr request, Now at) override {
        const Message& m = request->message;
        promise(layer.alive(request->transaction), "a request comes with its transaction");
        const auto via = message::parse_via(m.value(HeaderId::via));
        if (via && via->rfc3261_branch()) {
            ServerId& last =
                open_[std::string(m.method_name()) + ' ' + std::string(via->branch) + ' ' + lower(via->host) + ' ' + std::to_string(via->port)];
            promise(!layer.alive(last), "a request is passed up once while its transaction lives");
            last = request->transaction;
        }
        constexpr int at_once[] = {0, 180, 200, 404, 0};
        if (const int status = at_once[on_new_]; status != 0) {
            ++actions_;
            layer.respond(*request, status, at);
        }
        if (on_new_ == 4)
            ++actions_;  // forgotten here: its destructor answers
        else
            requests.push_back(std::move(request));
    }
    void on_ack(RequestPtr ack, Now) override { promise(ack->message.method() == Method::ack && !ack->transaction, "an ACK has no transaction"); }
    void on_cancel(ServerId invite, const Message& cancel, Now at) override {
        promise(cancel.method() == Method::cancel && layer.alive(invite), "a CANCEL is told of an INVITE that lives");
        if (on_cancelled_ == 0) return;
        for (const RequestPtr& r : requests)
            if (r->transaction == invite) {
                ++actions_;
                layer.respond(*r, on_cancelled_ == 1 ? 487 : 200, at);
            }
    }

    // Promises of what leaves -------------------------------------------------------------------------------------------------

    void check_sent() {
        for (; checked_ < sender.sent.size(); ++checked_) check(sender.sent[checked_]);
    }

    void check(const transaction::Sent& s) {
        Message m;
        promise(m.index(s.bytes) && message::validate(m), "what is sent is a valid message");
        promise(known_.contains(s.to.remote.address), "nothing goes to an address that was not heard of");
        if (s.tag.kind == SendTag::Kind::none)
            return promise(!m.is_request() && m.status() >= 200, "without a transaction only final responses leave");
        Left& left = left_[key_of(s.tag)];
        if (by_time_) promise(++left.repeats <= most_repeats, "timers repeat a message as often as the RFC says and no more");
        if (s.tag.kind == SendTag::Kind::client_transaction) {
            promise(m.is_request(), "a client transaction sends requests");
            if (m.method() == Method::ack)
                left.acknowledged = true;
            else
                promise(!left.acknowledged, "an INVITE is not sent again after its ACK");
        } else {
            promise(!m.is_request(), "a server transaction sends responses");
            check_order(left.last, m);
        }
        left.last = s.bytes;
    }

    /// A final response is the last one, but for further 2xx to an INVITE.
    static void check_order(const std::string& last, const Message& next) {
        Message before;
        if (last.empty() || !before.index(last) || before.status() < 200) return;
        if (before.status() < 300 && next.method() == Method::invite) return promise(next.status() / 100 == 2, "after a 2xx only 2xx leave");
        promise(next.bytes() == before.bytes(), "a final response is sent again as it was");
    }

    void finish() {
        by_time_ = false;
        on_new_ = on_answer_ = on_cancelled_ = 0;
        acks.clear();
        requests.clear();
        for (Seen& seen : seen_)
            if (!seen.over) give_up('d', seen);
        check_sent();
        by_time_ = true;
        drain();
        check_sent();
        promise(layer.server_count() == 0, "every server transaction ends");
        promise(layer.client_count() == 0, "every client transaction ends");
        promise(layer.request_count() == 0, "every context is given back");
        promise(wheel.size() == 0, "every timer ends");
    }

    std::vector<Seen> seen_;
    std::map<std::tuple<int, std::uint32_t, std::uint32_t>, Left> left_;
    std::map<std::string, ServerId> open_;
    std::set<IpAddress> known_;
    transaction::Limits limits_;
    std::size_t on_new_ = 0, on_answer_ = 0, on_cancelled_ = 0, checked_ = 0, actions_ = 0;
    int calling_ = 0;
    bool by_time_ = false;
};

}  // namespace

void fuzz_transaction(std::string_view bytes) {
    current = bytes;
    Machine().run(bytes);
}

}  // namespace offhook::fuzz
