#include "tests/sim/script.hpp"

namespace offhook::sim {

using namespace std::chrono_literals;

namespace {

LegScript draw_leg(Random& random, const std::string& user, std::size_t phones) {
    LegScript leg;
    leg.user = user;
    leg.phone = random.below(phones);
    leg.q = random.chance(700) ? 1000 : 500;
    const auto what = random.below(100);
    leg.act = what < 62 ? LegScript::Act::answer : what < 84 ? LegScript::Act::refuse : what < 94 ? LegScript::Act::ring_on : LegScript::Act::dead;
    constexpr int failures[] = {486, 486, 480, 404, 500, 503, 603, 606};
    leg.status = failures[random.below(std::size(failures))];
    // Half of all phones do at once what they do, so that answers cross with CANCELs and with each other.
    leg.acts = random.chance(500) ? random.between(0ms, 300ms) : random.between(300ms, 20s);
    if (random.chance(850)) leg.rings = random.between(0ms, std::min<Duration>(leg.acts, 200ms));
    return leg;
}

}  // namespace

CallScript draw_script(Random random, std::size_t index, std::size_t phones) {
    CallScript call;
    const std::string number = std::to_string(index);
    call.call_id = "call-" + number + "@caller.invalid";
    call.caller = "a" + number;
    call.callee = "b" + number;
    call.starts = random.between(0ms, 5s);
    const auto forks = random.chance(600) ? 1 : 2 + random.below(2);
    for (std::uint64_t i = 0; i < forks; ++i) call.legs.push_back(draw_leg(random, call.callee + "-" + std::to_string(i), phones));
    if (random.chance(250)) call.patience = random.chance(400) ? random.between(0ms, 400ms) : random.between(400ms, 25s);
    // Who hangs up: the caller, the callee, or both at once.
    const auto who = random.below(3);
    const Duration talk = random.chance(300) ? random.between(0ms, 100ms) : random.between(100ms, 40s);
    if (random.chance(200)) call.updates = random.between(0ms, talk + 100ms);
    call.timers = random.chance(400);
    call.vanishes = random.chance(30);
    if (call.vanishes) return call;
    if (who != 1) call.hangs_up = talk;
    if (who != 0)
        for (LegScript& leg : call.legs) leg.hangs_up = talk;
    return call;
}

}  // namespace offhook::sim
