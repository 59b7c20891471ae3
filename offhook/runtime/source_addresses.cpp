#include "offhook/runtime/source_addresses.hpp"

#include <sys/socket.h>

#include "offhook/runtime/descriptor.hpp"
#include "offhook/runtime/socket_address.hpp"

namespace offhook::runtime {

IpAddress source_address_for(const IpAddress& destination) {
    const Descriptor fd(::socket(destination.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const SocketAddress to({destination, 9});  // connecting a UDP socket sends nothing; the port does not matter
    if (!fd || ::connect(fd.get(), &to.any, to.size) != 0) return destination.is_v6() ? IpAddress::v6({}) : IpAddress();
    return local_endpoint(fd.get()).address;
}

IpAddress SourceAddresses::find(const IpAddress& destination, Instant now) {
    const auto known = entries_.find(destination);
    if (known != entries_.end() && now < known->second.until) return known->second.source;
    if (known == entries_.end() && entries_.size() >= most) entries_.clear();
    const IpAddress source = source_address_for(destination);
    entries_.insert_or_assign(destination, Entry{source, now + lifetime});
    return source;
}

}  // namespace offhook::runtime
