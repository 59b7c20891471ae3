// The contexts of incoming requests, used again with the capacity of their strings. Thread rule: one shard.
#pragma once
#include <memory>
#include <tuple>
#include <vector>

#include "offhook/transaction/request.hpp"

namespace offhook::transaction {

class RequestPool {
public:
    RequestPool() = default;
    RequestPool(const RequestPool&) = delete;
    RequestPool& operator=(const RequestPool&) = delete;
    /// Contexts that outlive the pool are left to their holders, who delete them.
    ~RequestPool() {
        for (auto& request : all_)
            if (request->home != nullptr) {
                request->home = request->layer = nullptr;
                std::ignore = request.release();
            }
    }

    [[nodiscard]] RequestPtr take(Layer& home) {
        if (free_.empty()) {
            all_.push_back(std::make_unique<Request>());
            free_.push_back(all_.back().get());
        }
        RequestPtr request(free_.back());
        free_.pop_back();
        request->home = &home;
        ++out_;
        return request;
    }

    void give_back(Request& request) noexcept {
        constexpr std::size_t ordinary = 16'384;
        if (request.bytes.capacity() > ordinary) request.bytes = std::string();
        request.bytes.clear();
        request.transaction = {};
        request.sender.trust = Sender::Trust::unknown;
        request.sender.user.clear();
        request.sender.domain.clear();
        request.stage = 0;
        request.layer = request.home = nullptr;
        free_.push_back(&request);
        --out_;
    }

    [[nodiscard]] std::size_t out() const { return out_; }

private:
    std::vector<std::unique_ptr<Request>> all_;
    std::vector<Request*> free_;
    std::size_t out_ = 0;
};

}  // namespace offhook::transaction
