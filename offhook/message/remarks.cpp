#include "offhook/message/remarks.hpp"

#include <algorithm>

#include "offhook/base/text.hpp"
#include "offhook/message/body.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/grammar.hpp"
#include "offhook/message/identity.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/telephone.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"
#include "offhook/message/via.hpp"

namespace offhook::message {

namespace {

// RFC 3261 §18.1.1: a larger request goes by a transport that controls congestion.
constexpr std::size_t largest_datagram = 1300;

// The option tags that the RFCs at hand register; another one is refused by nearly everybody.
constexpr std::string_view option_tags[] = {
    "100rel",       "199",         "answermode",  "early-session", "eventlist",      "explicitsub",   "from-change",  "geolocation-http",
    "geolocation-sip", "gin",      "gruu",        "histinfo",      "ice",            "join",          "multiple-refer", "norefersub",
    "nosub",        "outbound",    "path",        "policy",        "precondition",   "pref",          "privacy",      "recipient-list-invite",
    "recipient-list-message", "recipient-list-subscribe", "record-aware", "replaces", "resource-priority", "sdp-anat", "sec-agree", "siprec",
    "sos",          "tdialog",     "timer",       "trickle-ice",   "uui"};

class Remarks {
public:
    Remarks(std::string_view bytes, const Message& message) : bytes_(bytes), message_(message) {}

    std::vector<Remark> run() {
        if (message_.is_request()) {
            request_line();
            hops();
            required();
            contact();
        } else {
            response();
        }
        via();
        tags();
        addresses();
        credentials();
        identities();
        body();
        std::ranges::stable_sort(out_, {}, &Remark::offset);
        return std::move(out_);
    }

private:
    void say(std::size_t offset, std::string_view header, std::string text, std::string_view section) {
        const auto at = static_cast<std::uint32_t>(offset);
        out_.push_back({at, std::string(header), std::move(text), section});
    }
    void say(const HeaderField& field, std::size_t offset, std::string text, std::string_view section) {
        say(offset, message_.name(field), std::move(text), section);
    }
    [[nodiscard]] std::size_t offset_of(std::string_view part) const { return static_cast<std::size_t>(part.data() - message_.bytes().data()); }

    void request_line() {
        const std::string method(message_.method_name());
        if (message_.method() == Method::other)
            say(offset_of(message_.method_name()), "request line", "a user agent that does not know the method " + method + " owes 501; a proxy passes it on",
                "RFC 3261 §21.5.2");
        const auto uri = parse_uri(message_.request_uri());
        if (!uri) return;
        const std::size_t at = message_.request_uri_offset();
        if (message_.method() == Method::register_ && uri->has_user)
            say(at, "request line", "the Request-URI of a REGISTER names a domain, no user", "RFC 3261 §10.2");
        if (uri->scheme != Scheme::tel) return;
        if (const auto number = parse_telephone(uri->text.substr(uri->scheme_name.size() + 1)); !number) {
            const Description words = describe(number.error().code);
            say(at + uri->scheme_name.size() + 1 + number.error().offset, "request line", std::string(words.text), words.section);
        }
    }

    void hops() {
        const HeaderField* field = message_.first(HeaderId::max_forwards);
        if (field == nullptr) return say(message_.headers_end(), "Max-Forwards", "is missing; a proxy adds it", "RFC 3261 §8.1.1.6");
        const auto hops = parse_number(message_.value(*field));
        if (hops && *hops == 0) say(*field, field->value, "no proxy passes this on: 483 Too Many Hops", "RFC 3261 §16.3");
        if (hops && *hops > 255) say(*field, field->value, "the range is 0 to 255", "RFC 3261 §20.22");
    }

    void required() {
        for (const HeaderId id : {HeaderId::proxy_require, HeaderId::require}) {
            ListReader reader(message_, id);
            while (const auto tag = reader.next()) {
                const bool known = std::ranges::any_of(option_tags, [&](std::string_view one) { return iequals(one, tag->text); });
                if (known) continue;
                const std::string_view who = id == HeaderId::require ? "a user agent" : "a proxy";
                say(*tag->field, tag->offset, std::string(who) + " that does not know " + std::string(tag->text) + " owes 420 Bad Extension",
                    id == HeaderId::require ? "RFC 3261 §8.2.2.3" : "RFC 3261 §16.3");
            }
        }
    }

    void contact() {
        if (message_.method() == Method::invite) {
            const auto contacts = values(HeaderId::contact);
            if (contacts == 0) say(message_.headers_end(), "Contact", "is missing in a request that makes a dialog", "RFC 3261 §8.1.1.8");
            if (contacts > 1)
                say(*message_.first(HeaderId::contact), message_.first(HeaderId::contact)->begin, "a request that makes a dialog has exactly one value",
                    "RFC 3261 §8.1.1.8");
            accept();
        }
        const auto top = ListReader(message_, HeaderId::route).next();
        const auto route = top ? parse_name_addr(top->text) : std::unexpected(ParseError{});
        const auto uri = route ? parse_uri(route->uri) : std::unexpected(ParseError{});
        if (uri && !uri->parameter("lr")) say(*top->field, top->offset, "the next hop is a strict router of RFC 2543: it has no lr", "RFC 3261 §16.6");
    }

    void accept() {
        const HeaderField* field = message_.first(HeaderId::accept);
        if (field == nullptr) return;
        ListReader reader(message_, HeaderId::accept);
        while (const auto item = reader.next()) {
            const auto type = parse_media_type(item->text);
            if (type && (type->is("application", "sdp") || type->is("application", "*") || type->is("*", "*"))) return;
        }
        say(*field, field->value, "a user agent that answers with application/sdp alone owes 406 Not Acceptable", "RFC 3261 §21.4.7");
    }

    void response() {
        if (const auto vias = values(HeaderId::via); vias > 1)
            say(*message_.first(HeaderId::via), message_.first(HeaderId::via)->value,
                "a user agent drops a response with " + std::to_string(vias) + " values; it is a proxy's", "RFC 3261 §8.1.3.3");
    }

    void via() {
        const auto top = ListReader(message_, HeaderId::via).next();
        const auto hop = top ? parse_via(top->text) : std::unexpected(ParseError{});
        if (!hop) return;
        if (hop->branch.empty()) {
            say(*top->field, top->offset, "there is no branch: transactions are told apart as RFC 2543 does", "RFC 3261 §8.1.1.7");
        } else if (!hop->rfc3261_branch()) {
            say(*top->field, offset_of(hop->branch), "the branch does not begin with z9hG4bK: transactions are told apart as RFC 2543 does", "RFC 3261 §8.1.1.7");
        } else if (hop->branch.size() == Via::cookie.size()) {
            say(*top->field, offset_of(hop->branch), "the branch has nothing after z9hG4bK that would tell its transaction from others", "RFC 3261 §8.1.1.7");
        }
        if (hop->received.find(':') != std::string_view::npos && hop->received.starts_with('['))
            say(*top->field, offset_of(hop->received), "an IPv6 address in received stands without square brackets", "RFC 5118 §4.5");
        const bool udp = iequals(hop->transport, "UDP");
        if (udp && message_.is_request() && message_.bytes().size() > largest_datagram)
            say(*top->field, top->offset, std::to_string(message_.bytes().size()) + " octets are too many for a datagram: above 1300 TCP is tried first",
                "RFC 3261 §18.1.1");
        if (!udp && !message_.has(HeaderId::content_length))
            say(message_.headers_end(), "Content-Length", "is missing: on a stream the end of the message is unknown", "RFC 3261 §18.3");
    }

    void tags() {
        const HeaderField& from = *message_.first(HeaderId::from);
        if (const auto party = parse_name_addr(message_.value(from)); party && party->tag().empty())
            say(from, from.value, "there is no tag: the sender speaks RFC 2543", "RFC 3261 §8.1.1.3");
        const HeaderField& to = *message_.first(HeaderId::to);
        if (const auto party = parse_name_addr(message_.value(to)); party && party->tag().empty() && message_.status() > 100)
            say(to, to.value, "there is no tag: only a 100 goes without", "RFC 3261 §8.2.6.2");
    }

    void addresses() {
        for (const HeaderId id : {HeaderId::to, HeaderId::from, HeaderId::contact}) {
            ListReader reader(message_, id);
            while (const auto item = reader.next()) address(id, *item);
        }
    }

    void address(HeaderId id, const ListItem& item) {
        const auto value = parse_name_addr(item.text);
        if (!value || value->star) return;
        const std::size_t uri_at = offset_of(value->uri);
        if (uri_at >= 2 && bytes_[uri_at - 1] == '<' && !value->display_name.empty() && bytes_[uri_at - 2] != '"' && !grammar::is_space(bytes_[uri_at - 2]))
            say(*item.field, uri_at - 1, "a blank belongs between a display name without quotes and its angle bracket", "RFC 3261 §25.1");
        const auto uri = parse_uri(value->uri);
        if (id == HeaderId::to && message_.method() == Method::register_ && uri && !uri->is_sip())
            say(*item.field, uri_at, "a registrar owes 400: an address of record is a sip: or sips: URI", "RFC 3261 §10.2");
    }

    void credentials() {
        for (const HeaderId id : {HeaderId::authorization, HeaderId::proxy_authorization})
            for (const HeaderField* field = message_.first(id); field != nullptr; field = message_.next(*field)) {
                const auto value = parse_credentials(message_.value(*field));
                if (value && !iequals(value->scheme, "Digest"))
                    say(*field, field->value, "who does not know " + std::string(value->scheme) + " takes this for no credentials at all", "RFC 3261 §22.4");
            }
    }

    void identities() {
        for (const HeaderField* field = message_.first(HeaderId::identity); field != nullptr; field = message_.next(*field))
            if (const auto read = parse_identity(message_.value(*field)); !read)
                say(*field, field->value + read.error().offset, std::string(describe(read.error().code).text) + ": who verifies it owes 438 Invalid Identity Header",
                    "RFC 8224 §6.2.2");
    }

    void body() {
        if (bytes_.size() > message_.bytes().size())
            say(message_.bytes().size(), "", std::to_string(bytes_.size() - message_.bytes().size()) + " octets follow the message; in a datagram they are dropped",
                "RFC 3261 §18.3");
        const Entity entity = entity_of(message_);
        if (entity.content.empty()) return;
        if (entity.content_type.empty()) say(message_.body_offset(), "", "a body needs a Content-Type", "RFC 3261 §20.15");
        if (!entity.coding.empty())
            say(*message_.first(HeaderId::content_encoding), offset_of(entity.coding),
                "who has to read the body and does not know " + std::string(entity.coding) + " owes 415 Unsupported Media Type; a proxy passes it on",
                "RFC 3261 §8.2.3");
        if (const auto ok = check_body(message_); !ok) {
            const Description words = describe(ok.error().code);
            say(ok.error().offset, "", "body: " + std::string(words.text), words.section);
        }
    }

    [[nodiscard]] std::size_t values(HeaderId id) const {
        std::size_t n = 0;
        ListReader reader(message_, id);
        while (reader.next()) ++n;
        return n;
    }

    std::string_view bytes_;
    const Message& message_;
    std::vector<Remark> out_;
};

}  // namespace

std::vector<Remark> remarks_on(std::string_view bytes, const Message& message) { return Remarks(bytes, message).run(); }

}  // namespace offhook::message
