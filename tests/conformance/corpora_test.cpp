// Every message that RFC 4475, 5118 and 3665 print: is it read, refused, and with which status?
#include <gtest/gtest.h>

#include <algorithm>

#include "offhook/message/edits.hpp"
#include "offhook/message/report.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "tests/conformance/corpus.hpp"

namespace offhook::conformance {
namespace {

struct Verdict {
    bool accepted;
    int status;  ///< owed for a refused request
    std::string why;
};

Verdict judge(const std::string& bytes) {
    message::Message message;
    const auto say = [](const message::Defect& d) {
        return Verdict{false, d.status, std::string(describe(d.error.code).text) + " at " + std::to_string(d.error.offset)};
    };
    if (const auto indexed = message.index(bytes); !indexed) return say(message::defect_of(indexed.error()));
    if (const auto valid = validate(message); !valid) return say(valid.error());
    return {true, 0, "accepted"};
}

class Corpus : public ::testing::TestWithParam<Case> {};

TEST_P(Corpus, IsReadOrRefusedAsTheRfcSays) {
    const Case& c = GetParam();
    const Verdict verdict = judge(c.bytes);
    const bool status_allowed = std::find(c.statuses.begin(), c.statuses.end(), verdict.status) != c.statuses.end();
    if (c.parse == "reject-expected") {
        EXPECT_FALSE(verdict.accepted);
        EXPECT_TRUE(status_allowed || c.drop) << verdict.status << " " << verdict.why;
    } else {
        // Accepted, or refused for what the message asks, not for how it is written: 416 for a scheme that nobody knows.
        EXPECT_TRUE(verdict.accepted || status_allowed) << verdict.status << " " << verdict.why;
    }
}

TEST_P(Corpus, PassesThroughByteForByte) {
    const Case& c = GetParam();
    message::Message message;
    if (!message.index(c.bytes)) return;
    message::Edits edits;
    std::string out;
    edits.write(message, out);
    EXPECT_EQ(out, message.bytes());
}

TEST_P(Corpus, IsReportedAsItIs) {
    const Case& c = GetParam();
    const message::Report report = message::examine(c.bytes);
    if (c.valid && report.problem) {
        EXPECT_TRUE(std::find(c.statuses.begin(), c.statuses.end(), report.problem->status) != c.statuses.end()) << explain(*report.problem, c.file);
    }
    if (report.problem) {
        EXPECT_LE(report.problem->offset, c.bytes.size());
        EXPECT_EQ(report.problem->line, std::count(c.bytes.begin(), c.bytes.begin() + report.problem->offset, '\n') + 1);
    }
}

const auto name = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Rfc4475, Corpus, ::testing::ValuesIn(corpus("rfc4475")), name);
INSTANTIATE_TEST_SUITE_P(Rfc5118, Corpus, ::testing::ValuesIn(corpus("rfc5118")), name);
INSTANTIATE_TEST_SUITE_P(Rfc3665, Corpus, ::testing::ValuesIn(corpus("rfc3665")), name);

TEST(Corpora, AreComplete) {
    EXPECT_EQ(corpus("rfc4475").size(), 49u);
    EXPECT_EQ(corpus("rfc5118").size(), 12u);
    EXPECT_EQ(corpus("rfc3665").size(), 181u);
}

TEST(UriComparison, IsThatOfTheRfcs) {
    for (const UriPair& pair : uri_pairs()) {
        const auto a = message::parse_uri(pair.a), b = message::parse_uri(pair.b);
        ASSERT_TRUE(a && b) << pair.a << " " << pair.b;
        EXPECT_EQ(equivalent(*a, *b), pair.equal) << pair.a << " " << pair.b << " " << pair.why;
        EXPECT_EQ(equivalent(*b, *a), pair.equal) << pair.b << " " << pair.a << " " << pair.why;
    }
}

}  // namespace
}  // namespace offhook::conformance
