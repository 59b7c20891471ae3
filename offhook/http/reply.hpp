// What the resources of the API share: bodies in, bodies out, parameters, refusals.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>

#include "offhook/base/time.hpp"
#include "offhook/http/exchange.hpp"
#include "offhook/store/rows.hpp"

namespace offhook::http {

[[nodiscard]] Response json_response(int status, const boost::json::value& value);

/// The request's body as an object; else the refusal, with the octet where it stops being JSON.
[[nodiscard]] std::expected<boost::json::object, Response> body_object(const Request& request);

/// A refusal if the request has a parameter that is none of these, or one of them twice; status 200: none.
[[nodiscard]] Response check_parameters(const Request& request, std::initializer_list<std::string_view> known);

/// The parameter "limit", 1 to store::page_limit; 100 if it is not there.
[[nodiscard]] std::expected<std::size_t, Response> limit_of(const Request& request);

[[nodiscard]] boost::json::value time_json(UtcTime time);  ///< null for the epoch
/// The parameter as an instant; the epoch if it is not there.
[[nodiscard]] std::expected<UtcTime, Response> time_of(const Request& request, std::string_view name);

/// The parameter "after" where it is the id of a record; 0 if it is not there.
[[nodiscard]] std::expected<std::uint64_t, Response> record_after(const Request& request);

[[nodiscard]] Response refusal(const store::AdminError& error);
[[nodiscard]] Response unavailable(std::string_view what);  ///< 503 with Retry-After
[[nodiscard]] Response wrong_method(std::string_view allow);

/// Text that may hold any octets, as JSON can show it (store/escape.hpp).
[[nodiscard]] boost::json::string shown(std::string_view octets);

}  // namespace offhook::http
