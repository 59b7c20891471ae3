// The payloads of the journal (table event) and of the table of rejected rows: JSON texts that sinks read. Text in them is escaped
// as in the tables (escape.hpp), times are UTC microseconds, a call is known by the 16 hexadecimal digits of its id.
#pragma once
#include <string>

#include "offhook/accounting/record_store.hpp"
#include "offhook/auth/user_directory.hpp"
#include "offhook/location/binding.hpp"

namespace offhook::store {

void append_event(std::string& out, const accounting::CallRecord& record);
void append_event(std::string& out, std::string_view address_of_record, const location::Binding& binding);
void append_event(std::string& out, const auth::User& user);  ///< never its passwords

}  // namespace offhook::store
