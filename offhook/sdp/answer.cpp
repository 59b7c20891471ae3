// RFC 3264 §6: the answer to an offer, with the rules that RFC 4568, 5763, 5761, 5888, 8841 and 9143 add to it.
#include <algorithm>

#include "offhook/base/address.hpp"
#include "offhook/base/text.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/grouping.hpp"
#include "offhook/sdp/plan.hpp"

namespace offhook::sdp {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t nobody = static_cast<std::size_t>(-1);

bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::ranges::any_of(all, [&](const std::string& other) { return iequals(other, one); });
}

// A session parameter that we can do, may ignore, or that is only a hint about the sender (RFC 4568 §6.3).
bool acceptable(std::string_view parameter, const LocalCrypto& mine) {
    return parameter.starts_with('-') || iequals(parameter.substr(0, 4), "WSH=") || contains(mine.session_parameters, parameter);
}

class Answerer {
public:
    Answerer(const Session& session, const Local& local, const Description& offer)
        : session_(session),
          local_(local),
          offer_(offer),
          transport_(transport_sections(offer)),
          attributes_(offer),
          sections_(sections_by_mid(offer)),
          direction_(offer.session_direction()),
          names_direction_(names_direction(offer.attributes)) {
        if (!local.bundle)
            for (std::size_t i = 0; i < transport_.size(); ++i) transport_[i] = i;
    }

    std::expected<Exchange, OfferAnswerError> run() {
        before_ = session_.streams();
        assign();
        if (retag()) assign();
        if (retag()) assign();
        settle_groups();
        session_level();
        auto exchange = compose(session_, local_, plan_);
        if (!exchange) return exchange;
        remember(exchange->session);
        return exchange;
    }

private:
    // Which of our streams takes which of theirs: first those that took it before, then each in turn.
    void assign() {
        const std::size_t count = offer_.media.size();
        plan_.sections.resize(count);
        taker_.assign(count, nobody);
        std::vector<bool> used(local_.streams.size());
        for (const bool again : {true, false}) {
            for (std::size_t i = 0; i < count; ++i) {
                for (std::size_t k = 0; k < used.size() && taker_[i] == nobody; ++k) {
                    const Stream& mine = local_.streams[k];
                    const bool took = i < session_.slots.size() && session_.slots[i].port != 0 && session_.slots[i].port == mine.port;
                    if (used[k] || (again && !took) || !take(i, mine)) continue;
                    used[k] = true;
                    taker_[i] = k;
                }
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            if (taker_[i] == nobody) refuse(i);
    }

    // RFC 9143 §7.3.1: where the tagged section of a group is refused, the next one counts with what it says itself; a section that is
    // bundle-only follows it. Whether a tag was lost. Sections then stand for themselves.
    bool retag() {
        bool lost = false;
        std::vector<std::size_t> next(transport_.size(), nobody);
        for (std::size_t i = 0; i < transport_.size(); ++i) {
            const std::size_t tag = transport_[i];
            if (tag == i || (taker_[tag] != nobody && may_bundle(tag))) continue;
            lost = true;
            const bool follows = !offer_.media[i].accepted() && next[tag] != nobody;
            if (!follows && next[tag] == nobody && offer_.media[i].accepted()) next[tag] = i;
            transport_[i] = follows ? next[tag] : i;
        }
        return lost;
    }

    void refuse(std::size_t i) {
        const Media& offered = offer_.media[i];
        SectionPlan plan;
        plan.media = offered.media;
        plan.protocol = offered.protocol;
        plan.formats.emplace_back(offered.formats.front());  // §8.2: one of the offered is enough
        plan.mid = offered.attribute("mid").value_or(std::string_view{});
        if (offered.attribute("sctp-port")) plan.more.emplace_back("sctp-port:0");  // RFC 8841 §10.3
        plan_.sections[i] = std::move(plan);
        taker_[i] = nobody;
    }

    bool take(std::size_t i, const Stream& mine) {
        const Media& offered = offer_.media[i];
        if (mine.port == 0 || !in_use(offer_, i, transport_[i]) || !iequals(mine.media, offered.media) || !contains(mine.protocols, offered.protocol))
            return false;
        SectionPlan plan;
        plan.mine = &mine;
        plan.media = offered.media;
        plan.protocol = offered.protocol;
        plan.port = mine.port;
        plan.address = mine.address.empty() ? local_.address : mine.address;
        plan.mid = offered.attribute("mid").value_or(std::string_view{});
        plan.direction = common(mine.direction, mirrored(offered.direction(direction_)));
        plan.says_direction = names_direction_ || names_direction(offered.attributes);
        if (!formats(plan, offered, mine) || !reachable(plan, offered, mine) || !rtcp(plan, i, mine) || !security(plan, i, mine)) return false;
        plan.ice = attribute(i, "ice-ufrag") != nullptr;  // RFC 8839 §4.2.5: who does not offer ICE is not asked for it
        plan_.sections[i] = std::move(plan);
        return true;
    }

    [[nodiscard]] const Attribute* attribute(std::size_t i, std::string_view name) const {
        return attributes_.find(i, transport_[i], name);
    }

    [[nodiscard]] static bool names_direction(const std::vector<Attribute>& rows) {
        return std::ranges::any_of(rows, [](const Attribute& row) { return parse_direction(row.name).has_value(); });
    }

    [[nodiscard]] bool formats(SectionPlan& plan, const Media& offered, const Stream& mine) const {
        if (offered.rtp()) {
            plan.codecs = choose_codecs(listed_codecs(offered), mine.codecs, local_.preference, local_.one_codec);
            return !plan.codecs.empty();
        }
        for (const std::string_view format : offered.formats)
            if (contains(mine.formats, format) && !contains(plan.formats, format)) plan.formats.emplace_back(format);
        return !plan.formats.empty();
    }

    // §6.1: a unicast stream is answered with an address of ours, §6.2: a group with itself.
    [[nodiscard]] bool reachable(SectionPlan& plan, const Media& offered, const Stream& mine) const {
        const Connection* where = offer_.connection_of(offered);
        if (where == nullptr) return false;
        const auto ip = IpAddress::parse(where->address.substr(0, where->address.find('/')));
        if (!ip || !ip->is_multicast()) return true;
        const Direction direction = offered.direction(direction_);
        if (!mine.multicast || common(mine.direction, direction) != direction) return false;
        plan.multicast = true;
        plan.port = offered.port;
        plan.address = where->address;
        plan.direction = direction;
        return offered.port_count <= 1 && ip->is_v6() == (where->address_type == "IP6");
    }

    [[nodiscard]] bool rtcp(SectionPlan& plan, std::size_t i, const Stream& mine) const {
        const bool only = attribute(i, "rtcp-mux-only") != nullptr;  // RFC 8858 §4.3
        plan.mux = mine.rtcp_mux && (only || attribute(i, "rtcp-mux") != nullptr);
        return plan.mux || !only;
    }

    [[nodiscard]] bool security(SectionPlan& plan, std::size_t i, const Stream& mine) const {
        const std::string_view protocol = plan.protocol;
        const bool dtls_transport = protocol.find("TLS/") != npos;
        const bool srtp = protocol.find("SAVP") != npos;
        if (!dtls_transport && !srtp) return true;
        const bool keys = !dtls_transport && attribute(i, "crypto") != nullptr;
        return keys ? crypto(plan, i, mine) : dtls(plan, i, mine);
    }

    // RFC 4568 §5.1.2: exactly one, the first that is valid and that we can do, with its tag.
    [[nodiscard]] bool crypto(SectionPlan& plan, std::size_t i, const Stream& mine) const {
        const bool own = offer_.media[i].attribute("crypto").has_value();
        for (const Attribute& row : offer_.media[own ? i : transport_[i]].attributes) {
            const auto offered = row.name == "crypto" ? parse_crypto(row.value) : std::unexpected(ParseError{});
            if (!offered) continue;
            for (const LocalCrypto& key : mine.crypto) {
                const auto fits = [&](std::string_view parameter) { return acceptable(parameter, key); };
                if (!iequals(key.suite, offered->suite) || !std::ranges::all_of(offered->session_parameters, fits)) continue;
                std::string value;
                append_number(value, offered->tag);
                value.append(" ").append(offered->suite).append(" ").append(key.key);
                for (const std::string_view parameter : offered->session_parameters)
                    if (is_negotiated_parameter(parameter)) value.append(" ").append(parameter);
                plan.crypto.push_back(std::move(value));
                return true;
            }
        }
        return false;
    }

    // RFC 5763 §5, RFC 8842 §5.3: the fingerprint, a role that fits; an association that goes on keeps its roles.
    [[nodiscard]] bool dtls(SectionPlan& plan, std::size_t i, const Stream& mine) const {
        const Attribute* fingerprint = attribute(i, "fingerprint");
        if (!mine.dtls || fingerprint == nullptr || !parse_fingerprint(fingerprint->value)) return false;
        const Attribute* row = attribute(i, "setup");
        const auto offered = row != nullptr ? parse_setup(row->value) : SetupRole::active;
        if (!offered) return false;
        const Attribute* id = attribute(i, "tls-id");
        plan.tls_id = id != nullptr;
        plan.setup = answer_to(*offered, mine.dtls->prefer_active);
        if (i < before_.size() && before_[i].on && before_[i].local_setup && before_[i].remote_fingerprint == fingerprint->value &&
            before_[i].remote_tls_id == (id != nullptr ? id->value : std::string_view{}) && answers(*offered, *before_[i].local_setup))
            plan.setup = before_[i].local_setup;
        return true;
    }

    // RFC 5888 §9.2: groups that we understand, with the tags that are left; RFC 9143 §7.3 for BUNDLE.
    void settle_groups() {
        std::vector<bool> bundled(plan_.sections.size());
        for (const Attribute& row : offer_.attributes) {
            const auto group = row.name == "group" ? parse_group(row.value) : std::unexpected(ParseError{});
            if (!group) continue;
            const bool bundle = iequals(group->semantics, "BUNDLE");
            if (bundle ? !local_.bundle : !contains(local_.groups, group->semantics)) continue;
            std::vector<std::size_t> members;
            for (const std::string_view mid : group->mids) {
                const std::size_t i = section_of(mid);
                if (i == nobody || taker_[i] == nobody || std::ranges::find(members, i) != members.end()) continue;
                if (bundle && (bundled[i] || !may_bundle(i))) continue;
                members.push_back(i);
            }
            if (bundle && !share_transport(members, bundled)) continue;
            std::string text(group->semantics);
            for (const std::size_t i : members) text.append(" ").append(plan_.sections[i].mid);
            plan_.groups.push_back(std::move(text));
        }
        for (std::size_t i = 0; i < bundled.size(); ++i)
            if (taker_[i] != nobody && !bundled[i] && !offer_.media[i].accepted()) refuse(i);  // bundle-only, and there is no bundle
    }

    [[nodiscard]] std::size_t section_of(std::string_view mid) const {
        const auto found = sections_.find(mid);
        return found != sections_.end() ? found->second : nobody;
    }

    // RFC 9143 §9.3.1.2: RTP in a bundle is multiplexed with its RTCP; a group of addresses has no one transport.
    [[nodiscard]] bool may_bundle(std::size_t i) const {
        const SectionPlan& plan = plan_.sections[i];
        const bool rtp = !plan.codecs.empty();
        return (!rtp || plan.mux) && !plan.multicast;
    }

    // §7.3.1: the tagged section is the first with a port; the others take its address, and leave its attributes to it.
    [[nodiscard]] bool share_transport(std::vector<std::size_t>& members, std::vector<bool>& bundled) {
        const auto tagged = std::ranges::find_if(members, [&](std::size_t i) { return offer_.media[i].accepted(); });
        if (tagged == members.end()) return false;
        std::rotate(members.begin(), tagged, tagged + 1);
        const SectionPlan& first = plan_.sections[members.front()];
        std::erase_if(members, [&](std::size_t i) { return !plan_.sections[i].protected_like(first); });
        for (const std::size_t i : members) {
            SectionPlan& plan = plan_.sections[i];
            bundled[i] = true;
            if (i == members.front()) continue;
            plan.port = first.port;
            plan.address = first.address;
            plan.carries_transport = false;
        }
        return true;
    }

    void session_level() {
        plan_.times.clear();  // §6: t= equals that of the offer
        for (const Time& time : offer_.times) {
            plan_.times.append("t=").append(time.start).append(" ").append(time.stop).append("\r\n");
            for (const std::string_view repeat : time.repeats) plan_.times.append("r=").append(repeat).append("\r\n");
            if (time.zones) plan_.times.append("z=").append(*time.zones).append("\r\n");
        }
        plan_.ice = std::ranges::any_of(plan_.sections, [](const SectionPlan& plan) { return plan.mine != nullptr && plan.ice; });
    }

    void remember(Session& session) const {
        session.slots.resize(plan_.sections.size());
        for (std::size_t i = 0; i < plan_.sections.size(); ++i) {
            const SectionPlan& plan = plan_.sections[i];
            Slot& slot = session.slots[i];
            if (slot.port == 0 || slot.media != plan.media) slot.numbers.clear();
            slot.media = plan.media;
            slot.port = plan.mine != nullptr ? plan.mine->port : std::uint16_t{0};
            if (slot.port == 0) slot.numbers.clear();  // whatever takes the slot is another stream
            for (const ChosenCodec& codec : plan.codecs) {
                std::string key = codec_key(encoding_of(*codec.codec), codec.parameters);
                const auto known = std::ranges::find(slot.numbers, codec.payload_type, &std::pair<std::uint8_t, std::string>::first);
                if (known == slot.numbers.end())
                    slot.numbers.emplace_back(codec.payload_type, std::move(key));
                else
                    known->second = std::move(key);
            }
        }
    }

    const Session& session_;
    const Local& local_;
    const Description& offer_;
    std::vector<std::size_t> transport_;
    SharedAttributes attributes_;  ///< of the offer
    std::map<std::string_view, std::size_t> sections_;
    Direction direction_;   ///< of the offer as a whole
    bool names_direction_;  ///< the offer as a whole does
    std::vector<AgreedStream> before_;
    std::vector<std::size_t> taker_;  ///< by m= line: which of local.streams
    DescriptionPlan plan_;
};

// §8: but for the version o= stays; the version goes up by one, or nothing has changed.
bool follows(const Description& offer, std::string_view text, const Session& session) {
    const auto before = Description::parse(session.remote);
    if (!before) return true;
    const Origin &was = before->origin, &is = offer.origin;
    if (was.user != is.user || was.session_id != is.session_id || was.network != is.network || was.address_type != is.address_type ||
        was.address != is.address)
        return false;
    const auto old_version = to_number<std::uint64_t>(was.session_version), version = to_number<std::uint64_t>(is.session_version);
    if (!old_version || !version) return false;
    return *version == *old_version ? text == session.remote : *version == *old_version + 1;
}

}  // namespace

std::expected<Exchange, OfferAnswerError> make_answer(const Session& session, std::string_view offer, const Local& local, const OfferRules& rules) {
    const auto refuse = [](Refusal code, std::size_t stream = 0, ParseError parse = {}) {
        return std::unexpected(OfferAnswerError{code, stream, parse});
    };
    if (!session.stable()) return refuse(Refusal::offer_pending);
    const auto read = Description::parse(offer);
    if (!read) return refuse(Refusal::unreadable, 0, read.error());
    const auto before = Description::parse(session.remote);
    if (before && read->media.size() < before->media.size()) return refuse(Refusal::streams_missing, read->media.size());
    if (rules.origin && !follows(*read, offer, session)) return refuse(Refusal::origin_changed);
    auto exchange = Answerer(session, local, *read).run();
    if (!exchange) return exchange;
    exchange->session.local = exchange->text;
    exchange->session.remote = offer;
    exchange->session.local_is_offer = false;
    return exchange;
}

}  // namespace offhook::sdp
