// RFC 3264 §5 and §8 from the offerer's side; §9.
#include <algorithm>
#include <array>
#include <map>

#include "offhook/base/text.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/plan.hpp"

namespace offhook::sdp {

namespace {

using Numbers = std::array<std::string, 128>;  ///< what each payload type stands for; empty: free

bool is_dtls(std::string_view protocol) { return protocol.find("TLS/") != std::string_view::npos; }

std::string crypto_value(const LocalCrypto& crypto, std::size_t tag) {
    std::string value;
    append_number(value, tag);
    value.append(" ").append(crypto.suite).append(" ").append(crypto.key);
    for (const std::string& parameter : crypto.session_parameters) value.append(" ").append(parameter);
    return value;
}

class Offerer {
public:
    Offerer(const Session& session, const Local& local, bool capabilities) : session_(session), local_(local), capabilities_(capabilities) {}

    std::expected<Exchange, OfferAnswerError> run() {
        if (!session_.stable()) return std::unexpected(OfferAnswerError{Refusal::offer_pending});
        const auto before = Description::parse(session_.local);
        if (before) before_ = &*before;
        const std::size_t had = before ? before->media.size() : 0;
        const auto peer = Description::parse(session_.remote);
        std::vector<std::size_t> transport;
        if (before && peer) transport = session_.local_is_offer ? transport_sections(*before, *peer) : transport_sections(*peer, *before);
        Session next = session_;
        next.slots.resize(std::max(had, local_.streams.size()));
        plan_.sections.resize(next.slots.size());
        for (std::size_t i = 0; i < plan_.sections.size(); ++i) {
            const bool on = i < local_.streams.size() && (local_.streams[i].port != 0 || capabilities_);
            const auto planned = on ? section(i, next.slots[i]) : off(i, next.slots[i]);
            if (!planned) return std::unexpected(OfferAnswerError{planned.error(), i});
        }
        if (local_.bundle && !capabilities_) bundle(transport);
        auto exchange = compose(session_, local_, plan_);
        if (!exchange) return exchange;
        exchange->session.slots = std::move(next.slots);
        exchange->session.offered = exchange->text;
        return exchange;
    }

private:
    std::expected<void, Refusal> section(std::size_t i, Slot& slot) {
        const Stream& mine = local_.streams[i];
        SectionPlan& plan = plan_.sections[i];
        if (mine.protocols.empty()) return std::unexpected(Refusal::bad_local);
        plan.mine = &mine;
        plan.media = mine.media;
        plan.protocol = mine.protocols.front();
        plan.port = capabilities_ ? 0 : mine.port;
        plan.address = mine.address.empty() ? local_.address : mine.address;
        plan.direction = mine.direction;
        // Who once wrote a direction goes on writing it: a resumed stream says sendrecv (§10.2).
        if (before_ != nullptr && i < before_->media.size())
            for (const Attribute& row : before_->media[i].attributes) plan.says_direction |= parse_direction(row.name).has_value();
        plan.mux = mine.rtcp_mux;
        plan.mid = mine.mid.empty() ? previous_mid(i) : mine.mid;
        if (is_dtls(plan.protocol)) {
            if (!mine.dtls) return std::unexpected(Refusal::bad_local);
            plan.setup = SetupRole::actpass;  // RFC 5763 §5, RFC 8842 §5.2
        } else if (plan.protocol.find("SAVP") != std::string::npos) {
            for (std::size_t k = 0; k < mine.crypto.size(); ++k) plan.crypto.push_back(crypto_value(mine.crypto[k], k + 1));
            if (mine.crypto.empty() && !mine.dtls) return std::unexpected(Refusal::bad_local);  // a secure stream without keys
            if (mine.crypto.empty()) plan.setup = SetupRole::actpass;
        }
        if (slot.port == 0 || slot.media != mine.media) slot.numbers.clear();  // §8.1: a slot used again is another stream
        slot.media = mine.media;
        slot.port = mine.port;
        if (!is_rtp(plan.protocol)) {
            plan.formats = mine.formats;
            return plan.formats.empty() ? std::expected<void, Refusal>(std::unexpected(Refusal::no_format)) : std::expected<void, Refusal>();
        }
        if (mine.codecs.empty()) return std::unexpected(Refusal::no_format);
        return number(mine, slot, plan);
    }

    // §8.2: port 0, one format; its place stays.
    std::expected<void, Refusal> off(std::size_t i, Slot& slot) {
        SectionPlan& plan = plan_.sections[i];
        plan.mid = previous_mid(i);
        slot.port = 0;
        if (before_ != nullptr && i < before_->media.size()) {
            const Media& was = before_->media[i];
            plan.media = was.media;
            plan.protocol = was.protocol;
            plan.formats.emplace_back(was.formats.front());
            return {};
        }
        const Stream& mine = local_.streams[i];  // new and off at once: of no use, but allowed (§5.1)
        if (mine.protocols.empty()) return std::unexpected(Refusal::bad_local);
        plan.media = mine.media;
        plan.protocol = mine.protocols.front();
        if (!is_rtp(plan.protocol) && mine.formats.empty()) return std::unexpected(Refusal::no_format);
        plan.formats.push_back(is_rtp(plan.protocol) ? "0" : mine.formats.front());
        return {};
    }

    std::string previous_mid(std::size_t i) const {
        if (before_ == nullptr || i >= before_->media.size()) return {};
        return std::string(before_->media[i].attribute("mid").value_or(std::string_view{}));
    }

    // Which payload type each codec gets: its static one; that which it has had (§8.3.2); the wished for; the first that is free.
    std::expected<void, Refusal> number(const Stream& mine, Slot& slot, SectionPlan& plan) {
        Numbers here;
        Numbers& taken = local_.bundle ? shared_ : here;  // RFC 9143 §9.1.1: in a group a number has one meaning
        std::array<bool, 128> listed{};
        for (const Codec& codec : mine.codecs) {
            const Encoding encoding = encoding_of(codec);
            const std::string key = codec_key(encoding, codec.parameters);
            const auto free = [&](unsigned type) {
                if (listed[type] || (!taken[type].empty() && taken[type] != key)) return false;
                return std::ranges::none_of(slot.numbers, [&](const auto& known) { return known.first == type && known.second != key; });
            };
            std::optional<unsigned> type;
            for (unsigned fixed = 0; !type && !codec.payload_type && fixed < 35; ++fixed)
                if (const auto known = static_encoding(fixed); known && known->same_as(encoding) && free(fixed)) type = fixed;
            for (const auto& [number, known] : slot.numbers)
                if (!type && known == key && free(number)) type = number;
            if (!type && codec.payload_type && *codec.payload_type < 128 && free(*codec.payload_type)) type = *codec.payload_type;
            for (unsigned dynamic = first_dynamic_payload_type; !type && dynamic < 128; ++dynamic)
                if (free(dynamic)) type = dynamic;
            for (unsigned unassigned = 35; !type && unassigned < 64; ++unassigned)  // RFC 5761 §4: 64 to 95 look like RTCP
                if (free(unassigned)) type = unassigned;
            if (!type) return std::unexpected(Refusal::too_many_formats);
            listed[*type] = true;
            taken[*type] = key;
            const auto same = [&](const auto& known) { return known.first == *type; };
            if (std::ranges::none_of(slot.numbers, same)) slot.numbers.emplace_back(static_cast<std::uint8_t>(*type), key);
            plan.codecs.push_back({static_cast<std::uint8_t>(*type), &codec, codec.parameters, {codec.feedback.begin(), codec.feedback.end()}});
        }
        return {};
    }

    // RFC 9143 §7.2: at first each section has an address of its own; once agreed on, all have that of the tagged one (§7.5).
    void bundle(const std::vector<std::size_t>& transport) {
        std::string group = "BUNDLE";
        for (std::size_t i = 0; i < plan_.sections.size(); ++i) {
            SectionPlan& plan = plan_.sections[i];
            if (plan.mine == nullptr) continue;
            if (plan.mid.empty()) append_number(plan.mid, i);
            group.append(" ").append(plan.mid);
            const std::size_t tagged = i < transport.size() ? transport[i] : i;
            if (tagged == i || plan_.sections[tagged].mine == nullptr || !plan.protected_like(plan_.sections[tagged])) continue;
            plan.carries_transport = false;
            plan.port = plan_.sections[tagged].port;
            plan.address = plan_.sections[tagged].address;
        }
        // The tagged section comes first in the group.
        plan_.groups.push_back(tag_first(group, transport));
    }

    std::string tag_first(const std::string& group, const std::vector<std::size_t>& transport) const {
        for (std::size_t i = 0; i < transport.size(); ++i) {
            if (transport[i] == i || plan_.sections[transport[i]].mine == nullptr || plan_.sections[i].mine == nullptr) continue;
            const std::string& tag = plan_.sections[transport[i]].mid;
            std::string ordered = "BUNDLE " + tag;
            for (const SectionPlan& plan : plan_.sections)
                if (plan.mine != nullptr && plan.mid != tag) ordered.append(" ").append(plan.mid);
            return ordered;
        }
        return group;
    }

    const Session& session_;
    const Local& local_;
    bool capabilities_;
    const Description* before_ = nullptr;
    DescriptionPlan plan_;
    Numbers shared_;
};

}  // namespace

std::expected<Exchange, OfferAnswerError> make_offer(const Session& session, const Local& local) { return Offerer(session, local, false).run(); }

std::expected<std::string, OfferAnswerError> describe_capabilities(const Session& session, const Local& local) {
    // Of a session of its own, which is never joined.
    Session fresh{.user = session.user, .id = session.id, .first_version = session.first_version, .name = session.name};
    auto exchange = Offerer(fresh, local, true).run();
    if (!exchange) return std::unexpected(exchange.error());
    return std::move(exchange->text);
}

}  // namespace offhook::sdp
