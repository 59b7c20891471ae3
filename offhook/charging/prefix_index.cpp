#include "offhook/charging/prefix_index.hpp"

#include <algorithm>

namespace offhook::charging {
namespace {

constexpr std::size_t head_size = sizeof(std::uint64_t);

std::uint64_t head_of(std::string_view text) {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < head_size; ++i) head = head << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
    return head;
}

}  // namespace

PrefixIndex::PrefixIndex(const std::vector<std::string>& prefixes) {
    entries_.reserve(prefixes.size());
    for (const std::string& text : prefixes) {
        // What stands directly before is the next shorter prefix, or has it: nothing else sorts between a prefix and what begins with it.
        std::uint32_t shorter_one = entries_.empty() ? none : static_cast<std::uint32_t>(entries_.size() - 1);
        while (shorter_one != none && !text.starts_with(prefix(shorter_one))) shorter_one = shorter(shorter_one);
        entries_.push_back({head_of(text), static_cast<std::uint32_t>(octets_.size()), static_cast<std::uint32_t>(text.size()), shorter_one});
        octets_.append(text);
    }
}

std::uint32_t PrefixIndex::longest(std::string_view text) const {
    const std::uint64_t head = head_of(text);
    const auto sorts_after = [&](const Entry& entry) {
        if (entry.head != head) return entry.head > head;
        return std::string_view(octets_).substr(entry.offset, entry.size) > text;
    };
    const auto after = std::ranges::partition_point(entries_, [&](const Entry& entry) { return !sorts_after(entry); });
    std::uint32_t place = after == entries_.begin() ? none : static_cast<std::uint32_t>(after - entries_.begin() - 1);
    while (place != none && !text.starts_with(prefix(place))) place = shorter(place);
    return place;
}

}  // namespace offhook::charging
