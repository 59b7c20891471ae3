// Asks RADIUS servers and waits for the answers: for whoever has a thread of its own for that, as a sink of the journal has. What is sent when is
// radius::Client's, which remembers from one call to the next what servers are dead. Thread rule: one thread.
#pragma once
#include <cstddef>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "offhook/radius/client.hpp"
#include "offhook/runtime/closing.hpp"
#include "offhook/runtime/config.hpp"
#include "offhook/runtime/descriptor.hpp"

namespace offhook::runtime {

class RadiusExchange {
public:
    struct Question {
        std::string attributes;
        std::string session;  ///< those of the same one are asked in order
    };
    /// `closing`: when it is reached, nothing is waited for or asked any more. It must outlive this.
    RadiusExchange(RadiusConfig config, const Closing& closing);

    /// Returns when all are answered, or one is not and none is under way any more. `answered` is told the index of each that was, as it comes. The
    /// error says of which servers nothing came. As many are under way at once as were answered without a failure, up to a limit.
    [[nodiscard]] std::expected<void, std::string> ask(std::span<const Question> questions, const std::function<void(std::size_t)>& answered);

private:
    struct Turn;
    void carry_out(Turn& turn, Now now);
    void wait();
    void receive(Now now);
    void send(std::uint16_t server, std::uint16_t port, const std::string& octets);
    [[nodiscard]] std::string failure(radius::Outcome outcome) const;

    RadiusConfig config_;
    const Closing& closing_;
    radius::Client client_;
    std::vector<Descriptor> sockets_;  ///< by server * ports + port
    radius::Actions actions_, now_doing_;
    std::vector<std::uint16_t> unreachable_;
    std::vector<char> buffer_;
    std::size_t window_ = 1;  ///< questions under way at once: 1 after a failure, so that a server that is back is tried with one
    std::string dropped_;     ///< why the last packet was that came and was no answer
};

}  // namespace offhook::runtime
