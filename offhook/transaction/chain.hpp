// The chain of handlers that a request passes, wired in one readable function of the program (design rule 3). Order by wiring.
#pragma once
#include <vector>

#include "offhook/transaction/request.hpp"

namespace offhook::transaction {

class Handler {
public:
    virtual ~Handler() = default;
    /// Returned: the next handler takes it. Not returned: answered, or kept to be given to Chain::resume() later.
    [[nodiscard]] virtual RequestPtr handle(RequestPtr request, Now now) = 0;
};

class Chain {
public:
    void add(Handler& handler) { handlers_.push_back(&handler); }

    /// From the request's stage on. What passes the last handler unanswered gets 500 by its destructor.
    void run(RequestPtr request, Now now) {
        while (request && request->stage < handlers_.size()) {
            Handler* handler = handlers_[request->stage++];
            request = handler->handle(std::move(request), now);
        }
    }
    /// Goes on behind the handler that kept it.
    void resume(RequestPtr request, Now now) { run(std::move(request), now); }

private:
    std::vector<Handler*> handlers_;
};

}  // namespace offhook::transaction
