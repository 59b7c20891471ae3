// What can be configured of the runtime: default and meaning beside each field.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "offhook/base/address.hpp"
#include "offhook/base/time.hpp"
#include "offhook/message/message.hpp"
#include "offhook/radius/config.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::runtime {

struct ListenConfig {
    transport::Protocol protocol = transport::Protocol::udp;  ///< udp or tcp
    Endpoint address;                                         ///< port 0: one that is free
    std::string advertise_host;                               ///< what Via and Record-Route say; empty: the address that the peer reached
    std::uint16_t advertise_port = 0;                         ///< 0: the bound port
};

struct DnsConfig {
    std::uint32_t cache = 10'000;                       ///< names kept
    Duration longest_ttl = std::chrono::minutes{5};     ///< an answer is kept no longer, whatever its TTL
    Duration shortest_ttl = std::chrono::seconds{1};    ///< nor shorter
    Duration negative_ttl = std::chrono::seconds{5};    ///< how long it is remembered that a name has no address
    Duration limit = std::chrono::milliseconds{4'500};  ///< an answer that comes later counts as none
    std::string servers;                                ///< "192.0.2.1,192.0.2.2:5353"; empty: those of /etc/resolv.conf
};

struct RadiusConfig {
    std::vector<Endpoint> servers;  ///< empty: RADIUS is not used
    radius::ClientConfig client;    ///< its secrets: one for each of them
};

struct Config {
    std::vector<ListenConfig> listen;
    unsigned shards = 0;                                   ///< worker threads; 0: one for each processor
    Duration batch_window = std::chrono::milliseconds{1};  ///< how long a busy shard lets datagrams gather; 0: never
    std::uint32_t receive_buffer = 4u << 20;               ///< octets that the kernel keeps for each UDP socket until they are read
    std::uint32_t send_buffer = 1u << 20;                  ///< octets that the kernel keeps for each UDP socket until they have left
    message::Limits message_limits;                        ///< of each message
    std::uint32_t mailbox_messages = 8'192;                ///< messages on the way from one shard to another; more are dropped
    std::uint32_t mailbox_bytes = 16u << 20;               ///< their octets
    std::uint32_t connections = 10'000;                    ///< streams open at once, of each shard
    std::uint32_t unsent_bytes = 1u << 20;                 ///< octets waiting for a peer that does not read, of each connection
    Duration connect_limit = std::chrono::seconds{2};      ///< how long a connection may take to be made
    Duration idle_limit = std::chrono::minutes{90};        ///< a connection with no octet either way is closed after this; an hourly REGISTER keeps it
    Duration message_limit = std::chrono::seconds{30};     ///< how long a message may take to arrive whole on a stream
    Duration drain_limit = std::chrono::seconds{5};        ///< how long a stopping server waits for what is under way
    bool handle_signals = true;                            ///< SIGTERM and SIGINT drain, SIGHUP re-reads the configuration
    DnsConfig dns;
    RadiusConfig radius;
};

/// Open files that this configuration may need, some to spare: for raise_descriptor_limit().
[[nodiscard]] std::uint64_t descriptors_needed(const Config& config);
/// The largest config.connections, at most its own, for which so many descriptors are enough; 0 if they are too few for anything.
[[nodiscard]] std::uint32_t connections_within(const Config& config, std::uint64_t descriptors);
/// config.shards, or one for each processor.
[[nodiscard]] unsigned shard_threads(const Config& config);

}  // namespace offhook::runtime
