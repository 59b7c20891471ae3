#include "offhook/runtime/counters.hpp"

#include <algorithm>

namespace offhook::runtime {

void ShardCounters::note(const transport::Admission& admission) {
    loss.set(admission.loss());
    refused_for_room.set(admission.refused_for_room());
    for (std::size_t i = 0; i < refused.size(); ++i) refused[i].set(admission.refused()[i]);
}

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
    total.refused_for_room += refused_for_room.get();
    total.waited_us = std::max(total.waited_us, waited_us.get());
    total.loss = std::max(total.loss, loss.get());
    for (std::size_t i = 0; i < refused.size(); ++i) total.refused[i] += refused[i].get();
}

void RadiusCounters::note(const radius::Client::Counters& counted) {
    sent.set(counted.sent);
    resent.set(counted.resent);
    answered.set(counted.answered);
    unanswered.set(counted.unanswered);
    for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i].set(counted.dropped[i]);
}

void RadiusCounters::add_to(Counters& total) const {
    total.radius.sent += sent.get();
    total.radius.resent += resent.get();
    total.radius.answered += answered.get();
    total.radius.unanswered += unanswered.get();
    for (std::size_t i = 0; i < dropped.size(); ++i) total.radius.dropped[i] += dropped[i].get();
}

}  // namespace offhook::runtime
