#include "offhook/sdp/plan.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/description.hpp"

namespace offhook::sdp {

namespace {

std::unexpected<OfferAnswerError> refuse(Refusal code, std::size_t stream = 0) { return std::unexpected(OfferAnswerError{code, stream}); }

// Written from the fields of Stream, hence not among its attributes.
bool spelled_out(std::string_view name) {
    constexpr std::string_view names[] = {"rtpmap",      "fmtp",   "ptime",    "maxptime",      "crypto",           "setup",
                                          "fingerprint", "tls-id", "rtcp-mux", "rtcp-mux-only", "rtcp-fb",          "rtcp",
                                          "mid",         "group",  "sctp-port",     "max-message-size", "bundle-only"};
    return parse_direction(name) || std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class Composer {
public:
    Composer(std::string& out, const Local& local) : out_(out), local_(local) {}

    void line(char type, std::initializer_list<std::string_view> parts) {
        out_ += type;
        out_ += '=';
        for (const std::string_view part : parts) out_.append(part);
        out_.append("\r\n");
        ++lines_;
    }
    void raw(std::string_view lines) {
        out_.append(lines);
        lines_ += static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    }
    void connection(std::string_view address) { line('c', {"IN ", address.find(':') == std::string_view::npos ? "IP4 " : "IP6 ", address}); }
    void attributes(const std::vector<std::string>& all, bool transport, bool ice) {
        for (const std::string& one : all) {
            const std::string_view name = std::string_view(one).substr(0, one.find(':'));
            if (spelled_out(name))
                misplaced_ = true;
            else if ((transport || !is_transport_attribute(name)) && (ice || !is_ice_attribute(name)))
                line('a', {one});
        }
    }
    void section(const SectionPlan& plan) {
        std::string formats;
        for (const ChosenCodec& codec : plan.codecs) append_number(formats += ' ', codec.payload_type);
        for (const std::string& format : plan.formats) formats.append(" ").append(format);
        std::string port;
        append_number(port, plan.port);
        line('m', {plan.media, " ", port, " ", plan.protocol, formats});
        if (plan.mine != nullptr)
            on(plan, *plan.mine);
        else if (!plan.mid.empty())
            line('a', {"mid:", plan.mid});
        for (const std::string& one : plan.more) line('a', {one});
    }
    [[nodiscard]] std::size_t lines() const { return lines_; }
    [[nodiscard]] bool misplaced() const { return misplaced_; }

private:
    void on(const SectionPlan& plan, const Stream& mine) {
        if (plan.address != local_.address) connection(plan.address);
        for (const std::string& bandwidth : mine.bandwidths) line('b', {bandwidth});
        if (!plan.mid.empty()) line('a', {"mid:", plan.mid});
        for (const ChosenCodec& codec : plan.codecs) format(codec);
        if (plan.says_direction || plan.direction != Direction::sendrecv) line('a', {name_of(plan.direction)});
        for (const auto& [name, time] : {std::pair{"ptime:", mine.ptime}, {"maxptime:", mine.maxptime}}) {
            if (!time) continue;
            std::string text;
            append(text, *time);
            line('a', {name, text});
        }
        if (plan.carries_transport) transport(plan, mine);
        if (mine.sctp_port) number("sctp-port:", *mine.sctp_port);
        if (mine.max_message_size) number("max-message-size:", *mine.max_message_size);
        attributes(mine.attributes, plan.carries_transport, plan.ice);
    }
    void format(const ChosenCodec& chosen) {
        std::string text;
        append(text, RtpMap{chosen.payload_type, encoding_of(*chosen.codec)});
        line('a', {"rtpmap:", text});
        text.clear();
        append_number(text, chosen.payload_type);
        if (!chosen.parameters.empty()) line('a', {"fmtp:", text, " ", chosen.parameters});
        for (const std::string_view feedback : chosen.feedback) line('a', {"rtcp-fb:", text, " ", feedback});
    }
    void transport(const SectionPlan& plan, const Stream& mine) {
        for (const std::string& crypto : plan.crypto) line('a', {"crypto:", crypto});
        if (plan.setup) {
            line('a', {"setup:", name_of(*plan.setup)});
            if (mine.dtls) line('a', {"fingerprint:", mine.dtls->fingerprint});
            if (mine.dtls && plan.tls_id && !mine.dtls->tls_id.empty()) line('a', {"tls-id:", mine.dtls->tls_id});
        }
        if (plan.mux) line('a', {"rtcp-mux"});
        if (mine.rtcp_port != 0) number("rtcp:", mine.rtcp_port);
    }
    void number(std::string_view name, std::uint64_t value) {
        std::string text;
        append_number(text, value);
        line('a', {name, text});
    }

    std::string& out_;
    const Local& local_;
    std::size_t lines_ = 0;
    bool misplaced_ = false;
};

// Everything but v= and o=, which stand in the first two lines.
std::string_view behind_origin(std::string_view text) {
    for (int line = 0; line < 2; ++line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text;
}

void origin(std::string& out, const Session& session, std::uint64_t version) {
    out.append("v=0\r\no=").append(session.user).append(" ").append(session.id).append(" ");
    append_number(out, version);
    out.append(session.origin_address.find(':') == std::string::npos ? " IN IP4 " : " IN IP6 ").append(session.origin_address).append("\r\n");
}

}  // namespace

std::expected<Exchange, OfferAnswerError> compose(const Session& session, const Local& local, const DescriptionPlan& plan) {
    if (local.address.empty()) return refuse(Refusal::no_address);
    std::string rest;
    Composer composer(rest, local);
    composer.line('s', {session.name});
    composer.connection(local.address);
    composer.raw(plan.times);
    for (const std::string& group : plan.groups) composer.line('a', {"group:", group});
    composer.attributes(local.attributes, true, plan.ice);
    for (const SectionPlan& section : plan.sections) composer.section(section);

    Exchange exchange{.text = {}, .session = session};
    Session& next = exchange.session;
    if (next.origin_address.empty()) next.origin_address = local.address;  // §8: o= stays when c= moves
    const bool first = session.sent.empty();
    if (!first && behind_origin(session.sent) == rest) {
        exchange.text = session.sent;
        return exchange;
    }
    const std::uint64_t limit = first ? (std::uint64_t{1} << 62) - 2 : INT64_MAX - 1;  // §5
    if ((first ? session.first_version : session.version) > limit) return refuse(Refusal::version_exhausted);
    next.version = first ? session.first_version : session.version + 1;
    origin(exchange.text, next, next.version);
    exchange.text += rest;
    // Names, addresses and attributes come from elsewhere: none of them may have smuggled in a line.
    const auto lines = static_cast<std::size_t>(std::count(exchange.text.begin(), exchange.text.end(), '\n'));
    if (composer.misplaced() || lines != composer.lines() + 2) return refuse(Refusal::bad_local);
    const auto read = Description::parse(exchange.text);
    if (!read || !to_number<std::int64_t>(read->origin.session_id) || read->media.size() != plan.sections.size() ||
        read->origin.address != next.origin_address)
        return refuse(Refusal::bad_local);
    next.sent = exchange.text;
    return exchange;
}

}  // namespace offhook::sdp
