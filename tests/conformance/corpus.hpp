// The messages under tests/conformance/data and what their cases.json says of each.
#pragma once
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::conformance {

struct Case {
    std::string name;  ///< section and file: "3_1_1_1_wsinv"
    std::string file;  ///< below data/
    std::string bytes;
    bool valid = true;                  ///< well formed by the letter
    std::string parse;                  ///< must-accept, should-accept, may-accept, may-either, reject-expected
    std::vector<int> statuses;          ///< that a proxy may answer with
    bool normal = false, drop = false;  ///< it may treat the message like any other; it may drop it
};

void PrintTo(const Case& one, std::ostream* out);

[[nodiscard]] std::string read_data(std::string_view path);  ///< below data/; ends the program if it is not there
[[nodiscard]] std::vector<Case> corpus(std::string_view folder);

struct UriPair {
    std::string a, b, why;
    bool equal;
};
[[nodiscard]] std::vector<UriPair> uri_pairs();

}  // namespace offhook::conformance
