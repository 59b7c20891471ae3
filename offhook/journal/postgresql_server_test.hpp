// A PostgreSQL of the test's own, in a temporary directory, on a Unix socket: started, stopped, killed. As root it runs as nobody, since it refuses
// root.
#pragma once
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "offhook/journal/postgres.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"

namespace offhook::journal {

class PostgresqlServer {
public:
    static constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
    [[nodiscard]] static bool installed() { return std::filesystem::exists(std::string(programs) + "initdb"); }

    PostgresqlServer() {
        if (::geteuid() == 0) {
            EXPECT_EQ(::chown(directory_.path().c_str(), nobody, nobody), 0);
        }
        const int status = wait_for(
            launch({std::string(programs) + "initdb", "-D", data(), "-U", "offhook", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"}));
        EXPECT_EQ(status, 0) << "initdb failed";
        start();
    }
    ~PostgresqlServer() { kill(); }
    PostgresqlServer(const PostgresqlServer&) = delete;
    PostgresqlServer& operator=(const PostgresqlServer&) = delete;

    void start() {
        for (int i = 0; i < 600; ++i) {
            // The one before may not be quite gone: then this one ends at once.
            if (pid_ <= 0 || ::waitpid(pid_, nullptr, WNOHANG) == pid_)
                pid_ = launch({std::string(programs) + "postgres", "-D", data(), "-k", directory_.path().string(), "-h", "", "-c", "fsync=off"});
            if (Postgres(connection(), std::chrono::seconds(5)).open()) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        ADD_FAILURE() << "PostgreSQL did not start";
    }
    /// The server and all its sessions, without a chance to put anything in order.
    void kill() {
        if (pid_ <= 0) return;
        signal(SIGKILL);
        wait_for(pid_);
        pid_ = 0;
    }
    /// The server and all its sessions, each of which is a process.
    void signal(int number) const {
        const std::string pid = std::to_string(pid_);
        std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
        ::kill(pid_, number);
        for (pid_t child = 0; children >> child;) ::kill(child, number);
    }

    [[nodiscard]] std::string connection() const { return "host=" + directory_.path().string() + " user=offhook dbname=postgres"; }
    Postgres::Rows run(const std::string& statement) const {
        Postgres database(connection(), std::chrono::seconds(10));
        EXPECT_TRUE(database.open());
        auto rows = database.run(statement);
        EXPECT_TRUE(rows) << rows.error().text;
        return rows ? *rows : Postgres::Rows{};
    }

private:
    static constexpr uid_t nobody = 65534;

    [[nodiscard]] std::string data() const { return directory_.file("data"); }

    static pid_t launch(const std::vector<std::string>& words) {
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        const pid_t child = ::fork();
        if (child != 0) return child;
        if (::freopen("/dev/null", "w", stdout) == nullptr || ::freopen("/dev/null", "w", stderr) == nullptr ||
            (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)))
            std::_Exit(126);
        ::execv(arguments[0], arguments.data());
        std::_Exit(127);
    }
    static int wait_for(pid_t child) {
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }

    test::TemporaryDirectory directory_;
    pid_t pid_ = 0;
};

}  // namespace offhook::journal
