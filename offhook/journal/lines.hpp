// Events as lines of text. The first number of each line is the seq of its event (event_file.hpp).
//
// Text from the network is escaped as in the database (docs/database.md): \xHH and two backslashes. Thread rule: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "offhook/store/reader.hpp"

namespace offhook::journal {

/// {"seq":17,"time":"2026-11-22T09:55:21.250000Z","kind":"call_ended","data":{...}} and a line end: one JSON text (RFC 8259) on each line.
void append_json_line(std::string& out, const store::Event& event);

/// What each such line begins with.
[[nodiscard]] std::string_view json_start();
/// What the line of this event begins with, and no line of an event of another database.
void append_json_mark(std::string& out, const store::Event& event);

/// The names of the columns, and a line end.
[[nodiscard]] std::string_view csv_header();
/// As append_json_mark().
void append_csv_mark(std::string& out, const store::Event& event);
/// A call that ended, as RFC 4180 has it, line end LF; no field has a line end in it. `event.record` is there.
void append_csv_line(std::string& out, const store::Event& event);

}  // namespace offhook::journal
