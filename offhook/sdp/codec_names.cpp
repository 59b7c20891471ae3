// The codecs of a call for its record, from the m= and rtpmap lines alone: it is done for every call, so no description is built for it.
#include <algorithm>
#include <optional>
#include <tuple>

#include "offhook/base/text.hpp"
#include "offhook/sdp/description.hpp"

namespace offhook::sdp {

namespace {

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

/// What an m= line says of its first format, and the lines up to the next one.
struct Section {
    bool accepted = false, rtp = false;
    std::string_view format, lines;

    // As Media::encoding_name().
    [[nodiscard]] std::string_view encoding_name(std::string_view of) const {
        constexpr std::string_view rtpmap = "a=rtpmap:";
        for (std::string_view rest = lines; !rest.empty();) {
            std::string_view line = take_line(rest);
            if (!line.starts_with(rtpmap)) continue;
            line.remove_prefix(rtpmap.size());
            if (take_word(line) != of) continue;
            const std::string_view encoding = trim(line);
            return encoding.substr(0, encoding.find('/'));
        }
        const auto number = to_number<unsigned>(of);
        return number && rtp ? static_encoding_name(*number) : std::string_view{};
    }
};

class Sections {
public:
    explicit Sections(std::string_view text) : rest_(text) { std::ignore = body(); }

    std::optional<Section> next() {
        if (rest_.empty()) return std::nullopt;
        Section section;
        std::string_view line = take_line(rest_).substr(2);  // body() stopped at "m="
        std::ignore = take_word(line);
        const std::string_view port = take_word(line);
        section.accepted = to_number<std::uint16_t>(port.substr(0, port.find('/'))).value_or(0) != 0;
        section.rtp = is_rtp(take_word(line));
        section.format = take_word(line);
        section.lines = body();
        return section;
    }

private:
    // The lines before the next m=.
    std::string_view body() {
        const std::string_view from = rest_;
        while (!rest_.empty() && !rest_.starts_with("m=")) std::ignore = take_line(rest_);
        return from.substr(0, from.size() - rest_.size());
    }

    std::string_view rest_;
};

}  // namespace

std::string codec_names(std::string_view answer, std::string_view offer) {
    std::string out;
    Sections answered(answer), offered(offer);
    while (const auto medium = answered.next()) {
        const auto asked = offered.next();  // RFC 3264 §6: the media of the answer stand in the order of the offer's
        if (!medium->accepted || medium->format.empty()) continue;
        std::string_view name = medium->encoding_name(medium->format);
        if (name.empty() && asked) name = asked->encoding_name(medium->format);
        if (name.empty()) name = medium->format;
        if (!out.empty()) out += ',';
        out.append(name);
    }
    return out;
}

}  // namespace offhook::sdp
