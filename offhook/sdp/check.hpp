// How a session description departs from the grammar and rules of RFC 8866, strictly: Description::parse reads what phones write,
// this names the first thing that they should not have written.
//
// Validation apart from representation: nothing here changes how a description is read. Thread rule: a pure function.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::sdp {

struct Defect {
    std::uint32_t offset;      ///< of the octet that breaks the rule
    std::string_view what;     ///< in words
    std::string_view section;  ///< "RFC 8866 §5.7"
};

struct Strictness {
    bool line_ends = true;  ///< CR LF and nothing else (§5; readers should forgive a bare LF)
};

/// The defect that stands first in the text: lines and their order, each value by its own grammar and at its own level, fmtp, rtpmap
/// and group that name what exists, and a c= for each medium.
[[nodiscard]] std::optional<Defect> first_defect(std::string_view text, const Strictness& rules = {});

}  // namespace offhook::sdp
