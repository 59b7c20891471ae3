// The command line as a person meets it: the program run against a real server, its output and its exit codes.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>

#include "apps/offhook/fixture_test.hpp"
#include "offhook/base/time_text.hpp"

namespace offhook::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST_F(CommandLine, UsersComeAndGo) {
    EXPECT_RUN(offhook("user add alice@example.com --password-stdin", "secret\n"), 0, "added alice@example.com\n");
    EXPECT_RUN(offhook("user add bob@example.com --generate --disabled"), 0, MatchesRegex("added bob@example.com\npassword: [a-zA-Z2-9]{20}\n"));
    EXPECT_RUN(offhook("user list"), 0,
               "USER               ENABLED  ACCOUNT  ALGORITHMS\n"
               "alice@example.com  yes               MD5,SHA-256,SHA-512-256\n"
               "bob@example.com    no                MD5,SHA-256,SHA-512-256\n");
    EXPECT_RUN(offhook("user enable bob@example.com"), 0, "enabled bob@example.com\n");
    EXPECT_TRUE(store_->users().find("example.com", "bob")->enabled);
    EXPECT_RUN(offhook("user passwd bob@example.com --password-stdin", "new\n"), 0, "changed the password of bob@example.com\n");
    EXPECT_RUN(offhook("user remove bob@example.com"), 0, "removed bob@example.com\n");
    const auto list = boost::json::parse(offhook("user list --json").out);
    ASSERT_EQ(list.as_array().size(), 1u);
    EXPECT_EQ(list.at(0).at("user").as_string(), "alice@example.com");
}

TEST_F(CommandLine, WrongUsersAreToldSo) {
    ASSERT_EQ(offhook("user add alice@example.com --password-stdin", "x\n").exit, 0);
    EXPECT_RUN(offhook("user add alice@example.com --password-stdin", "x\n"), 1, AllOf(StartsWith("offhook: "), HasSubstr("alice@example.com")));
    EXPECT_RUN(offhook("user add alice@foreign.net --generate"), 1, "offhook: \"foreign.net\" is not served here; own domains: example.com\n");
    EXPECT_RUN(offhook("user add alice --generate"), 2, "offhook: \"alice\" is not a user: NAME@DOMAIN is wanted, as alice@example.com\n");
    EXPECT_RUN(offhook("user add bob@example.com"), 2,
               "offhook: no password for bob@example.com: give it with --password-stdin, or have one made with --generate\n");
    EXPECT_RUN(offhook("user add bob@example.com --password-stdin"), 2,
               "offhook: --password-stdin: no password came: its first line is the password\n");
    EXPECT_RUN(offhook("user remove nobody@example.com"), 1, AllOf(StartsWith("offhook: "), HasSubstr("nobody@example.com")));
    EXPECT_RUN(offhook("user passwd nobody@example.com --generate"), 1, HasSubstr("nobody@example.com does not exist"));
}

TEST_F(CommandLine, AnImportNamesItsLines) {
    write("users.csv", "alice,example.com,x\nbob,example.com\ncarol\n");
    EXPECT_RUN(offhook("user import users.csv"), 1,
               "offhook: nothing was imported\n"
               "users.csv:2: 2 values where three are wanted: name,domain,password, and a fourth if an account pays\n"
               "users.csv:3: 1 value where three are wanted: name,domain,password, and a fourth if an account pays\n");
    EXPECT_RUN(offhook("user import -", "alice,example.com,x\nbob,example.com,y\n"), 0, "imported 2 users\n");
    EXPECT_RUN(offhook("user import -", "{\"name\":\"carol\",\"domain\":\"example.com\",\"password\":\"z\"}\n"), 0, "imported 1 user\n");
    EXPECT_RUN(offhook("user import nowhere.csv"), 2, "offhook: nowhere.csv: cannot be read: No such file or directory\n");
    EXPECT_RUN(offhook("user import ."), 2, "offhook: .: cannot be read: Is a directory\n");
    EXPECT_RUN(offhook("user import /dev/null"), 2, StartsWith("offhook: /dev/null: there is nothing in it: CSV lines name,domain,password"));
    std::string many;
    for (int i = 0; i < 150; ++i) many += "x\n";
    EXPECT_RUN(offhook("user import -", many), 1, AllOf(HasSubstr("\nstandard input:100: "), EndsWith("\nand 50 more lines that are wrong\n")));
}

TEST_F(CommandLine, NoServerNoTokenNoSense) {
    EXPECT_RUN(run("--api http://127.0.0.1:1 --token-file api-token user list"), 3,
               "offhook: http://127.0.0.1:1: Connection refused; is offhookd running there? Its log names the API's address, --api another one\n");
    EXPECT_RUN(run("--api " + url_ + " user list"), 4, AllOf(StartsWith("offhook: no token: "), HasSubstr("--token-file")));
    EXPECT_RUN(run("--api " + url_ + " --token-file none user list"), 4,
               "offhook: the API's token: none: cannot be read: No such file or directory\n");
    write("other", std::string(64, 'a') + "\n");
    std::filesystem::permissions(file("other"), std::filesystem::perms::owner_read);
    EXPECT_RUN(run("--api " + url_ + " --token-file other user list"), 4,
               "offhook: " + url_ + " does not accept the token in other: is this the file in that server's data folder?\n");
    EXPECT_RUN(run("--api ftp://x user list"), 2, "offhook: --api ftp://x: an address as \"http://127.0.0.1:8080\" is wanted\n");
    EXPECT_RUN(run("usr list"), 2, "offhook: there is no command \"usr\"; there are user, account, tariff, registrations, sinks, calls, cdr, parse, storm\n");
    EXPECT_RUN(run("user lst"), 2, "offhook: there is no command \"user lst\"; there are add, list, passwd, set, enable, disable, remove, import\n");
    EXPECT_RUN(run("user"), 2, HasSubstr("offhook user --help"));
    EXPECT_RUN(run("calls now"), 2, HasSubstr("now"));
    EXPECT_RUN(run("cdr --limit 0"), 2, AllOf(StartsWith("offhook: "), HasSubstr("--limit")));
    EXPECT_RUN(run("storm options --rate nan"), 2, AllOf(StartsWith("offhook: "), HasSubstr("nan is not a number")));
    EXPECT_RUN(run("storm options --domain 'exam ple'"), 2, HasSubstr("\"exam ple\" is not the domain of a SIP URI"));
    EXPECT_RUN(run("cdr --json --csv"), 2, HasSubstr("--json"));
    EXPECT_RUN(run("--version"), 0, MatchesRegex("offhook [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_RUN(run("--help"), 0, HasSubstr("registrations"));
    std::filesystem::create_directory(file("var"));
    std::filesystem::copy(file("api-token"), file("var/api-token"));
    EXPECT_RUN(run("--api " + url_ + " user list"), 0, "USER  ENABLED  ACCOUNT  ALGORITHMS\n");
}

TEST_F(CommandLine, RegistrationsCallsAndRecords) {
    const UtcTime now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    location::Binding binding;
    binding.contact = "sip:alice@192.0.2.1";
    binding.expires = now + 1h;
    binding.user_agent = "\x1b[31mred";
    binding.flow.remote = *Endpoint::parse("192.0.2.1:5060");
    store_->commit(location::make_snapshot({"alice@example.com", {&binding, 1}}), {});
    for (std::uint64_t i = 1; i <= 3; ++i) {
        accounting::CallRecord record;
        record.id = record.call = i;
        record.user = "alice@example.com";
        record.from_uri = "sip:alice@example.com";
        record.request_uri = "sip:bob,x@example.com";
        record.invited = record.answered = *parse_time("2026-11-22T10:00:00Z") + std::chrono::minutes(i);
        record.status = 200;
        if (i != 3) {
            record.seconds = 7;
            record.end = accounting::CallRecord::End::callee;
        }
        store_->put(record, {});
    }
    store_->flush();
    EXPECT_RUN(offhook("registrations"), 0, AllOf(HasSubstr("alice@example.com  sip:alice@192.0.2.1  192.0.2.1:5060"), HasSubstr("?[31mred\n")));
    EXPECT_RUN(offhook("registrations --user bob@example.com --json"), 0, "[]\n");
    EXPECT_RUN(offhook("cdr --limit 2"), 0,
               "INVITED                      USER               FROM                   TO                     STATUS  SECONDS  PRICE  END     CODECS\n"
               "2026-11-22T10:02:00.000000Z  alice@example.com  sip:alice@example.com  sip:bob,x@example.com     200        7         callee\n"
               "2026-11-22T10:03:00.000000Z  alice@example.com  sip:alice@example.com  sip:bob,x@example.com     200        0         none\n"
               "offhook: there may be more records: --all, or another --limit, shows them\n");
    EXPECT_EQ(boost::json::parse(offhook("cdr --json --all").out).as_array().size(), 3u);
    EXPECT_EQ(boost::json::parse(offhook("cdr --json --to 2026-11-22T10:02:00Z").out).as_array().size(), 1u);
    for (const char* words : {"cdr", "calls", "registrations"})
        EXPECT_RUN(offhook(words + std::string(" --user nobody")), 2, AllOf(StartsWith("offhook: --user: "), HasSubstr("NAME@DOMAIN is wanted")));
    EXPECT_RUN(offhook("cdr --from tomorrow"), 1, "offhook: from=tomorrow: a time is wanted, as 2026-11-22 or 2026-11-22T09:55:00Z\n");
    EXPECT_RUN(offhook("cdr --csv --limit 1"), 0, AllOf(StartsWith("id,call,user,"), HasSubstr(",\"sip:bob,x@example.com\",")));
    EXPECT_EQ(boost::json::parse(offhook("calls --json").out).as_array().size(), 1u);
}

constexpr std::string_view good_message =
    "INVITE sip:bob@example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"Alice\" <sip:alice@example.com>;tag=1\r\n"
    "To: <sip:bob@example.com>\r\n"
    "Call-ID: c1\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.1>\r\n"
    "Content-Length: 0\r\n\r\n";

TEST_F(CommandLine, ParseShowsTheStructure) {
    write("call.sip", good_message);
    for (const Result& result : {run("parse call.sip"), run("parse -", std::string(good_message))}) {
        ASSERT_EQ(result.exit, 0) << result.out;
        const auto message = boost::json::parse(result.out);
        EXPECT_TRUE(message.at("valid").as_bool());
        EXPECT_EQ(message.at("method").as_string(), "INVITE");
        EXPECT_EQ(message.at("headers").as_array().size(), 8u);
        EXPECT_EQ(message.at("routing").at("from").at("display_name").as_string(), "Alice");
        EXPECT_EQ(message.at("routing").at("cseq").at("number").to_number<int>(), 1);
    }
}

// What is tolerated, and what is in the body: a multipart whose session description has an empty s=.
TEST_F(CommandLine, ParseRemarksOnValidMessages) {
    const std::string sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    const std::string body = "--x\r\nContent-Type: application/sdp\r\n\r\n" + sdp + "\r\n--x--\r\n";
    std::string odd(good_message);
    odd.replace(odd.find("Max-Forwards: 70\r\n"), 18, "Content-Type: multipart/mixed;boundary=x\r\n");
    odd.replace(odd.find("Content-Length: 0"), 17, "Content-Length: " + std::to_string(body.size()));
    const Result result = run("parse -", odd + body);
    ASSERT_EQ(result.exit, 0) << result.out;
    const auto message = boost::json::parse(result.out);
    EXPECT_EQ(message.at("body").at("parts").at(0).at("content_type").as_string(), "application/sdp");
    EXPECT_EQ(message.at("body").at("parts").at(0).at("size").to_number<std::size_t>(), sdp.size());
    const auto& remarks = message.at("remarks").as_array();
    ASSERT_EQ(remarks.size(), 2u) << result.out;
    EXPECT_EQ(remarks.at(0).at("header").as_string(), "Max-Forwards");
    EXPECT_TRUE(remarks.at(1).at("text").as_string().starts_with("session description: "));
    EXPECT_EQ(remarks.at(1).at("byte").to_number<std::size_t>(), odd.size() + body.find("s=\r\n") + 2);
}

TEST_F(CommandLine, ParseIsAsStrictAsAskedFor) {
    std::string old(good_message);
    old.replace(old.find("Max-Forwards: 70\r\n"), 18, "");
    EXPECT_EQ(run("parse -", std::string(old)).exit, 0);
    const Result refused = run("parse --strict -", std::string(old));
    EXPECT_EQ(refused.exit, 1);
    EXPECT_NE(refused.out.find("a server owes: 400 Missing Max-Forwards"), std::string::npos) << refused.out;
    EXPECT_EQ(run("parse --strict -", std::string(good_message)).exit, 0);
}

// Readers forgive bare line feeds, so they do not hide what else there is.
TEST_F(CommandLine, ParseLooksBehindTheLineEndsOfASessionDescription) {
    const std::string sdp = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=\nc=IN IP4 192.0.2.1\nt=0 0\n";
    std::string message(good_message);
    message.replace(message.find("Content-Length: 0"), 17, "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()));
    const Result result = run("parse -", message + sdp);
    ASSERT_EQ(result.exit, 0) << result.out;
    const auto remarks = boost::json::parse(result.out).at("remarks").as_array();
    ASSERT_EQ(remarks.size(), 2u) << result.out;
    EXPECT_EQ(remarks.at(0).at("text").as_string(), "session description: the line does not end with CR LF");
    EXPECT_EQ(remarks.at(1).at("byte").to_number<std::size_t>(), message.size() + sdp.find("s=\n") + 2);
}

TEST_F(CommandLine, ParseSaysWhatIsWrongWhereAndWhatIsOwed) {
    std::string bad(good_message);
    bad.replace(bad.find("<sip:alice@192.0.2.1>"), 21, "sip:alice@192.0.2.1,1");
    write("call.sip", bad);
    EXPECT_RUN(run("parse call.sip"), 1,
               "call.sip: byte 238, line 8: Contact: a URI with a comma must stand in angle brackets (RFC 3261 §20.10)\n"
               "    Contact: sip:alice@192.0.2.1,1\n"
               "                                ^\n"
               "a server owes: 400 Bad Contact\n");
    const Result json = run("parse --json call.sip");
    EXPECT_EQ(json.exit, 1);
    EXPECT_EQ(boost::json::parse(json.out).at("problem").at("owed").at("status").to_number<int>(), 400);
    EXPECT_RUN(run("parse none.sip"), 2, "offhook: none.sip: cannot be read: No such file or directory\n");
    EXPECT_RUN(run("parse ."), 2, StartsWith("offhook: .: cannot be read: "));
    EXPECT_EQ(run("parse -").exit, 1);
    EXPECT_EQ(run("parse").exit, 2);
}

}  // namespace
}  // namespace offhook::cli
