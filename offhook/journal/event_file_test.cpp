#include "offhook/journal/event_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "offhook/runtime/temporary_directory_test.hpp"

namespace offhook::journal {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime noon{20'000 * 24h + 12h};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class EventFileTest : public testing::Test {
protected:
    void SetUp() override { config.path = directory.file("calls.csv"); }
    EventFile opened(std::uint64_t last) {
        EventFile file(config);
        const auto opened = file.open();
        EXPECT_TRUE(opened) << opened.error();
        EXPECT_EQ(opened ? opened->seq : 0, last);
        return file;
    }
    test::TemporaryDirectory directory;
    EventFile::Config config{.path = {}, .header = "event,id\n", .begins = "event,id\n"};
};

TEST_F(EventFileTest, SaysItselfHowFarItHasCome) {
    {
        EventFile file = opened(0);
        ASSERT_TRUE(file.append("7,a\n9,b\n", 9, noon));
    }
    EventFile file = opened(9);
    ASSERT_TRUE(file.append("12,c\n", 12, noon));
    EXPECT_EQ(content(config.path), "event,id\n7,a\n9,b\n12,c\n");
    opened(12);
}

// Whatever octet the end of the process stopped at: whole lines stay, the torn one goes, and the seq says where to go on.
TEST_F(EventFileTest, CutsATornLineOffAtEveryOctet) {
    const std::string whole = "event,id\n7,a\n9,b\n";
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        std::ofstream(config.path, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
        EventFile file = opened(cut < 13 ? 0 : cut < 17 ? 7 : 9);
        ASSERT_TRUE(file.append("11,x\n", 11, noon));
        const std::string kept = cut < 9 ? "event,id\n" : cut < 13 ? whole.substr(0, 9) : cut < 17 ? whole.substr(0, 13) : whole;
        EXPECT_EQ(content(config.path), kept + "11,x\n") << cut;
    }
}

TEST_F(EventFileTest, FindsTheLastLineOfALongFileHoweverLongItIs) {
    std::ofstream(config.path) << "event,id\n5," << std::string(300'000, 'x') << "\n6," << std::string(200'000, 'y') << "\n7,torn"
                               << std::string(100'000, 'z');
    opened(6);
    EXPECT_EQ(std::filesystem::file_size(config.path), 9u + 2 + 300'000 + 1 + 2 + 200'000 + 1);
}

TEST_F(EventFileTest, IsPutAsideWhenItIsFullAndFoundAgain) {
    config.max_size = 20;
    {
        EventFile file = opened(0);
        ASSERT_TRUE(file.append("1,aaaa\n", 1, noon));
        ASSERT_TRUE(file.append("2,bbbb\n", 2, noon));  // 23 octets would be too many
        EXPECT_EQ(content(directory.file("calls-000000000001.csv")), "event,id\n1,aaaa\n");
        EXPECT_EQ(content(config.path), "event,id\n2,bbbb\n");
    }
    // The process ended between the renaming and the first line of the new file.
    std::filesystem::rename(config.path, directory.file("calls-000000000002.csv"));
    EventFile file = opened(2);
    EXPECT_EQ(content(config.path), "event,id\n");
    ASSERT_TRUE(file.append("3,c\n", 3, noon));
    opened(3);
}

// Whoever has to do something about the last line must know where it stands.
TEST_F(EventFileTest, NamesTheFileOfTheLastLine) {
    const std::string aside = directory.file("calls-000000000999.csv");
    std::ofstream(aside) << "event,id\n998,a\n999,b\n";
    std::ofstream(directory.file("calls-000000000007.csv")) << "event,id\n7,c\n";
    const auto last = EventFile(config).open();
    ASSERT_TRUE(last) << last.error();
    EXPECT_EQ(last->seq, 999U);
    EXPECT_EQ(last->file, aside);
    EXPECT_EQ(last->line, "999,b\n");
    std::ofstream(config.path, std::ios::app) << "1000,d\n10";
    EXPECT_EQ(EventFile(config).open()->file, config.path);
    EXPECT_EQ(EventFile(config).open()->line, "1000,d\n");
}

TEST_F(EventFileTest, IsPutAsideAtMidnightIfItIsToBe) {
    config.rotate_every = 24h;
    EventFile file = opened(0);
    ASSERT_TRUE(file.append("1,a\n", 1, noon));
    ASSERT_TRUE(file.append("2,b\n", 2, noon + 11h));
    EXPECT_FALSE(std::filesystem::exists(directory.file("calls-000000000002.csv")));
    ASSERT_TRUE(file.append("3,c\n", 3, noon + 12h));
    EXPECT_EQ(content(directory.file("calls-000000000002.csv")), "event,id\n1,a\n2,b\n");
    EXPECT_EQ(content(config.path), "event,id\n3,c\n");
}

TEST_F(EventFileTest, BeginsAnewWhereSomebodyMovedItAway) {
    EventFile file = opened(0);
    ASSERT_TRUE(file.append("1,a\n", 1, noon));
    std::filesystem::rename(config.path, directory.file("elsewhere.csv"));
    ASSERT_TRUE(file.append("2,b\n", 2, noon));
    EXPECT_EQ(content(config.path), "event,id\n2,b\n");
    EXPECT_EQ(content(directory.file("elsewhere.csv")), "event,id\n1,a\n");
}

TEST_F(EventFileTest, SaysWhatIsWrongWithTheFile) {
    config.path = directory.file("missing/calls.csv");
    const auto missing = EventFile(config).open();
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), "cannot open " + config.path + ": No such file or directory");
    config.path = directory.file("notes.txt");
    std::ofstream(config.path) << "dear diary";
    const auto another = EventFile(config).open();
    ASSERT_FALSE(another);
    EXPECT_EQ(another.error(), config.path + " does not begin as a file of this sink does: move it away, or name another file");
    EXPECT_EQ(content(config.path), "dear diary");
    config.path = "/dev/full";
    const auto device = EventFile(config).open();
    ASSERT_FALSE(device);
    EXPECT_NE(device.error().find("is not a file"), std::string::npos) << device.error();
}

}  // namespace
}  // namespace offhook::journal
