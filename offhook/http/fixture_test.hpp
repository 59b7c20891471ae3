// What the tests of this layer share: a real store in a directory that is removed again, a real server on a free port, and a client
// by Beast (client_test.cpp).
#pragma once
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/http/api.hpp"
#include "offhook/http/server.hpp"
#include "offhook/http/token.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"
#include "offhook/store/store.hpp"

namespace offhook::http {

struct Answer {
    int status = 0;
    std::string body, allow, content_type;
    [[nodiscard]] boost::json::value json() const { return boost::json::parse(body); }
    [[nodiscard]] std::string error() const { return std::string(json().at("error").as_string()); }
};

struct Call {
    std::string method = "GET", target, body, content_type = "application/json", token;
};
/// On a connection of its own.
[[nodiscard]] Answer fetch(const Endpoint& server, const Call& call);
/// These octets as they are, and all that the server says until it closes or half-closes.
[[nodiscard]] std::string exchange_raw(const Endpoint& server, const std::string& octets);

using Directory = offhook::test::TemporaryDirectory;

class ApiTest : public ::testing::Test {
protected:
    void SetUp() override { start({Endpoint{IpAddress::v4({127, 0, 0, 1}), 0}}); }

    void start(const Config& config) {
        server_.reset();
        if (!store_) {
            store::Config where;
            where.path = directory_.file("offhook.db");
            where.commit_window = std::chrono::milliseconds(0);
            auto opened = store::Store::open(where, nullptr);
            ASSERT_TRUE(opened) << opened.error();
            store_ = std::move(*opened);
            ASSERT_TRUE(store_->wait_loaded());
            api_ = std::make_unique<Api>(*store_, Facts{"1.2.3", {"example.com", "example.org"}, "example.com"});
        }
        auto token = load_or_make_token(directory_.file("api-token"));
        ASSERT_TRUE(token) << token.error();
        token_ = *token;
        auto started = Server::start(config, token_, [this](const Request& request) { return (*api_)(request); });
        ASSERT_TRUE(started) << started.error();
        server_ = std::move(*started);
    }

    [[nodiscard]] Answer get(const std::string& target) { return fetch(server_->address(), {"GET", target, "", "", token_}); }
    [[nodiscard]] Answer send(const std::string& method, const std::string& target, const std::string& body = "",
                              const std::string& type = "application/json") {
        return fetch(server_->address(), {method, target, body, type, token_});
    }
    [[nodiscard]] Answer add(const std::string& name, const std::string& password = "secret") {
        return send("POST", "/v1/users", R"({"name":")" + name + R"(","password":")" + password + "\"}");
    }

    Directory directory_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<Server> server_;  // goes first: its workers use the others
    std::string token_;
};

}  // namespace offhook::http
