// Whose the datagrams were that left lately, so that an ICMP error, which brings the beginning of the datagram back, reaches its
// sender (RFC 3261 §18.4). Nobody can forge one without having seen the branch in it. Thread rule: one shard.
#pragma once
#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "offhook/transport/sender.hpp"

namespace offhook::runtime {

class RecentSends {
public:
    struct Owner {
        transport::SendTag tag;
        std::uint16_t shard;
    };

    void note(const Endpoint& remote, std::string_view bytes, Owner owner) {
        const std::size_t key = key_of(remote, bytes);
        entries_[key % entries_.size()] = {key, owner};
    }
    /// `bytes`: the beginning of a datagram that went there; each is found once.
    [[nodiscard]] std::optional<Owner> take(const Endpoint& remote, std::string_view bytes) {
        const std::size_t key = key_of(remote, bytes);
        Entry& entry = entries_[key % entries_.size()];
        if (entry.key != key || entry.owner.tag.kind == transport::SendTag::Kind::none) return std::nullopt;
        const Owner owner = entry.owner;
        entry = {};
        return owner;
    }

private:
    static constexpr std::size_t prefix = 200, size = 4'096;  ///< Via and its branch lie in the prefix; ICMP brings some 500 octets back
    struct Entry {
        std::size_t key = 0;
        Owner owner{};
    };
    [[nodiscard]] static std::size_t key_of(const Endpoint& remote, std::string_view bytes) {
        return EndpointHash{}(remote)*31 + std::hash<std::string_view>{}(bytes.substr(0, prefix));
    }
    std::vector<Entry> entries_{size};  ///< a later one takes the place of an earlier one
};

}  // namespace offhook::runtime
