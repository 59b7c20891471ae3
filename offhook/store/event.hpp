// The payloads of the journal (table event) and of the table of rejected rows: JSON texts that sinks read. Text in them is escaped
// as in the tables (escape.hpp), times are UTC microseconds, a call is known by the 16 hexadecimal digits of its id.
#pragma once
#include <string>

#include "offhook/accounting/record_store.hpp"
#include "offhook/location/binding.hpp"
#include "offhook/store/rows.hpp"

namespace offhook::store {

void append_event(std::string& out, const accounting::CallRecord& record);
void append_event(std::string& out, std::string_view address_of_record, const location::Binding& binding);
void append_event(std::string& out, const accounting::ChargeRequest& request);
void append_event(std::string& out, const UserChange& change);  ///< never passwords

}  // namespace offhook::store
