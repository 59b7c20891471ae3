// RFC 3264 §7: the offerer reads the answer. What an exchange leaves behind, and what a refused offer does not.
#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/sdp/bundle.hpp"
#include "offhook/sdp/codecs.hpp"
#include "offhook/sdp/crypto.hpp"
#include "offhook/sdp/description.hpp"
#include "offhook/sdp/offer_answer.hpp"

namespace offhook::sdp {

namespace {

bool same_negotiated(const Crypto& a, const Crypto& b) {
    const auto all_in = [](const Crypto& some, const Crypto& others) {
        return std::ranges::all_of(some.session_parameters, [&](std::string_view one) {
            return !is_negotiated_parameter(one) ||
                   std::ranges::any_of(others.session_parameters, [&](std::string_view other) { return iequals(one, other); });
        });
    };
    return all_in(a, b) && all_in(b, a);
}

class Reader {
public:
    Reader(const Description& offer, const Description& answer)
        : offer_(offer), answer_(answer), transport_(transport_sections(offer, answer)), offer_attributes_(offer), answer_attributes_(answer) {}

    std::expected<void, Refusal> section(std::size_t i) const {
        const Media &offered = offer_.media[i], &answered = answer_.media[i];
        const std::size_t t = transport_[i];
        if (!in_use(answer_, i, t)) return {};
        if (!in_use(offer_, i, t)) return std::unexpected(Refusal::stream_revived);
        if (!iequals(offered.media, answered.media) || !iequals(offered.protocol, answered.protocol)) return std::unexpected(Refusal::media_changed);
        if (!common_format(offered, answered)) return std::unexpected(Refusal::no_common_format);
        const Attribute* role = offer_attributes_.find(i, t, "setup");
        if (role != nullptr) return dtls(i, t, *role);
        const bool keys = std::ranges::any_of(offered.attributes, [](const Attribute& row) { return row.name == "crypto"; });
        return keys ? crypto(i, t) : std::expected<void, Refusal>();
    }

private:
    static bool common_format(const Media& offered, const Media& answered) {
        if (!offered.rtp())
            return std::ranges::any_of(answered.formats,
                                       [&](std::string_view one) { return std::ranges::find(offered.formats, one) != offered.formats.end(); });
        const auto ours = listed_codecs(offered);
        for (const ListedCodec& theirs : listed_codecs(answered))
            for (const ListedCodec& mine : ours)
                if (same_codec(mine.encoding, mine.parameters, theirs.encoding, theirs.parameters)) return true;
        return false;
    }

    std::expected<void, Refusal> dtls(std::size_t i, std::size_t t, const Attribute& role) const {
        const auto offered = parse_setup(role.value);
        const Attribute* row = answer_attributes_.find(i, t, "setup");
        const auto answered = row != nullptr ? parse_setup(row->value) : std::unexpected(ParseError{});
        const Attribute* fingerprint = answer_attributes_.find(i, t, "fingerprint");
        if (!offered || !answered || !answers(*offered, *answered) || fingerprint == nullptr || !parse_fingerprint(fingerprint->value))
            return std::unexpected(Refusal::dtls_mismatch);
        return {};
    }

    // RFC 4568 §5.1.3: one of the offered tags with its suite, a key, and the mandatory parameters.
    std::expected<void, Refusal> crypto(std::size_t i, std::size_t t) const {
        const Attribute* row = answer_attributes_.find(i, t, "crypto");
        const auto chosen = row != nullptr ? parse_crypto(row->value) : std::unexpected(ParseError{});
        if (!chosen) return std::unexpected(Refusal::crypto_mismatch);
        for (const std::size_t section : {i, t})
            for (const Attribute& one : offer_.media[section].attributes) {
                const auto offered = one.name == "crypto" ? parse_crypto(one.value) : std::unexpected(ParseError{});
                if (offered && offered->tag == chosen->tag && iequals(offered->suite, chosen->suite) && same_negotiated(*offered, *chosen)) return {};
            }
        return std::unexpected(Refusal::crypto_mismatch);
    }

    const Description &offer_, &answer_;
    std::vector<std::size_t> transport_;
    SharedAttributes offer_attributes_, answer_attributes_;
};

}  // namespace

std::expected<Session, OfferAnswerError> apply_answer(const Session& session, std::string_view answer) {
    const auto refuse = [](Refusal code, std::size_t stream = 0, ParseError parse = {}) {
        return std::unexpected(OfferAnswerError{code, stream, parse});
    };
    // RFC 3261 §13.2.1: what follows the first answer of a dialog repeats it.
    if (session.stable())
        return session.local_is_offer && session.remote == answer ? std::expected<Session, OfferAnswerError>(session) : refuse(Refusal::no_offer);
    const auto read = Description::parse(answer);
    if (!read) return refuse(Refusal::unreadable, 0, read.error());
    const auto offer = Description::parse(session.offered);
    if (!offer) return refuse(Refusal::no_offer);
    if (read->media.size() != offer->media.size()) return refuse(Refusal::streams_missing, std::min(read->media.size(), offer->media.size()));
    const Reader reader(*offer, *read);
    for (std::size_t i = 0; i < offer->media.size(); ++i)
        if (const auto fits = reader.section(i); !fits) return refuse(fits.error(), i);
    Session next = session;
    next.local = std::move(next.offered);
    next.offered.clear();
    next.remote = answer;
    next.local_is_offer = true;
    return next;
}

Session withdraw_offer(const Session& session) {
    Session next = session;
    next.offered.clear();
    // Slots that only the refused offer had are not part of the session; what the others have promised of numbers holds.
    const auto agreed = Description::parse(session.local);
    next.slots.resize(agreed ? agreed->media.size() : 0);
    return next;
}

std::size_t Session::free_slot() const {
    const auto all = streams();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!all[i].on) return i;
    return all.size();
}

std::string_view describe(Refusal refusal) {
    using enum Refusal;
    switch (refusal) {
        case unreadable:
            return "this is not a session description";
        case offer_pending:
            return "an offer of ours waits for its answer";
        case no_offer:
            return "an answer without an offer";
        case streams_missing:
            return "there are fewer m= lines than there must be";
        case origin_changed:
            return "the o= line does not follow the last one";
        case media_changed:
            return "the answer has another media type or protocol than the offer";
        case stream_revived:
            return "the answer takes a stream that was not offered";
        case no_common_format:
            return "the answer accepts a stream in none of the offered formats";
        case crypto_mismatch:
            return "the answer takes none of the offered keys";
        case dtls_mismatch:
            return "the answer has no fingerprint, or a role that does not fit";
        case no_address:
            return "there is no address for the c= line";
        case no_format:
            return "a stream has neither codec nor format";
        case too_many_formats:
            return "there are no payload types left";
        case bad_local:
            return "what is to be said is not a session description";
        case version_exhausted:
            return "the version of the o= line has no successor";
    }
    return "unknown";
}

}  // namespace offhook::sdp
