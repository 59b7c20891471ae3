// The whole server of a shard, as offhookd wires it, against phones, strangers, slow stores and time. An input is a script (script.hpp);
// where it names a phone, 0 alice, 1 bob, 2 carol, 3 a stranger, 4 a trusted gateway, 5 alice's other phone. WHICH counts back from the
// latest. HOW adds 1 for credentials that answer the last challenge, 2 for more header fields, 4 for the branch and CSeq of before.
//
//   R PHONE HOW                      REGISTER                    I PHONE TARGET HOW         INVITE
//   O PHONE TARGET METHOD HOW        another request             B PHONE WHICH METHOD HOW   a request within a dialog
//   X PHONE WHICH                    CANCEL of its INVITE        A PHONE WHICH              ACK of a failure
//   S PHONE WHICH STATUS TAG HOW     it answers a request        P PHONE WHICH TARGET       it sends a request back to us
//   L PHONE WHICH PHONE              what it sent comes again, from another perhaps
//   G PHONE, F PHONE                 a datagram, a piece of a stream: the block that follows
//   T HOW_LONG   K DELAY FAILS SICK  time passes; how the store behaves     V NAMES REPLAYS   how resolver and replay protection do
//   E WHICH   Z PHONE ALIVE   W PHONE PROTOCOL   C WHICH   Y   a send fails; a phone's connection; its protocol; configuration; drain
//
// Changes to the next message of a phone: h and j set and add a header field, k removes one, u sets the Request-URI, y (a block) the
// body, w PLACE PLACE writes over octets.
#include <chrono>
#include <iterator>

#include "fuzz/promise.hpp"
#include "fuzz/server_phones.hpp"
#include "fuzz/targets.hpp"

namespace offhook::fuzz {

namespace {

using namespace std::chrono_literals;
using transport::Protocol;

constexpr std::size_t most_events = 64;

constexpr std::string_view methods[] = {"OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "NOTIFY", "INFO", "BYE", "UPDATE", "FOO"};
constexpr std::string_view dialog_methods[] = {"ACK", "BYE", "INVITE", "UPDATE", "PRACK", "INFO", "OPTIONS", "REFER", "NOTIFY", "MESSAGE"};
constexpr int statuses[] = {100, 180, 183, 200, 202, 299, 300, 302, 401, 404, 407, 408, 422, 480, 481, 486, 487, 500, 503, 600, 603, 699};
constexpr Duration waits[] = {1ms, 20ms, 100ms, 200ms, 500ms, 1s, 4s, 10s, 32s, 40s, 64s, 181s, 600s, 3600s};
constexpr Duration delays[] = {0ms, 5ms, 150ms, 3s, 30s};

class Play {
public:
    explicit Play(std::string_view text) : script_(text), phones_(world_) {}

    void run() {
        for (std::size_t i = 0; i < most_events; ++i) {
            const char letter = script_.event();
            if (letter == 0) break;
            if (!change(letter) && !message(letter)) circumstance(letter);
        }
        world_.set_store({}, 0, true);
        world_.names = ServerWorld::Names::at_once;
        world_.replays_later = false;
        world_.configure(0);
        world_.come_to_rest();
        promise(phones_.register_another() == 200, "after all that, a phone can register");
        world_.come_to_rest();
    }

private:
    [[nodiscard]] std::size_t phone() { return script_.choose(Phones::count); }
    [[nodiscard]] std::size_t which() { return script_.choose(36); }
    [[nodiscard]] unsigned how() { return static_cast<unsigned>(script_.choose(8)); }
    template <class T, std::size_t n>
    [[nodiscard]] const T& one_of(const T (&all)[n]) {
        return all[script_.choose(n)];
    }

    bool change(char letter) {
        using Kind = Edit::Kind;
        switch (letter) {
            case 'h':
                phones_.edit({Kind::set, script_.line()});
                return true;
            case 'j':
                phones_.edit({Kind::add, script_.line()});
                return true;
            case 'k':
                phones_.edit({Kind::remove, script_.line()});
                return true;
            case 'u':
                phones_.edit({Kind::uri, script_.line()});
                return true;
            case 'y':
                phones_.edit({Kind::body, script_.block()});
                return true;
            case 'w': {
                const std::size_t place = script_.choose(36) * 36;
                const std::size_t at = place + script_.choose(36);
                phones_.edit({Kind::overwrite, script_.line(), at});
                return true;
            }
            default:
                return false;
        }
    }

    bool message(char letter) {
        switch (letter) {
            case 'R': {
                const auto p = phone();
                phones_.register_contact(p, how());
                return true;
            }
            case 'I':
            case 'O': {
                const auto p = phone(), target = which();
                const auto method = letter == 'I' ? std::string_view("INVITE") : one_of(methods);
                phones_.ask(p, method, target, how());
                return true;
            }
            case 'B': {
                const auto p = phone(), dialog = which();
                const auto method = one_of(dialog_methods);
                phones_.ask_in_dialog(p, dialog, method, how());
                return true;
            }
            case 'X':
            case 'A': {
                const auto p = phone(), invite = which();
                letter == 'X' ? phones_.cancel(p, invite) : phones_.acknowledge_failure(p, invite);
                return true;
            }
            case 'S': {
                const auto p = phone(), request = which();
                const int status = one_of(statuses);
                const auto tag = script_.choose(4);
                phones_.answer(p, request, status, tag, how());
                return true;
            }
            case 'P': {
                const auto p = phone(), request = which();
                phones_.pass_on(p, request, which());
                return true;
            }
            case 'L': {
                const auto p = phone(), said = which();
                phones_.repeat(p, said, phone());
                return true;
            }
            case 'G':
            case 'F': {
                const auto p = phone();
                const std::string_view bytes = script_.block();
                letter == 'G' ? phones_.say(p, bytes) : phones_.say_on_stream(p, bytes);
                return true;
            }
            default:
                return false;
        }
    }

    void circumstance(char letter) {
        switch (letter) {
            case 'T':
                return world_.pass(one_of(waits));
            case 'K': {
                const Duration delay = one_of(delays);
                const auto fails = static_cast<unsigned>(script_.choose(4));
                return world_.set_store(delay, fails, script_.choose(2) == 0);
            }
            case 'V':
                world_.names = static_cast<ServerWorld::Names>(script_.choose(5));
                world_.replays_later = script_.choose(2) == 1;
                return;
            case 'E':
                return world_.fail_send(which());
            case 'Z': {
                const auto p = phone();
                return phones_.set_alive(p, script_.choose(2) == 1);
            }
            case 'W': {
                constexpr Protocol protocols[] = {Protocol::udp, Protocol::tcp, Protocol::ws};
                const auto p = phone();
                return phones_.set_protocol(p, one_of(protocols));
            }
            case 'C':
                return world_.configure(script_.choose(configurations));
            case 'Y':
                return world_.drain();
            default:
                return;
        }
    }

    Script script_;
    ServerWorld world_;
    Phones phones_;
};

}  // namespace

void fuzz_server(std::string_view bytes) {
    current = bytes;
    Play(bytes).run();
}

}  // namespace offhook::fuzz
