// Accounts and tariffs as the operator keeps them: what is refused and why, what is told twice, what outlives a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "offhook/charging/tariff_csv.hpp"
#include "offhook/store/charging_fixture_test.hpp"

namespace offhook::store {
namespace {

using charging::Account;
using charging::Currency;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = AdminError::Code;

TEST(Tariffs, AreImportedReplacedAndOutliveARestart) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    std::unique_ptr<Store> store = opened(config, nullptr);
    TariffImport list{"retail", "EUR", "Europe/Berlin", true, "prefix,name,price_per_minute,hours\n+49,\"Germany, \xc3\xa4\",0.06,08:00-18:00\n"};
    EXPECT_EQ(store->tariff_admin().import(list).value(), 1U);
    store = nullptr;
    store = opened(config, nullptr);
    auto tariff = store->tariffs().find("retail");
    ASSERT_NE(tariff, nullptr);
    EXPECT_EQ(tariff->settings().zone.name(), "Europe/Berlin");
    EXPECT_TRUE(tariff->settings().free_on_net);
    EXPECT_EQ(tariff->rows().at(0).name, "Germany, \xc3\xa4");
    list.csv = "prefix,price_per_minute\n+43,0.1\n+49,0.2\n";
    EXPECT_EQ(store->tariff_admin().import(list).value(), 2U);
    EXPECT_EQ(store->tariffs().find("retail")->rows().at(0).prefix, "+43");
    EXPECT_EQ(tariff->rows().size(), 1U);  // whoever has the old one keeps it
    const auto listed = store->account_reader().tariffs("", 10).value();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].rows, 2U);
    EXPECT_EQ(listed[0].currency, "EUR");
}

TEST(Tariffs, TellAllThatIsWrongWithAListAndKeepTheOldOne) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    import_tariff(*store);
    TariffImport list{"retail", "EUR", "UTC", false, "prefix,price_per_minute\n+49,x\n+43,0.1\n+44,-1\n"};
    const auto refused = store->tariff_admin().import(list);
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().lines.size(), 2U);
    EXPECT_EQ(refused.error().lines[0].line, 2U);
    EXPECT_EQ(refused.error().lines[1].line, 4U);
    EXPECT_EQ(refused.error().error.line, 2U);
    EXPECT_THAT(refused.error().error.text, HasSubstr("tariff retail: line 2, column 5: price_per_minute: \"x\""));
    EXPECT_NE(store->tariffs().find("retail"), nullptr);
    list.csv = "prefix,price_per_minute\n";
    list.zone = "Europe/Atlantis";
    EXPECT_THAT(store->tariff_admin().import(list).error().error.text, HasSubstr("Europe/Atlantis"));
    list.zone = "UTC";
    list.currency = "Euro";
    EXPECT_EQ(store->tariff_admin().import(list).error().error.text, "\"Euro\" is not a currency: three capital letters are wanted, as EUR");
}

TEST(Tariffs, AreNotRemovedWhileAnAccountHasThem) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    import_tariff(*store);
    ASSERT_TRUE(store->account_admin().add(prepaid("acme")));
    const AdminResult used = store->tariff_admin().remove("retail");
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, Code::refused);
    EXPECT_THAT(used.error().text, HasSubstr("tariff retail is that of account acme"));
    EXPECT_THAT(store->tariff_admin().import({"retail", "USD", "UTC", false, "prefix,price_per_minute\n"}).error().error.text,
                HasSubstr("account acme has tariff retail and is in EUR"));
    ASSERT_TRUE(store->account_admin().change("acme", {.tariff = ""}));
    EXPECT_TRUE(store->tariff_admin().remove("retail"));
    EXPECT_EQ(store->tariffs().find("retail"), nullptr);
    EXPECT_EQ(store->tariff_admin().remove("retail").error().code, Code::not_found);
}

TEST(Tariffs, KeepTheirCurrencyWhileCallsAreChargedByThem) {
    const Directory directory;
    Answers answers;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), &answers);
    import_tariff(*store);
    ASSERT_TRUE(store->account_admin().add(prepaid("acme")));
    ASSERT_TRUE(store->account_admin().credit("acme", 1'000'000, "first", ""));
    store->authorise(request_of(1, seconds_from_now(0)), Answers::ticket(1));
    ASSERT_EQ(answers.grant(1).rule, charging::Rule::none);
    ASSERT_TRUE(store->account_admin().change("acme", {.tariff = ""}));
    const TariffImport other{"retail", "USD", "UTC", false, "prefix,price_per_minute\n"};
    const auto refused = store->tariff_admin().import(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.text, "calls in progress of account acme, which is in EUR, are charged by tariff retail: import it in USD when they have "
                                          "ended, or under another name");
    import_tariff(*store);  // in the same currency at any time
    accounting::CallRecord ended = record(1);
    ended.account = "acme";
    ended.answered = {};
    ended.ended = seconds_from_now(0);
    ended.end = accounting::CallRecord::End::cancelled;
    store->put(ended, Ticket{});
    store->flush();
    EXPECT_TRUE(store->tariff_admin().import(other));
}

TEST(Accounts, AreAddedChangedCreditedAndOutliveARestart) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    std::unique_ptr<Store> store = opened(config, nullptr);
    import_tariff(*store);
    Account acme = prepaid("acme");
    acme.group = "gold";
    acme.limits = {.calls_of_user = 1, .calls_of_account = 2, .calls_per_hour = 3, .calls_per_day = 4, .spend_per_hour = 5, .spend_per_day = 6,
                   .blocked = {"+4990", "+882"}, .allowed = {"+49"}, .premium = {"+88"}, .burst = 7, .burst_minutes = 8, .networks = 9};
    ASSERT_TRUE(store->account_admin().add(acme));
    EXPECT_EQ(store->account_admin().add(acme).error().text, "account acme exists already");
    ASSERT_TRUE(store->account_admin().credit("acme", 3'500'000, "bill 1", "cash"));
    ASSERT_TRUE(store->account_admin().credit("acme", 3'500'000, "bill 1", "told twice"));
    EXPECT_THAT(store->account_admin().credit("acme", 1, "bill 1", "").error().text, HasSubstr("has a payment \"bill 1\" of 3.50 EUR"));
    ASSERT_TRUE(store->account_admin().credit("acme", -500'000, "bill 2", "back"));
    ASSERT_TRUE(store->account_admin().lock("acme", "not paid"));
    store = nullptr;
    store = opened(config, nullptr);
    const Account read = account(*store, "acme");
    EXPECT_EQ(read.currency, *Currency::parse("EUR"));
    EXPECT_TRUE(read.prepaid);
    EXPECT_EQ(read.balance, 3'000'000);
    EXPECT_EQ(read.group, "gold");
    EXPECT_EQ(read.tariff, "retail");
    EXPECT_TRUE(read.locked);
    EXPECT_EQ(read.lock_reason, "not paid");
    EXPECT_EQ(read.limits, acme.limits);
    const auto payments = store->account_reader().payments("acme", 0, 10).value();
    ASSERT_EQ(payments.size(), 2U);
    EXPECT_EQ(payments[0].note, "cash");
    EXPECT_EQ(payments[1].amount, -500'000);
    EXPECT_EQ(payments[1].balance, 3'000'000);
    ASSERT_TRUE(store->account_admin().unlock("acme"));
    EXPECT_FALSE(account(*store, "acme").locked);
    ASSERT_TRUE(store->account_admin().change("acme", {.group = "silver", .limits = charging::Limits{}}));
    EXPECT_EQ(account(*store, "acme").limits, charging::Limits{});
    EXPECT_EQ(account(*store, "acme").group, "silver");
}

TEST(Accounts, RefuseWhatMakesNoSense) {
    const Directory directory;
    const std::unique_ptr<Store> store = opened(config_for(directory.file("offhook.db")), nullptr);
    import_tariff(*store);
    AccountAdmin& admin = store->account_admin();
    Account bad = prepaid("acme corp");
    EXPECT_THAT(admin.add(bad).error().text, HasSubstr("cannot be the name of an account"));
    bad = prepaid("acme");
    bad.currency = {};
    EXPECT_THAT(admin.add(bad).error().text, HasSubstr("needs a currency"));
    bad.currency = *Currency::parse("USD");
    EXPECT_EQ(admin.add(bad).error().text, "tariff retail is in EUR, account acme in USD");
    bad = prepaid("acme");
    bad.tariff = "wholesale";
    EXPECT_EQ(admin.add(bad).error().text, "tariff wholesale does not exist: import it first");
    bad = prepaid("acme");
    bad.limits.blocked = {"+49 30"};
    EXPECT_THAT(admin.add(bad).error().text, HasSubstr("blocked: \"+49 30\" is not the beginning"));
    EXPECT_EQ(admin.unlock("acme").error().code, Code::not_found);
    ASSERT_TRUE(admin.add(prepaid("acme")));
    EXPECT_THAT(admin.credit("acme", 0, "r", "").error().text, HasSubstr("changes nothing"));
    EXPECT_THAT(admin.credit("acme", 1, "", "").error().text, HasSubstr("needs a reference"));
    EXPECT_THAT(admin.credit("acme", -1, "r", "").error().text, HasSubstr("no more can be taken"));
    ASSERT_TRUE(admin.credit("acme", 1, "r", ""));
    EXPECT_THAT(admin.credit("acme", INT64_MAX, "s", "").error().text, HasSubstr("more than can be kept"));
    EXPECT_THAT(admin.change("acme", {.prepaid = false}).error().text, HasSubstr("has a balance of 0.000001 EUR"));
}

TEST(Accounts, AreNotRemovedWhileAUserNamesThem) {
    const Directory directory;
    const Config config = config_for(directory.file("offhook.db"));
    std::unique_ptr<Store> store = opened(config, nullptr);
    import_tariff(*store);
    ASSERT_TRUE(store->account_admin().add(prepaid("acme")));
    NewUser alice;
    alice.domain = "example.com";
    alice.name = "alice";
    alice.password = "secret";
    alice.account = "acne";
    EXPECT_EQ(store->user_admin().add(alice).error().text, "account acne does not exist: add it first");
    alice.account.clear();
    ASSERT_TRUE(store->user_admin().add(alice));
    EXPECT_FALSE(store->user_admin().set_account("example.com", "alice", "acne"));
    ASSERT_TRUE(store->user_admin().set_account("example.com", "alice", "acme"));
    EXPECT_EQ(store->users().find("example.com", "alice")->account, "acme");
    EXPECT_THAT(store->account_reader().users("acme", 10).value(), ElementsAre("alice@example.com"));
    EXPECT_THAT(store->account_admin().remove("acme").error().text, HasSubstr("account acme pays for alice@example.com"));
    store = nullptr;
    store = opened(config, nullptr);
    EXPECT_EQ(store->users().find("example.com", "alice")->account, "acme");
    ASSERT_TRUE(store->user_admin().set_account("example.com", "alice", ""));
    ASSERT_TRUE(store->account_admin().remove("acme"));
    EXPECT_TRUE(store->account_reader().accounts("", 10)->empty());
}

}  // namespace
}  // namespace offhook::store
