// Accounts as the API writes and reads them; amounts are decimal texts. Thread rule: pure functions.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "offhook/charging/account.hpp"

namespace offhook::http {

[[nodiscard]] boost::json::object account_json(const charging::Account& account);

/// Sets those limits that are named and leaves the others; empty, or what is wrong with one of them.
[[nodiscard]] std::string take_limits(const boost::json::value& value, charging::Limits& limits);

}  // namespace offhook::http
