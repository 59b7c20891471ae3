#include "offhook/registrar/update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/auth/support_test.hpp"
#include "offhook/location/lookup.hpp"

namespace offhook::registrar {
namespace {

using auth::test::OwnedMessage;
using auth::test::RequestParts;
using location::BindingSnapshot;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const UtcTime start = UtcTime(std::chrono::seconds(1'800'000'000));

class Updates : public ::testing::Test {
protected:
    Updates() {
        config.domains = {"example.com"};
        flow.remote = Endpoint::parse("192.0.2.7:5060").value();
    }
    std::expected<BindingSnapshot, Refusal> result_of(const std::string& headers, std::string call_id = "c1", unsigned cseq = 1) {
        const OwnedMessage request(write(RequestParts{.call_id = std::move(call_id), .headers = headers, .cseq = cseq}));
        const auto update = read_update(request.message, config);
        if (!update) return std::unexpected(update.error());
        return apply(current.get(), *update, "alice@example.com", flow, now, config);
    }
    /// Status of the refusal, or 200 with the result kept.
    int put(const std::string& headers, std::string call_id = "c1", unsigned cseq = 1) {
        auto result = result_of(headers, std::move(call_id), cseq);
        if (!result) {
            refused = result.error();
            return result.error().status;
        }
        current = std::move(*result);
        return 200;
    }
    /// "uri expires-seconds" of each binding.
    std::vector<std::string> bindings() const {
        std::vector<std::string> list;
        if (current)
            for (const auto& b : current->bindings)
                list.push_back(std::string(b.contact) + " " + std::to_string(location::remaining_seconds(b, now)));
        return list;
    }

    Config config;
    transport::Flow flow;
    UtcTime now = start;
    BindingSnapshot current;
    Refusal refused{};
};

TEST_F(Updates, StoreWhatReachesThePhone) {
    EXPECT_EQ(
        put("Contact: \"A\" <sip:alice@10.0.0.5:5061;transport=udp>;q=0.7;expires=120;+sip.instance=\"<urn:x>\"\r\nUser-Agent: phone 1\r\n", "c9", 4),
        200);
    const location::Binding& b = current->bindings.front();
    EXPECT_EQ(current->address_of_record, "alice@example.com");
    EXPECT_EQ(b.contact, "sip:alice@10.0.0.5:5061;transport=udp");
    EXPECT_EQ(b.parameters, ";+sip.instance=\"<urn:x>\"");
    EXPECT_EQ(b.q, 700);
    EXPECT_EQ(b.expires, start + 120s);
    EXPECT_EQ(b.registered, start);
    EXPECT_EQ(b.call_id, "c9");
    EXPECT_EQ(b.cseq, 4u);
    EXPECT_EQ(b.user_agent, "phone 1");
    EXPECT_EQ(b.flow, flow);
    EXPECT_TRUE(b.behind_nat);
}

// §10.3 step 7: the contact's own interval, the request's, the default.
TEST_F(Updates, TakeTheIntervalInOrder) {
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=100, <sip:2@h>\r\nExpires: 200\r\n"), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 100", "sip:2@h 200"));
    EXPECT_EQ(put("Contact: <sip:3@h>\r\n", "c2"), 200);
    EXPECT_EQ(bindings().back(), "sip:3@h 3600");
    EXPECT_EQ(put("Contact: sip:4@h;expires=77\r\n", "c3"), 200);  // without brackets it is the header's parameter
    EXPECT_EQ(bindings().back(), "sip:4@h 77");
}

struct Interval {
    const char *name, *contact, *header;
    int status;
    std::uint32_t seconds;
};
class Intervals : public Updates, public ::testing::WithParamInterface<Interval> {};
TEST_P(Intervals, Give) {
    const Interval& c = GetParam();
    config.max_expires = 7200;
    std::string headers = std::string("Contact: <sip:a@h>") + c.contact + "\r\n";
    if (c.header != nullptr) headers += std::string("Expires: ") + c.header + "\r\n";
    ASSERT_EQ(put(headers), c.status);
    if (c.status == 423) {
        EXPECT_EQ(refused.headers, "Min-Expires: 60\r\n");
    } else if (c.seconds > 0) {
        EXPECT_EQ(current->bindings.front().expires, start + std::chrono::seconds(c.seconds));
    } else {
        EXPECT_THAT(bindings(), IsEmpty());
    }
}
INSTANTIATE_TEST_SUITE_P(Rfc3261, Intervals,
                         ::testing::Values(Interval{"too_brief", ";expires=59", nullptr, 423, 0},
                                           Interval{"just_long_enough", ";expires=60", nullptr, 200, 60},
                                           Interval{"too_brief_in_header", "", "1", 423, 0}, Interval{"zero_removes", ";expires=0", "500", 200, 0},
                                           Interval{"lowered", ";expires=7201", nullptr, 200, 7200},
                                           Interval{"beyond_any_number", ";expires=280297596632815", nullptr, 200, 7200},
                                           Interval{"malformed_is_an_hour", ";expires=soon", nullptr, 200, 3600},
                                           Interval{"negative_is_malformed", ";expires=-1", nullptr, 200, 3600},
                                           Interval{"flag_is_malformed", ";expires", nullptr, 200, 3600},
                                           Interval{"malformed_header_is_an_hour", "", "never", 200, 3600}),
                         [](const auto& test) { return std::string(test.param.name); });

// An interval of an hour or more is never too brief, whatever the minimum (§10.2.8, §10.3).
TEST_F(Updates, NeverCallAnHourTooBrief) {
    config.min_expires = 5000;
    EXPECT_EQ(put("Contact: <sip:a@h>;expires=3600\r\n"), 200);
    EXPECT_EQ(put("Contact: <sip:a@h>;expires=3599\r\n", "c1", 2), 423);
}

TEST_F(Updates, RefreshAnEquivalentContact) {
    EXPECT_EQ(put("Contact: <sip:alice@HOST.example;transport=udp>;expires=100\r\n"), 200);
    now += 50s;
    EXPECT_EQ(put("Contact: <sip:%61lice@host.example;TRANSPORT=udp>;expires=100\r\n", "c1", 2), 200);
    EXPECT_EQ(bindings().size(), 1u);
    EXPECT_EQ(current->bindings[0].expires, start + 150s);
    EXPECT_EQ(put("Contact: <sip:alice@host.example:5060;transport=udp>;expires=100\r\n", "c1", 3), 200);  // §19.1.4: an explicit port differs
    EXPECT_EQ(bindings().size(), 2u);
}

// Steps 6 and 7: with the same Call-ID the CSeq must rise; else the whole request fails and nothing changes.
TEST_F(Updates, RefuseWhatIsOutOfOrderAsAWhole) {
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=100\r\n", "c1", 5), 200);
    EXPECT_EQ(put("Contact: <sip:2@h>;expires=100, <sip:1@h>;expires=200\r\n", "c1", 5), 500);
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=0\r\n", "c1", 4), 500);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 100"));
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=200\r\n", "other", 1), 200);
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=300\r\n", "other", 2), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 300"));
}

TEST_F(Updates, TakeAnExpiredContactForANewOne) {
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=100\r\n", "c1", 5), 200);
    now += 100s;
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=60\r\n", "c1", 5), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 60"));
}

TEST_F(Updates, AcceptAContactNamedTwice) {
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=100\r\nContact: <sip:1@h>;expires=200\r\n"), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 200"));
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=0, <sip:2@h>, <sip:1@h>;expires=300\r\n", "c1", 2), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:2@h 3600", "sip:1@h 300"));
}

TEST_F(Updates, RemoveOneOrAll) {
    EXPECT_EQ(put("Contact: <sip:1@h>, <sip:2@h>, <sip:3@h>\r\n"), 200);
    EXPECT_EQ(put("Contact: <sip:2@h>\r\nExpires: 0\r\n", "c1", 2), 200);
    EXPECT_THAT(bindings(), ElementsAre("sip:1@h 3600", "sip:3@h 3600"));
    EXPECT_EQ(put("Contact: <sip:9@h>;expires=0\r\n", "c1", 3), 200);  // never known
    EXPECT_EQ(put("Contact: *\r\nExpires: 0\r\n", "c1", 1), 500);      // out of order
    EXPECT_EQ(put("Contact: *\r\nExpires: 0\r\n", "c1", 4), 200);
    EXPECT_THAT(bindings(), IsEmpty());
    EXPECT_EQ(put("Contact: <sip:1@h>\r\n", "c1", 5), 200);
    EXPECT_EQ(put("Contact: *\r\nExpires: 0\r\n", "other", 1), 200);  // step 6: another Call-ID removes
    EXPECT_THAT(bindings(), IsEmpty());
}

TEST_F(Updates, RefuseAStarThatDoesNotStandAlone) {
    EXPECT_EQ(put("Contact: <sip:1@h>\r\n"), 200);
    for (const char* headers :
         {"Contact: *\r\n", "Contact: *\r\nExpires: 60\r\n", "Contact: *\r\nExpires: x\r\n", "Contact: *\r\nContact: <sip:2@h>\r\nExpires: 0\r\n",
          "Contact: <sip:2@h>\r\nContact: *\r\nExpires: 0\r\n", "Contact: *\r\nContact: *\r\nExpires: 0\r\n", "Contact: *;expires=0\r\n"})
        EXPECT_EQ(put(headers, "c1", 2), 400) << headers;
    EXPECT_EQ(bindings().size(), 1u);
}

TEST_F(Updates, ReadQ) {
    const std::pair<const char*, int> good[] = {{"0", 0}, {"1", 1000}, {"0.", 0}, {"0.5", 500}, {"0.05", 50}, {"0.123", 123}, {"1.000", 1000}};
    unsigned cseq = 0;
    for (const auto& [q, thousandths] : good) {
        EXPECT_EQ(put(std::string("Contact: <sip:1@h>;q=") + q + "\r\n", "c1", ++cseq), 200) << q;
        EXPECT_EQ(current->bindings[0].q, thousandths) << q;
    }
    for (const char* q : {"2", "1.1", "0.1234", ".5", "0,5", "-1", "", "x"})
        EXPECT_EQ(put(std::string("Contact: <sip:1@h>;q=") + q + "\r\n", "c1", ++cseq), 400) << q;
}

TEST_F(Updates, KeepWithinTheLimits) {
    config.max_contacts = 2;
    EXPECT_EQ(put("Contact: <sip:1@h>, <sip:2@h>\r\n"), 200);
    EXPECT_EQ(put("Contact: <sip:3@h>\r\n", "c1", 2), 403);
    EXPECT_EQ(put("Contact: <sip:1@h>\r\n", "c1", 2), 200);
    EXPECT_EQ(put("Contact: <sip:1@h>;expires=0, <sip:3@h>\r\n", "c1", 3), 200);
    EXPECT_THAT(bindings(), UnorderedElementsAre("sip:2@h 3600", "sip:3@h 3600"));
    config.max_contacts = 1;  // lowered meanwhile: what is there may still be refreshed
    EXPECT_EQ(put("Contact: <sip:3@h>\r\n", "c1", 4), 200);
    EXPECT_EQ(put("Contact: <sip:1@h>\r\nContact: <sip:2@h>\r\nContact: <sip:3@h>\r\n", "c1", 5), 403);
    EXPECT_EQ(put("Contact: <sip:1@h;x=" + std::string(5000, 'y') + ">\r\n", "c1", 6), 413);
}

TEST_F(Updates, RefuseExtensionsThatAreNotKnown) {
    EXPECT_EQ(put("Require: path, outbound, gruu\r\nContact: <sip:1@h>\r\n"), 420);
    EXPECT_EQ(refused.headers, "Unsupported: outbound, gruu\r\n");
    EXPECT_EQ(put("Require: path\r\nContact: <sip:1@h>\r\n"), 200);
}

// RFC 3327 §5.3.
TEST_F(Updates, StoreThePathInOrder) {
    const std::string path = "Path: <sip:edge1;lr>, <sip:edge2;lr>\r\nPath: <sip:edge3;lr>\r\n", contact = "Contact: <sip:1@10.0.0.1>\r\n";
    EXPECT_EQ(put(path + contact), 420);
    EXPECT_EQ(refused.headers, "Unsupported: path\r\n");
    EXPECT_EQ(put(path + contact + "Supported: gruu, PATH\r\n"), 200);
    EXPECT_EQ(current->bindings[0].path, "<sip:edge1;lr>, <sip:edge2;lr>, <sip:edge3;lr>");
    EXPECT_FALSE(current->bindings[0].behind_nat);
    config.path_without_supported = true;
    EXPECT_EQ(put(path + contact, "c1", 2), 200);
}

TEST_F(Updates, AskForNothingWithoutContact) {
    const OwnedMessage request(write(RequestParts{.headers = "Expires: 0\r\n"}));
    EXPECT_TRUE(read_update(request.message, config)->is_query());
}

TEST_F(Updates, AreListedInThe200) {
    EXPECT_EQ(put("Contact: <sip:1@h>;q=0.05;expires=100;x=y, <sip:2@h>;expires=200, <sip:3@h>;expires=60\r\n"), 200);
    now += 60s + 1us;
    const OwnedMessage request(write(RequestParts{.headers = "Path: <sip:edge;lr>\r\nSupported: path\r\n"}));
    std::string out;
    append_ok_headers(out, &*current, request.message, now);
    EXPECT_EQ(out,
              "Contact: <sip:1@h>;x=y;q=0.050;expires=40\r\nContact: <sip:2@h>;expires=140\r\nPath: <sip:edge;lr>\r\nSupported: path\r\n"
              "Date: Fri, 15 Jan 2027 08:01:00 GMT\r\n");
}

TEST(Date, IsOfRfc1123) {
    const auto text = [](std::int64_t seconds) {
        std::string out;
        append_date(out, UtcTime(std::chrono::seconds(seconds)));
        return out;
    };
    EXPECT_EQ(text(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(text(1289690940), "Sat, 13 Nov 2010 23:29:00 GMT");  // §20.17
    EXPECT_EQ(text(1709210096), "Thu, 29 Feb 2024 12:34:56 GMT");
}

}  // namespace
}  // namespace offhook::registrar
