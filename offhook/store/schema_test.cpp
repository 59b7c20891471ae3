#include "offhook/store/schema.hpp"

#include <soci/soci.h>

#include "offhook/store/connect.hpp"
#include "offhook/store/fixture_test.hpp"

namespace offhook::store {
namespace {

// Its events keep seq and payload, and none of them comes again although the last ones are gone.
TEST(Schema, AnOlderSchemaIsBroughtUpToDate) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    {
        ASSERT_EQ(prepare_file(config.path), "");
        soci::session sql;
        connect(sql, config, true);
        ASSERT_TRUE(migrate(sql, 1));
        for (int i = 1; i <= 5; ++i) sql << "INSERT INTO event (time, kind, payload) VALUES (1700000000000000, 'user_added', '{}')";
        sql << "DELETE FROM event WHERE seq > 1";
    }
    const std::unique_ptr<Store> store = opened(config, nullptr);
    store->put(record(1), Ticket{});
    store->flush();
    const auto events = store->reader().events(0, 10).value();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].seq, 1U);
    EXPECT_EQ(events[0].payload, "{}");
    EXPECT_EQ(events[1].seq, 6U);
    EXPECT_EQ(store->reader().totals()->last_event, 6U);
}

// What version 3 had no word for is empty: nobody pays, nothing is rated.
TEST(Schema, UsersAndRecordsOfVersionThreeHaveNoAccount) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    {
        ASSERT_EQ(prepare_file(config.path), "");
        soci::session sql;
        connect(sql, config, true);
        ASSERT_TRUE(migrate(sql, 3));
        sql << "INSERT INTO user VALUES ('example.com', 'alice', 'example.com', '', '', '', '', '', '', 1, 0)";
        sql << "INSERT INTO call_record VALUES (7, 7, 'c', 'f', 't', 'alice@example.com', '', '', '', '', 1, 0, 2, 3, 1, 'caller', 200, '', '', '', '', "
               "'', '')";
    }
    const std::unique_ptr<Store> store = opened(config, nullptr);
    EXPECT_EQ(store->users().find("example.com", "alice")->account, "");
    const auto r = store->reader().record(7).value();
    ASSERT_TRUE(r);
    EXPECT_EQ(r->account, "");
    EXPECT_EQ(r->end, accounting::CallRecord::End::caller);
    EXPECT_FALSE(r->rated);
}

}  // namespace
}  // namespace offhook::store
