// The log, the data directory, the limits and the ready line.
#include "offhook/runtime/process.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "offhook/runtime/log.hpp"
#include "offhook/runtime/random.hpp"
#include "offhook/runtime/rig_test.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"

namespace offhook::runtime::test {
namespace {

using ::testing::HasSubstr;

using offhook::test::TemporaryDirectory;

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

const UtcTime noon = std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + 12h + 34us;

TEST(Log, ALineIsTimeLevelEventAndFields) {
    std::string line;
    append_log_line(line, Severity::warning, noon, "rejected", {{"status", 403}, {"from", "127.0.0.1:5060"}, {"name", "two words"}, {"empty", ""}});
    EXPECT_EQ(line, "2024-02-29T12:00:00.000034Z warning rejected status=403 from=127.0.0.1:5060 name=\"two words\" empty=\"\"");
}

TEST(Log, NothingFromTheWireMakesALineOfItsOwn) {
    std::string line;
    append_log_line(line, Severity::info, noon, "note", {{"text", std::string_view("a\r\n2024 \"x\\\0\xff", 13)}});
    EXPECT_THAT(line, ::testing::EndsWith(R"( text="a\r\n2024 \"x\\\x00\xff")"));
}

TEST(Log, WritesToItsFileAndToANewOneAfterItWasMoved) {
    TemporaryDirectory directory;
    const auto file = directory.path() / "log", old = directory.path() / "log.1";
    auto log = Log::open({.file = file.string(), .level = Severity::info, .queue = 64});
    ASSERT_TRUE(log) << log.error();
    (*log)->write(Severity::info, noon, "one", {});
    (*log)->write(Severity::debug, noon, "unwanted", {});
    while (text_of(file).empty()) std::this_thread::yield();
    std::filesystem::rename(file, old);
    ASSERT_TRUE((*log)->reopen());
    (*log)->write(Severity::error, noon, "two", {{"n", 2}});
    log->reset();
    EXPECT_EQ(text_of(old), "2024-02-29T12:00:00.000034Z info one\n");
    EXPECT_EQ(text_of(file), "2024-02-29T12:00:00.000034Z error two n=2\n");
}

TEST(Log, WhatCannotBeReopenedIsSaidAndTheOldFileKept) {
    TemporaryDirectory directory;
    const auto folder = directory.path() / "logs", away = directory.path() / "away";
    std::filesystem::create_directory(folder);
    auto log = Log::open({.file = folder / "log"});
    ASSERT_TRUE(log) << log.error();
    std::filesystem::rename(folder, away);
    const auto reopened = (*log)->reopen();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error(), "log " + (folder / "log").string() + ": No such file or directory");
    (*log)->write(Severity::error, noon, "one", {});
    std::filesystem::create_directory(folder);
    while (text_of(away / "log").empty()) std::this_thread::yield();
    ASSERT_TRUE((*log)->reopen());
    (*log)->write(Severity::error, noon, "two", {});
    log->reset();
    EXPECT_EQ(text_of(away / "log"), "2024-02-29T12:00:00.000034Z error one\n");
    EXPECT_EQ(text_of(folder / "log"), "2024-02-29T12:00:00.000034Z error two\n");
}

TEST(Log, AFullQueueDropsAndCountsButNeverBlocks) {
    TemporaryDirectory directory;
    const auto pipe = directory.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const Descriptor reader(::open(pipe.c_str(), O_RDWR | O_CLOEXEC));  // nobody reads: the writer stands still once the pipe is full
    auto log = Log::open({.file = pipe.string(), .level = Severity::info, .queue = 16});
    ASSERT_TRUE(log);
    const std::string kilobyte(1'000, 'x');
    for (int i = 0; i < 200; ++i) (*log)->write(Severity::info, noon, kilobyte, {});
    EXPECT_GE((*log)->dropped(), 200u - 16 - 70);
    // Let the writer go on, so that it can end.
    std::thread rest([&] {
        std::string all;
        std::array<char, 4'096> buffer;
        while (all.find("the end") == all.npos) {
            const ssize_t n = ::read(reader.get(), buffer.data(), buffer.size());
            if (n > 0) all.append(buffer.data(), static_cast<std::size_t>(n));
        }
    });
    (*log)->write(Severity::info, noon, "the end", {});
    rest.join();
}

TEST(Log, AFileThatCannotBeOpenedIsNamed) {
    const auto log = Log::open({.file = "/nonexistent/log"});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error(), "log /nonexistent/log: No such file or directory");
}

TEST(Log, TheObserverTellsWhatTheCoreTells) {
    TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    auto log = Log::open({.file = file.string()});
    ASSERT_TRUE(log);
    Rejections rejections;
    LogObserver observer(**log, rejections, 3);
    const Now now{{}, noon};
    observer.rejected(Cause::queue_full, 503, "id@host", at("192.0.2.1:5060"), now);
    observer.note(Severity::warning, "the disk is slow", now);
    observer.message_in("OPTIONS", at("192.0.2.1:5060"), now);
    EXPECT_EQ(rejections.of(Cause::queue_full), 1u);
    EXPECT_EQ(name_of(Cause::paused), "paused");
    log->reset();
    EXPECT_EQ(text_of(file),
              "2024-02-29T12:00:00.000034Z info rejected cause=queue-full status=503 call-id=id@host from=192.0.2.1:5060 shard=3\n"
              "2024-02-29T12:00:00.000034Z warning note text=\"the disk is slow\" shard=3\n");
}

TEST(Process, ADataDirectoryBelongsToOneProcess) {
    TemporaryDirectory directory;
    const auto data = directory.path() / "a" / "b";
    {
        const auto lock = DirectoryLock::take(data);
        ASSERT_TRUE(lock) << lock.error();
        EXPECT_EQ(text_of(data / "lock"), fmt::format("{}\n", ::getpid()));
        const auto second = DirectoryLock::take(data);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error(), fmt::format("data directory {} is in use by process {} (runtime_test)", data.string(), ::getpid()));
    }
    EXPECT_TRUE(DirectoryLock::take(data));
    EXPECT_FALSE(DirectoryLock::take("/proc/nothing/here"));
}

TEST(Process, TheDescriptorLimitIsRaisedAndChecked) {
    const auto enough = raise_descriptor_limit(64);
    ASSERT_TRUE(enough);
    EXPECT_GE(*enough, 64u);
    const auto too_many = raise_descriptor_limit(std::uint64_t{1} << 40);
    ASSERT_FALSE(too_many);
    EXPECT_THAT(too_many.error(), HasSubstr("LimitNOFILE="));
}

TEST(Process, TheReadyLineHoldsTheRealPorts) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Descriptor in(ends[0]);
    Descriptor out(ends[1]);
    const transport::ListenerTable listeners({{transport::Protocol::udp, at("127.0.0.1:5060"), "", 0},
                                              {transport::Protocol::udp, at("[::1]:5060"), "", 0},
                                              {transport::Protocol::tcp, at("127.0.0.1:5061"), "", 0}});
    const int number = out.release();
    EXPECT_TRUE(is_open(number));
    ASSERT_TRUE(write_ready(number, listeners, at("127.0.0.1:8080")));
    EXPECT_FALSE(is_open(number));
    std::array<char, 256> text{};
    ASSERT_GT(::read(in.get(), text.data(), text.size()), 0);
    EXPECT_STREQ(text.data(), "{\"udp\":[\"127.0.0.1:5060\",\"[::1]:5060\"],\"tcp\":[\"127.0.0.1:5061\"],\"http\":\"127.0.0.1:8080\"}\n");
    EXPECT_EQ(::read(in.get(), text.data(), text.size()), 0);
    EXPECT_FALSE(write_ready(-1, listeners, std::nullopt));
}

TEST(Process, KeysDiffer) { EXPECT_NE(random_key(), random_key()); }

}  // namespace
}  // namespace offhook::runtime::test
