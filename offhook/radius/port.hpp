// The port through which questions go to RADIUS servers. Whoever implements it gives each question exactly one answer in a later turn:
// its ticket, an Outcome and, if it was answered, a Code and attributes.
#pragma once
#include "offhook/radius/client.hpp"

namespace offhook::radius {

class Port {
public:
    virtual ~Port() = default;
    virtual void ask(Question&& question) = 0;
};

}  // namespace offhook::radius
