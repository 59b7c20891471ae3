#include "fuzz/inputs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace offhook::fuzz {

namespace {

const std::filesystem::path root = OFFHOOK_SOURCE_DIR;

void append_files(const std::filesystem::path& folder, const std::string& before, std::vector<std::string>& out) {
    if (!std::filesystem::is_directory(folder)) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << before << file.rdbuf();
        out.push_back(std::move(text).str());
    }
}

}  // namespace

std::vector<std::string> messages_of_the_rfcs(const std::string& before) {
    std::vector<std::string> out;
    for (const char* corpus : {"rfc4475", "rfc5118", "rfc3665"}) append_files(root / "tests/conformance/data" / corpus, before, out);
    std::ranges::sort(out);  // directories have no order, mutations are to be the same everywhere
    return out;
}

std::vector<std::string> inputs(const Target& target) {
    std::vector<std::string> out;
    append_files(root / "fuzz/seeds" / target.name, "", out);
    append_files(root / "fuzz/regressions" / target.name, "", out);
    std::ranges::sort(out);
    if (target.before_message != nullptr)
        for (std::string& message : messages_of_the_rfcs(target.before_message)) out.push_back(std::move(message));
    return out;
}

std::string mutated(std::string input, std::mt19937& random) {
    static constexpr char special_octets[] = " \t\r\n\"\\<>(),;:=@%[]?&\0\x7f\xc3*#+";
    constexpr std::string_view special(special_octets, sizeof special_octets - 1);
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1)); };
    for (std::size_t change = below(4) + 1; change > 0 && !input.empty(); --change) {
        const std::size_t at = below(input.size());
        switch (below(5)) {
            case 0:
                input.erase(at, below(20));
                break;
            case 1:
                input.insert(at, 1, special[below(special.size())]);
                break;
            case 2:
                input[at] = special[below(special.size())];
                break;
            case 3:
                input.insert(at, input.substr(below(input.size()), below(40)));
                break;
            default:
                input.resize(at);
                break;
        }
    }
    return input;
}

}  // namespace offhook::fuzz
