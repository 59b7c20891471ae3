// A warm shard takes nothing from the heap for a call, from its INVITE to the 200 of its BYE (design rule 5).
#include <gtest/gtest.h>

#include "offhook/base/allocation_count_test.hpp"
#include "tests/warm/rig.hpp"

namespace offhook::warm {
namespace {

// Until the transactions and calls of the first ones end: then a call begins for each that is forgotten.
constexpr unsigned to_be_warm = 4000, measured = 1000;

TEST(Warm, ACallAllocatesNothing) {
    Rig rig(test::allocations);
    for (unsigned i = 0; i < to_be_warm; ++i) rig.call();
    Spent all;
    for (unsigned i = 0; i < measured; ++i) {
        const Spent one = rig.call();
        all.messages += one.messages;
        all.allocations += one.allocations;
    }
    EXPECT_EQ(all.messages, 6U * measured);
    // None for a call. A hash table that many places were erased from makes itself anew now and then.
    EXPECT_LE(all.allocations, measured / 100);
}

}  // namespace
}  // namespace offhook::warm
