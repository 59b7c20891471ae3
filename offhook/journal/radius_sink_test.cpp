#include "offhook/journal/radius_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "offhook/base/text.hpp"
#include "offhook/journal/radius_detail.hpp"
#include "offhook/radius/accounting.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"

namespace offhook::journal {
namespace {

using namespace std::chrono_literals;
using radius::Type;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcTime began(1'700'000'000s);

store::Event event(std::string kind) {
    accounting::CallRecord r;
    r.id = 0xabc;
    r.call = 0xabb;
    r.sip_call_id = "1@a";
    r.user = "alice@example.com";
    r.from_uri = "sip:alice@example.com";
    r.request_uri = "sip:" + std::string(300, 'b') + "@example.com";
    r.invited = began;
    r.answered = began + 3s;
    if (kind == "call_ended") {
        r.ended = began + 63s;
        r.seconds = 60;
        r.end = accounting::CallRecord::End::credit;
        r.rated.emplace();
        r.rated->price = 1'500'000;
        r.rated->currency = "EUR";
    }
    r.status = 200;
    return {.seq = 17, .time = began + 33500ms, .kind = std::move(kind), .payload = {}, .record = r};
}

std::vector<std::string> pairs(std::string_view attributes) {
    std::vector<std::string> found;
    radius::AttributeReader reader(attributes);
    while (const auto one = reader.next())
        if (one->type == Type::vendor_specific) found.emplace_back(one->value.substr(6));
    return found;
}

TEST(RadiusSink, TellsOfAStartThatWaited) {
    const std::string out = accounting_attributes(event("call_started"), "example.com", began + 100500ms);
    EXPECT_EQ(radius::find_number(out, Type::acct_status_type), 1U);
    EXPECT_EQ(radius::find(out, Type::acct_session_id), "0000000000000abc");
    EXPECT_EQ(radius::find(out, Type::acct_multi_session_id), "0000000000000abb");
    EXPECT_EQ(radius::find(out, Type::nas_identifier), "example.com");
    EXPECT_EQ(radius::find(out, Type::user_name), "alice@example.com");
    EXPECT_EQ(radius::find(out, Type::called_station_id)->size(), 253U) << "cut, since it must be sent";
    EXPECT_EQ(radius::find_number(out, Type::event_timestamp), 1'700'000'003U);
    EXPECT_EQ(radius::find_number(out, Type::acct_delay_time), 97U);
    EXPECT_FALSE(radius::find(out, Type::acct_session_time)) << "RFC 2866 §5.7";
    EXPECT_FALSE(radius::find(out, Type::acct_terminate_cause));
    EXPECT_FALSE(radius::find(out, Type::message_authenticator)) << "RFC 2869 §5.19";
    EXPECT_THAT(pairs(out), ElementsAre("offhook-event=17", "sip-call-id=1@a"));
}

TEST(RadiusSink, TellsOfAnInterimRecordAndOfTheEnd) {
    const std::string update = accounting_attributes(event("call_updated"), "example.com", began + 34s);
    EXPECT_EQ(radius::find_number(update, Type::acct_status_type), 3U);
    EXPECT_EQ(radius::find_number(update, Type::acct_session_time), 30U);
    EXPECT_EQ(radius::find_number(update, Type::event_timestamp), 1'700'000'033U);
    EXPECT_EQ(radius::find_number(update, Type::acct_delay_time), 0U);
    const std::string stop = accounting_attributes(event("call_ended"), "example.com", began + 64s);
    EXPECT_EQ(radius::find_number(stop, Type::acct_status_type), 2U);
    EXPECT_EQ(radius::find_number(stop, Type::acct_session_time), 60U);
    EXPECT_EQ(radius::find_number(stop, Type::acct_terminate_cause), 5U);
    EXPECT_THAT(pairs(stop), ElementsAre("offhook-event=17", "sip-call-id=1@a", "sip-status=200", "offhook-end=credit", "offhook-price=1.50",
                                         "offhook-currency=EUR"));
}

TEST(RadiusDetail, IsReadWithoutTheEntryThatIsBeingWritten) {
    const test::TemporaryDirectory directory;
    std::ofstream(directory.file("detail-1")) << "Sun Nov 22 20:00:00 2026\n\tAcct-Status-Type = Start\n\tAcct-Session-Id = \"0000000000000001\"\n"
                                                 "\tCisco-AVPair = \"offhook-event=1\"\n\n"
                                                 "Sun Nov 22 20:00:01 2026\n\tAcct-Status-Type = Stop\n\tAcct-Session-Id = \"0000000000000001\"\n"
                                                 "\tCisco-AVPair = \"offhook-event=2\"\n\tCisco-AVPair = \"sip-status=200\"\n\n"
                                                 "Sun Nov 22 20:00:01 2026\n\tAcct-Status-Type = Stop\n\tAcct-Session-Id = \"somebody else's\"\n\n";
    std::ofstream(directory.file("detail-2")) << "Sun Nov 22 20:00:02 2026\n\tAcct-Session-Id = \"00000000000000ff\"\n\tAcct-Status-Type = Stop\n"
                                                 "\tCisco-AVPair = \"offhook-event=3\"\n\n"
                                                 "Sun Nov 22 20:00:03 2026\n\tAcct-Status-Type = Stop\n\tAcct-Session-Id = \"0000000000000004\"\n"
                                                 "\tCisco-AVPair = \"offhook-event=4\"\n";
    const auto stops = read_detail(directory.file("detail-*"));
    ASSERT_TRUE(stops) << stops.error();
    EXPECT_THAT(*stops, ElementsAre(DetailStop{1, 2}, DetailStop{255, 3}));
    const auto none = read_detail(directory.file("nothing"));
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error(), HasSubstr("nothing"));
}

}  // namespace
}  // namespace offhook::journal
