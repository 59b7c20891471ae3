#include "offhook/auth/nonce.hpp"

#include <gtest/gtest.h>

#include <set>

#include "offhook/auth/nonce_ledger.hpp"
#include "offhook/auth/sharded_replay.hpp"
#include "offhook/auth/support_test.hpp"

namespace offhook::auth {
namespace {

using test::at;
using namespace std::chrono_literals;

constexpr NonceKey key{1, 2, 3};
std::string text_of(const NonceMint::Text& text) { return {text.data(), text.size()}; }

TEST(Nonce, SaysWhenItWasIssued) {
    NonceMint mint(key, 3), other_shard(key, 4), other_server(NonceKey{9}, 3);
    const std::string nonce = text_of(mint.make(at(1234567us).utc));
    EXPECT_EQ(nonce.size(), NonceMint::size);
    EXPECT_EQ(mint.issued(nonce), at(1234ms).utc);
    EXPECT_EQ(other_shard.issued(nonce), at(1234ms).utc);
    EXPECT_EQ(other_server.issued(nonce), std::nullopt);
}

TEST(Nonce, IsNeverMadeTwice) {
    NonceMint one(key, 1), two(key, 2);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(text_of(one.make(at(0s).utc))).second);
        EXPECT_TRUE(seen.insert(text_of(two.make(at(0s).utc))).second);
    }
}

TEST(Nonce, CannotBeChangedInAnyCharacter) {
    NonceMint mint(key, 1);
    const std::string nonce = text_of(mint.make(at(0s).utc));
    for (std::size_t i = 0; i < nonce.size(); ++i)
        for (const char c : {'A', 'b', '7', '_', '=', '+', '\0', '\xff'}) {
            std::string changed = nonce;
            if (changed[i] == c) continue;
            changed[i] = c;
            EXPECT_EQ(mint.issued(changed), std::nullopt) << i;
        }
    EXPECT_EQ(mint.issued(nonce.substr(1)), std::nullopt);
    EXPECT_EQ(mint.issued(nonce + "A"), std::nullopt);
    EXPECT_EQ(mint.issued(""), std::nullopt);
}

TEST(Nonce, IsDrawnUntilItSuits) {
    NonceMint mint(key, 1);
    const auto suits = [](std::string_view nonce) { return nonce.back() == 'Q'; };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(text_of(mint.make(at(0s).utc, suits)).back(), 'Q');
}

// A nonce count is a replay only if it was seen with a different request.
TEST(NonceLedger, LetsTheSameRequestInAgainButNoOther) {
    NonceLedger ledger({1, 2}, {300s, 1000}, at(0s).utc);
    const NonceUse first{"nonce", at(1s).utc, 1, 77}, other{"nonce", at(1s).utc, 1, 78}, next{"nonce", at(1s).utc, 2, 78};
    EXPECT_TRUE(ledger.admit(first, at(2s).utc));
    EXPECT_TRUE(ledger.admit(first, at(3s).utc));
    EXPECT_FALSE(ledger.admit(other, at(3s).utc));
    EXPECT_TRUE(ledger.admit(next, at(3s).utc));
    EXPECT_FALSE(ledger.admit({"nonce", at(1s).utc, 2, 77}, at(3s).utc));
}

TEST(NonceLedger, TakesCountsInAnyOrder) {
    NonceLedger ledger({1, 2}, {300s, 1000}, at(0s).utc);
    for (const std::uint32_t nc : {3u, 1u, 2u}) EXPECT_TRUE(ledger.admit({"nonce", at(1s).utc, nc, nc}, at(2s).utc));
}

TEST(NonceLedger, ForgetsWhatItsNonceOutlived) {
    NonceLedger ledger({1, 2}, {300s, 1000}, at(0s).utc);
    EXPECT_TRUE(ledger.admit({"a", at(1s).utc, 1, 1}, at(1s).utc));
    EXPECT_TRUE(ledger.admit({"b", at(301s).utc, 1, 1}, at(301s).utc));
    EXPECT_EQ(ledger.size(), 2u);
    EXPECT_TRUE(ledger.admit({"c", at(302s).utc, 1, 1}, at(302s).utc));
    EXPECT_EQ(ledger.size(), 2u);
    EXPECT_FALSE(ledger.admit({"a", at(1s).utc, 1, 2}, at(302s).utc));  // were it still asked about
}

TEST(NonceLedger, BeyondItsLimitTurnsAwayWhatItCanNoLongerTell) {
    NonceLedger ledger({1, 2}, {300s, 3}, at(0s).utc);
    const char* nonces[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(ledger.admit({nonces[i], at((i + 1) * 1s).utc, 1, 1}, at(10s).utc)) << i;
    EXPECT_EQ(ledger.size(), 3u);
    EXPECT_FALSE(ledger.admit({"a", at(1s).utc, 1, 1}, at(10s).utc));
    EXPECT_FALSE(ledger.admit({"a", at(1s).utc, 2, 2}, at(10s).utc));
    EXPECT_TRUE(ledger.admit({"d", at(4s).utc, 2, 2}, at(10s).utc));  // at the cost of b
    EXPECT_FALSE(ledger.admit({"b", at(2s).utc, 1, 1}, at(10s).utc));
    EXPECT_EQ(ledger.size(), 3u);
}

// After a restart nothing is known of the uses of earlier nonces.
TEST(NonceLedger, TurnsAwayNoncesFromBeforeItBegan) {
    NonceLedger ledger({1, 2}, {300s, 3}, at(5s).utc);
    EXPECT_FALSE(ledger.admit({"a", at(4999ms).utc, 1, 1}, at(6s).utc));
    EXPECT_TRUE(ledger.admit({"a", at(5s).utc, 1, 1}, at(6s).utc));
}

// Two shards, each the owner of some nonces, see one count of each nonce.
TEST(ShardedReplay, AsksTheOwnerOfTheNonce) {
    NonceLedger ledgers[] = {{{1, 2}, {300s, 100}, at(0s).utc}, {{1, 2}, {300s, 100}, at(0s).utc}};
    NonceMint mint(key, 0);
    const auto shard_of = [](std::string_view nonce) { return static_cast<std::uint16_t>(nonce.back() % 2); };
    std::vector<std::pair<Ticket, bool>> answers;
    const auto ask = [&](std::uint16_t owner, const NonceUse& use, Ticket ticket) {
        const NonceUse again = asked_use(use.nonce, use.nc, use.request);
        EXPECT_EQ(again.issued, use.issued);
        answers.emplace_back(ticket, ledgers[owner].admit(again, at(2s).utc));
    };
    ShardedReplayGuard zero(ledgers[0], 0, shard_of, ask), one(ledgers[1], 1, shard_of, ask);
    const std::string nonce = text_of(mint.make(at(1s).utc, [&](std::string_view n) { return shard_of(n) == 0; }));
    const UtcTime issued = mint.issued(nonce).value();

    EXPECT_EQ(zero.admit({nonce, issued, 1, 10}, {}, at(2s)), true);
    EXPECT_EQ(one.admit({nonce, issued, 1, 11}, {1, 0, {4, 1}}, at(2s)), std::nullopt);
    EXPECT_EQ(one.admit({nonce, issued, 2, 11}, {1, 0, {5, 1}}, at(2s)), std::nullopt);
    EXPECT_EQ(answers, (std::vector<std::pair<Ticket, bool>>{{{1, 0, {4, 1}}, false}, {{1, 0, {5, 1}}, true}}));
    EXPECT_EQ(zero.admit({nonce, issued, 2, 12}, {}, at(2s)), false);
}

TEST(Fingerprint, TellsRequestsApart) {
    const SipKey k{5, 6};
    EXPECT_EQ(fingerprint(k, "c", "1 INVITE", "sip:a@b"), fingerprint(k, "c", "1 INVITE", "sip:a@b"));
    EXPECT_NE(fingerprint(k, "c", "1 INVITE", "sip:a@b"), fingerprint(k, "c", "2 INVITE", "sip:a@b"));
    EXPECT_NE(fingerprint(k, "c", "1 INVITE", "sip:a@b"), fingerprint(k, "d", "1 INVITE", "sip:a@b"));
    EXPECT_NE(fingerprint(k, "c", "1 INVITE", "sip:a@b"), fingerprint(k, "c", "1 INVITE", "sip:c@b"));
}

}  // namespace
}  // namespace offhook::auth
