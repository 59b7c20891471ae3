// Any octets as a session description: read, written, read again; each of its attributes by its own grammar; its defects to the letter.
#include <string>
#include <tuple>

#include "fuzz/promise.hpp"
#include "fuzz/targets.hpp"
#include "offhook/sdp/attribute.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/check.hpp"
#include "offhook/sdp/codecs.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::fuzz {

namespace {

// Whatever follows the name: a value is read by every grammar that has one, not by that of its name only.
void check_attribute(const sdp::Attribute& row) {
    for (const sdp::AttributeRule& rule : sdp::attribute_rules()) {
        if (rule.flag) continue;
        const auto read = rule.check(row.value);
        promise(read || read.error().offset <= row.value.size(), "an error lies in the value");
    }
}

void check_media(const sdp::Description& description, std::string_view text) {
    const auto transport = sdp::transport_sections(description);
    for (std::size_t i = 0; i < description.media.size(); ++i) {
        const sdp::Media& medium = description.media[i];
        promise(transport[i] < description.media.size() && transport[transport[i]] == transport[i], "one section carries a transport");
        for (const sdp::Attribute& row : medium.attributes) check_attribute(row);
        for (const sdp::ListedCodec& codec : sdp::listed_codecs(medium)) {
            promise(codec.payload_type < 128 && codec.encoding.clock_rate > 0, "a codec has a number and a clock");
            promise(within(codec.parameters, text), "parameters lie in the text");
            promise(sdp::same_codec(codec.encoding, codec.parameters, codec.encoding, codec.parameters), "a codec is the same as itself");
        }
    }
}

}  // namespace

void fuzz_sdp(std::string_view text) {
    current = text;
    const auto description = sdp::Description::parse(text);
    std::ignore = sdp::codec_names(text, text);
    const auto defect = sdp::first_defect(text);
    promise(!defect || (defect->offset <= text.size() && !defect->what.empty() && !defect->section.empty()), "a defect lies in the description");
    check_attribute({"", text, true});
    if (!description) {
        promise(defect.has_value(), "what cannot be read has a defect");
        return promise(description.error().offset <= text.size(), "an error lies in the description");
    }
    std::ignore = description->on_hold();
    check_media(*description, text);
    std::string once, twice;
    description->write(once);
    const auto again = sdp::Description::parse(once);
    promise(again.has_value(), "a written description is a description");
    again->write(twice);
    promise(once == twice, "a description is written as it was read");
    promise(defect || once == text, "a description without a defect is written to the octet");
    promise(sdp::agree(once, once, true).size() == description->media.size(), "each stream is agreed on or not");
}

}  // namespace offhook::fuzz
