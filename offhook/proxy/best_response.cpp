#include "offhook/proxy/best_response.hpp"

namespace offhook::proxy {

namespace {

// Smaller is better. Any 6xx; then the lowest class; in 4xx what affects resubmission before the rest (§16.7 step 6), and what says
// least (cancelled, timed out) last; in 5xx a 503, which we may not pass on, last.
int rank(int status) {
    const int by_class = status >= 600 ? 0 : status / 100 * 10;
    switch (status) {
        case 401:
        case 407:
            return by_class;
        case 415:
        case 420:
        case 484:
            return by_class + 1;
        case 487:
            return by_class + 3;
        case 408:
            return by_class + 4;
        case 503:
            return by_class + 3;
        default:
            return by_class + 2;
    }
}

}  // namespace

bool is_better(int candidate, int incumbent) { return incumbent == 0 || rank(candidate) < rank(incumbent); }

int upstream_status(int best) { return best == 503 ? 500 : best; }

void append_challenges(std::string& out, const message::Message& response) {
    for (const message::HeaderField& field : response.fields())
        if (field.id == message::HeaderId::www_authenticate || field.id == message::HeaderId::proxy_authenticate)
            out.append(response.bytes().substr(field.begin, field.end - field.begin));
}

}  // namespace offhook::proxy
