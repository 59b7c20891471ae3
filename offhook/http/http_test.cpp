#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "offhook/base/time_text.hpp"
#include "offhook/http/fixture_test.hpp"
#include "offhook/http/import.hpp"

namespace offhook::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> texts(const boost::json::value& list, const char* key) {
    std::vector<std::string> out;
    for (const auto& row : list.as_array()) out.emplace_back(row.at(key).as_string());
    return out;
}

// ---- the token

TEST_F(ApiTest, WithoutTheTokenThereIsOnlyWhetherWeAreWell) {
    for (const std::string token : {"", "x", "0123456789012345678901234567890123456789012345678901234567890123"}) {
        const Answer refused = fetch(server_->address(), {"GET", "/v1/users", "", "", token});
        EXPECT_EQ(refused.status, 401);
        EXPECT_EQ(refused.error(), "a token is wanted: \"Authorization: Bearer\" with the content of api-token in the server's data folder");
        EXPECT_EQ(fetch(server_->address(), {"POST", "/v1/users", R"({"name":"eve","password":"x"})", "application/json", token}).status, 401);
        EXPECT_EQ(fetch(server_->address(), {"GET", "/metrics", "", "", token}).status, 401);
        const Answer health = fetch(server_->address(), {"GET", "/v1/health", "", "", token});
        EXPECT_EQ(health.status, 200);
        EXPECT_EQ(health.body, "{\"status\":\"ok\"}\n");
    }
    EXPECT_EQ(get("/v1/users").body, "{\"users\":[]}\n");
}

TEST(Token, IsMadeOnceForItsOwnerAlone) {
    const Directory directory;
    const std::string path = directory.file("api-token");
    const auto made = load_or_make_token(path);
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->size(), 64u);
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(load_or_make_token(path), *made);

    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    EXPECT_EQ(load_or_make_token(path).error(), path + ": others than its owner may read it: chmod 600 " + path);
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    std::ofstream(path) << "short\n";
    EXPECT_THAT(load_or_make_token(path).error(), HasSubstr("holds no token"));
    EXPECT_THAT(load_or_make_token(directory.file("no/such/folder")).error(), HasSubstr("No such file or directory"));
}

// ---- users

TEST_F(ApiTest, AUserIsMadeListedChangedAndRemoved) {
    const Answer made = add("alice");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.body,
              "{\"user\":\"alice@example.com\",\"name\":\"alice\",\"domain\":\"example.com\",\"realm\":\"example.com\",\"enabled\":true,\"account\":\"\","
              "\"algorithms\":[\"MD5\",\"SHA-256\",\"SHA-512-256\"]}\n");
    EXPECT_EQ(send("POST", "/v1/users", R"({"name":"bob","domain":"Example.ORG","password":"p","enabled":false})").status, 201);

    EXPECT_THAT(texts(get("/v1/users").json().at("users"), "user"), ElementsAre("alice@example.com", "bob@example.org"));
    const Answer first = get("/v1/users?limit=1");
    EXPECT_EQ(first.json().at("next").as_string(), "alice@example.com");
    EXPECT_THAT(texts(get("/v1/users?limit=1&after=alice%40example.com").json().at("users"), "user"), ElementsAre("bob@example.org"));

    const auto before = store_->users().find("example.com", "alice");
    EXPECT_EQ(send("PATCH", "/v1/users/alice@example.com", R"({"password":"other","enabled":false})").json().at("enabled").as_bool(), false);
    const auto after = store_->users().find("example.com", "alice");
    ASSERT_TRUE(before && after);
    EXPECT_NE(before->ha1[0].plain_name, after->ha1[0].plain_name);
    EXPECT_FALSE(after->enabled);

    EXPECT_EQ(send("DELETE", "/v1/users/alice@example.com").status, 204);
    EXPECT_EQ(get("/v1/users/alice@example.com").status, 404);
    EXPECT_EQ(send("DELETE", "/v1/users/alice@example.com").status, 404);
    EXPECT_EQ(send("PATCH", "/v1/users/alice@example.com", R"({"password":"x"})").status, 404);
}

TEST_F(ApiTest, WrongUsersAreRefusedWithWhatIsWrong) {
    ASSERT_EQ(add("alice").status, 201);
    const struct {
        const char* body;
        int status;
        const char* error;
    } cases[] = {
        {R"({"name":"alice","password":"x"})", 409, "alice@example.com"},
        {R"({"name":"bob"})", 400, "\"password\" is missing"},
        {R"({"password":"x"})", 400, "\"name\" is missing: the user's name, as \"alice\""},
        {R"({"name":"bob","password":"x","domain":"foreign.net"})", 400, "\"foreign.net\" is not served here; own domains: example.com, example.org"},
        {R"({"name":"b b","password":"x"})", 400, "cannot be the name of a user"},
        {R"({"name":"bob","password":""})", 400, "empty"},
        {R"({"name":1,"password":"x"})", 400, "\"name\" must be a text"},
        {R"({"name":"bob","password":"x","enabled":"no"})", 400, "\"enabled\" must be true or false"},
        {R"({"name":"bob","pasword":"x"})", 400, "\"pasword\" is unknown; known are name, domain, password, enabled, account"},
        {R"({"name":"bob",})", 400, "the body is not JSON: "},
        {R"({"name":"bob")", 400, "the body is not JSON: incomplete"},
        {R"({} {})", 400, "the body goes on after its JSON value, at octet 3"},
        {"[]", 400, "the body must be a JSON object"},
        {"", 400, "the body is not JSON: "},
    };
    for (const auto& c : cases) {
        const Answer answer = send("POST", "/v1/users", c.body);
        EXPECT_EQ(answer.status, c.status) << c.body << answer.body;
        EXPECT_THAT(answer.error(), HasSubstr(c.error)) << c.body;
    }
    EXPECT_EQ(get("/v1/users").json().at("users").as_array().size(), 1u);
    EXPECT_EQ(send("PATCH", "/v1/users/alice@example.com", "{}").error(), "nothing to change: give \"password\", \"enabled\", \"account\" or several of them");
    EXPECT_EQ(send("GET", "/v1/users/alice").error(), "\"alice\" is not a user: name@domain is wanted");
}

TEST_F(ApiTest, AnImportIsAllOrNothing) {
    EXPECT_EQ(
        send("POST", "/v1/users/import", "name,domain,password\r\nalice,example.com,\"a,\"\"b\"\r\nbob,example.org,p\r\n", "text/csv; charset=utf-8")
            .body,
        "{\"imported\":2}\n");
    EXPECT_EQ(send("POST", "/v1/users/import", "{\"name\":\"carol\",\"domain\":\"example.com\",\"password\":\"x\",\"enabled\":false}\n",
                   "application/x-ndjson")
                  .body,
              "{\"imported\":1}\n");
    EXPECT_FALSE(store_->users().find("example.com", "carol")->enabled);

    const Answer wrong = send("POST", "/v1/users/import", "dora,example.com,x\nerin,foreign.net,x\nfay\n", "text/csv");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.error(), "nothing was imported: line 3: 1 value where three are wanted: name,domain,password, and a fourth if an account pays");
    const Answer foreign = send("POST", "/v1/users/import", "dora,example.com,x\nerin,foreign.net,x\n", "text/csv");
    EXPECT_EQ(foreign.error(), "nothing was imported: line 2: \"foreign.net\" is not served here; own domains: example.com, example.org");
    const Answer twice = send("POST", "/v1/users/import", "dora,example.com,x\nalice,example.com,x\n", "text/csv");
    EXPECT_EQ(twice.status, 400) << twice.body;
    EXPECT_EQ(twice.json().at("errors").at(0).at("line").as_int64(), 2);
    EXPECT_FALSE(store_->users().find("example.com", "dora"));
    EXPECT_EQ(send("POST", "/v1/users/import", "x", "text/plain").status, 415);
    EXPECT_EQ(send("GET", "/v1/users/import").allow, "POST");
}

TEST(Import, NamesEveryWrongLine) {
    const auto csv = read_csv("a,b,c\n\n\"a\"x,b,c\na,b\na,b,c,d,e\n\"a,b,c\n\xff,b,c\n");
    ASSERT_FALSE(csv);
    std::vector<std::size_t> lines;
    for (const auto& error : csv.error()) lines.push_back(error.line);
    EXPECT_THAT(lines, ElementsAre(3, 4, 5, 6, 7));
    const auto json = read_json_lines("{\"name\":\"a\",\"domain\":\"b\",\"password\":\"c\"}\n[]\n{\"name\":1}\n{\"nam\":\"x\"}\n{\n");
    ASSERT_FALSE(json);
    ASSERT_EQ(json.error().size(), 4u);
    EXPECT_EQ(json.error()[0].line, 2u);
    EXPECT_EQ(json.error()[1].text, "\"name\" must be a text");
    EXPECT_EQ(json.error()[2].text, "\"nam\" is unknown; known are name, domain, password, enabled, account");
}

// ---- what phones did

TEST_F(ApiTest, RegistrationsAreListedUntilTheyExpire) {
    const UtcTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    for (const std::string name : {"alice", "bob", "carol"}) {
        const std::string address = name + "@example.com", contact = "sip:" + name + "@192.0.2.1:5062";
        location::Binding binding;
        binding.contact = contact;
        binding.expires = name == "carol" ? now - 1s : now + 100s;
        binding.registered = now;
        binding.call_id = "c";
        binding.user_agent = {"Phone\xff 1\0", 9};
        binding.flow.remote = *Endpoint::parse("198.51.100.7:40000");
        store_->commit(location::make_snapshot({address, {&binding, 1}}), {});
    }
    store_->flush();
    const auto rows = get("/v1/registrations").json().at("registrations");
    ASSERT_THAT(texts(rows, "aor"), ElementsAre("alice@example.com", "bob@example.com"));
    EXPECT_EQ(rows.at(0).at("contact").as_string(), "sip:alice@192.0.2.1:5062");
    EXPECT_EQ(rows.at(0).at("source").as_string(), "198.51.100.7:40000");
    EXPECT_THAT(rows.at(0).at("seconds").as_int64(), ::testing::AllOf(::testing::Ge(90), ::testing::Le(100)));
    EXPECT_EQ(rows.at(0).at("user_agent").as_string(), "Phone\\xff 1\\x00");
    EXPECT_THAT(texts(get("/v1/registrations?user=bob@example.com").json().at("registrations"), "aor"), ElementsAre("bob@example.com"));
    const auto page = get("/v1/registrations?limit=1").json();
    EXPECT_EQ(page.at("next").as_string(), "alice@example.com");
    EXPECT_THAT(texts(get("/v1/registrations?limit=1&after=alice@example.com").json().at("registrations"), "aor"), ElementsAre("bob@example.com"));
}

accounting::CallRecord record(std::uint64_t id, std::string user, UtcTime invited, bool ended) {
    accounting::CallRecord r;
    r.id = r.call = id;
    r.user = std::move(user);
    r.sip_call_id = "call-" + std::to_string(id);
    r.invited = r.answered = invited;
    r.status = 200;
    if (ended) {
        r.ended = invited + 5s;
        r.seconds = 5;
        r.end = accounting::CallRecord::End::caller;
    }
    return r;
}

TEST_F(ApiTest, CallRecordsComeInPagesByUserAndTime) {
    const UtcTime day = *parse_time("2026-11-22T00:00:00Z");
    for (std::uint64_t i = 1; i <= 5; ++i)
        store_->put(record(i, i == 2 ? "bob@example.com" : "alice@example.com", day + std::chrono::hours(i), i != 5), {});
    store_->flush();
    EXPECT_THAT(texts(get("/v1/cdr").json().at("records"), "sip_call_id"), ElementsAre("call-1", "call-2", "call-3", "call-4", "call-5"));
    const auto first = get("/v1/cdr?limit=2").json();
    EXPECT_EQ(first.at("next").as_string(), "0000000000000002");
    EXPECT_THAT(texts(get("/v1/cdr?limit=2&after=0000000000000002").json().at("records"), "id"), ElementsAre("0000000000000003", "0000000000000004"));
    const auto last = get("/v1/cdr?limit=2&after=0000000000000004").json();
    EXPECT_EQ(last.as_object().if_contains("next"), nullptr);
    EXPECT_THAT(texts(get("/v1/cdr?order=newest&limit=2").json().at("records"), "sip_call_id"), ElementsAre("call-5", "call-4"));
    EXPECT_THAT(texts(get("/v1/cdr?user=bob@example.com").json().at("records"), "sip_call_id"), ElementsAre("call-2"));
    EXPECT_THAT(texts(get("/v1/cdr?from=2026-11-22T03:00&to=2026-11-22T05:00").json().at("records"), "sip_call_id"), ElementsAre("call-3", "call-4"));
    EXPECT_THAT(texts(get("/v1/calls").json().at("calls"), "sip_call_id"), ElementsAre("call-5"));

    const auto one = get("/v1/cdr?limit=1").json().at("records").at(0);
    EXPECT_EQ(one.at("invited").as_string(), "2026-11-22T01:00:00.000000Z");
    EXPECT_EQ(one.at("ringing").is_null(), true);
    EXPECT_EQ(one.at("end").as_string(), "caller");
    EXPECT_EQ(one.at("seconds").as_int64(), 5);

    EXPECT_EQ(get("/v1/cdr?from=yesterday").error(), "from=yesterday: a time is wanted, as 2026-11-22 or 2026-11-22T09:55:00Z");
    EXPECT_EQ(get("/v1/cdr?limit=0").error(), "limit=0: a number from 1 to 1000 is wanted");
    EXPECT_EQ(get("/v1/cdr?after=7").error(), "after=7: the id of a record is wanted, 16 hexadecimal digits");
    EXPECT_EQ(get("/v1/cdr?usr=bob").error(), "unknown parameter \"usr\"; known are user, account, from, to, status, min_seconds, destination, order, limit, after, format");
    EXPECT_EQ(get("/v1/cdr?limit=1&limit=2").error(), "the parameter \"limit\" stands twice");
}

TEST_F(ApiTest, AllRecordsComeAsLines) {
    const UtcTime day = *parse_time("2026-11-22");
    constexpr std::uint64_t count = 2 * store::page_limit + 7;
    for (std::uint64_t i = 1; i <= count; ++i) store_->put(record(i, "alice@example.com", day + std::chrono::seconds(i), true), {});
    store_->flush();
    const Answer all = get("/v1/cdr?format=lines");
    EXPECT_EQ(all.status, 200);
    EXPECT_EQ(all.content_type, "application/x-ndjson");
    EXPECT_EQ(std::ranges::count(all.body, '\n'), static_cast<std::ptrdiff_t>(count));
    EXPECT_EQ(boost::json::parse(all.body.substr(0, all.body.find('\n'))).at("sip_call_id").as_string(), "call-1");
    EXPECT_THAT(all.body, HasSubstr("\"sip_call_id\":\"call-" + std::to_string(count) + "\""));
    EXPECT_EQ(get("/v1/cdr?format=lines&user=bob@example.com").body, "");
    EXPECT_EQ(get("/v1/cdr?format=lines&limit=5").error(), "limit and after are for pages, not for format=lines");
    EXPECT_THAT(get("/v1/cdr?format=xml").error(), StartsWith("format: "));
    const std::string old = exchange_raw(server_->address(), "GET /v1/cdr?format=lines HTTP/1.0\r\nAuthorization: Bearer " + token_ + "\r\n\r\n");
    EXPECT_THAT(old, ::testing::Not(HasSubstr("chunked")));
    EXPECT_EQ(std::ranges::count(std::string_view(old).substr(old.find("\r\n\r\n") + 4), '\n'), static_cast<std::ptrdiff_t>(count));
}

// ---- health and metrics

TEST_F(ApiTest, HealthAndMetricsCount) {
    ASSERT_EQ(add("alice").status, 201);
    const Answer health = get("/v1/health");
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.json().at("status").as_string(), "ok");
    EXPECT_EQ(health.json().at("version").as_string(), "1.2.3");
    EXPECT_EQ(health.json().at("users").to_number<int>(), 1);
    EXPECT_EQ(health.json().at("store").at("healthy").as_bool(), true);
    const Answer metrics = get("/metrics");
    EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(metrics.body, AllOf(HasSubstr("\noffhook_users 1\n"), HasSubstr("# TYPE offhook_store_rows_committed_total counter\n"),
                                    HasSubstr("offhook_build_info{version=\"1.2.3\"} 1\n")));
    store_->stop();
    const Answer refused = add("bob");
    EXPECT_EQ(refused.status, 503) << refused.body;
}

/// Asks until health has this status: the store needs its store_limit to see that it is stuck.
bool becomes(const Endpoint& server, int status) {
    for (const auto until = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < until; std::this_thread::yield())
        if (fetch(server, {"GET", "/v1/health", "", "", ""}).status == status) return true;
    return false;
}

TEST_F(ApiTest, HealthIsBadWhileTheDatabaseTakesNothing) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(directory_.file("offhook.db").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    store_->put(record(1, "alice@example.com", *parse_time("2026-11-22"), true), {});
    EXPECT_TRUE(becomes(server_->address(), 503));
    EXPECT_EQ(get("/v1/health").json().at("status").as_string(), "failing");
    ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
    EXPECT_TRUE(becomes(server_->address(), 200));
}

// ---- HTTP itself

TEST_F(ApiTest, WhatIsNotThereAndWhatIsNotTaken) {
    EXPECT_EQ(get("/v2").status, 404);
    EXPECT_THAT(get("/v1/user").error(), StartsWith("/v1/user: there is nothing here; there are /v1/users, "));
    EXPECT_EQ(send("PUT", "/v1/users", "{}").status, 405);
    EXPECT_EQ(send("PUT", "/v1/users", "{}").allow, "GET, POST");
    EXPECT_EQ(send("DELETE", "/v1/cdr").allow, "GET");
    EXPECT_EQ(get("/v1/users/%zz").error(), "the target is not a path with well-formed %-escapes");
    EXPECT_EQ(get("/v1/users/%00@example.com").status, 400);
}

TEST_F(ApiTest, LimitsHold) {
    const Answer large = send("POST", "/v1/users", "{\"name\":\"" + std::string(300'000, 'x') + "\"}");
    EXPECT_EQ(large.status, 413);
    EXPECT_EQ(large.error(), "the body is larger than 262144 octets");
    const std::string authorization = "Authorization: Bearer " + token_ + "\r\n";
    const std::string chunked =
        "POST /v1/users HTTP/1.1\r\nHost: x\r\n" + authorization + "Transfer-Encoding: chunked\r\n\r\n50000\r\n" + std::string(0x50000, 'x');
    EXPECT_THAT(exchange_raw(server_->address(), chunked), StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(exchange_raw(server_->address(), "GET /v1/users HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(exchange_raw(server_->address(), "REGISTER sip:example.com SIP/2.0\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    // Without the token no body is read, however much is announced.
    EXPECT_THAT(exchange_raw(server_->address(), "POST /v1/users/import HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n"),
                StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(
        exchange_raw(server_->address(), "POST /v1/users HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n" +
                                             authorization + "\r\n{}"),
        AllOf(StartsWith("HTTP/1.1 100 Continue\r\n"), HasSubstr("HTTP/1.1 400 Bad Request\r\n")));
}

TEST_F(ApiTest, OneConnectionTakesManyRequests) {
    const std::string one = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string answers = exchange_raw(server_->address(), one + one + "GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::size_t count = 0;
    for (auto at = answers.find("HTTP/1.1 200 OK"); at != answers.npos; at = answers.find("HTTP/1.1 200 OK", at + 1)) ++count;
    EXPECT_EQ(count, 3u);
}

TEST_F(ApiTest, TooManyConnectionsAndIdleOnesEnd) {
    Config config{Endpoint{IpAddress::v4({127, 0, 0, 1}), 0}};
    config.max_connections = 0;
    start(config);
    EXPECT_EQ(get("/v1/health").status, 503);
    config.max_connections = 8;
    config.idle_timeout = 1s;
    start(config);
    EXPECT_EQ(exchange_raw(server_->address(), "GET /v1/he"), "");  // closed
}

TEST_F(ApiTest, AnAddressInUseIsNamed) {
    const auto second = Server::start({server_->address()}, token_, [](const Request&) { return Response{}; });
    ASSERT_FALSE(second);
    const std::string us = " by process " + std::to_string(::getpid()) + " (http_test)";
    EXPECT_EQ(second.error(), "the HTTP API cannot listen on " + server_->address().text() + ": Address already in use" + us);
}

TEST_F(ApiTest, ManyClientsAtOnceFindNoLockedDatabase) {
    std::vector<std::thread> clients;
    for (int c = 0; c < 8; ++c)
        clients.emplace_back([this, c] {
            for (int i = 0; i < 40; ++i) {
                const std::string name = "u" + std::to_string(c) + "x" + std::to_string(i);
                EXPECT_EQ(add(name).status, 201);
                EXPECT_EQ(get("/v1/users/" + name + "@example.com").status, 200);
                EXPECT_EQ(get("/v1/cdr").status, 200);
                if (i % 2 == 0) {
                    EXPECT_EQ(send("DELETE", "/v1/users/" + name + "@example.com").status, 204);
                }
            }
        });
    for (auto& client : clients) client.join();
    EXPECT_EQ(get("/v1/users?limit=1000").json().at("users").as_array().size(), 160u);
}

}  // namespace
}  // namespace offhook::http
