// The sinks of the journal, as many as are configured, each delivered to on its own.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "offhook/journal/delivery.hpp"

namespace offhook::journal {

class Journal {
public:
    /// Starts to deliver. A sink that cannot be opened is tried again and again: it does not keep the server from starting.
    Journal(std::span<const SinkConfig> sinks, store::Store& store, const Delivery::Note& note);
    /// Delivers what waits, as far as the sinks take it without a pause.
    ~Journal();

    [[nodiscard]] std::vector<DeliveryStatus> status() const;

private:
    std::vector<std::unique_ptr<Delivery>> deliveries_;
};

}  // namespace offhook::journal
