// Tariffs and accounts as an operator meets them.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "apps/offhook/fixture_test.hpp"
#include "offhook/base/time_text.hpp"

namespace offhook::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr std::string_view retail =
    "prefix,name,group,connection_fee,free_seconds,first_increment,increment,price_per_minute,days,hours\n"
    "+49,Germany,,0.05,0,60,1,0.02,,\n"
    "+49,\"Germany, at night\",,0.05,0,60,1,0.01,,22:00-06:00\n"
    "+4930,Berlin,resellers,0,10,1,1,0.005,,\n";

TEST_F(CommandLine, APreviewOfAFileNeedsNoServer) {
    write("retail.csv", retail);
    const std::string test = "tariff test --file retail.csv --currency EUR --zone Europe/Berlin ";
    // Six on the clock in Berlin: the night ends while the call goes on, and increments of the day begin.
    EXPECT_RUN(run(test + "--to +4930123456 --at 2026-01-15T05:59:00+01:00 --seconds 125"), 0,
               "tariff    retail.csv\n"
               "call      to +4930123456, 125 s\n"
               "answered  2026-01-15T04:59:00.000000Z, when clocks of Europe/Berlin show 2026-01-15 05:59:00\n"
               "row       2: prefix \"+49\", Germany, at night, 22:00-06:00\n"
               "fee       0.05\n"
               "FROM   TO  CLOCK                ROW  NAME               INCREMENTS  SECONDS  A MINUTE  COST\n"
               "   0   60  2026-01-15 05:59:00    2  Germany, at night  60 s             60      0.01  0.01\n"
               "  60  125  2026-01-15 06:00:00    1  Germany            65 x 1 s         65      0.02  0.021666 + 40/60 millionths\n"
               "price     0.081667 EUR: the fee and all costs, rounded up to a millionth\n");
    EXPECT_RUN(run(test + "--from resellers --to +4930123456 --at 2026-03-29T01:59:00+01:00 --seconds 125"), 0,
               AllOf(HasSubstr("call      to +4930123456, from the group resellers, 125 s\n"), HasSubstr("free      the first 10 s\n"),
                     HasSubstr("115 x 1 s"), HasSubstr("price     0.009584 EUR")));
    const auto json = boost::json::parse(run(test + "--to +4930123456 --at 2026-01-15T12:00 --seconds 1 --json").out);
    EXPECT_EQ(json.at("price").as_string(), "0.07");
    EXPECT_RUN(run(test + "--free-on-net --on-net --to alice"), 0, EndsWith("price     0.00 EUR: calls to own users are free\n"));
    EXPECT_RUN(run(test + "--to +1 --at 2026-01-15T12:00"), 1,
               "offhook: no row of retail.csv holds for +1 on 2026-01-15T12:00:00.000000Z, when its clocks show 2026-01-15 13:00:00, for callers "
               "without a group\n");
}

TEST_F(CommandLine, APreviewSaysWhatIsWrongWithItsTariffAndItsWords) {
    write("bad.csv", "prefix,price_per_minute,hours\n+49,cheap,\n+43,0.02,8-18\n");
    EXPECT_RUN(run("tariff test --file bad.csv --currency EUR --to +49"), 1,
               AllOf(StartsWith("offhook: bad.csv is no tariff\nbad.csv:2:5: price_per_minute: \"cheap\" "), HasSubstr("\nbad.csv:3:10: hours: \"8-18\" ")));
    EXPECT_RUN(run("tariff test --file bad.csv --currency euro --to +49"), 2,
               "offhook: --currency \"euro\" is no currency: three capital letters are wanted, as EUR\n");
    EXPECT_RUN(run("tariff test --file bad.csv --currency EUR --zone Europe/Atlantis --to +49"), 2, StartsWith("offhook: --zone \"Europe/Atlantis\" is no "));
    EXPECT_RUN(run("tariff test --file none.csv --currency EUR --to +49"), 2, StartsWith("offhook: none.csv: cannot be read"));
    EXPECT_RUN(run("tariff test --file bad.csv --currency EUR --to +49 --at noon"), 2, StartsWith("offhook: --at noon: a time is wanted"));
    EXPECT_RUN(run("tariff test --to +49"), 2, StartsWith("offhook: which tariff? --file FILE with --currency CODE, or --tariff NAME"));
    EXPECT_RUN(run("tariff test --file bad.csv --currency EUR --to +49 --seconds 3000000"), 2, HasSubstr("--seconds"));
}

TEST_F(CommandLine, TariffsComeAndGo) {
    write("retail.csv", retail);
    EXPECT_RUN(offhook("tariff import retail retail.csv --currency EUR --zone Europe/Berlin --free-on-net"), 0, "imported 3 rows as tariff retail\n");
    EXPECT_RUN(offhook("tariff list"), 0,
               MatchesRegex("TARIFF  CURRENCY  ZONE           FREE ON-NET  ROWS  IMPORTED\nretail  EUR       Europe/Berlin  yes             3  20[^\n]*Z\n"));
    const Result exported = offhook("tariff export retail");
    EXPECT_THAT(exported.out, StartsWith("prefix,name,group,connection_fee,"));
    EXPECT_RUN(offhook("tariff import copy - --currency EUR", exported.out), 0, "imported 3 rows as tariff copy\n");
    EXPECT_RUN(offhook("tariff test --tariff retail --to +4930123456 --at 2026-01-15T05:59:00+01:00 --seconds 125"), 0,
               AllOf(StartsWith("tariff    retail\n"), HasSubstr("price     0.081667 EUR")));
    EXPECT_RUN(offhook("tariff remove copy"), 0, "removed tariff copy\n");
    EXPECT_RUN(offhook("tariff export copy"), 1, "offhook: tariff copy does not exist\n");
    EXPECT_RUN(offhook("tariff import bad - --currency EUR", "prefix,price_per_minute\n+49,cheap\n"), 1,
               StartsWith("offhook: nothing was imported\nstandard input:2:5: price_per_minute: \"cheap\" "));
    EXPECT_RUN(offhook("tariff import retail retail.csv"), 2, HasSubstr("--currency"));
    EXPECT_RUN(offhook("tariff import retail retail.csv --currency euro"), 1, HasSubstr("\"euro\" is not a currency"));
}

TEST_F(CommandLine, AccountsComeAndGo) {
    ASSERT_EQ(offhook("tariff import retail - --currency EUR", std::string(retail)).exit, 0);
    EXPECT_RUN(offhook("account add acme --currency EUR --prepaid --tariff retail --group resellers --calls 2 --spend-per-day 5 --blocked +4990,+881"), 0,
               "added account acme\n");
    EXPECT_RUN(offhook("account credit acme 10.00 --reference bank-1 --note January"), 0,
               "credited acme with 10.00 EUR, reference bank-1; its balance is 10.00 EUR\n");
    EXPECT_RUN(offhook("account credit acme 10.00 --reference bank-1"), 0, EndsWith("its balance is 10.00 EUR\n"));
    EXPECT_RUN(offhook("account credit acme -2.5"), 0, MatchesRegex("credited acme with -2.5 EUR, reference offhook-[0-9a-f]{16}; its balance is 7.50 EUR\n"));
    EXPECT_RUN(offhook("account payments acme"), 0,
               AllOf(StartsWith("TIME                         AMOUNT  BALANCE  REFERENCE "), HasSubstr("   10.00    10.00  bank-1 "), HasSubstr("  January\n")));
    EXPECT_RUN(offhook("user add alice@example.com --generate --account acme"), 0, StartsWith("added alice@example.com\n"));
    EXPECT_RUN(offhook("account show acme"), 0,
               "account           acme, prepaid\n"
               "balance           7.50 EUR\n"
               "reserved          0.00 EUR\n"
               "tariff            retail\n"
               "group             resellers\n"
               "calls             0 in progress, 0 in this hour, 0 today\n"
               "spent             0.00 in this hour, 0.00 today\n"
               "\n"
               "limits\n"
               "calls             2\n"
               "spend-per-day     5.00\n"
               "blocked           +4990,+881\n"
               "\n"
               "users\n"
               "alice@example.com\n");
    EXPECT_RUN(offhook("account set acme --calls 0 --blocked '' --group ''"), 0, "changed account acme\n");
    EXPECT_RUN(offhook("account lock acme --reason unpaid"), 0, "locked account acme\n");
    EXPECT_RUN(offhook("account list"), 0,
               "ACCOUNT  CURRENCY  PREPAID  BALANCE  RESERVED  TARIFF  GROUP  LOCKED\n"
               "acme     EUR       yes         7.50      0.00  retail         unpaid\n");
    const auto json = boost::json::parse(offhook("account show acme --json").out);
    EXPECT_EQ(json.at("limits").at("calls_of_account").to_number<int>(), 0);
    EXPECT_EQ(json.at("limits").at("spend_per_day").as_string(), "5.00");
    EXPECT_RUN(offhook("account unlock acme"), 0, "unlocked account acme\n");
    EXPECT_RUN(offhook("account remove acme"), 1, HasSubstr("acme"));
    EXPECT_RUN(offhook("user set alice@example.com --account ''"), 0, "changed alice@example.com\n");
    EXPECT_RUN(offhook("account remove acme"), 0, "removed account acme\n");
    EXPECT_RUN(offhook("account list --json"), 0, "[]\n");
}

TEST_F(CommandLine, RecordsAreFilteredSummedAndRatedAgain) {
    ASSERT_EQ(offhook("tariff import retail - --currency EUR", "prefix,price_per_minute,increment\n+49,0.06,60\n").exit, 0);
    ASSERT_EQ(offhook("account add acme --currency EUR --tariff retail").exit, 0);
    for (std::uint64_t i = 1; i <= 3; ++i) {
        accounting::CallRecord record;
        record.id = record.call = i;
        record.user = "alice@example.com";
        record.account = "acme";
        record.destination = i == 3 ? "+43123" : "+49301";
        record.invited = *parse_time("2026-11-22T10:00:00Z") + std::chrono::minutes(i);
        record.status = i == 2 ? 486 : 200;
        if (i != 2) record.answered = record.invited;
        record.seconds = i == 2 ? 0 : 90;
        record.ended = record.invited + std::chrono::seconds(record.seconds);
        record.end = i == 2 ? accounting::CallRecord::End::refused : accounting::CallRecord::End::callee;
        store_->put(record, {});
    }
    store_->flush();
    const auto found = [&](const std::string& words) { return boost::json::parse(offhook("cdr --json " + words).out).as_array().size(); };
    EXPECT_EQ(found("--account acme"), 3u);
    EXPECT_EQ(found("--status 486"), 1u);
    EXPECT_EQ(found("--min-seconds 90 --destination +49"), 1u);
    EXPECT_EQ(found("--all --destination +4"), 3u);
    EXPECT_RUN(offhook("cdr --status 9"), 2, HasSubstr("--status"));
    EXPECT_RUN(offhook("cdr totals"), 0,
               "DAY         CALLS  ANSWERED    ASR  MINUTES   ACD  PRICE\n"
               "2026-11-22      3         2  66.7%      3.0  90.0  0.12 EUR\n");
    EXPECT_RUN(offhook("cdr totals --by prefix --prefix-octets 3 --status 200 --csv"), 0,
               "key,calls,answered,asr,seconds,minutes,acd_seconds,prices\r\n"
               "+43,1,1,100.0%,90,1.5,90.0,\r\n"
               "+49,1,1,100.0%,90,1.5,90.0,0.12 EUR\r\n");
    EXPECT_RUN(offhook("cdr totals --by month"), 2, HasSubstr("--by"));

    ASSERT_EQ(offhook("tariff import retail - --currency EUR", "prefix,price_per_minute,increment\n+49,0.03,60\n").exit, 0);
    const std::string rate = "cdr rate --from 2026-11-22 --to 2026-11-23 ";
    EXPECT_RUN(offhook(rate), 0,
               AllOf(HasSubstr("2026-11-22T10:01:00.000000Z  acme     +49301         0.12  0.06       -0.06"), HasSubstr("acme     +43123 "),
                     EndsWith("2 answered calls compared, 1 differ, -0.06 EUR; 1 cannot be rated\nnothing was changed: --apply does that\n")));
    EXPECT_RUN(offhook(rate + "--account acme --apply"), 0, EndsWith("\nprices and balances were put right\n"));
    EXPECT_RUN(offhook(rate + "--apply"), 0, HasSubstr("2 answered calls compared, 0 differ; 1 cannot be rated\n"));
    EXPECT_RUN(offhook("account show acme"), 0, HasSubstr("balance           -0.06 EUR\n"));
    EXPECT_RUN(offhook("cdr rate --from 2026-11-22"), 2, HasSubstr("--to"));
}

TEST_F(CommandLine, WrongAccountsAreToldSo) {
    EXPECT_RUN(offhook("account add acme"), 2, HasSubstr("--currency"));
    EXPECT_RUN(offhook("account add acme --currency EUR --calls many"), 2, "offhook: --calls many: a whole number is wanted\n");
    EXPECT_RUN(offhook("account add acme --currency euro"), 1, "offhook: \"currency\" is \"euro\": three capital letters are wanted, as EUR\n");
    EXPECT_RUN(offhook("account add acme --currency EUR --tariff none"), 1, HasSubstr("tariff none does not exist"));
    EXPECT_RUN(offhook("account show acme"), 1, "offhook: account acme does not exist\n");
    EXPECT_RUN(offhook("account set acme"), 2, StartsWith("offhook: nothing to change"));
    EXPECT_RUN(offhook("account credit acme ten"), 1, HasSubstr("\"ten\", which is not an amount"));
    EXPECT_RUN(offhook("user set alice@example.com"), 2, HasSubstr("--account"));
}

}  // namespace
}  // namespace offhook::cli
