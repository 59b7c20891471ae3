#include "offhook/http/reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include "offhook/base/text.hpp"
#include "offhook/base/time_text.hpp"
#include "offhook/store/escape.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::http {

Response json_response(int status, const boost::json::value& value) { return {status, boost::json::serialize(value) + "\n"}; }

std::expected<boost::json::object, Response> body_object(const Request& request) {
    boost::json::parser parser;
    boost::json::error_code error;
    const std::size_t read = parser.write_some(request.body.data(), request.body.size(), error);
    if (error) return std::unexpected(error_response(400, fmt::format("the body is not JSON: {} at octet {}", error.message(), read)));
    if (!trim(std::string_view(request.body).substr(read)).empty())
        return std::unexpected(error_response(400, fmt::format("the body goes on after its JSON value, at octet {}", read)));
    boost::json::value value = parser.release();
    if (!value.is_object()) return std::unexpected(error_response(400, "the body must be a JSON object"));
    return std::move(value.get_object());
}

Response check_parameters(const Request& request, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : request.query) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string names;
            for (const auto k : known) names += (names.empty() ? "" : ", ") + std::string(k);
            return error_response(
                400, fmt::format("unknown parameter \"{}\"; {}", store::escaped(name), names.empty() ? "none is known here" : "known are " + names));
        }
        if (std::count_if(request.query.begin(), request.query.end(), [&](const auto& p) { return p.first == name; }) > 1)
            return error_response(400, fmt::format("the parameter \"{}\" stands twice", name));
    }
    return {};
}

std::expected<std::size_t, Response> limit_of(const Request& request) {
    const auto text = request.parameter("limit");
    if (!text) return 100;
    const auto limit = to_number<std::size_t>(*text);
    if (!limit || *limit == 0 || *limit > store::page_limit)
        return std::unexpected(
            error_response(400, fmt::format("limit={}: a number from 1 to {} is wanted", store::escaped(*text), store::page_limit)));
    return *limit;
}

std::expected<UtcTime, Response> time_of(const Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text) return UtcTime{};
    if (const auto time = parse_time(*text)) return *time;
    return std::unexpected(
        error_response(400, fmt::format("{}={}: a time is wanted, as 2026-11-22 or 2026-11-22T09:55:00Z", name, store::escaped(*text))));
}

std::expected<std::uint64_t, Response> record_after(const Request& request) {
    const auto text = request.parameter("after");
    if (!text) return 0;
    const auto octets = from_hex(*text);
    if (!octets || octets->size() != 8)
        return std::unexpected(
            error_response(400, fmt::format("after={}: the id of a record is wanted, 16 hexadecimal digits", store::escaped(*text))));
    std::uint64_t id = 0;
    for (const char octet : *octets) id = id << 8 | static_cast<unsigned char>(octet);
    return id;
}

Response refusal(const store::AdminError& error) {
    using Code = store::AdminError::Code;
    switch (error.code) {
        case Code::invalid:
            return error_response(400, error.text);
        case Code::exists:
        case Code::refused:
            return error_response(409, error.text);
        case Code::not_found:
            return error_response(404, error.text);
        case Code::unavailable:
            break;
    }
    return unavailable(error.text);
}

Response unavailable(std::string_view what) {
    Response response = error_response(503, what);
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Response wrong_method(std::string_view allow) {
    Response response = error_response(405, fmt::format("this resource takes {}", allow));
    response.headers.emplace_back("Allow", allow);
    return response;
}

boost::json::value time_json(UtcTime time) {
    if (time == UtcTime{}) return nullptr;
    return boost::json::string(format_time(time));
}

boost::json::string shown(std::string_view octets) { return boost::json::string(store::escaped(octets)); }

}  // namespace offhook::http
