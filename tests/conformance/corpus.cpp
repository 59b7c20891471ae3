#include "tests/conformance/corpus.hpp"

#include <boost/json/src.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace offhook::conformance {

namespace json = boost::json;

namespace {

std::string text_or(const json::object& object, std::string_view key, std::string_view otherwise) {
    const json::value* found = object.if_contains(key);
    return std::string(found != nullptr && found->is_string() ? std::string_view(found->as_string()) : otherwise);
}

void expect(Case& one, const json::value& value) {
    if (const json::array* list = value.if_array()) {
        for (const json::value& each : *list) expect(one, each);
    } else if (value.is_number()) {
        one.statuses.push_back(value.to_number<int>());
    } else if (value.is_string()) {
        const std::string_view word = value.as_string();
        one.normal = one.normal || word == "normal";
        one.drop = one.drop || word.ends_with("drop");
    }
}

Case read_case(std::string_view folder, const json::object& object) {
    Case one;
    const std::string file = text_or(object, "file", "");
    one.file = std::string(folder) + "/" + file;
    const std::string section = text_or(object, "section", "");
    one.name = file.starts_with(section + "-") ? file : section + "_" + file;
    one.name.erase(one.name.rfind('.'));
    for (char& c : one.name)
        if (std::string_view(".-").find(c) != std::string_view::npos) c = '_';
    one.bytes = read_data(one.file);
    one.valid = object.at("valid").as_bool();
    one.parse = text_or(object, "parse", one.valid ? "must-accept" : "may-either");
    if (const json::value* expected = object.if_contains("expect")) {
        const json::object* roles = expected->if_object();
        expect(one, roles != nullptr ? roles->at("proxy") : *expected);
    } else {
        one.normal = true;
    }
    return one;
}

}  // namespace

void PrintTo(const Case& one, std::ostream* out) { *out << one.file; }

std::string read_data(std::string_view path) {
    const std::string full = std::string(OFFHOOK_SOURCE_DIR "/tests/conformance/data/") + std::string(path);
    std::ifstream file(full, std::ios::binary);
    if (!file) {
        std::cerr << full << ": cannot be read\n";
        std::exit(1);
    }
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::vector<Case> corpus(std::string_view folder) {
    const json::value document = json::parse(read_data(std::string(folder) + "/cases.json"));
    std::vector<Case> out;
    for (const json::value& one : document.at("cases").as_array()) out.push_back(read_case(folder, one.as_object()));
    return out;
}

std::vector<UriPair> uri_pairs() {
    const json::value document = json::parse(read_data("uri/uri-compare.json"));
    std::vector<UriPair> out;
    const auto add = [&](std::string_view key) {
        for (const json::value& row : document.at(key).as_array()) {
            const json::array& cells = row.as_array();
            const std::string third(cells.size() > 2 ? std::string_view(cells[2].as_string()) : "");
            const bool equal = key == "equivalent" || third == "equal";
            out.push_back({std::string(cells[0].as_string()), std::string(cells[1].as_string()), third, equal});
        }
    };
    for (const std::string_view key : {"equivalent", "not_equivalent", "rule_cases_not_equivalent", "ipv6"}) add(key);
    return out;
}

}  // namespace offhook::conformance
