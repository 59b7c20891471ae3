// Accounts and tariffs by the API: what goes in comes out again, and what is wrong is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offhook/base/time_text.hpp"
#include "offhook/http/fixture_test.hpp"

namespace offhook::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* retail =
    "prefix,name,connection_fee,first_increment,increment,price_per_minute\n"
    "+49,Germany,0.05,60,1,0.02\n"
    "+4915,\"Germany, mobile\",0,60,60,0.09\n";

class BillingTest : public ApiTest {
protected:
    [[nodiscard]] Answer import(const std::string& name, const std::string& csv = retail, const std::string& query = "currency=EUR") {
        return send("PUT", "/v1/tariffs/" + name + "?" + query, csv, "text/csv");
    }
    [[nodiscard]] Answer add_account(const std::string& members) { return send("POST", "/v1/accounts", "{" + members + "}"); }
    [[nodiscard]] Answer pay(const std::string& amount, const std::string& reference) {
        return send("POST", "/v1/accounts/acme/payments", R"({"amount":")" + amount + R"(","reference":")" + reference + "\"}");
    }
};

// ---- accounts

TEST_F(BillingTest, AnAccountIsMadeChangedPaidIntoAndRemoved) {
    ASSERT_EQ(import("retail").status, 200);
    const Answer made = add_account(R"("name":"acme","currency":"EUR","prepaid":true,"tariff":"retail","limits":{"calls_of_account":2,"blocked":["+4990"]})");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.body,
              "{\"name\":\"acme\",\"currency\":\"EUR\",\"prepaid\":true,\"balance\":\"0.00\",\"reserved\":\"0.00\",\"tariff\":\"retail\",\"group\":\"\","
              "\"locked\":false,\"lock_reason\":\"\",\"limits\":{\"calls_of_user\":0,\"calls_of_account\":2,\"calls_per_hour\":0,\"calls_per_day\":0,"
              "\"spend_per_hour\":\"0.00\",\"spend_per_day\":\"0.00\",\"blocked\":[\"+4990\"],\"allowed\":[],\"premium\":[],\"burst\":0,"
              "\"burst_minutes\":10,\"networks\":0}}\n");
    const Answer changed = send("PATCH", "/v1/accounts/acme", R"({"group":"resellers","limits":{"spend_per_day":"12.5"}})");
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json().at("group").as_string(), "resellers");
    EXPECT_EQ(changed.json().at("limits").at("spend_per_day").as_string(), "12.50");
    EXPECT_EQ(changed.json().at("limits").at("calls_of_account").to_number<int>(), 2) << "what is not named stays";

    EXPECT_EQ(pay("10.000001", "r1").json().at("balance").as_string(), "10.000001");
    EXPECT_EQ(pay("10.000001", "r1").json().at("balance").as_string(), "10.000001") << "told twice, it counts once";
    EXPECT_EQ(pay("11", "r1").status, 409);
    EXPECT_EQ(pay("-0.000001", "r2").json().at("balance").as_string(), "10.00");
    const auto payments = get("/v1/accounts/acme/payments").json().at("payments").as_array();
    ASSERT_EQ(payments.size(), 2u);
    EXPECT_EQ(payments[0].at("reference").as_string(), "r1");
    EXPECT_EQ(payments[1].at("balance").as_string(), "10.00");

    EXPECT_EQ(send("POST", "/v1/users", R"({"name":"alice","password":"x","account":"acme"})").json().at("account").as_string(), "acme");
    EXPECT_EQ(get("/v1/users/alice@example.com").json().at("account").as_string(), "acme");
    const auto shown = get("/v1/accounts/acme").json();
    EXPECT_EQ(shown.at("users").at(0).as_string(), "alice@example.com");
    EXPECT_EQ(shown.at("use").at("calls_in_progress").to_number<int>(), 0);
    EXPECT_EQ(send("DELETE", "/v1/accounts/acme").status, 409);
    EXPECT_EQ(send("PATCH", "/v1/users/alice@example.com", R"({"account":""})").json().at("account").as_string(), "");
    EXPECT_EQ(send("DELETE", "/v1/accounts/acme").status, 204);
    EXPECT_EQ(get("/v1/accounts/acme").error(), "account acme does not exist");
    EXPECT_EQ(get("/v1/accounts/acme/payments").status, 404);
}

TEST_F(BillingTest, AccountsAreListedInPagesAndLocked) {
    for (const char* name : {"b", "a", "c"}) ASSERT_EQ(add_account(R"("currency":"USD","name":")" + std::string(name) + "\"").status, 201);
    const auto page = get("/v1/accounts?limit=2").json();
    EXPECT_EQ(page.at("accounts").at(1).at("name").as_string(), "b");
    EXPECT_EQ(page.at("next").as_string(), "b");
    EXPECT_EQ(get("/v1/accounts?limit=2&after=b").json().at("accounts").at(0).at("name").as_string(), "c");
    EXPECT_EQ(send("POST", "/v1/accounts/a/lock", R"({"reason":"unpaid"})").json().at("lock_reason").as_string(), "unpaid");
    EXPECT_TRUE(get("/v1/accounts/a").json().at("locked").as_bool());
    EXPECT_FALSE(send("POST", "/v1/accounts/a/unlock").json().at("locked").as_bool());
    EXPECT_EQ(send("POST", "/v1/accounts/nobody/lock").status, 404);
    EXPECT_EQ(get("/v1/accounts/a/lock").allow, "POST");
    EXPECT_EQ(get("/v1/accounts/a/key").error(), "an account has /payments, /lock and /unlock, not /key");
}

TEST_F(BillingTest, WrongAccountsAreRefusedWithWhatIsWrong) {
    ASSERT_EQ(import("retail").status, 200);
    ASSERT_EQ(add_account(R"("name":"acme","currency":"EUR")").status, 201);
    const struct {
        const char *method, *path, *body;
        int status;
        const char* error;
    } cases[] = {
        {"POST", "", R"({"currency":"EUR"})", 400, "\"name\" is missing"},
        {"POST", "", R"({"name":"x"})", 400, "\"currency\" is missing"},
        {"POST", "", R"({"name":"x","currency":"euro"})", 400, "\"currency\" is \"euro\": three capital letters are wanted"},
        {"POST", "", R"({"name":"a/b","currency":"EUR"})", 400, "the name of an account has no \"/\""},
        {"POST", "", R"({"name":"a b","currency":"EUR"})", 400, "cannot be the name of an account"},
        {"POST", "", R"({"name":"acme","currency":"EUR"})", 409, "acme exists already"},
        {"POST", "", R"({"name":"x","currency":"EUR","tariff":"none"})", 400, "tariff none does not exist"},
        {"POST", "", R"({"name":"x","currency":"USD","tariff":"retail"})", 400, "tariff retail is in EUR"},
        {"POST", "", R"({"name":"x","currency":"EUR","balance":"5"})", 400, "\"balance\" is unknown; known are name, currency, "},
        {"POST", "", R"({"name":"x","currency":"EUR","prepaid":1})", 400, "\"prepaid\" must be true or false"},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":[]})", 400, "\"limits\" must be an object"},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":{"burst":-1}})", 400, "\"burst\" must be a whole number from 0 to "},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":{"spend_per_day":0.1}})", 400, "\"spend_per_day\" must be an amount in quotes"},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":{"spend_per_day":"0,1"}})", 400, "\"0,1\", which is not an amount"},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":{"blocked":"+49"}})", 400, "\"blocked\" must be a list of texts"},
        {"POST", "", R"({"name":"x","currency":"EUR","limits":{"calls":1}})", 400, "\"calls\" is unknown; known are calls_of_user, "},
        {"PATCH", "/acme", "{}", 400, "nothing to change"},
        {"PATCH", "/acme", R"({"name":"other"})", 400, "\"name\" is unknown"},
        {"PATCH", "/none", R"({"group":"x"})", 404, "account none does not exist"},
        {"POST", "/acme/payments", R"({"reference":"r"})", 400, "\"amount\" is missing"},
        {"POST", "/acme/payments", R"({"amount":"1"})", 400, "\"reference\" is missing"},
        {"POST", "/acme/payments", R"({"amount":1,"reference":"r"})", 400, "\"amount\" must be an amount in quotes"},
        {"POST", "/acme/payments", R"({"amount":"0.0000001","reference":"r"})", 400, "more than six decimals"},
        {"POST", "/acme/payments", R"({"amount":"0","reference":"r"})", 400, "changes nothing"},
        {"POST", "/none/payments", R"({"amount":"1","reference":"r"})", 404, "account none does not exist"},
        {"POST", "/acme/lock", R"({"because":"x"})", 400, "\"because\" is unknown"},
        {"DELETE", "/none", "", 404, "none does not exist"},
        {"PUT", "/acme", "{}", 405, "GET, PATCH, DELETE"},
    };
    for (const auto& c : cases) {
        const Answer answer = send(c.method, std::string("/v1/accounts") + c.path, c.body);
        EXPECT_EQ(answer.status, c.status) << c.method << c.path << c.body << answer.body;
        EXPECT_THAT(answer.error(), HasSubstr(c.error)) << c.method << c.path << c.body;
    }
    EXPECT_THAT(send("POST", "/v1/users", R"({"name":"bob","password":"x","account":"none"})").error(), HasSubstr("none"));
    EXPECT_EQ(get("/v1/accounts?limit=0").status, 400);
    EXPECT_EQ(get("/v1/accounts/acme/payments?after=x").status, 400);
}

// ---- tariffs

TEST_F(BillingTest, ATariffIsImportedExportedPreviewedAndRemoved) {
    EXPECT_EQ(import("retail", retail, "currency=EUR&zone=Europe/Berlin&free_on_net=true").body, "{\"imported\":2}\n");
    const auto list = get("/v1/tariffs").json().at("tariffs").as_array();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].at("zone").as_string(), "Europe/Berlin");
    EXPECT_TRUE(list[0].at("free_on_net").as_bool());
    EXPECT_EQ(list[0].at("rows").to_number<int>(), 2);
    const Answer exported = get("/v1/tariffs/retail");
    EXPECT_EQ(exported.content_type, "text/csv; charset=utf-8");
    EXPECT_EQ(exported.body,
              "prefix,name,group,connection_fee,free_seconds,first_increment,increment,price_per_minute,valid_from,valid_until,days,hours\n"
              "+49,Germany,,0.05,0,60,1,0.02,,,,\n"
              "+4915,\"Germany, mobile\",,0.00,0,60,60,0.09,,,,\n");
    EXPECT_EQ(import("copy", exported.body).status, 200);

    const auto preview = get("/v1/tariffs/retail/preview?to=%2B4930123456&at=2026-03-29T01:59:00%2B01:00&seconds=125").json();
    EXPECT_EQ(preview.at("price").as_string(), "0.091667") << preview;
    EXPECT_EQ(preview.at("clock").as_string(), "2026-03-29 01:59:00");
    EXPECT_EQ(preview.at("row").at("name").as_string(), "Germany");
    EXPECT_EQ(preview.at("steps").at(0).at("increments").to_number<int>(), 66);
    EXPECT_EQ(preview.at("steps").at(0).at("cost").as_string(), "0.041666");
    EXPECT_EQ(preview.at("steps").at(0).at("sixtieths").to_number<int>(), 40);
    EXPECT_EQ(get("/v1/tariffs/retail/preview?to=bob&on_net=true").json().at("price").as_string(), "0.00");
    EXPECT_THAT(get("/v1/tariffs/retail/preview?to=%2B1").error(), StartsWith("no row of retail holds for +1 on "));
    EXPECT_THAT(get("/v1/tariffs/retail/preview").error(), StartsWith("the parameter \"to\" is missing"));
    EXPECT_EQ(get("/v1/tariffs/none/preview?to=1").status, 404);

    ASSERT_EQ(add_account(R"("name":"acme","currency":"EUR","tariff":"retail")").status, 201);
    EXPECT_EQ(send("DELETE", "/v1/tariffs/retail").status, 409);
    EXPECT_EQ(send("DELETE", "/v1/tariffs/copy").status, 204);
    EXPECT_EQ(send("DELETE", "/v1/tariffs/copy").status, 404);
    EXPECT_EQ(get("/v1/tariffs/copy").error(), "tariff copy does not exist");
}

TEST_F(BillingTest, EveryWrongLineOfATariffIsNamed) {
    const Answer wrong = import("retail", "prefix,price_per_minute,increment\n+49,0.02,1\n+43,cheap,1\n+41,0.02,0\n");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.error(), AllOf(StartsWith("nothing was imported: tariff retail: line 3, column 5: price_per_minute: "), HasSubstr("(and 1 more)")));
    const auto errors = wrong.json().at("errors").as_array();
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[1].at("line").to_number<int>(), 4);
    EXPECT_EQ(errors[1].at("column").to_number<int>(), 10);
    EXPECT_THAT(std::string(errors[1].at("error").as_string()), StartsWith("increment: "));
    EXPECT_EQ(get("/v1/tariffs/retail").status, 404);

    EXPECT_THAT(import("retail", retail, "zone=UTC").error(), StartsWith("the parameter \"currency\" is missing"));
    EXPECT_THAT(import("retail", retail, "currency=euro").error(), HasSubstr("\"euro\" is not a currency"));
    EXPECT_THAT(import("retail", retail, "currency=EUR&zone=Europe/Atlantis").error(), HasSubstr("Europe/Atlantis"));
    EXPECT_THAT(import("retail", retail, "currency=EUR&free_on_net=1").error(), StartsWith("free_on_net: true or false"));
    EXPECT_EQ(send("PUT", "/v1/tariffs/retail?currency=EUR", "{}").status, 415);
    EXPECT_EQ(send("POST", "/v1/tariffs/retail", "{}").allow, "GET, PUT, DELETE");
    EXPECT_EQ(send("POST", "/v1/tariffs", "{}").allow, "GET");
}

// ---- records, sums, rating again

class RecordsTest : public BillingTest {
protected:
    void SetUp() override {
        BillingTest::SetUp();
        ASSERT_EQ(import("retail").status, 200);
        ASSERT_EQ(add_account(R"("name":"acme","currency":"EUR","tariff":"retail")").status, 201);
        put("acme", "+4930123456", 60, 200);
        put("acme", "+4915112345", 61, 200);
        put("acme", "+4930123456", 0, 486);
        put("", "bob", 10, 200);
        store_->flush();
    }
    void put(const std::string& account, const std::string& destination, std::int64_t seconds, int status) {
        accounting::CallRecord r;
        r.id = r.call = ++last_;
        r.user = account.empty() ? "bob@example.com" : "alice@example.com";
        r.account = account;
        r.destination = destination;
        r.invited = *parse_time("2026-11-21T23:59:00Z") + std::chrono::minutes(last_ - 1);
        r.status = status;
        r.ended = r.invited + std::chrono::seconds(seconds + 2);
        if (status == 200) r.answered = r.invited + std::chrono::seconds(2);
        r.seconds = seconds;
        r.end = status == 200 ? accounting::CallRecord::End::caller : accounting::CallRecord::End::refused;
        store_->put(r, {});
    }
    [[nodiscard]] std::vector<std::string> ids(const std::string& query) {
        std::vector<std::string> out;
        const auto answer = get("/v1/cdr?" + query).json();
        for (const auto& row : answer.at("records").as_array()) out.push_back(std::string(row.at("id").as_string()).substr(15));
        return out;
    }
    std::uint64_t last_ = 0;
};

TEST_F(RecordsTest, AreFilteredAndSayWhatTheyCost) {
    using ::testing::ElementsAre;
    EXPECT_THAT(ids("account=acme"), ElementsAre("1", "2", "3"));
    EXPECT_THAT(ids("destination=%2B49"), ElementsAre("1", "2", "3"));
    EXPECT_THAT(ids("destination=%2B4915"), ElementsAre("2"));
    EXPECT_THAT(ids("status=486"), ElementsAre("3"));
    EXPECT_THAT(ids("min_seconds=60&order=newest"), ElementsAre("2", "1"));
    EXPECT_THAT(ids("account=acme&status=200&to=2026-11-22"), ElementsAre("1"));
    EXPECT_EQ(get("/v1/cdr?status=20").error(), "status=20: a status from 100 to 699 is wanted, as 486");
    EXPECT_EQ(get("/v1/cdr?min_seconds=-1").error(), "min_seconds=-1: a whole number is wanted");
    const auto rows = get("/v1/cdr").json().at("records").as_array();
    EXPECT_EQ(rows[1].at("price").as_string(), "0.18");
    EXPECT_EQ(rows[1].at("currency").as_string(), "EUR");
    EXPECT_EQ(rows[1].at("tariff").as_string(), "retail");
    EXPECT_EQ(rows[1].at("prefix").as_string(), "+4915");
    EXPECT_EQ(rows[1].at("increments").to_number<int>(), 2);
    EXPECT_EQ(rows[1].at("charged_seconds").to_number<int>(), 120);
    EXPECT_TRUE(rows[2].at("price").is_null());
    EXPECT_TRUE(rows[3].at("price").is_null());
    EXPECT_EQ(get("/v1/accounts/acme").json().at("balance").as_string(), "-0.25");
}

TEST_F(RecordsTest, AreSummedUp) {
    EXPECT_EQ(get("/v1/cdr/totals").body,
              "{\"by\":\"day\",\"totals\":["
              "{\"key\":\"2026-11-21\",\"calls\":1,\"answered\":1,\"asr\":1E0,\"seconds\":60,\"acd_seconds\":6E1,\"prices\":{\"EUR\":\"0.07\"}},"
              "{\"key\":\"2026-11-22\",\"calls\":3,\"answered\":2,\"asr\":6.666666666666666E-1,\"seconds\":71,\"acd_seconds\":3.55E1,"
              "\"prices\":{\"EUR\":\"0.18\"}}]}\n");
    const auto by = [&](const std::string& query) { return get("/v1/cdr/totals?" + query).json().at("totals").as_array(); };
    EXPECT_EQ(by("by=user").size(), 2u);
    EXPECT_EQ(by("by=prefix&prefix_octets=3").at(0).at("key").as_string(), "+49");
    EXPECT_EQ(by("by=account&account=acme").at(0).at("prices").at("EUR").as_string(), "0.25");
    EXPECT_THAT(get("/v1/cdr/totals?by=month").error(), StartsWith("by: "));
    EXPECT_THAT(get("/v1/cdr/totals?prefix_octets=0").error(), StartsWith("prefix_octets: "));
    EXPECT_THAT(get("/v1/cdr/totals?limit=5").error(), StartsWith("unknown parameter \"limit\""));
    EXPECT_EQ(send("POST", "/v1/cdr/totals").allow, "GET");
}

TEST_F(RecordsTest, AreRatedAgain) {
    const std::string period = "/v1/cdr/rate?from=2026-11-01&to=2026-12-01";
    EXPECT_EQ(get(period).body, "{\"checked\":2,\"calls\":[]}\n");
    ASSERT_EQ(import("retail", "prefix,price_per_minute\n+49,0.12\n").status, 200);
    const auto compared = get(period).json().at("calls").as_array();
    ASSERT_EQ(compared.size(), 2u);
    EXPECT_EQ(compared[0].at("stored").at("price").as_string(), "0.07");
    EXPECT_EQ(compared[0].at("now").at("price").as_string(), "0.12");
    EXPECT_TRUE(compared[0].at("applied").is_null());
    EXPECT_EQ(get("/v1/accounts/acme").json().at("balance").as_string(), "-0.25") << "comparing changes nothing";

    const auto first = send("POST", period + "&limit=1").json();
    EXPECT_EQ(first.at("calls").at(0).at("applied").as_string(), "0.12");
    EXPECT_EQ(first.at("next").as_string(), "0000000000000001");
    EXPECT_EQ(send("POST", period + "&limit=1&after=0000000000000001").json().at("calls").at(0).at("applied").as_string(), "0.122");
    EXPECT_EQ(get("/v1/accounts/acme").json().at("balance").as_string(), "-0.242");
    EXPECT_EQ(send("POST", period).body, "{\"checked\":2,\"calls\":[]}\n") << "again, it changes nothing more";
    EXPECT_EQ(get("/v1/cdr?destination=%2B4915").json().at("records").at(0).at("price").as_string(), "0.122");

    ASSERT_EQ(import("retail", "prefix,price_per_minute\n+43,0.12\n").status, 200);
    EXPECT_NE(get(period + "&account=acme").json().at("calls").at(0).at("problem").as_string(), "");
    EXPECT_EQ(get(period + "&account=other").json().at("checked").to_number<int>(), 0);
    EXPECT_THAT(get("/v1/cdr/rate?from=2026-11-01").error(), StartsWith("the parameter \"to\" is missing"));
    EXPECT_THAT(get("/v1/cdr/rate?from=x&to=2026-11-01").error(), StartsWith("from=x: a time is wanted"));
    EXPECT_EQ(send("DELETE", period).allow, "GET, POST");
}

}  // namespace
}  // namespace offhook::http
