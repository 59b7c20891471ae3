// Changes to a message that is passed on: an ordered list of insertions, erasures and replacements at offsets of the received
// bytes, written once into the outgoing buffer. What is not named passes through byte by byte.
//
// Texts are borrowed until write(), or composed in the list's own small arena. Thread rule: a value, one thread.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"

namespace offhook::message {

class Edits {
public:
    Edits() = default;
    Edits(const Edits&) = delete;  // kept texts point into it
    Edits& operator=(const Edits&) = delete;

    /// Texts inserted at one offset stand in the order of the calls.
    void insert(std::uint32_t offset, std::string_view text) { add(offset, 0, text); }
    void erase(std::uint32_t offset, std::uint32_t size) { add(offset, size, {}); }
    void replace(std::uint32_t offset, std::uint32_t size, std::string_view text) { add(offset, size, text); }

    void erase(const HeaderField& field) { erase(field.begin, field.end - field.begin); }
    void erase_all(const Message& message, HeaderId id);
    void replace_value(const HeaderField& field, std::string_view value) { replace(field.value, field.value_size, value); }
    /// One value of a list, with the comma that then is superfluous; the whole field if it was the only one. `item` must have
    /// come from a ListReader of this message. Several values of one field: erase them from the first on.
    void erase(const Message& message, const ListItem& item);

    /// The same text, kept until clear(): for texts composed on the stack.
    [[nodiscard]] std::string_view keep(std::string_view text);

    /// Appends the edited message to `out`. Overlapping edits are a defect of the caller (asserted).
    void write(const Message& message, std::string& out);

    void clear();
    [[nodiscard]] bool empty() const { return edits_.empty(); }

private:
    struct Edit {
        std::uint32_t offset, size, order;
        std::string_view text;
    };
    void add(std::uint32_t offset, std::uint32_t size, std::string_view text);

    boost::container::small_vector<Edit, 24> edits_;
    boost::container::small_vector<std::string, 0> overflow_;
    char arena_[2048];
    std::size_t used_ = 0;
    std::uint32_t calls_ = 0;
};

}  // namespace offhook::message
