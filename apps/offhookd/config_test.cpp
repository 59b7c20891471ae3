#include "apps/offhookd/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "apps/offhookd/settings.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/runtime/temporary_directory_test.hpp"

namespace offhook::daemon {
namespace {

using namespace std::chrono_literals;

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string mistakes_of(std::string_view text) {
    const auto config = parse(text, "etc/offhook.toml");
    return config ? "none" : config.error();
}

TEST(Config, ReadsEverySetting) {
    const auto config = parse(R"(domains = ["Example.com", "192.0.2.1"]
data = "db"
shards = 2
[[listen]]
protocol = "udp"
address = "0.0.0.0:5060"
advertise = "SIP.example.com:5080"
[[listen]]
protocol = "tcp"
address = "[::]:0"
[auth]
realm = "phones"
algorithms = ["sha-512-256", "MD5"]
trusted = ["10.0.0.0/8", "::1"]
nonce_lifetime = 120
[registrar]
max_contacts = 3
[proxy]
timer_c = "4m"
recurse_redirects = false
[[route]]
unknown = true
to = "sip:127.0.0.1:5070;transport=udp"
[[route]]
domain = "Example.NET"
to = "sip:192.0.2.7"
[accounting]
max_call = "90m"
[store]
durability = "relaxed"
commit_window = "0s"
[http]
address = "127.0.0.1:0"
[log]
level = "debug"
file = "/var/log/offhook.log"
[runtime]
drain_limit = "2s"
)",
                              "etc/offhook.toml");
    ASSERT_TRUE(config) << config.error();
    EXPECT_THAT(config->domains, ElementsAre("example.com", "192.0.2.1"));
    EXPECT_EQ(config->data, "etc/db");
    EXPECT_EQ(config->store.path, "etc/db/offhook.db");
    EXPECT_THAT(config->proxy.domains, ElementsAre("example.com", "192.0.2.1"));
    EXPECT_EQ(config->proxy.realm, "phones");
    EXPECT_EQ(config->runtime.shards, 2u);
    ASSERT_EQ(config->runtime.listen.size(), 2u);
    EXPECT_EQ(config->runtime.listen[0].advertise_host, "sip.example.com");
    EXPECT_EQ(config->runtime.listen[0].advertise_port, 5080);
    EXPECT_EQ(config->runtime.listen[1].protocol, transport::Protocol::tcp);
    EXPECT_EQ(config->runtime.listen[1].address.text(), "[::]:0");
    EXPECT_EQ(config->auth.realm, "phones");
    EXPECT_THAT(config->auth.algorithms, ElementsAre(auth::Algorithm::sha512_256, auth::Algorithm::md5));
    EXPECT_EQ(config->auth.trusted.size(), 2u);
    EXPECT_EQ(config->proxy.trusted.size(), 2u);
    EXPECT_EQ(config->auth.nonce_lifetime, 120s);
    EXPECT_EQ(config->registrar.max_contacts, 3u);
    EXPECT_EQ(config->proxy.timer_c, 240s);
    EXPECT_FALSE(config->proxy.recurse_redirects);
    ASSERT_EQ(config->proxy.routes.size(), 2u);
    EXPECT_TRUE(config->proxy.routes[0].unknown);
    EXPECT_EQ(config->proxy.routes[1].domain, "example.net");
    EXPECT_EQ(config->accounting.max_call, 90min);
    EXPECT_EQ(config->store.commit_window, 0s);
    EXPECT_EQ(config->http.address.port, 0);
    EXPECT_EQ(config->log.level, Severity::debug);
    EXPECT_EQ(config->log.file, "/var/log/offhook.log");
    EXPECT_EQ(config->runtime.drain_limit, 2s);
}

TEST(Config, DomainsAloneSuffice) {
    const auto config = parse("domains = [\"example.com\"]", "offhook.toml");
    ASSERT_TRUE(config) << config.error();
    EXPECT_EQ(config->auth.realm, "example.com");
    ASSERT_EQ(config->runtime.listen.size(), 2u);
    EXPECT_EQ(config->runtime.listen[1].address.text(), "0.0.0.0:5060");
    EXPECT_EQ(config->data, "var");
    EXPECT_EQ(config->transaction.transactions, 200'000u);
}

TEST(Config, HelpIsAConfigurationWithEveryDefault) {
    const auto config = parse(help_config(), "etc/offhook.toml");
    ASSERT_TRUE(config) << config.error();
    EXPECT_EQ(config->accounting.max_call, 4h);
    EXPECT_THAT(help_config(), HasSubstr("max_call = \"4h\"\n"));
    EXPECT_THAT(help_config(), HasSubstr("algorithms = [\"SHA-256\", \"MD5\"]\n"));
}

TEST(Config, AFileThatIsNotThereIsSaidSo) {
    const auto config = load("/nowhere/offhook.toml");
    ASSERT_FALSE(config);
    EXPECT_EQ(
        config.error(),
        "/nowhere/offhook.toml: error: cannot be read: No such file or directory; `offhookd --help-config` prints a complete one to begin with\n");
}

TEST(Config, OnlyAFileThatEndsIsRead) {
    EXPECT_THAT(load("/").error(), HasSubstr("/: error: cannot be read: Is a directory"));
    EXPECT_THAT(load("/dev/zero").error(), HasSubstr("/dev/zero: error: larger than 16777216 octets"));
}

TEST(Config, ListenersDoNotTakeEachOthersPorts) {
    const auto of = [](std::string_view first, std::string_view second) {
        std::string text = "domains = [\"example.com\"]\n";
        for (const auto address : {first, second}) text += "[[listen]]\nprotocol = \"udp\"\naddress = \"" + std::string(address) + "\"\n";
        return mistakes_of(text);
    };
    EXPECT_THAT(of("127.0.0.1:5060", "127.0.0.1:5060"), HasSubstr("etc/offhook.toml:5:1: error: [[listen]]: udp 127.0.0.1:5060 has been taken by another"));
    EXPECT_THAT(of("0.0.0.0:5060", "127.0.0.1:5060"), HasSubstr("of 0.0.0.0:5060: remove one of them"));
    EXPECT_THAT(of("[::1]:5060", "[::]:5060"), HasSubstr("has been taken"));
    EXPECT_EQ(of("127.0.0.1:5060", "127.0.0.2:5060"), "none");
    EXPECT_EQ(of("0.0.0.0:5060", "[::]:5060"), "none");
    EXPECT_EQ(of("127.0.0.1:0", "127.0.0.1:0"), "none");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[[listen]]\nprotocol = \"udp\"\naddress = \"127.0.0.1:5060\"\n"
                          "[[listen]]\nprotocol = \"tcp\"\naddress = \"127.0.0.1:5060\"\n"),
              "none");
}

TEST(Config, SinksHaveFilesOfTheirOwnInFoldersThatAreThere) {
    const offhook::test::TemporaryDirectory directory;
    const auto of = [&](std::string_view first, std::string_view second) {
        std::string text = "domains = [\"example.com\"]\n", name = "a";
        for (const auto file : {first, second}) {
            text += "[[sink]]\nname = \"" + name + "\"\nkind = \"csv\"\nfile = \"" + std::string(file) + "\"\n";
            name += 'a';
        }
        const auto config = parse(text, directory.file("offhook.toml"));
        return config ? "none" : config.error();
    };
    EXPECT_EQ(of("calls.csv", "others.csv"), "none");
    EXPECT_THAT(of("calls.csv", "./calls.csv"), HasSubstr("offhook.toml:6:1: error: [[sink]] aa: file ./calls.csv: sink a has this file"));
    EXPECT_THAT(of("calls.csv", directory.file("calls.csv")), HasSubstr("sink a has this file"));
    EXPECT_THAT(of("calls.csv", "nowhere/calls.csv"), HasSubstr("its folder " + directory.file("nowhere") + " is not there: make it"));
    EXPECT_EQ(of("calls.csv", "var/calls.csv"), "none") << "the data folder is made at the start";
    std::filesystem::create_directory(directory.file("there"));
    EXPECT_EQ(of("there/calls.csv", "calls.csv"), "none");
    std::filesystem::create_directory_symlink(directory.file("there"), directory.file("too"));
    EXPECT_THAT(of("there/calls.csv", "too/calls.csv"), HasSubstr("sink a has this file"));
}

TEST(Config, BadNetwork) {
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[auth]\ntrusted = [\"10.0.0.0/33\"]\n"),
              "etc/offhook.toml:3:12: error: [auth] trusted: \"10.0.0.0/33\" is not a network: the prefix of an IPv4 network is 0 to 32\n"
              "    trusted = [\"10.0.0.0/33\"]\n"
              "               ^~~~~~~~~~~~~\n");
}

TEST(Config, UnknownKeySuggestsTheNearest) {
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[registrar]\nmax_expiry = 60\n"),
              "etc/offhook.toml:3:1: error: [registrar] max_expiry: unknown; is \"max_expires\" meant?\n"
              "    max_expiry = 60\n"
              "    ^~~~~~~~~~\n");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[regisrtar]\n"),
              "etc/offhook.toml:2:2: error: regisrtar: unknown; is \"registrar\" meant?\n"
              "    [regisrtar]\n"
              "     ^~~~~~~~~\n");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[auth]\ncommit_window = 1\n"),
              "etc/offhook.toml:3:1: error: [auth] commit_window: unknown here; it is a setting of [store]\n"
              "    commit_window = 1\n"
              "    ^~~~~~~~~~~~~\n");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[http]\nxyzzy = 1\n"),
              "etc/offhook.toml:3:1: error: [http] xyzzy: unknown; known here: address, max_connections\n"
              "    xyzzy = 1\n"
              "    ^~~~~\n");
}

TEST(Config, WrongTypes) {
    EXPECT_EQ(mistakes_of("domains = \"example.com\"\nshards = \"four\"\nauth = 1\n"),
              "etc/offhook.toml:1:11: error: domains: a text stands here, a list of domains in brackets is wanted\n"
              "    domains = \"example.com\"\n"
              "              ^~~~~~~~~~~~~\n"
              "etc/offhook.toml:2:10: error: shards: a text stands here, a whole number is wanted\n"
              "    shards = \"four\"\n"
              "             ^~~~~~\n"
              "etc/offhook.toml:3:8: error: auth: a whole number stands here, a table that begins with [auth] is wanted\n"
              "    auth = 1\n"
              "           ^\n");
}

TEST(Config, MissingDomains) {
    EXPECT_EQ(mistakes_of("shards = 1\n"),
              "etc/offhook.toml: error: domains is missing: the domains that are served here, as domains = [\"example.com\"]\n");
    EXPECT_EQ(mistakes_of("domains = []\n"),
              "etc/offhook.toml:1:11: error: domains: at least one own domain is wanted, as domains = [\"example.com\"]\n"
              "    domains = []\n"
              "              ^~\n");
}

TEST(Config, BadListenAddress) {
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[[listen]]\nprotocol = \"udp\"\naddress = \"localhost:5060\"\n"),
              "etc/offhook.toml:4:11: error: [[listen]] address: \"localhost:5060\" is not an address with port: a numeric address and a port, as "
              "\"0.0.0.0:5060\" or \"[::]:5060\"\n"
              "    address = \"localhost:5060\"\n"
              "              ^~~~~~~~~~~~~~~~\n");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[[listen]]\nprotocol = \"sctp\"\naddress = \"0.0.0.0:5060\"\n"),
              "etc/offhook.toml:3:12: error: [[listen]] protocol: \"sctp\" is not a protocol to listen on: \"udp\" or \"tcp\"\n"
              "    protocol = \"sctp\"\n"
              "               ^~~~~~\n");
}

TEST(Config, Radius) {
    const std::string begin = "domains = [\"example.com\"]\n[radius]\nservers = [\"192.0.2.1:1812\", \"[2001:db8::1]:1812\"]\n";
    const auto config = parse(begin + "secret = \"s\"\non_unavailable = \"local\"\ndeadline = \"4s\"\n", "etc/offhook.toml");
    ASSERT_TRUE(config) << config.error();
    ASSERT_EQ(config->runtime.radius.servers.size(), 2u);
    EXPECT_EQ(config->runtime.radius.servers[1].text(), "[2001:db8::1]:1812");
    EXPECT_THAT(config->runtime.radius.client.secrets, ElementsAre("s", "s"));
    EXPECT_EQ(config->runtime.radius.client.deadline, 4s);
    EXPECT_EQ(config->radius.on_unavailable, RadiusSettings::OnUnavailable::local);

    EXPECT_THAT(mistakes_of(begin), HasSubstr("3:11: error: [radius] servers: their secret is missing"));
    EXPECT_THAT(mistakes_of(begin + "secret = \"s\"\nsecret_file = \"f\"\n"), HasSubstr("secret is there too"));
    EXPECT_THAT(mistakes_of(begin + "secret_file = \"/nowhere/secret\"\n"), HasSubstr("/nowhere/secret: cannot be read: No such file or directory"));
    EXPECT_THAT(mistakes_of("domains = [\"example.com\"]\n[radius]\nservers = [\"radius.example.com\"]\n"),
                HasSubstr("\"radius.example.com\" is not a server"));
}

TEST(Config, RadiusGoesNotWithEverything) {
    const std::string begin = "domains = [\"example.com\"]\n[radius]\nservers = [\"192.0.2.1:1812\"]\nsecret = \"s\"\n";
    EXPECT_EQ(mistakes_of(begin), "none");
    EXPECT_THAT(mistakes_of(begin + "initial_timeout = \"4s\"\ndeadline = \"4s\"\n"),
                HasSubstr("etc/offhook.toml:6:12: error: [radius] initial_timeout (4s) must be less than deadline (4s)"));
    EXPECT_THAT(mistakes_of(begin + "initial_timeout = \"16s\"\n"),
                HasSubstr("etc/offhook.toml:5:19: error: [radius] initial_timeout (16s) must be less than deadline (10s)"));
    EXPECT_THAT(mistakes_of(begin + "[[route]]\nunknown = true\nto = \"sip:192.0.2.7\"\n"),
                HasSubstr("etc/offhook.toml:5:1: error: [[route]] unknown: never true with [radius] servers"));

    ASSERT_EQ(EVP_set_default_properties(nullptr, "fips=yes"), 1);
    const std::string mistakes = mistakes_of(begin);
    ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
    EXPECT_THAT(mistakes, HasSubstr("3:11: error: [radius] servers: OpenSSL has no MD5 here"));
}

TEST(Config, RadiusSecretOfAFileIsItsFirstLine) {
    const offhook::test::TemporaryDirectory directory;
    std::ofstream(directory.path() / "secret", std::ios::binary) << "of windows\r\nanother line\r\n";
    const auto config = parse("domains = [\"example.com\"]\n[radius]\nservers = [\"192.0.2.1:1812\"]\nsecret_file = \"secret\"\n",
                              (directory.path() / "offhook.toml").string());
    ASSERT_TRUE(config) << config.error();
    EXPECT_EQ(config->radius.secret, "of windows");
}

TEST(Config, ReloadOfRadiusWaitsButForWhatToDoWithoutAnswer) {
    const std::string begin = "domains = [\"example.com\"]\n[radius]\nservers = [\"192.0.2.1:1812\"]\nsecret = \"s\"\n";
    const auto running = parse(begin, "a"), next = parse(begin + "on_unavailable = \"local\"\npause = \"5s\"\n", "a");
    ASSERT_TRUE(running && next);
    EXPECT_THAT(changes_that_wait(*running, *next), ElementsAre("[radius] pause"));
    EXPECT_EQ(next->auth.algorithms, auth::Config{}.algorithms) << "which server is asked decides, not what the file says by now";
}

TEST(Config, Charging) {
    const std::string begin = "domains = [\"example.com\"]\n[charging]\n";
    const auto none = parse("domains = [\"example.com\"]", "etc/offhook.toml");
    ASSERT_TRUE(none) << none.error();
    EXPECT_EQ(none->accounting.slice, 60s);
    EXPECT_TRUE(none->dial_plan.empty());
    const auto config = parse(begin + "slice = \"30s\"\ndial_plan = [\n  {strip = \"00\", add = \"+\"},\n  {strip = \"0\", add = \"+49\"},\n]\n",
                              "etc/offhook.toml");
    ASSERT_TRUE(config) << config.error();
    EXPECT_EQ(config->accounting.slice, 30s);
    const auto normalised = [&](std::string_view uri) {
        return std::string(config->accounting.dial_plan.normalised(*message::parse_uri(uri))->text());
    };
    EXPECT_EQ(normalised("sip:0049-30-12@example.com"), "+493012");
    EXPECT_EQ(normalised("sip:03012@example.com"), "+493012");
    EXPECT_EQ(normalised("sip:alice@example.com"), "alice");

    EXPECT_EQ(mistakes_of(begin + "dial_plan = [\"00\"]\n"),
              "etc/offhook.toml:3:14: error: [charging] dial_plan: a text stands here, a rule as {strip = \"00\", add = \"+\"} is wanted\n"
              "    dial_plan = [\"00\"]\n"
              "                 ^~~~\n");
    EXPECT_THAT(mistakes_of(begin + "dial_plan = [{strip = \"00\"}]\n"),
                HasSubstr("3:14: error: [charging] dial_plan: add is missing: a rule is {strip = \"00\", add = \"+\"}\n"));
    EXPECT_THAT(mistakes_of(begin + "dial_plan = [{strip = \"00\", ad = \"+\"}]\n"), HasSubstr("\"ad\" is unknown in a rule, which has strip and add\n"));
    EXPECT_THAT(mistakes_of(begin + "dial_plan = [{strip = \"00\", add = 1}]\n"), HasSubstr("a table stands here, a rule as "));
    EXPECT_EQ(mistakes_of(begin + "dial_plan = [{strip = \"00\", add = \"+\"},\n {strip = \"+\", add = \"1\"}]\n"),
              "etc/offhook.toml:4:2: error: [charging] dial_plan: what is stripped must be digits: a number with a plus sign is complete\n"
              "     {strip = \"+\", add = \"1\"}]\n"
              "     ^~~~~~~~~~~~~~~~~~~~~~~~\n");
    EXPECT_THAT(mistakes_of(begin + "dial_plan = [{strip = \"0\", add = \"\"}, {strip = \"0\", add = \"+49\"}]\n"),
                HasSubstr("another rule strips the same digits: remove one of them\n"));
    EXPECT_THAT(mistakes_of(begin + "slice = \"0s\"\n"), HasSubstr("3:9: error: [charging] slice: 0s is out of range: 1s to 1h\n"));
}

TEST(Config, Durations) {
    EXPECT_EQ(
        mistakes_of("domains = [\"example.com\"]\n[store]\ncommit_window = \"5 ms\"\n"),
        "etc/offhook.toml:3:17: error: [store] commit_window: \"5 ms\" is not a duration: a duration is a whole number of seconds or a text such as "
        "\"5ms\", \"300s\", \"90m\", \"4h\", \"2d\"\n"
        "    commit_window = \"5 ms\"\n"
        "                    ^~~~~~\n");
    EXPECT_EQ(mistakes_of("domains = [\"example.com\"]\n[store]\ncommit_window = 5\n"),
              "etc/offhook.toml:3:17: error: [store] commit_window: 5s is out of range: 0s to 1s\n"
              "    commit_window = 5\n"
              "                    ^\n");
    EXPECT_THAT(mistakes_of("domains = [\"example.com\"]\n[store]\ncommit_window = -5\n"), HasSubstr("commit_window: -5 is out of range: 0s to 1s\n"));
}

TEST(Config, RoutesAndOrder) {
    EXPECT_THAT(mistakes_of("domains = [\"a.b\"]\n[[route]]\nto = \"sip:192.0.2.1\"\n"),
                HasSubstr("etc/offhook.toml:2:1: error: [[route]]: what is it for? domain, prefix, unknown = true, or several of them\n"));
    EXPECT_THAT(mistakes_of("domains = [\"a.b\"]\n[[route]]\nprefix = \"00\"\nto = \"http://x\"\n"),
                HasSubstr("etc/offhook.toml:4:6: error: [[route]] to: \"http://x\" is not a SIP URI: as \"sip:127.0.0.1:5070;transport=udp\"\n"));
    EXPECT_THAT(mistakes_of("domains = [\"a.b\"]\n[registrar]\nmin_expires = 600\nmax_expires = 500\ndefault_expires = 600\n"),
                HasSubstr("etc/offhook.toml:4:15: error: [registrar] default_expires (600) is more than max_expires (500)\n"));
}

TEST(Config, BrokenToml) {
    EXPECT_THAT(mistakes_of("domains = [\"example.com\"\nshards = 1\n"), HasSubstr("etc/offhook.toml:2:1: error: "));
    EXPECT_THAT(mistakes_of("domains = [\"a.b\"]\ndomains = [\"c.d\"]\n"), HasSubstr("etc/offhook.toml:2:"));
}

TEST(Config, TheDataFolderHasNoSlashAtItsEnd) {
    EXPECT_EQ(parse("domains = [\"example.com\"]\ndata = \".\"\n", "var/offhook.toml")->data, "var");
    EXPECT_EQ(parse("domains = [\"example.com\"]\ndata = \".\"\n", "offhook.toml")->data, ".");
    EXPECT_EQ(parse("domains = [\"example.com\"]\ndata = \"/srv/x\"\n", "offhook.toml")->store.path, "/srv/x/offhook.db");
}

TEST(Config, WhatARunningServerCannotChange) {
    const auto read = [](const std::string& text) { return *parse("domains = [\"example.com\"]\n" + text, "offhook.toml"); };
    const Config running = read("[auth]\nmax_failures = 5\n[log]\nlevel = \"info\"\n");
    EXPECT_TRUE(changes_that_wait(running, read("[auth]\nmax_failures = 6\n[log]\nlevel = \"debug\"\n")).empty());
    const auto waiting = changes_that_wait(running, read("shards = 7\n[[listen]]\nprotocol = \"udp\"\naddress = \"127.0.0.1:5070\"\n"
                                                         "[http]\naddress = \"127.0.0.1:0\"\n[store]\ncommit_window = 0\n"));
    EXPECT_EQ(waiting, (std::vector<std::string>{"shards", "[store] commit_window", "[http] address", "[[listen]]"}));
}

}  // namespace
}  // namespace offhook::daemon
