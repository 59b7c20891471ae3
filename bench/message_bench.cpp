// What it costs to take a SIP message in and to send it on: index, the typed headers that routing needs, edits and writing, each
// alone and together, beside the least that any program does with the same octets (`floor`).
//
// Over every message of the call of RFC 3665 §3.2 (alice, two proxies, bob), over that call as a whole, and over an INVITE of a
// browser. Names are MESSAGE/STEP; `allocations` is the number for each message on the warm path.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "offhook/base/allocation_count_test.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/message.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/validate.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::bench {
namespace {

using message::Edits;
using message::HeaderField;
using message::HeaderId;
using message::ListReader;
using message::Message;

/// What a benchmark works on, reused from message to message as a shard of the server does.
struct Desk {
    Message message;
    Edits edits;
    std::string out;
    Desk() { out.reserve(65'536); }
};

// One copy, and one look at each octet, line by line.
bool read_and_copy(Desk& desk, std::string_view bytes) {
    std::memcpy(desk.out.data(), bytes.data(), bytes.size());
    std::size_t lines = 0;
    const char* const end = bytes.data() + bytes.size();
    for (const char* at = bytes.data(); at < end; ++lines) {
        const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
        if (newline == nullptr) break;
        at = static_cast<const char*>(newline) + 1;
    }
    benchmark::DoNotOptimize(lines);
    benchmark::DoNotOptimize(desk.out.data());
    benchmark::ClobberMemory();
    return true;
}

bool index(Desk& desk, std::string_view bytes) { return desk.message.index(bytes).has_value(); }

template <class Parsed>
bool parsed(const Parsed& value) {
    benchmark::DoNotOptimize(value);
    return value.has_value();
}

// Request-URI, top Via, top Route (Contact where there is none), From and To with their tags, CSeq.
bool typed(Desk& desk, std::string_view) {
    const Message& message = desk.message;
    bool fine = !message.is_request() || parsed(message::parse_uri(message.request_uri()));
    if (const auto via = ListReader(message, HeaderId::via).next()) fine = parsed(message::parse_via(via->text)) && fine;
    const HeaderId next_hop = message.has(HeaderId::route) ? HeaderId::route : HeaderId::contact;
    if (const auto hop = ListReader(message, next_hop).next()) fine = parsed(message::parse_name_addr(hop->text)) && fine;
    for (const HeaderId id : {HeaderId::from, HeaderId::to}) {
        const auto party = message::parse_name_addr(message.value(id));
        if (!parsed(party)) return false;
        benchmark::DoNotOptimize(party->tag());
    }
    return parsed(message::parse_cseq(message.value(HeaderId::cseq))) && fine;
}

// RFC 3261 §16.6: Via and Record-Route on top, our Route away, one hop less.
void edit_request(const Message& request, Edits& edits) {
    const std::uint32_t top = request.first(HeaderId::via)->begin;
    edits.insert(top, edits.keep("Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK7c9e66797425-40de944b-e07fc1f90ae7;rport\r\n"));
    edits.insert(top, edits.keep("Record-Route: <sip:198.51.100.7:5060;lr;t=9b2f3c1d7c9e6679>\r\n"));
    if (const auto route = ListReader(request, HeaderId::route).next()) edits.erase(request, *route);
    if (const HeaderField* hops = request.first(HeaderId::max_forwards)) {
        const std::uint32_t left = message::parse_number(request.value(*hops)).value_or(70) - 1;
        const char digits[] = {static_cast<char>('0' + left / 10 % 10), static_cast<char>('0' + left % 10)};
        edits.replace_value(*hops, edits.keep({digits, sizeof digits}));
    }
}

// §16.7 step 3: the top Via away.
void edit_response(const Message& response, Edits& edits) {
    if (const auto via = ListReader(response, HeaderId::via).next()) edits.erase(response, *via);
}

bool forward(Desk& desk, std::string_view) {
    desk.edits.clear();
    desk.message.is_request() ? edit_request(desk.message, desk.edits) : edit_response(desk.message, desk.edits);
    desk.out.clear();
    desk.edits.write(desk.message, desk.out);
    benchmark::DoNotOptimize(desk.out.data());
    benchmark::ClobberMemory();
    return !desk.out.empty();
}

bool all(Desk& desk, std::string_view bytes) { return index(desk, bytes) && typed(desk, bytes) && forward(desk, bytes); }

bool validate(Desk& desk, std::string_view) { return message::validate(desk.message).has_value(); }

struct Step {
    std::string_view name;
    bool (*run)(Desk&, std::string_view);
    bool reads_bytes;  ///< else what was indexed before
};
constexpr Step steps[] = {{"floor", read_and_copy, true}, {"index", index, true}, {"typed", typed, false},
                          {"forward", forward, false},    {"all", all, true},     {"validate", validate, false}};

/// The messages of one benchmark, taken in turn, with a desk for each where they have to be indexed before.
void measure(benchmark::State& state, const Step& step, const std::vector<std::string>& messages) {
    std::vector<Desk> desks(messages.size());
    bool fine = true;
    const auto pass = [&] {
        for (std::size_t i = 0; i < messages.size(); ++i) fine = step.run(desks[step.reads_bytes ? 0 : i], messages[i]) && fine;
    };
    for (std::size_t i = 0; i < messages.size(); ++i) fine = index(desks[i], messages[i]) && fine;
    pass();  // the first time warms
    const std::uint64_t before = test::allocations();
    for (auto _ : state) pass();
    const auto passes = static_cast<double>(state.iterations()) * static_cast<double>(messages.size());
    state.counters["allocations"] = static_cast<double>(test::allocations() - before) / passes;
    state.counters["messages"] = static_cast<double>(messages.size());
    std::size_t bytes = 0;
    for (const std::string& one : messages) bytes += one.size();
    state.counters["bytes"] = static_cast<double>(bytes);
    if (!fine) state.SkipWithError("a message was refused");
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Subject {
    std::string name;
    std::vector<std::string> messages;
};

std::vector<Subject> subjects() {
    const std::filesystem::path source = OFFHOOK_SOURCE_DIR;
    std::vector<Subject> out;
    for (const auto& entry : std::filesystem::directory_iterator(source / "tests/conformance/data/rfc3665"))
        if (entry.path().filename().string().starts_with("3.2-")) out.push_back({entry.path().stem(), {contents(entry)}});
    std::ranges::sort(out, {}, &Subject::name);
    Subject call{"call", {}};
    for (const Subject& one : out) call.messages.push_back(one.messages[0]);
    out.push_back(std::move(call));
    out.push_back({"webrtc-invite", {contents(source / "bench/data/webrtc_invite.sip")}});
    return out;
}

}  // namespace
}  // namespace offhook::bench

int main(int argc, char** argv) {
    using namespace offhook::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::AddCustomContext("compiler", OFFHOOK_COMPILER);
    benchmark::AddCustomContext("flags", OFFHOOK_FLAGS);
    const std::vector<Subject> all_subjects = subjects();
    for (const Subject& subject : all_subjects)
        for (const Step& step : steps)
            benchmark::RegisterBenchmark((subject.name + "/" + std::string(step.name)).c_str(),
                                         [&](benchmark::State& state) { measure(state, step, subject.messages); });
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
