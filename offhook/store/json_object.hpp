// A JSON object as the journal's payloads are written: text escaped as in the tables (escape.hpp), times as UTC microseconds, amounts as
// decimal text. Thread rule: a value.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/base/text.hpp"
#include "offhook/base/time.hpp"
#include "offhook/charging/money.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::store {

class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    ~JsonObject() { out_ += '}'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;

    void text(std::string_view name, std::string_view octets) {
        key(name);
        escape(scratch_, octets);
        append_json_string(out_, scratch_);
    }
    void number(std::string_view name, std::int64_t value) {
        key(name);
        if (value < 0) out_ += '-';
        append_number(out_, value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value));
    }
    void amount(std::string_view name, charging::Micros value) {
        key(name);
        append_json_string(out_, charging::amount_text(value));
    }
    void truth(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }
    /// Nothing where it is not set.
    void time(std::string_view name, UtcTime value) {
        if (value != UtcTime{}) number(name, value.time_since_epoch().count());
    }

private:
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }

    std::string& out_;
    std::string scratch_;
    bool first_ = true;
};

}  // namespace offhook::store
