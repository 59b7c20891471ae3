// Finds the prefixes of a text among many, longest first: a sorted table in which each prefix knows the next shorter one that it begins
// with. One binary search finds the longest, its links the others. Thread rule: only read once it is made.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::charging {

class PrefixIndex {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    PrefixIndex() = default;
    /// `prefixes`: sorted, each once.
    explicit PrefixIndex(const std::vector<std::string>& prefixes);

    /// The place, in what it was made from, of the longest prefix of `text`; none if it has no prefix there.
    [[nodiscard]] std::uint32_t longest(std::string_view text) const;
    /// The next shorter prefix of whatever has this one.
    [[nodiscard]] std::uint32_t shorter(std::uint32_t place) const { return entries_[place].shorter; }
    [[nodiscard]] std::string_view prefix(std::uint32_t place) const {
        return std::string_view(octets_).substr(entries_[place].offset, entries_[place].size);
    }

private:
    struct Entry {
        std::uint64_t head;  ///< the first eight octets, as a number that compares as they do
        std::uint32_t offset, size, shorter;
    };

    std::string octets_;
    std::vector<Entry> entries_;
};

}  // namespace offhook::charging
