// The HTTP server: accepts, reads one request after the other within limits, checks the bearer token, has the handler answer.
//
// Knows HTTP, not what is asked for (api.hpp). The sockets live on one thread of its own; handlers run on a few workers, since they
// may wait for the store. Thread rule: started and destroyed by one thread.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "offhook/http/config.hpp"
#include "offhook/http/exchange.hpp"

namespace offhook::http {

class Server {
public:
    /// Binds and serves until destroyed. The error names the address and what is wrong with it.
    [[nodiscard]] static std::expected<std::unique_ptr<Server>, std::string> start(const Config& config, std::string token, Handler handler);
    class Implementation;
    explicit Server(std::unique_ptr<Implementation> implementation);  ///< for start()
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] Endpoint address() const;  ///< the real one, where port 0 was asked for

private:
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace offhook::http
