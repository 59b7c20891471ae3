// Whatever phones, names, transports and accounting do, in whatever order: each call comes to exactly one end, and nothing is left.
// A failing seed replays alone: OFFHOOK_SEED=n.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "offhook/proxy/world_test.hpp"

namespace offhook::proxy::test {
namespace {

class Chance {
public:
    explicit Chance(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return engine_() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class T, std::size_t N>
    const T& of(const T (&list)[N]) {
        return list[below(N)];
    }

private:
    std::mt19937_64 engine_;
};

struct Play {
    explicit Play(std::uint64_t seed, const Config& c) : chance(seed), w(c) {
        const std::uint16_t qs[] = {1000, 1000, 700, 300};
        for (std::size_t i = chance.below(4); i > 0; --i) w.bind("bob", "sip:bob@192.0.2.2" + std::to_string(i) + ":5060", chance.of(qs));
        if (chance.one_in(3)) w.bind("bob", "sip:bob@phones.example", 1000);
        w.names.later = chance.one_in(2);
        w.names.table["phones.example"] = {*IpAddress::parse("192.0.2.81"), *IpAddress::parse("192.0.2.82")};
        if (chance.one_in(2)) w.calls.hold = chance.one_in(2) ? "answered" : "refused";
        if (chance.one_in(4)) invite.headers += "Max-Breadth: " + std::to_string(1 + chance.below(3)) + "\r\n";
        if (chance.one_in(5)) invite.body.assign(1300, 'x');
    }

    void go() {
        w.receive(write(invite));
        for (int i = 0; i < 40; ++i) step();
        settle();
    }

    void step() {
        switch (chance.below(8)) {
            case 0:
                return w.run_for(std::chrono::milliseconds(chance.below(5000)));
            case 1:
                return chance.one_in(6) ? w.run_for(std::chrono::seconds(chance.below(100))) : void();
            case 2:
                if (chance.one_in(8)) {
                    Parts cancel = invite;
                    cancel.method = "CANCEL";
                    cancel.headers.clear();
                    cancel.body.clear();
                    w.receive(write(cancel));
                }
                return;
            case 3:
                return release_one();
            case 4:
                return resolve_one();
            case 5:
                return chance.one_in(4) ? fail_one() : void();
            default:
                return answer_one();
        }
    }

    /// Some request that the proxy sent, whenever that was.
    const Sent* some(std::string_view begin) {
        std::vector<const Sent*> found;
        for (const Sent& s : w.sender.sent)
            if (s.bytes.starts_with(begin)) found.push_back(&s);
        return found.empty() ? nullptr : found[chance.below(found.size())];
    }
    void answer_one() {
        if (chance.one_in(5)) {
            if (const Sent* cancel = some("CANCEL ")) {
                const Sent request = *cancel;
                return w.answer(request, 200);
            }
        }
        const Sent* found = some("INVITE ");
        if (found == nullptr) return;
        const Sent request = *found;  // sending moves the list
        constexpr int statuses[] = {100, 180, 180, 183, 200, 302, 404, 407, 486, 487, 503, 603};
        const std::string contact = chance.one_in(2) ? "<sip:late@192.0.2.90>" : "<sip:bob@192.0.2.20:5060>, <sip:later@192.0.2.91>;q=0.3";
        const int status = chance.of(statuses);
        const std::string tag = "t" + request.to.remote.text() + (chance.one_in(10) ? "x" : "");
        w.answer(request, status, tag, status == 302 ? "Contact: " + contact + "\r\n" : std::string());
    }
    void fail_one() {
        const Sent* found = some("INVITE ");
        if (found == nullptr) return;
        const transport::SendTag tag = found->tag;
        w.layer.on_send_failure(tag, transport::SendError::timed_out, w.now());
    }
    void release_one() {
        if (released < w.calls.held.size()) w.proxy.release(w.calls.held[released++], w.now());
    }
    void resolve_one() {
        if (resolved >= w.names.asked.size()) return;
        w.proxy.on_resolved(w.names.asked[resolved++], chance.one_in(3) ? transport::Addresses{} : w.names.table["phones.example"], w.now());
    }
    /// Everything that was owed comes, in time.
    void settle() {
        for (int i = 0; i < 60; ++i) {
            while (resolved < w.names.asked.size()) resolve_one();
            while (released < w.calls.held.size()) release_one();
            w.run_for(33s);
        }
    }

    Chance chance;
    World w;
    Parts invite;
    std::size_t released = 0, resolved = 0;
};

int final_status(const Sent& s) {
    const Text text(s.bytes);
    const bool to_invite = text.message.status() >= 200 && text.value(message::HeaderId::cseq) == "1 INVITE";
    return to_invite ? text.message.status() : 0;
}

void judge(Play& play) {
    std::set<int> failures;
    std::set<std::string> successes;
    for (const Sent& s : play.w.sender.sent) {
        if (!s.bytes.starts_with("SIP/2.0 ") || s.to.remote.text() != World::alice) continue;
        const int status = final_status(s);
        if (status >= 300) failures.insert(status);
        if (status >= 200 && status < 300) successes.insert(Text(s.bytes).value(message::HeaderId::to));
    }
    // §16.7 step 5: exactly one failure or one or more 2xx.
    EXPECT_EQ(failures.size() + (successes.empty() ? 0 : 1), 1U) << ::testing::PrintToString(failures);
    const auto begins = [&](std::string_view with) {
        return static_cast<std::size_t>(std::ranges::count_if(play.w.calls.log, [&](const std::string& l) { return l.starts_with(with); }));
    };
    EXPECT_EQ(begins("admit"), 1U);
    EXPECT_EQ(begins("refused"), failures.size());
    EXPECT_EQ(begins("answered"), successes.size());
    EXPECT_LE(begins("cancelled"), 1U);
    EXPECT_EQ(play.released, play.w.calls.held.size());
    EXPECT_TRUE(play.w.drained());
}

TEST(Random, EveryCallComesToOneEnd) {
    const char* only = std::getenv("OFFHOOK_SEED");
    const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1, last = only != nullptr ? first : 1500;
    for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
        SCOPED_TRACE("OFFHOOK_SEED=" + std::to_string(seed));
        Play play(seed, config());
        play.go();
        judge(play);
        if (HasFailure() && only != nullptr)
            for (const Sent& s : play.w.sender.sent) std::printf("%s > %s\n", s.first_line().c_str(), s.to.remote.text().c_str());
    }
}

}  // namespace
}  // namespace offhook::proxy::test
