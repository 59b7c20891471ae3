#include "offhook/runtime/counters.hpp"

namespace offhook::runtime {

void ShardCounters::add_to(Counters& total) const {
    total.datagrams_in += datagrams_in.get();
    total.datagrams_out += datagrams_out.get();
    total.datagrams_lost += datagrams_lost.get();
    total.datagrams_unsent += datagrams_unsent.get();
    total.messages += messages.get();
    total.malformed += malformed.get();
    total.handed_over += handed_over.get();
    total.connections_accepted += connections_accepted.get();
    total.connections_opened += connections_opened.get();
    total.connections_refused += connections_refused.get();
    total.connections_now += connections_now.get();
    total.turns += turns.get();
}

}  // namespace offhook::runtime
