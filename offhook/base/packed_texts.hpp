// Several texts in one allocation: what is kept of many long-lived things whose texts hardly ever change.
//
// Layout: how many, the end of each, then the texts one behind the other. Thread rule: a value.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace offhook {

class PackedTexts {
public:
    /// The memory is used again if it fits, neither too small nor by far too large. `texts`: none of them in this one.
    void assign(std::span<const std::string_view> texts) {
        std::size_t octets = (texts.size() + 1) * sizeof(Number);
        for (const std::string_view text : texts) octets += text.size();
        if (bytes_.capacity() < octets || bytes_.capacity() > octets + octets / 2 + 64) {
            std::string fitting;
            fitting.reserve(octets);
            bytes_.swap(fitting);
        }
        bytes_.clear();
        append(texts.size());
        std::size_t end = 0;
        for (const std::string_view text : texts) append(end += text.size());
        for (const std::string_view text : texts) bytes_.append(text);
    }

    /// Invalidates all views. `text` may be one of these texts.
    void replace(std::size_t index, std::string_view text) {
        const std::string_view old = (*this)[index];
        if (old == text) return;
        const auto begin = static_cast<std::size_t>(old.data() - bytes_.data());
        std::string changed;
        changed.reserve(bytes_.size() - old.size() + text.size());
        changed.append(bytes_, 0, begin).append(text).append(bytes_, begin + old.size());
        for (std::size_t i = index; i < size(); ++i) {
            const auto end = static_cast<Number>(number(i + 1) - old.size() + text.size());
            std::memcpy(changed.data() + (i + 1) * sizeof(Number), &end, sizeof end);
        }
        bytes_.swap(changed);
    }

    [[nodiscard]] std::size_t size() const { return bytes_.empty() ? 0 : number(0); }
    /// Valid until the next change. Empty where there is no such text.
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
        if (index >= size()) return {};
        const std::size_t begin = index == 0 ? 0 : number(index);
        return std::string_view(bytes_).substr((size() + 1) * sizeof(Number) + begin, number(index + 1) - begin);
    }

private:
    using Number = std::uint32_t;

    void append(std::size_t value) {
        const auto number = static_cast<Number>(value);
        char octets[sizeof number];
        std::memcpy(octets, &number, sizeof number);
        bytes_.append(octets, sizeof number);
    }
    [[nodiscard]] std::size_t number(std::size_t position) const {
        Number value = 0;
        std::memcpy(&value, bytes_.data() + position * sizeof value, sizeof value);
        return value;
    }

    std::string bytes_;
};

}  // namespace offhook
