// What a call would cost by a tariff, and why, as JSON: the price with each step that led to it. For the API and for the command line, which says the
// same of a file. Knows tariffs as values. Thread rule: functions of their arguments.
#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <string>

#include "offhook/charging/rating.hpp"

namespace offhook::http {

/// {"tariff", "currency", "zone", "destination", "group", "on_net", "answered", "clock", "seconds", "price", "connection_fee", "free_seconds",
/// "increments", "charged_seconds", "row": {...} or null, "steps": [...]}; amounts are decimal texts. Error: why the call has no price.
[[nodiscard]] std::expected<boost::json::object, std::string> preview_json(const charging::Tariff& tariff, const charging::Call& call);

}  // namespace offhook::http
