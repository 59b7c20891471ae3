// What the server promises to whoever is connected to it, whatever they send: watches what comes in and what leaves, and ends the
// program if a promise is broken.
//
// Knows messages and addresses, nothing of how the server is made.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "offhook/location/binding.hpp"
#include "offhook/message/message.hpp"
#include "offhook/transport/sender.hpp"

namespace offhook::fuzz {

class ServerWatch {
public:
    ServerWatch(const Endpoint& server, const Network& trusted) : server_(server), trusted_(trusted) {}

    /// Before the server gets these octets. Not whole: all that could be made of a broken stream.
    void came(std::string_view bytes, const transport::Flow& from, bool whole = true);
    /// After what they led to at once.
    void settled();
    /// False: a repetition.
    bool left(const transport::Flow& to, std::string_view bytes, const transport::SendTag& tag);
    /// Bindings that were asked for: where they lead, strangers may be led.
    void bound(const location::BindingSet& set);
    void resolved(const IpAddress& address) { places_.insert(address); }
    /// When everything has had its time.
    void end() const;

private:
    /// A transaction that somebody began.
    struct Owed {
        bool invite = false, answered = false, forwarded = false;
        bool stranger = false;       ///< nothing says that its sender may use us for calls to anywhere
        bool within_dialog = false;  ///< it has a To tag, but no token of ours
    };

    void judge(const message::Message& request, const transport::Flow& from);
    void left_request(const message::Message& request, const transport::Flow& to);
    void left_response(const message::Message& response, const transport::Flow& to, const transport::SendTag& tag);

    Endpoint server_;
    Network trusted_;
    std::map<std::string, Owed, std::less<>> owed_;
    std::map<std::uint64_t, std::string> keys_;              ///< of server transactions, by their tags
    std::map<std::string, Endpoint, std::less<>> branches_;  ///< of INVITEs that left, and where they went
    std::unordered_set<std::size_t> seen_;                   ///< hashes of what left
    std::set<IpAddress> sources_, places_;
    bool faultless_ = true;  ///< all that came so far
    bool vias_readable_ = true;  ///< each Via of all that came

    // Of the octets at hand:
    bool handling_ = false, valid_ = false, register_ = false;
    std::size_t size_ = 0, largest_ = 0, sent_ = 0, answers_ = 0;
    IpAddress source_;
};

}  // namespace offhook::fuzz
