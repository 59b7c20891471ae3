#include "tests/reference/edits.hpp"

#include <optional>
#include <vector>

#include "offhook/message/builder.hpp"
#include "offhook/message/edits.hpp"
#include "offhook/message/validate.hpp"
#include "tests/reference/reference.hpp"

namespace offhook::reference {

namespace {

using message::Edits;
using message::HeaderField;
using message::ListItem;

constexpr message::Limits roomy{.size = UINT32_MAX - 2, .headers = message::Message::capacity, .request_uri = UINT32_MAX};
constexpr std::string_view inserted = "X-Inserted: here\r\n", appended = "X-Appended: there\r\n", other_value = "another, value",
                           other_body = "other body";

/// A field as it should come out: all of its octets, or the values that are left of its list.
struct Expected {
    std::string raw;
    std::optional<std::vector<std::string>> values;
};

class Editor {
public:
    Editor(std::string_view script, std::string_view bytes, const message::Message& message) : script_(script), bytes_(bytes), message_(message) {}

    std::string run() {
        for (const HeaderField& field : message_.fields()) edit(field);
        if (step() % 2 == 1) {
            edits_.insert(message_.headers_end(), edits_.keep(appended));
            fields_.push_back({std::string(appended), {}});
        }
        std::string body(message_.body());
        // Another body would need another Content-Length, which may have been edited already.
        if (step() % 2 == 1 && !message_.has(HeaderId::content_length)) {
            edits_.replace(message_.body_offset(), static_cast<std::uint32_t>(body.size()), other_body);
            body = other_body;
        }
        std::string out;
        edits_.write(message_, out);
        return compare(out, body);
    }

private:
    unsigned step() { return script_.empty() ? 0 : static_cast<unsigned char>(script_[next_++ % script_.size()]); }

    void edit(const HeaderField& field) {
        const unsigned choice = step();
        const std::string raw(bytes_.substr(field.begin, field.end - field.begin));
        switch (choice % 6) {
            case 1:
                // Where it stands twice, the second would come to say where the body ends.
                if (field.id == HeaderId::content_length && message_.count(field.id) > 1) break;
                edits_.erase(field);
                return;
            case 2:
                if (field.id == HeaderId::content_length) break;
                edits_.replace_value(field, other_value);
                return fields_.push_back({std::string(bytes_.substr(field.begin, field.value - field.begin)) + std::string(other_value) +
                                              std::string(bytes_.substr(field.value + field.value_size, field.end - field.value - field.value_size)),
                                          {}});
            case 3:
                edits_.insert(field.begin, inserted);
                fields_.push_back({std::string(inserted), {}});
                break;
            case 4:
            case 5:
                if (erase_values(field, choice / 6)) return;
                break;
            default:
                break;
        }
        fields_.push_back({raw, {}});
    }

    // The values whose bits are set, from the first on.
    bool erase_values(const HeaderField& field, unsigned bits) {
        if (field.id == HeaderId::other || !message::row_of(field.id).list() || field.value_size == 0) return false;
        std::vector<std::string> left;
        bool any = false;
        std::size_t n = 0;
        message::ListReader reader(message_, field.id);
        while (const auto item = reader.next()) {
            if (item->field != &field) continue;
            if ((bits >> (n++ % 5) & 1) != 0) {
                edits_.erase(message_, *item);
                any = true;
            } else {
                left.emplace_back(item->text);
            }
        }
        if (!any) return false;
        if (!left.empty()) fields_.push_back({std::string(bytes_.substr(field.begin, field.name_size)), left});
        return true;
    }

    std::string compare(std::string_view out, std::string_view body) {
        const Message read = read_message(out, {SIZE_MAX, SIZE_MAX, SIZE_MAX});
        if (!read.defects.empty()) return "the edited message is no message:\n" + std::string(out);
        std::size_t start = 0;
        while (bytes_[start] == '\r' || bytes_[start] == '\n') ++start;
        if (out.substr(0, read.headers) != bytes_.substr(start, message_.headers_begin() - start)) return "another start line";
        if (read.fields.size() != fields_.size())
            return std::to_string(read.fields.size()) + " fields, not " + std::to_string(fields_.size()) + ":\n" + std::string(out);
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const Field& field = read.fields[i];
            const std::string_view raw = out.substr(field.begin, field.end - field.begin);
            const auto& values = fields_[i].values;
            if (!values && raw != fields_[i].raw) return "not " + fields_[i].raw + "but " + std::string(raw);
            if (!values) continue;
            if (out.substr(field.begin, field.name_size) != fields_[i].raw) return "another name: " + std::string(raw);
            const auto items = split(out.substr(field.value, field.value_size));
            // A list of one empty value is an empty field.
            if (items.empty() && values->size() == 1 && values->front().empty()) continue;
            if (std::vector<std::string>(items.begin(), items.end()) != *values) return "other values: " + std::string(raw);
        }
        if (out.substr(read.body) != body) return "another body";
        return rebuilt(out, read);
    }

    // The same names and values through the Builder: the same message but for blanks.
    static std::string rebuilt(std::string_view out, const Message& read) {
        std::string again;
        message::Builder builder(again);
        if (read.request) {
            builder.request(read.method, read.request_uri);
        } else {
            builder.status(read.status, read.reason);
        }
        for (const Field& field : read.fields) builder.header(out.substr(field.begin, field.name_size), out.substr(field.value, field.value_size));
        again.append("\r\n").append(out.substr(read.body));
        message::Message a, b;
        const auto x = a.index(out, roomy), y = b.index(again, roomy);
        if (x.has_value() != y.has_value()) return "edited and rebuilt are not both messages:\n" + again;
        if (!x) return {};
        if (a.fields().size() != b.fields().size() || a.method() != b.method() || a.body() != b.body()) return "rebuilt it is another:\n" + again;
        for (std::size_t i = 0; i < a.fields().size(); ++i)
            if (a.fields()[i].id != b.fields()[i].id || a.value(a.fields()[i]) != b.value(b.fields()[i]))
                return "rebuilt a field is another:\n" + again;
        const auto judged = validate(a, {.check_everything = true}), rejudged = validate(b, {.check_everything = true});
        if (judged.has_value() != rejudged.has_value()) return "edited and rebuilt are not both valid:\n" + again;
        if (!judged && judged.error().error.code != rejudged.error().error.code) return "edited and rebuilt have different defects:\n" + again;
        return {};
    }

    std::string_view script_, bytes_;
    const message::Message& message_;
    Edits edits_;
    std::vector<Expected> fields_;
    std::size_t next_ = 0;
};

}  // namespace

std::string edit_disagreement(std::string_view script, std::string_view bytes) {
    message::Message message;
    if (!message.index(bytes)) return {};
    return Editor(script, message.bytes(), message).run();
}

}  // namespace offhook::reference
