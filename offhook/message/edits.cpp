#include "offhook/message/edits.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "offhook/message/grammar.hpp"

namespace offhook::message {

void Edits::add(std::uint32_t offset, std::uint32_t size, std::string_view text) { edits_.push_back({offset, size, calls_++, text}); }

void Edits::erase_all(const Message& message, HeaderId id) {
    for (const HeaderField* field = message.first(id); field != nullptr; field = message.next(*field)) erase(*field);
}

void Edits::erase(const Message& message, const ListItem& item) {
    const HeaderField& field = *item.field;
    const std::string_view bytes = message.bytes();
    const std::uint32_t end = item.offset + static_cast<std::uint32_t>(item.text.size());
    // Nearly always the last one: values are erased from the first on.
    const auto erased_before = std::find_if(edits_.rbegin(), edits_.rend(), [&](const Edit& edit) {
        return edit.offset >= field.value && edit.offset + edit.size == item.offset && edit.size > 0 && edit.text.empty();
    });
    const bool first = item.first_in_field || erased_before != edits_.rend();
    if (first && item.last_in_field) {
        // Nothing of the list is left: the single erasures give way to one of the whole field.
        const auto inside = [&](const Edit& edit) {
            return edit.offset >= field.value && edit.offset < field.end && edit.size > 0 && edit.text.empty();
        };
        edits_.erase(std::remove_if(edits_.begin(), edits_.end(), inside), edits_.end());
        return erase(field);
    }
    if (first) {
        std::uint32_t next = end;  // up to the next value: over blanks, the comma, blanks
        while (grammar::is_space(bytes[next])) ++next;
        ++next;
        while (next < field.value + field.value_size && grammar::is_space(bytes[next])) ++next;
        return erase(item.offset, next - item.offset);
    }
    std::uint32_t comma = item.offset;
    while (bytes[comma - 1] != ',') --comma;
    erase(comma - 1, end - comma + 1);
}

std::string_view Edits::keep(std::string_view text) {
    if (text.size() <= sizeof arena_ - used_) {
        char* to = arena_ + used_;
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        used_ += text.size();
        return {to, text.size()};
    }
    std::string& kept = overflow_.emplace_back();
    kept.reserve(std::max<std::size_t>(text.size(), 64));  // on the heap, so that its octets stay when the list grows
    kept.assign(text);
    return kept;
}

void Edits::write(const Message& message, std::string& out) {
    const std::string_view bytes = message.bytes();
    std::sort(edits_.begin(), edits_.end(),
              [](const Edit& a, const Edit& b) { return a.offset != b.offset ? a.offset < b.offset : a.order < b.order; });
    std::size_t at = 0, last = 0;
    while (at < bytes.size() && (bytes[at] == '\r' || bytes[at] == '\n')) ++at;  // line ends before the start line (§7.5)
    for (const Edit& edit : edits_) {
        // Text may go in where another edit begins or ends, but nothing inside what another one takes away.
        assert(edit.offset >= at || edit.offset == last);
        assert(edit.offset + edit.size <= bytes.size());
        if (edit.offset > at) out.append(bytes.substr(at, edit.offset - at));
        out.append(edit.text);
        at = std::max<std::size_t>(at, edit.offset + edit.size);
        last = edit.offset;
    }
    if (at < bytes.size()) out.append(bytes.substr(at));
}

void Edits::clear() {
    edits_.clear();
    overflow_.clear();
    used_ = 0;
}

}  // namespace offhook::message
