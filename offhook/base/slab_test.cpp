#include "offhook/base/slab.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace offhook {
namespace {

TEST(Slab, FindsWhatLivesAndNothingElse) {
    Slab<std::string> slab;
    EXPECT_EQ(slab.find({}), nullptr);
    EXPECT_EQ(slab.find({7, 1}), nullptr);
    const Handle a = slab.emplace("a"), b = slab.emplace("b");
    EXPECT_TRUE(a);
    EXPECT_NE(a, b);
    EXPECT_EQ(*slab.find(a), "a");
    EXPECT_EQ(*slab.find(b), "b");
    slab.erase(a);
    slab.erase(a);
    EXPECT_EQ(slab.find(a), nullptr);
    EXPECT_EQ(slab.size(), 1u);
}

TEST(Slab, TellsAReusedSlotFromTheOneThatWasMeant) {
    Slab<int> slab;
    const Handle old = slab.emplace(1);
    slab.erase(old);
    const Handle reused = slab.emplace(2);
    EXPECT_EQ(reused.slot, old.slot);
    EXPECT_NE(reused.generation, old.generation);
    EXPECT_EQ(slab.find(old), nullptr);
    slab.erase(old);
    EXPECT_EQ(*slab.find(reused), 2);
    EXPECT_EQ(slab.find({reused.slot, reused.generation + 1}), nullptr);
}

TEST(Slab, CannotFindAnObjectFromItsDestructor) {
    struct Looks {
        Slab<Looks>* slab;
        Handle self;
        bool* found;
        ~Looks() { *found = slab->find(self) != nullptr; }
    };
    Slab<Looks> slab;
    bool found = true;
    const Handle h = slab.emplace(&slab, Handle{}, &found);
    slab.find(h)->self = h;
    slab.erase(h);
    EXPECT_FALSE(found);
}

TEST(Slab, DestroysWhatIsLeft) {
    auto counted = std::make_shared<int>();
    {
        Slab<std::shared_ptr<int>> slab;
        for (int i = 0; i < 600; ++i) {
            const Handle h = slab.emplace(counted);
            if (i % 3 == 0) slab.erase(h);
        }
        EXPECT_EQ(counted.use_count(), 401);
    }
    EXPECT_EQ(counted.use_count(), 1);
}

TEST(Slab, KeepsAddressesAndAgreesWithAMapOverRandomUse) {
    Slab<std::string> slab;
    std::unordered_map<std::uint64_t, std::pair<std::string*, std::string>> expected;
    std::vector<Handle> living, gone;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        if (living.empty() || random() % 5 < 3) {
            const std::string text = std::to_string(i) + " and some more than fits in place";
            const Handle h = slab.emplace(text);
            living.push_back(h);
            expected[std::uint64_t{h.slot} << 32 | h.generation] = {slab.find(h), text};
        } else {
            const std::size_t at = random() % living.size();
            expected.erase(std::uint64_t{living[at].slot} << 32 | living[at].generation);
            slab.erase(living[at]);
            gone.push_back(living[at]);
            living[at] = living.back();
            living.pop_back();
        }
    }
    ASSERT_EQ(slab.size(), living.size());
    for (const Handle& h : living) {
        const auto& [address, text] = expected.at(std::uint64_t{h.slot} << 32 | h.generation);
        ASSERT_EQ(slab.find(h), address);
        EXPECT_EQ(*address, text);
        EXPECT_EQ(Slab<std::string>::handle_of(*address), h);
    }
    for (const Handle& h : gone) EXPECT_EQ(slab.find(h), nullptr);
    std::size_t visited = 0;
    slab.for_each([&](Handle h, std::string& s) { visited += slab.find(h) == &s; });
    EXPECT_EQ(visited, living.size());
}

}  // namespace
}  // namespace offhook
