#include "apps/offhook/storm/statistics.hpp"

namespace offhook::cli::storm {

void Statistics::add(const Statistics& other) {
    for (const auto number :
         {&Statistics::attempted, &Statistics::completed, &Statistics::established, &Statistics::interrupted, &Statistics::timeouts,
          &Statistics::transport_errors, &Statistics::not_sent, &Statistics::without_credentials, &Statistics::unacknowledged, &Statistics::malformed,
          &Statistics::retransmissions, &Statistics::sent, &Statistics::received})
        this->*number += other.*number;
    if (other.probed != 0) probed = other.probed;
    for (const auto& [status, count] : other.refused) refused[status] += count;
    for (const auto histogram :
         {&Statistics::registration, &Statistics::ringing, &Statistics::establishment, &Statistics::release, &Statistics::response, &Statistics::lag})
        (this->*histogram).merge(other.*histogram);
}

std::uint64_t Statistics::refusals() const {
    std::uint64_t sum = 0;
    for (const auto& [status, count] : refused) sum += count;
    return sum;
}

}  // namespace offhook::cli::storm
