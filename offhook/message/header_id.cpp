#include "offhook/message/header_id.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "offhook/base/text.hpp"

namespace offhook::message {

namespace {

using enum HeaderId;

constexpr std::array<HeaderRow, static_cast<std::size_t>(count_) - 1> rows = {{
#define OFFHOOK_ROW(id, name, compact, form, parser, section) {id, name, compact, HeaderRow::Form::form, section},
    OFFHOOK_HEADERS(OFFHOOK_ROW)
#undef OFFHOOK_ROW
}};

// A name as it is compared: its first and last eight octets in lower case (overlapping, or together all of a short one). What
// lies between, of names above sixteen octets, is compared apart.
struct Key {
    std::uint64_t head, tail;
};

template <class Word>
constexpr std::uint64_t load(const char* from) {
    if consteval {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < sizeof(Word); ++i) {
            const std::size_t shift = std::endian::native == std::endian::little ? i : sizeof(Word) - 1 - i;
            word |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * shift);
        }
        return word;
    } else {
        Word word;
        std::memcpy(&word, from, sizeof word);
        return word;
    }
}

// Letters A to Z of eight octets in lower case, all else as it is.
constexpr std::uint64_t folded(std::uint64_t word) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    const std::uint64_t low = word & (ones * 0x7f);
    const std::uint64_t capital = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7f - 'Z')) & ~word & (ones * 0x80);
    return word | capital >> 2;
}

// Of two octets or more.
constexpr Key key(std::string_view name) {
    const char* const from = name.data();
    const char* const end = from + name.size();
    if (name.size() >= 8) return {folded(load<std::uint64_t>(from)), folded(load<std::uint64_t>(end - 8))};
    if (name.size() >= 4) return {folded(load<std::uint32_t>(from)), folded(load<std::uint32_t>(end - 4))};
    return {folded(load<std::uint16_t>(from)), folded(load<std::uint16_t>(end - 2))};
}

constexpr unsigned slot_bits = 12;
constexpr std::size_t slots = std::size_t{1} << slot_bits;

constexpr std::size_t slot_of(const Key& key, std::size_t size, std::uint64_t multiplier) {
    return ((key.head ^ std::rotl(key.tail, 29) ^ size) * multiplier) >> (64 - slot_bits);
}

struct Index {
    std::uint64_t multiplier = 0;
    std::array<HeaderId, slots> by_hash{};  // other: free
    std::array<Key, rows.size()> keys{};    // of the rows
    std::array<HeaderId, 26> by_letter{};
};

// A hash without collisions among the names of the table: the first multiplier of a fixed sequence that gives each a slot of its own.
constexpr Index index = [] {
    Index built;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        built.keys[i] = key(rows[i].name);
        if (rows[i].compact != 0) built.by_letter[static_cast<std::size_t>(rows[i].compact - 'a')] = rows[i].id;
    }
    std::array<std::uint32_t, slots> taken{};
    std::uint64_t candidate = 0x9e3779b97f4a7c15;
    for (std::uint32_t attempt = 1; built.multiplier == 0; ++attempt) {
        candidate = candidate * 6364136223846793005 + 1442695040888963407;
        built.multiplier = candidate | 1;
        for (std::size_t i = 0; i < rows.size() && built.multiplier != 0; ++i) {
            auto& slot = taken[slot_of(built.keys[i], rows[i].name.size(), candidate | 1)];
            if (slot == attempt) built.multiplier = 0;
            slot = attempt;
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) built.by_hash[slot_of(built.keys[i], rows[i].name.size(), built.multiplier)] = rows[i].id;
    return built;
}();

}  // namespace

HeaderId header_id(std::string_view name) {
    const std::size_t size = name.size();
    if (size < 2) {
        const char letter = name.empty() ? '\0' : to_lower(name[0]);
        return letter >= 'a' && letter <= 'z' ? index.by_letter[static_cast<std::size_t>(letter - 'a')] : other;
    }
    const Key wanted = key(name);
    const HeaderId id = index.by_hash[slot_of(wanted, size, index.multiplier)];
    if (id == other) return other;
    const std::size_t row = static_cast<std::size_t>(id) - 1;
    const Key& found = index.keys[row];
    const std::string_view known = rows[row].name;
    if (found.head != wanted.head || found.tail != wanted.tail || known.size() != size) return other;
    if (size > 16 && !iequals(known.substr(8, size - 16), name.substr(8, size - 16))) return other;
    return id;
}

const HeaderRow& row_of(HeaderId id) { return rows[static_cast<std::size_t>(id) - 1]; }

}  // namespace offhook::message
