// What `offhook parse` says of every torture message, word by word: data/verdicts.txt holds it, as a person has judged it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "offhook/message/report.hpp"
#include "tests/conformance/corpus.hpp"

namespace offhook::conformance {
namespace {

// A line for the problem and one for what is owed, or "valid" and a line for each remark. Octets beyond ASCII do not occur.
std::string verdict_on(const Case& c) {
    const message::Report report = message::examine(c.bytes);
    std::string out;
    const auto add = [&](std::string_view line) { out.append("    ").append(line).append("\n"); };
    if (!report.problem) {
        add("valid");
        for (const message::Remark& remark : report.remarks) {
            const std::string line = explain(remark, c.bytes, "remark");
            add(std::string_view(line).substr(0, line.size() - 1));
        }
        return out;
    }
    std::istringstream lines(explain(*report.problem, "defect"));
    std::string first, last;
    std::getline(lines, first);
    for (std::string line; std::getline(lines, line);) last = line;
    add(first);
    add(last);
    return out;
}

std::map<std::string, std::string> expected_verdicts() {
    std::map<std::string, std::string> out;
    std::istringstream lines(read_data("verdicts.txt"));
    std::string file;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with(' ')) {
            out[file] += line + "\n";
        } else {
            file = line;
        }
    }
    return out;
}

class Verdicts : public ::testing::TestWithParam<Case> {};

TEST_P(Verdicts, AreThoseThatAPersonCanActOn) {
    static const auto expected = expected_verdicts();
    const auto found = expected.find(GetParam().file);
    ASSERT_NE(found, expected.end()) << GetParam().file << "\n" << verdict_on(GetParam());
    EXPECT_EQ(verdict_on(GetParam()), found->second) << GetParam().file;
}

const auto name = [](const auto& test) { return test.param.name; };
INSTANTIATE_TEST_SUITE_P(Rfc4475, Verdicts, ::testing::ValuesIn(corpus("rfc4475")), name);
INSTANTIATE_TEST_SUITE_P(Rfc5118, Verdicts, ::testing::ValuesIn(corpus("rfc5118")), name);

TEST(Verdicts, NameEveryTortureMessageAndNoOther) { EXPECT_EQ(expected_verdicts().size(), corpus("rfc4475").size() + corpus("rfc5118").size()); }

}  // namespace
}  // namespace offhook::conformance
