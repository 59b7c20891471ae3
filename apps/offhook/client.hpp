// A client of the server's HTTP API: one request, one answer, within a time limit. Knows HTTP and the token, not the commands.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "apps/offhook/program.hpp"
#include "offhook/runtime/http_request.hpp"

namespace offhook::cli {

class Client {
public:
    /// Reads the address and the token file. Error: what is wrong with them.
    [[nodiscard]] static std::expected<Client, Failure> make(const Globals& globals);

    /// Sends one request, `method` as "GET" or "PATCH". Error: nobody answers, or the token is not accepted. Other refusals of the
    /// server are a Reply.
    [[nodiscard]] std::expected<runtime::HttpReply, Failure> send(std::string_view method, std::string_view target, std::string_view body = {},
                                                     std::string_view content_type = "application/json") const;

    /// The body of a 2xx; any other status is a Failure with what the server said.
    [[nodiscard]] std::expected<std::string, Failure> ask(std::string_view method, std::string_view target, std::string_view body = {},
                                                          std::string_view content_type = "application/json") const;

private:
    std::string url_, token_, token_file_;
    runtime::HttpUrl server_;
};

/// What a refusal's body {"error": text} says.
[[nodiscard]] std::string error_of(const runtime::HttpReply& reply);

}  // namespace offhook::cli
