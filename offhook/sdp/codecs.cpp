#include "offhook/sdp/codecs.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "offhook/base/text.hpp"
#include "offhook/sdp/fmtp.hpp"
#include "offhook/sdp/rtcp.hpp"

namespace offhook::sdp {

namespace {

// Parameters that select a configuration, with their defaults: both sides must have the same (RFC 3264 §6.1).
struct Selector {
    std::string_view encoding, parameter, value_if_absent;
};
constexpr Selector selectors[] = {
    {"H264", "packetization-mode", "0"},  // RFC 6184 §8.2.2
    {"AMR", "octet-align", "0"},          // RFC 4867 §8.3.1
    {"AMR", "crc", "0"},
    {"AMR", "robust-sorting", "0"},
    {"AMR-WB", "octet-align", "0"},
    {"AMR-WB", "crc", "0"},
    {"AMR-WB", "robust-sorting", "0"},
    {"G7221", "bitrate", ""},
    {"VP9", "profile-id", "0"},
    {"AV1", "profile", "0"},
    {"H265", "profile-id", "1"},
    {"rtx", "apt", ""},
};

std::string_view value_of(const Selector& selector, std::string_view parameters) {
    return format_parameter(parameters, selector.parameter).value_or(selector.value_if_absent);
}

// RFC 6184 §8.1, table 5: constrained baseline has several spellings; otherwise profile_idc counts.
unsigned h264_profile(std::string_view parameters) {
    const std::string_view id = format_parameter(parameters, "profile-level-id").value_or("42000a");
    if (id.size() != 6 || !std::all_of(id.begin(), id.end(), [](char c) { return hex_value(c) >= 0; })) return 0;
    const auto octet = [&](std::size_t at) { return static_cast<unsigned>(hex_value(id[at]) * 16 + hex_value(id[at + 1])); };
    const unsigned idc = octet(0), iop = octet(2);
    const bool constrained_baseline =
        (idc == 0x42 && (iop & 0x40) != 0) || (idc == 0x4d && (iop & 0x80) != 0) || (idc == 0x58 && (iop & 0xc0) == 0xc0);
    return constrained_baseline ? 0x142 : idc;
}

constexpr bool written_as_offered(std::string_view encoding) { return iequals(encoding, "rtx") || iequals(encoding, "red"); }

std::vector<std::string_view> common_feedback(const ListedCodec& offered, const Codec& codec) {
    std::vector<std::string_view> both;
    for (const std::string& one : codec.feedback)
        if (std::any_of(offered.feedback.begin(), offered.feedback.end(), [&](std::string_view theirs) { return iequals(theirs, one); }))
            both.push_back(one);
    return both;
}

}  // namespace

std::vector<ListedCodec> listed_codecs(const Media& medium) {
    struct Known {
        std::optional<Encoding> encoding;
        std::string_view parameters;
        std::vector<std::string_view> feedback;
        bool listed = false;
    };
    std::array<Known, 128> table;
    std::vector<std::string_view> for_all;
    const auto number_of = [](std::string_view format) {
        const auto number = to_number<std::uint8_t>(format);
        return number && *number < 128 ? number : std::nullopt;
    };
    for (const Attribute& row : medium.attributes) {
        if (row.name == "rtpmap") {
            const auto map = parse_rtpmap(row.value);
            if (map && !table[map->payload_type].encoding) table[map->payload_type].encoding = map->encoding;
        } else if (row.name == "fmtp") {
            const auto fmtp = parse_fmtp(row.value);
            const auto number = fmtp ? number_of(fmtp->format) : std::nullopt;
            if (number && table[*number].parameters.empty()) table[*number].parameters = fmtp->parameters;
        } else if (row.name == "rtcp-fb") {
            const auto feedback = parse_feedback(row.value);
            if (!feedback) continue;
            const std::string_view value = row.value.substr(static_cast<std::size_t>(feedback->type.data() - row.value.data()));
            const auto number = feedback->format ? number_of(*feedback->format) : std::nullopt;
            if (!feedback->format)
                for_all.push_back(trim(value));
            else if (number)
                table[*number].feedback.push_back(trim(value));
        }
    }
    std::vector<ListedCodec> codecs;
    for (const std::string_view format : medium.formats) {
        const auto number = number_of(format);
        if (!number || table[*number].listed) continue;
        Known& known = table[*number];
        known.listed = true;
        if (!known.encoding) known.encoding = static_encoding(*number);
        if (!known.encoding) continue;
        known.feedback.insert(known.feedback.end(), for_all.begin(), for_all.end());
        codecs.push_back({*number, *known.encoding, known.parameters, std::move(known.feedback)});
    }
    return codecs;
}

Encoding encoding_of(const Codec& codec) { return {codec.name, codec.clock_rate, codec.channels}; }

bool same_codec(const Encoding& a, std::string_view a_parameters, const Encoding& b, std::string_view b_parameters) {
    if (!a.same_as(b)) return false;
    for (const Selector& selector : selectors)
        if (iequals(selector.encoding, a.name) && !iequals(value_of(selector, a_parameters), value_of(selector, b_parameters))) return false;
    return !iequals(a.name, "H264") || h264_profile(a_parameters) == h264_profile(b_parameters);
}

bool is_telephone_event(std::string_view name) { return iequals(name, "telephone-event"); }

bool is_companion(std::string_view name) {
    for (const std::string_view one : {"telephone-event", "CN", "red", "rtx", "ulpfec", "flexfec-03", "flexfec"})
        if (iequals(one, name)) return true;
    return false;
}

std::string codec_key(const Encoding& encoding, std::string_view parameters) {
    std::string key = lower(encoding.name);
    append_number(key += '/', encoding.clock_rate);
    append_number(key += '/', encoding.channels);
    for (const Selector& selector : selectors)
        if (iequals(selector.encoding, encoding.name))
            key.append(";").append(selector.parameter).append("=").append(lower(value_of(selector, parameters)));
    if (iequals(encoding.name, "H264")) append_number(key += ";profile=", h264_profile(parameters));
    return key;
}

std::vector<ChosenCodec> choose_codecs(const std::vector<ListedCodec>& offered, const std::vector<Codec>& ours, Preference preference,
                                       bool one_codec) {
    struct Candidate {
        const ListedCodec* theirs;
        std::size_t rank;
    };
    std::vector<Candidate> common;
    for (const ListedCodec& theirs : offered) {
        for (std::size_t i = 0; i < ours.size(); ++i) {
            // Which rtx we can do follows from what it repeats, not from the number that we would have offered.
            const bool same = written_as_offered(ours[i].name)
                                  ? encoding_of(ours[i]).same_as(theirs.encoding)
                                  : same_codec(encoding_of(ours[i]), ours[i].parameters, theirs.encoding, theirs.parameters);
            if (!same) continue;
            common.push_back({&theirs, i});
            break;
        }
    }
    // Of equals the offer's first.
    if (preference == Preference::ours) std::ranges::sort(common, {}, [](const Candidate& c) { return std::pair(c.rank, c.theirs); });

    const bool only_companions = std::all_of(offered.begin(), offered.end(), [](const ListedCodec& c) { return is_companion(c.encoding.name); });
    std::vector<const ListedCodec*> codecs;
    for (const Candidate& one : common)
        if (!is_companion(one.theirs->encoding.name) && (codecs.empty() || !one_codec)) codecs.push_back(one.theirs);
    std::vector<ChosenCodec> chosen;
    for (const Candidate& one : common) {
        const ListedCodec* const theirs = one.theirs;
        const Codec& codec = ours[one.rank];
        const auto is_this = [&](const ListedCodec* c) { return c == theirs; };
        const auto same_clock = [&](const ListedCodec* c) { return c->encoding.clock_rate == theirs->encoding.clock_rate; };
        const auto repeated = format_parameter(theirs->parameters, "apt");
        const auto is_repeated = [&](const ListedCodec* c) { return repeated && to_number<unsigned>(*repeated) == unsigned{c->payload_type}; };
        bool keep = only_companions;
        if (!is_companion(codec.name))
            keep = std::any_of(codecs.begin(), codecs.end(), is_this);
        else if (iequals(codec.name, "rtx"))
            keep = std::any_of(codecs.begin(), codecs.end(), is_repeated);
        else if (!only_companions)
            keep = std::any_of(codecs.begin(), codecs.end(), same_clock);
        if (!keep) continue;
        chosen.push_back({theirs->payload_type, &codec, written_as_offered(codec.name) ? theirs->parameters : std::string_view(codec.parameters),
                          common_feedback(*theirs, codec)});
    }
    return chosen;
}

}  // namespace offhook::sdp
