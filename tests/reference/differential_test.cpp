// The fast reading of the grammar against the plain one: over the messages of the RFCs cut anywhere, over thousands of mutations of
// them, and over every value in them and its mutations.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "fuzz/inputs.hpp"
#include "tests/reference/edits.hpp"
#include "tests/reference/rebuild.hpp"
#include "tests/reference/reference.hpp"

namespace offhook::reference {
namespace {

TEST(Differential, MessagesOfTheRfcsAreReadTheSame) {
    for (const std::string& message : fuzz::messages_of_the_rfcs()) EXPECT_EQ(disagreement(message), "") << message;
}

TEST(Differential, CutAnywhereTheyAreRefusedTheSame) {
    for (const std::string& message : fuzz::messages_of_the_rfcs())
        for (std::size_t size = 0; size < message.size(); size += size < 300 ? 1 : 7) {
            const std::string piece = message.substr(0, size);
            ASSERT_EQ(disagreement(piece), "") << piece;
        }
}

TEST(Differential, MutationsAreReadTheSame) {
    std::mt19937 random(3261);
    const auto messages = fuzz::messages_of_the_rfcs();
    int accepted = 0;
    for (int round = 0; round < 100'000; ++round) {
        const std::string message = fuzz::mutated(messages[random() % messages.size()], random);
        const message::Limits limits{
            .size = random() % 8 == 0 ? 700u : 65'535u, .headers = random() % 8 == 0 ? 9u : 128u, .request_uri = random() % 8 == 0 ? 20u : 2'048u};
        ASSERT_EQ(disagreement(message, limits), "") << message;
        accepted += read_message(message, {65'535, 128, 2'048}).defects.empty();
    }
    EXPECT_GT(accepted, 20'000);
}

// What is done to a message by edits is what is done to it by hand, and the Builder makes the same of the same fields.
TEST(Edits, MakeWhatARebuiltMessageIs) {
    std::mt19937 random(16);
    for (const std::string& message : fuzz::messages_of_the_rfcs())
        for (int round = 0; round < 40; ++round) {
            std::string script(16, '\0');
            for (char& octet : script) octet = static_cast<char>(random());
            ASSERT_EQ(edit_disagreement(script, message), "") << message;
            ASSERT_EQ(edit_disagreement(script, fuzz::mutated(message, random)), "");
        }
}

class Values : public ::testing::TestWithParam<Kind> {};

// Every value of this kind in the messages of the RFCs.
std::vector<std::string> values_of(Kind kind) {
    std::set<std::string> out;
    for (const std::string& bytes : fuzz::messages_of_the_rfcs()) {
        const Message message = read_message(bytes, {65'535, 128, 2'048});
        if (kind == Kind::uri && message.request) out.emplace(message.request_uri);
        for (const Field& field : message.fields) {
            if (kind_of(field.id) != kind && (kind != Kind::uri || kind_of(field.id) != Kind::name_addr)) continue;
            const std::string_view text = std::string_view(bytes).substr(field.value, field.value_size);
            for (const std::string_view value : message::row_of(field.id).list() ? split(text) : std::vector{text}) {
                const auto address = read_name_addr(value);
                if (kind != Kind::uri) {
                    out.emplace(value);
                } else if (address) {
                    out.emplace(address->uri);
                }
            }
        }
    }
    if (kind == Kind::token_value) out.insert({"presence;id=4", "active ; expires=60;reason=\"a;\\\"b\""});
    if (kind == Kind::uri)
        out.insert({"tel:+1-(212).555;phone-context=+1;ext=2", "tel:7042;isub=a%20b?;phone-context=a-b.c1.",
                    "sips:a;b?c%41:p&w@h_-.e:5061;x;y=%7e?a=&b=c", "sip:[2001:db8::192.0.2.1]:1", "urn:service:sos"});
    return {out.begin(), out.end()};
}

TEST_P(Values, AreReadTheSame) {
    const auto values = values_of(GetParam());
    ASSERT_FALSE(values.empty());
    std::mt19937 random(7);
    for (const std::string& value : values) EXPECT_EQ(disagreement(GetParam(), value), "") << value;
    for (int round = 0; round < 20'000; ++round) {
        const std::string value = fuzz::mutated(values[random() % values.size()], random);
        ASSERT_EQ(disagreement(GetParam(), value), "") << value;
    }
}

// parse ∘ write is a fixed point: what is written from the parts of a value is read again, and has the same parts.
TEST_P(Values, AreWrittenAsTheyAreRead) {
    if (GetParam() == Kind::call_id) return;  // has no parts
    const auto values = values_of(GetParam());
    int written = 0;
    std::mt19937 random(8);
    for (int round = 0; round < 20'000; ++round) {
        const std::string& value = values[random() % values.size()];
        const std::string text = round % 2 == 0 ? value : fuzz::mutated(value, random);
        ASSERT_EQ(rebuild_disagreement(GetParam(), text), "") << text;
        written += !rebuilt(GetParam(), text).empty();
    }
    EXPECT_GT(written, 2'000);
}

// Where values end is where parsers read too far.
TEST_P(Values, EndingInAnyTwoOctetsAreReadTheSame) {
    const auto values = values_of(GetParam());
    for (const std::string& value : {std::string(), values.front(), values.back()})
        for (int first = 0; first < 256; ++first)
            for (int second = 0; second < 256; ++second) {
                const std::string text = value + static_cast<char>(first) + static_cast<char>(second);
                ASSERT_EQ(disagreement(GetParam(), text), "") << text;
            }
}

constexpr const char* name_of(Kind kind) {
    constexpr const char* names[] = {"none", "uri", "name_addr", "via", "cseq", "number", "token_value", "call_id", "credentials"};
    return names[static_cast<std::size_t>(kind)];
}

INSTANTIATE_TEST_SUITE_P(Rfc3261Section25, Values,
                         ::testing::Values(Kind::uri, Kind::name_addr, Kind::via, Kind::cseq, Kind::number, Kind::token_value, Kind::call_id,
                                           Kind::credentials),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace offhook::reference
