#include "offhook/journal/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "offhook/journal/file_sink.hpp"
#include "offhook/journal/http_sink.hpp"
#include "offhook/journal/lines.hpp"
#include "offhook/journal/radius_sink.hpp"
#include "offhook/store/fixture_test.hpp"

namespace offhook::journal {
namespace {

using namespace std::chrono_literals;
using store::record;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Holds seqs in memory; fails when told to.
class Memory {
public:
    class MemorySink final : public Sink {
    public:
        explicit MemorySink(Memory& memory) : memory_(memory) {}
        std::expected<std::uint64_t, std::string> open(std::uint64_t position) override {
            const std::lock_guard lock(memory_.mutex_);
            ++memory_.opened_;
            return std::max(position, memory_.held_.empty() ? 0 : memory_.held_.back());
        }
        std::expected<Taken, std::string> deliver(std::span<const store::Event> events) override {
            const std::lock_guard lock(memory_.mutex_);
            for (const store::Event& event : events) {
                if (memory_.refusals_ != 0) {
                    --memory_.refusals_;
                    memory_.changed_.notify_all();
                    return std::unexpected(std::string("full"));
                }
                memory_.held_.push_back(event.seq);
            }
            memory_.pages_.push_back(events.size());
            memory_.changed_.notify_all();
            return Taken{};
        }

    private:
        Memory& memory_;
    };

    void refuse(int times) {
        const std::lock_guard lock(mutex_);
        refusals_ = times;
    }
    /// Waits until so many are held.
    std::vector<std::uint64_t> held(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 20s, [&] { return held_.size() >= count; });
        return held_;
    }
    /// How many events each page had.
    std::vector<std::size_t> pages() {
        const std::lock_guard lock(mutex_);
        return pages_;
    }
    bool waited_for_a_refusal() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return refusals_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::uint64_t> held_;
    std::vector<std::size_t> pages_;
    int refusals_ = 0, opened_ = 0;
};

accounting::CallRecord ended(std::uint64_t id) {
    accounting::CallRecord r = record(id);
    r.ended = r.answered + 3s;
    r.seconds = 3;
    r.end = accounting::CallRecord::End::caller;
    return r;
}

class DeliveryTest : public testing::Test {
protected:
    void SetUp() override {
        store_config.sinks = {"one"};
        store_config.commit_window = 0ms;
        config.name = "one";
        config.kind = SinkConfig::Kind::json;
        config.delay = 1ms;
        store = store::opened(store_config, nullptr);
    }
    std::unique_ptr<Delivery> started(std::unique_ptr<Sink> sink) {
        return std::make_unique<Delivery>(config, std::move(sink), *store, [this](Severity, std::string_view text) {
            const std::lock_guard lock(mutex);
            notes.emplace_back(text);
        });
    }
    void put(const accounting::CallRecord& r) {
        store->put(r, {});
        store->flush();
    }
    /// What its lines begin with: the seqs of the events.
    static std::vector<std::string> events_of(const std::string& path) {
        std::ifstream file(path);
        std::vector<std::string> events;
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with(json_start())) line.erase(0, json_start().size());
            events.push_back(line.substr(0, line.find(',')));
        }
        return events;
    }
    std::uint64_t position() { return store->reader().position("one").value(); }

    store::Directory directory;
    store::Config store_config = store::config_for(directory.file("offhook.db"));
    SinkConfig config;
    std::unique_ptr<store::Store> store;
    Memory memory;
    std::mutex mutex;
    std::vector<std::string> notes;
};

TEST_F(DeliveryTest, DeliversWhatWasThereAndWhatComes) {
    put(record(1));
    auto delivery = started(std::make_unique<Memory::MemorySink>(memory));
    EXPECT_THAT(memory.held(1), ElementsAre(1));
    put(ended(1));
    put(ended(2));
    EXPECT_THAT(memory.held(3), ElementsAre(1, 2, 3));
    delivery = nullptr;
    store->flush();
    EXPECT_EQ(position(), 3U);
    delivery = started(std::make_unique<Memory::MemorySink>(memory));
    put(ended(3));
    EXPECT_THAT(memory.held(4), ElementsAre(1, 2, 3, 4)) << "nothing comes twice";
}

TEST_F(DeliveryTest, WhatComesBeforeTheEndIsDelivered) {
    auto delivery = started(std::make_unique<Memory::MemorySink>(memory));
    for (std::uint64_t id = 1; id <= 1200; ++id) store->put(ended(id), {});
    store->flush();
    delivery = nullptr;
    EXPECT_EQ(memory.held(1200).size(), 1200U);
}

TEST_F(DeliveryTest, AfterAFailureTheSinkSaysWhereToGoOn) {
    memory.refuse(1);
    auto delivery = started(std::make_unique<Memory::MemorySink>(memory));
    put(ended(1));
    ASSERT_TRUE(memory.waited_for_a_refusal());
    EXPECT_THAT(memory.held(1), ElementsAre(1));
    delivery = nullptr;
    const std::lock_guard lock(mutex);
    ASSERT_EQ(notes.size(), 2U);
    EXPECT_THAT(notes[0], HasSubstr("sink one: full; events wait"));
    EXPECT_THAT(notes[1], HasSubstr("sink one: works again"));
}

// The process ended after the file was written and before the position was: the file knows better.
TEST_F(DeliveryTest, AFileIsNotGivenTwiceWhatItHolds) {
    config.kind = SinkConfig::Kind::csv;
    config.file = directory.file("calls.csv");
    for (std::uint64_t id = 1; id <= 3; ++id) put(ended(id));
    std::ofstream(config.file) << csv_header() << "2,0000000000000002,the rest does not matter\n3,tor";
    started(std::make_unique<FileSink>(config)).reset();
    EXPECT_THAT(events_of(config.file), ElementsAre("event", "2", "3"));
}

// The database was replaced by a new one, or restored from a copy: what comes now must not be taken for what the file has, however many events
// there are meanwhile, and it begins anew as soon as the file is moved away.
class AnotherDatabase : public DeliveryTest, public testing::WithParamInterface<SinkConfig::Kind> {};

TEST_P(AnotherDatabase, NeverContinuesAFileOfTheFirst) {
    config.kind = GetParam();
    config.file = directory.file("calls.csv");
    for (std::uint64_t id = 1; id <= 3; ++id) put(ended(id));
    started(std::make_unique<FileSink>(config)).reset();
    ASSERT_EQ(events_of(config.file).back(), "3");
    store = nullptr;
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(store_config.path + end);
    store = store::opened(store_config, nullptr);

    started(std::make_unique<FileSink>(config)).reset();
    for (std::uint64_t id = 11; id <= 15; ++id) put(ended(id));
    started(std::make_unique<FileSink>(config)).reset();
    EXPECT_EQ(events_of(config.file).back(), "3");
    {
        const std::lock_guard lock(mutex);
        ASSERT_EQ(notes.size(), 2U);
        EXPECT_THAT(notes[0], HasSubstr(config.file + " ends with event 3, which the journal does not have"));
        EXPECT_THAT(notes[1], HasSubstr(config.file + " ends with event 3, which is another one in the journal: was the database replaced"));
    }
    std::filesystem::rename(config.file, directory.file("old"));
    started(std::make_unique<FileSink>(config)).reset();
    auto events = events_of(config.file);
    if (config.kind == SinkConfig::Kind::csv) events.erase(events.begin());
    EXPECT_THAT(events, ElementsAre("1", "2", "3", "4", "5"));
}

INSTANTIATE_TEST_SUITE_P(Of, AnotherDatabase, testing::Values(SinkConfig::Kind::csv, SinkConfig::Kind::json),
                         [](const auto& test) { return std::string(name_of(test.param)); });

// Since the first event that it lacks, not since it was opened: that may never be.
TEST_F(DeliveryTest, ASinkThatCannotBeOpenedGrowsOld) {
    config.kind = SinkConfig::Kind::csv;
    config.file = directory.file("missing/calls.csv");
    put(ended(1));
    put(ended(2));
    store->put_position({"one", 1});
    store->flush();
    std::this_thread::sleep_for(10ms);
    const auto delivery = started(std::make_unique<FileSink>(config));
    for (int i = 0; i < 20'000 && delivery->status().failures == 0; ++i) std::this_thread::sleep_for(1ms);
    EXPECT_GE(delivery->status().age, 10ms);
    EXPECT_EQ(delivery->status().backlog, 1U);
}

// Whoever hangs gets the two seconds of the end, not what its timeout allows.
TEST_F(DeliveryTest, TheEndDoesNotWaitForARequestThatHangs) {
    namespace ip = boost::asio::ip;
    boost::asio::io_context io;
    ip::tcp::acceptor http(io, {ip::address_v4::loopback(), 0});
    ip::udp::socket radius(io, {ip::address_v4::loopback(), 0});
    put(ended(1));
    config.timeout = 30s;
    config.url = "http://127.0.0.1:" + std::to_string(http.local_endpoint().port()) + "/";
    config.servers = {*Endpoint::parse("127.0.0.1:" + std::to_string(radius.local_endpoint().port()))};
    config.secret = "secret";
    config.kind = SinkConfig::Kind::http;
    auto one = started(std::make_unique<HttpSink>(config));
    config.kind = SinkConfig::Kind::radius;
    auto two = started(std::make_unique<RadiusSink>(config));
    const ip::tcp::socket under_way = http.accept();
    std::array<char, 4096> request{};
    radius.receive(boost::asio::buffer(request));

    const auto begin = std::chrono::steady_clock::now();
    for (const auto* delivery : {&one, &two}) (*delivery)->ask_to_stop();
    one = nullptr;
    two = nullptr;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(position(), 0U) << "it comes again";
}

// What a receiver may have taken although its answer was lost comes again as the same page, whatever came meanwhile.
TEST_F(DeliveryTest, APageThatFailedIsOfferedAgainAsItWas) {
    memory.refuse(1);
    auto delivery = started(std::make_unique<Memory::MemorySink>(memory));
    put(ended(1));
    ASSERT_TRUE(memory.waited_for_a_refusal());
    put(ended(2));
    EXPECT_THAT(memory.held(2), ElementsAre(1, 2));
    EXPECT_THAT(memory.pages(), ElementsAre(1, 1));
}

TEST_F(DeliveryTest, OnlyTheKindsThatAreWanted) {
    config.events = {"call_started"};
    auto delivery = started(std::make_unique<Memory::MemorySink>(memory));
    put(ended(1));
    put(record(2));
    EXPECT_THAT(memory.held(1), ElementsAre(2));
}

TEST_F(DeliveryTest, AnUnknownSinkIsForgottenAndANewOneBeginsWithTheOldestEvent) {
    store->put_position({"one", 17});
    store = nullptr;
    store_config.sinks = {"two"};
    store = store::opened(store_config, nullptr);
    EXPECT_EQ(position(), 0U);
    EXPECT_EQ(store->reader().position("two").value(), 0U);
}

TEST(Lines, AreOneForEachEventWhateverStandsInIt) {
    store::Event event{.seq = 17, .time = UtcTime(1'700'000'000s), .kind = "call_ended", .payload = "{\"id\":1}", .record = {}};
    std::string out;
    append_json_line(out, event);
    EXPECT_EQ(out, "{\"seq\":17,\"time\":\"2023-11-14T22:13:20.000000Z\",\"kind\":\"call_ended\",\"data\":{\"id\":1}}\n");

    event.record = ended(0xabc);
    event.record->reason = "said \"no\",\r\nreally\\";
    event.record->invited = UtcTime(1'700'000'000s);
    out.clear();
    append_csv_line(out, event);
    EXPECT_THAT(out, HasSubstr("17,0000000000000abc,0000000000000abb,alice@example.com,"));
    EXPECT_THAT(out, HasSubstr(",2023-11-14T22:13:20.000000Z,"));
    EXPECT_THAT(out, HasSubstr(",\"said \"\"no\"\",\\x0d\\x0areally\\\\\","));
    EXPECT_EQ(std::ranges::count(out, '\n'), 1);
    const auto commas = [](std::string_view line) { return std::ranges::count(line, ','); };
    EXPECT_EQ(commas(out), commas(csv_header()) + 2) << "one in the reason, one in the codecs";
}

}  // namespace
}  // namespace offhook::journal
