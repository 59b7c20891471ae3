// What the tests of the command line share: the program, run against a real server in a folder of its own.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "offhook/http/api.hpp"
#include "offhook/http/server.hpp"
#include "offhook/http/token.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"
#include "offhook/store/store.hpp"

namespace offhook::cli {

struct Result {
    int exit = -1;
    std::string out;  ///< both outputs
};

class CommandLine : public ::testing::Test {
protected:
    void SetUp() override {
        store::Config config;
        config.path = file("offhook.db");
        config.commit_window = std::chrono::milliseconds(0);
        auto opened = store::Store::open(config, nullptr);
        ASSERT_TRUE(opened) << opened.error();
        store_ = std::move(*opened);
        ASSERT_TRUE(store_->wait_loaded());
        api_ = std::make_unique<http::Api>(*store_, http::Facts{"0", {"example.com"}, "example.com"});
        const auto token = http::load_or_make_token(file("api-token"));
        ASSERT_TRUE(token) << token.error();
        auto server =
            http::Server::start({Endpoint{IpAddress::v4({127, 0, 0, 1}), 0}}, *token, [this](const http::Request& r) { return (*api_)(r); });
        ASSERT_TRUE(server) << server.error();
        server_ = std::move(*server);
        url_ = "http://" + server_->address().text();
    }

    void TearDown() override {
        server_.reset();
        store_.reset();
    }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
    void write(const std::string& name, std::string_view text) const { std::ofstream(file(name), std::ios::binary) << text; }

    /// In the test's folder; `words` are for a shell.
    [[nodiscard]] Result run(const std::string& words, const std::string& input = "") const {
        write("input", input);
        const std::string command = "cd " + folder_.path().string() + " && " OFFHOOK_PROGRAM " " + words + " < input 2>&1";
        std::FILE* pipe = ::popen(command.c_str(), "r");
        Result result;
        std::array<char, 4096> block{};
        while (const std::size_t size = std::fread(block.data(), 1, block.size(), pipe)) result.out.append(block.data(), size);
        const int status = ::pclose(pipe);
        result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return result;
    }
    [[nodiscard]] Result offhook(const std::string& words, const std::string& input = "") const {
        return run("--api " + url_ + " --token-file api-token " + words, input);
    }

    offhook::test::TemporaryDirectory folder_;
    std::string url_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<http::Api> api_;
    std::unique_ptr<http::Server> server_;
};

#define EXPECT_RUN(result, code, matcher)     \
    do {                                      \
        const Result got = (result);          \
        EXPECT_EQ(got.exit, code) << got.out; \
        EXPECT_THAT(got.out, matcher);        \
    } while (false)

}  // namespace offhook::cli
