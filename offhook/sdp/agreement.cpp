#include "offhook/sdp/agreement.hpp"

#include <algorithm>
#include <set>

#include "offhook/base/text.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/codecs.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/rtcp.hpp"
#include "offhook/sdp/sctp.hpp"

namespace offhook::sdp {

namespace {

bool same(const ListedCodec& a, const ListedCodec& b) { return same_codec(a.encoding, a.parameters, b.encoding, b.parameters); }

// The number of the peer is what we send with, ours is what we receive, even where they differ for one codec (§5.1, §6.1).
std::vector<AgreedCodec> agreed_codecs(const Media& local, const Media& remote) {
    const auto ours = listed_codecs(local), all_theirs = listed_codecs(remote);
    // Where one codec has several numbers, those that both use belong together; each number is taken once.
    std::vector<const ListedCodec*> partner(all_theirs.size());
    std::vector<bool> used(ours.size());
    for (const bool same_number : {true, false})
        for (std::size_t i = 0; i < all_theirs.size(); ++i)
            for (std::size_t k = 0; k < ours.size() && partner[i] == nullptr; ++k) {
                if (used[k] || (same_number && ours[k].payload_type != all_theirs[i].payload_type) || !same(ours[k], all_theirs[i])) continue;
                used[k] = true;
                partner[i] = &ours[k];
            }
    std::vector<AgreedCodec> codecs;
    for (std::size_t i = 0; i < all_theirs.size(); ++i) {
        const ListedCodec &theirs = all_theirs[i], *const found = partner[i];
        if (found == nullptr) continue;
        AgreedCodec one;
        one.codec.name = found->encoding.name;
        one.codec.clock_rate = found->encoding.clock_rate;
        one.codec.channels = found->encoding.channels;
        one.codec.parameters = found->parameters;
        one.codec.payload_type = found->payload_type;
        for (const std::string_view feedback : found->feedback)
            if (std::ranges::find(theirs.feedback, feedback) != theirs.feedback.end()) one.codec.feedback.emplace_back(feedback);
        one.send_type = theirs.payload_type;
        one.send_parameters = theirs.parameters;
        codecs.push_back(std::move(one));
    }
    return codecs;
}

// RFC 3264 §8.4, and its like for IPv6 (RFC 6157 §4.1: the domain "invalid").
bool black_hole(std::string_view address) {
    return address == "0.0.0.0" || address == "::" || iequals(address.substr(address.size() - std::min<std::size_t>(address.size(), 8)), ".invalid");
}

class Agreement {
public:
    Agreement(const Description& local, const Description& remote, bool local_is_offer)
        : local_(local),
          remote_(remote),
          local_is_offer_(local_is_offer),
          transport_(local_is_offer ? transport_sections(local, remote) : transport_sections(remote, local)),
          local_attributes_(local),
          remote_attributes_(remote),
          local_direction_(local.session_direction()),
          remote_direction_(remote.session_direction()) {}

    AgreedStream stream(std::size_t i) const {
        const Media &mine = local_.media[i], &theirs = remote_.media[i];
        AgreedStream stream;
        stream.media = mine.media;
        stream.protocol = mine.protocol;
        stream.transport = i;
        const std::size_t t = transport_[i];
        if (!in_use(local_, i, t) || !in_use(remote_, i, t)) return stream;
        stream.on = true;
        stream.transport = t;
        stream.direction = common(mine.direction(local_direction_), mirrored(theirs.direction(remote_direction_)));
        stream.mid = theirs.attribute("mid").value_or(std::string_view{});
        addresses(stream, t);
        if (mine.rtp() && theirs.rtp()) {
            stream.codecs = agreed_codecs(mine, theirs);
            rtcp(stream, i, t);
        } else {
            const std::set<std::string_view> known(mine.formats.begin(), mine.formats.end());
            for (const std::string_view format : theirs.formats)
                if (known.contains(format)) stream.formats.emplace_back(format);
        }
        for (const auto& [name, time] : {std::pair{"ptime", &stream.ptime}, {"maxptime", &stream.maxptime}})
            if (const auto value = theirs.attribute(name))
                if (const auto read = parse_packet_time(*value)) *time = *read;
        security(stream, i, t);
        if (const auto port = theirs.attribute("sctp-port"))
            if (const auto read = parse_sctp_port(*port)) stream.remote_sctp_port = *read;
        return stream;
    }

private:
    void addresses(AgreedStream& stream, std::size_t t) const {
        const Media &mine = local_.media[t], &theirs = remote_.media[t];
        stream.local_port = mine.port;
        stream.remote_port = theirs.port;
        if (const Connection* c = local_.connection_of(mine)) stream.local_address = c->address;
        if (const Connection* c = remote_.connection_of(theirs)) stream.remote_address = c->address;
        stream.reachable = !stream.remote_address.empty() && !black_hole(stream.remote_address);
    }

    void rtcp(AgreedStream& stream, std::size_t i, std::size_t t) const {
        stream.rtcp_mux = local_attributes_.find(i, t, "rtcp-mux") != nullptr && remote_attributes_.find(i, t, "rtcp-mux") != nullptr;
        stream.remote_rtcp_address = stream.remote_address;
        stream.remote_rtcp_port = stream.rtcp_mux ? stream.remote_port : static_cast<std::uint16_t>(stream.remote_port + 1);
        const Attribute* row = remote_attributes_.find(i, t, "rtcp");
        const auto rtcp = row != nullptr && !stream.rtcp_mux ? parse_rtcp(row->value) : std::unexpected(ParseError{});
        if (!rtcp) return;
        stream.remote_rtcp_port = rtcp->port;
        if (!rtcp->address.empty()) stream.remote_rtcp_address = rtcp->address;
    }

    void security(AgreedStream& stream, std::size_t i, std::size_t t) const {
        const Description& offer = local_is_offer_ ? local_ : remote_;
        const SharedAttributes& answer = local_is_offer_ ? remote_attributes_ : local_attributes_;
        // RFC 4568 §5.1.2: the answer has one; the offer's is that with its tag.
        const Attribute* answered = answer.find(i, t, "crypto");
        const auto chosen = answered != nullptr ? parse_crypto(answered->value) : std::unexpected(ParseError{});
        if (chosen) {
            for (const std::size_t section : {i, t}) {
                for (const Attribute& row : offer.media[section].attributes) {
                    const auto offered = row.name == "crypto" ? parse_crypto(row.value) : std::unexpected(ParseError{});
                    if (!offered || offered->tag != chosen->tag || !stream.local_crypto.empty()) continue;
                    stream.local_crypto = local_is_offer_ ? row.value : answered->value;
                    stream.remote_crypto = local_is_offer_ ? answered->value : row.value;
                }
            }
        }
        const Attribute* answered_role = answer.find(i, t, "setup");
        const Attribute* fingerprint = remote_attributes_.find(i, t, "fingerprint");
        const auto role = answered_role != nullptr ? parse_setup(answered_role->value) : std::unexpected(ParseError{});
        if (!role || fingerprint == nullptr) return;
        stream.local_setup = local_is_offer_ ? answer_to(*role) : *role;
        stream.remote_fingerprint = fingerprint->value;
        if (const Attribute* id = remote_attributes_.find(i, t, "tls-id")) stream.remote_tls_id = id->value;
    }

    const Description &local_, &remote_;
    bool local_is_offer_;
    std::vector<std::size_t> transport_;
    SharedAttributes local_attributes_, remote_attributes_;
    Direction local_direction_, remote_direction_;
};

}  // namespace

const AgreedCodec* AgreedStream::telephone_event() const {
    const auto main = std::ranges::find_if(codecs, [](const AgreedCodec& one) { return !is_companion(one.codec.name); });
    for (const AgreedCodec& one : codecs)
        if (is_telephone_event(one.codec.name) && (main == codecs.end() || main->codec.clock_rate == one.codec.clock_rate)) return &one;
    return nullptr;
}

std::vector<AgreedStream> agree(std::string_view local, std::string_view remote, bool local_is_offer) {
    const auto ours = Description::parse(local), theirs = Description::parse(remote);
    std::vector<AgreedStream> streams;
    if (!ours || !theirs || ours->media.size() != theirs->media.size()) return streams;
    const Agreement agreement(*ours, *theirs, local_is_offer);
    for (std::size_t i = 0; i < ours->media.size(); ++i) streams.push_back(agreement.stream(i));
    return streams;
}

}  // namespace offhook::sdp
