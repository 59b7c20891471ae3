// The peers of a fuzzed server: phones with and without passwords, a trusted gateway, a stranger. They know the protocol well enough to
// get deep into the server, answer challenges, follow Record-Routes, and do only what the input tells them.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/script.hpp"
#include "fuzz/server_world.hpp"

namespace offhook::fuzz {

/// A change to the next message that a phone sends.
struct Edit {
    enum class Kind : std::uint8_t { set, add, remove, uri, body, overwrite } kind;
    std::string_view text;
    std::size_t at = 0;
};

class Phones {
public:
    static constexpr std::size_t count = 6;

    explicit Phones(ServerWorld& world);

    void edit(const Edit& edit) { edits_.push_back(edit); }
    void set_protocol(std::size_t phone, transport::Protocol protocol);
    void set_alive(std::size_t phone, bool alive) { phones_[phone].alive = alive; }

    void register_contact(std::size_t phone, unsigned how);
    void ask(std::size_t phone, std::string_view method, std::size_t target, unsigned how);
    void ask_in_dialog(std::size_t phone, std::size_t which, std::string_view method, unsigned how);
    void cancel(std::size_t phone, std::size_t which);
    void acknowledge_failure(std::size_t phone, std::size_t which);
    void answer(std::size_t phone, std::size_t which, int status, std::size_t tag, unsigned how);
    void pass_on(std::size_t phone, std::size_t which, std::size_t target);
    void repeat(std::size_t phone, std::size_t which, std::size_t from);
    void say(std::size_t phone, std::string_view bytes);  ///< one datagram, whatever the phone's protocol
    void say_on_stream(std::size_t phone, std::string_view bytes);

    /// A phone that nobody knew yet registers with its password; the status of the last answer.
    [[nodiscard]] int register_another();

    static constexpr unsigned with_credentials = 1, with_more = 2, repeated = 4;  ///< of `how`

private:
    struct Dialog {
        std::string call_id, local, remote, target;
        std::vector<std::string> routes;
        unsigned cseq = 1;
    };
    struct Challenge {
        std::string realm, nonce, algorithm;
        unsigned uses = 0;
    };
    struct Phone {
        std::string user, domain;
        Endpoint at;
        transport::Protocol protocol = transport::Protocol::udp;
        bool alive = true;
        std::uint32_t connection = 1;
        transport::StreamFramer framer{};
        Challenge challenge{};
        std::vector<std::string> said{}, invites{}, asked{}, refused{};  ///< sent; of those INVITEs; requests and failures that came
        std::vector<Dialog> dialogs{};
        unsigned cseq = 0, calls = 0, branches = 0;
    };

    void on_sent(const Sent& sent);
    void on_response(Phone& phone, const message::Message& response);
    [[nodiscard]] transport::Flow flow_of(const Phone& phone) const;
    [[nodiscard]] std::string begin(Phone& phone, std::string_view method, std::string_view uri, unsigned how);
    [[nodiscard]] std::string uri_or(std::string_view uri) const;
    void append_credentials(std::string& out, Phone& phone, std::string_view method, std::string_view uri);
    void finish(std::string& out, const Phone& phone, std::string_view method, unsigned how) const;
    void apply_edits(std::string& message);
    void send(Phone& phone, std::string message);

    ServerWorld& world_;
    std::vector<Phone> phones_;
    std::vector<Edit> edits_;
    int last_status_ = 0;
};

}  // namespace offhook::fuzz
