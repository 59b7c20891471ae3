#include "offhook/message/via_parameters.hpp"

#include "offhook/message/grammar.hpp"
#include "offhook/message/parameters.hpp"

namespace offhook::message {

namespace {

constexpr std::uint64_t parts_of_a_second = 100'000;  // oc-seq has five digits behind the dot at most

// oc-seq = 1*12DIGIT "." 1*5DIGIT.
std::optional<std::uint64_t> read_sequence(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || dot > 12 || text.size() - dot - 1 > 5) return std::nullopt;
    const auto whole = to_number<std::uint64_t>(text.substr(0, dot));
    const auto fraction = to_number<std::uint64_t>(text.substr(dot + 1));
    if (!whole || !fraction) return std::nullopt;
    std::uint64_t scaled = *fraction;
    for (std::size_t digits = text.size() - dot - 1; digits < 5; ++digits) scaled *= 10;
    return *whole * parts_of_a_second + scaled;
}

// A number that may be missing, as in oc and keep.
std::expected<void, ParseError> read_number(std::string_view text, const Parameter& found, std::optional<std::uint32_t>& out) {
    if (out || !found.has_value) return {};
    const auto number = number_of(text, found);
    if (!number) return std::unexpected(number.error());
    out = *number;
    return {};
}

std::expected<void, ParseError> read_one(std::string_view text, const Parameter& found, ViaParameters& out) {
    const std::string_view name = found.name;
    if (iequals(name, "keep")) {
        out.keep = true;
        return read_number(text, found, out.keep_every);
    }
    if (iequals(name, "oc")) {
        out.overload.supported = true;
        return read_number(text, found, out.overload.value);
    }
    if (iequals(name, "oc-validity")) return read_number(text, found, out.overload.validity);
    if (iequals(name, "alias")) out.alias = true;
    if (iequals(name, "comp")) out.compressed = iequals(found.value, "sigcomp");
    if (iequals(name, "oc-algo") && out.overload.algorithms.empty()) out.overload.algorithms = found.value;
    if (iequals(name, "oc-seq") && !out.overload.sequence) {
        out.overload.sequence = read_sequence(found.value);
        if (!out.overload.sequence) return refuse(text, found);
    }
    return {};
}

}  // namespace

bool Overload::offers(std::string_view algorithm) const {
    ParameterReader reader(algorithms, ',');
    while (const auto one = reader.next())
        if (iequals(one->text, algorithm)) return true;
    return false;
}

std::expected<ViaParameters, ParseError> read_via_parameters(std::string_view parameters) {
    ViaParameters out;
    ParameterReader reader(parameters);
    while (const auto found = reader.next())
        if (const auto ok = read_one(parameters, *found, out); !ok) return std::unexpected(ok.error());
    return out;
}

void append_overload(std::string& out, const Overload& overload) {
    if (overload.supported) out += ";oc";
    if (overload.supported && overload.value) append_number(out.append("="), *overload.value);
    if (!overload.algorithms.empty()) out.append(";oc-algo=\"").append(overload.algorithms).append("\"");
    if (overload.validity) append_number(out.append(";oc-validity="), *overload.validity);
    if (!overload.sequence) return;
    append_number(out.append(";oc-seq="), *overload.sequence / parts_of_a_second);
    out += '.';
    const std::uint64_t fraction = *overload.sequence % parts_of_a_second;
    for (std::uint64_t unit = parts_of_a_second / 10; unit > 0; unit /= 10) out += static_cast<char>('0' + fraction / unit % 10);
}

}  // namespace offhook::message
