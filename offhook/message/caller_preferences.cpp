#include "offhook/message/caller_preferences.hpp"

#include <iterator>

#include "offhook/message/event.hpp"
#include "offhook/message/feature.hpp"
#include "offhook/message/grammar.hpp"

namespace offhook::message {

namespace {

using grammar::Cursor;

constexpr std::string_view directives[] = {"proxy",   "redirect",   "cancel",   "no-cancel",  "fork",  "no-fork",
                                           "recurse", "no-recurse", "parallel", "sequential", "queue", "no-queue"};

std::expected<ContactFilter, ParseError> parse_filter(std::string_view text, bool accept) {
    Cursor cursor{text};
    cursor.skip_lws();
    if (!cursor.eat('*')) return cursor.fail(ErrorCode::bad_token);
    const auto parameters = grammar::take_parameters(cursor);
    if (!parameters) return std::unexpected(parameters.error());
    if (const auto ok = check_features(text, *parameters); !ok) return std::unexpected(ok.error());
    ContactFilter out{*parameters};
    ParameterReader reader(accept ? *parameters : std::string_view());
    while (const auto found = reader.next()) {
        const bool require = iequals(found->name, "require");
        if (!require && !iequals(found->name, "explicit")) continue;
        bool& flag = require ? out.require : out.explicit_;
        if (flag) return grammar::fail_at(text, found->name, ErrorCode::repeated_parameter);
        flag = true;
    }
    return out;
}

}  // namespace

std::expected<ContactFilter, ParseError> parse_accept_contact(std::string_view text) { return parse_filter(text, true); }
std::expected<ContactFilter, ParseError> parse_reject_contact(std::string_view text) { return parse_filter(text, false); }

std::expected<Directive, ParseError> parse_directive(std::string_view text) {
    for (std::size_t i = 0; i < std::size(directives); ++i)
        if (iequals(directives[i], text)) return static_cast<Directive>(i);
    return Cursor::fail(ErrorCode::bad_token, 0);
}

bool asks_for(const Message& request, Directive directive) {
    ListReader reader(request, HeaderId::request_disposition);
    while (const auto item = reader.next()) {
        const auto found = parse_directive(item->text);
        // Contraries are neighbours: of both the first counts.
        if (found && static_cast<unsigned>(*found) / 2 == static_cast<unsigned>(directive) / 2) return *found == directive;
    }
    return false;
}

// The contact predicate of §7.2.3: its feature parameters, found once.
struct CallerPreferences::Features {
    std::array<Parameter, FeatureValueReader::limit> all;
    std::size_t count = 0;

    explicit Features(std::string_view parameters) {
        ParameterReader reader(parameters);
        while (const auto found = reader.next())
            if (count < all.size() && is_feature(found->name)) all[count++] = *found;
    }
    [[nodiscard]] const Parameter* find(std::string_view name) const {
        for (std::size_t i = 0; i < count; ++i)
            if (same_feature(all[i].name, name)) return &all[i];
        return nullptr;
    }
};

CallerPreferences::CallerPreferences(const Message& request) {
    ListReader rejected(request, HeaderId::reject_contact), accepted(request, HeaderId::accept_contact);
    while (const auto item = rejected.next())
        if (const auto filter = parse_reject_contact(item->text); filter && count_ < limit) filters_[count_++] = *filter;
    rejects_ = count_;
    while (const auto item = accepted.next())
        if (const auto filter = parse_accept_contact(item->text); filter && count_ < limit) filters_[count_++] = *filter;
    if (!request.has(HeaderId::reject_contact) && !request.has(HeaderId::accept_contact)) add_implicit(request);
}

// §7.2.2: one conjunction with its require flag set.
void CallerPreferences::add_implicit(const Message& request) {
    implicit_ = true;
    filters_[count_++] = {{}, /*require=*/true, /*explicit_=*/false};
    implicit_terms_[implicit_count_++] = {"methods", request.method_name(), true, {}};
    if (request.method() != Method::subscribe) return;
    if (const auto event = parse_event(request.value(HeaderId::event))) implicit_terms_[implicit_count_++] = {"events", event->type.text, true, {}};
}

template <class Visit>
void CallerPreferences::each_term(const ContactFilter& filter, Visit visit) const {
    if (implicit_) {
        for (std::size_t i = 0; i < implicit_count_; ++i) visit(implicit_terms_[i]);
        return;
    }
    ParameterReader reader(filter.parameters);
    while (const auto found = reader.next())
        if (is_feature(found->name)) visit(*found);
}

// Only who says of each feature that he has it is rejected.
bool CallerPreferences::rejects(const ContactFilter& filter, const Features& contact) const {
    bool all = true;
    each_term(filter, [&](const Parameter& term) {
        const Parameter* own = contact.find(term.name);
        all = all && own != nullptr && compatible(term, *own);
    });
    return all;
}

// Figure 1. Nothing if the filter does not match: then it leaves the matching set, or the contact is dropped.
std::optional<std::uint32_t> CallerPreferences::score(const ContactFilter& filter, const Features& contact, bool& dropped) const {
    std::uint32_t terms = 0, present = 0;
    bool matches = true;
    each_term(filter, [&](const Parameter& term) {
        ++terms;
        const Parameter* own = contact.find(term.name);
        if (own == nullptr) return;  // no word on it: RFC 2533 takes it for a match
        ++present;
        matches = matches && compatible(term, *own);
    });
    if (!matches) {
        dropped = dropped || filter.require;
        return std::nullopt;
    }
    if (present == terms) return 1000;
    if (!filter.explicit_) return 1000 * present / terms;
    dropped = dropped || filter.require;
    return 0;
}

CallerPreferences::Verdict CallerPreferences::judge(std::string_view contact_parameters) const {
    const Features contact(contact_parameters);
    if (contact.count == 0) return {true, true, 1000};
    for (std::size_t i = 0; i < rejects_; ++i)
        if (rejects(filters_[i], contact)) return {false, false, 0};
    std::uint32_t sum = 0, matching = 0;
    bool dropped = false;
    for (std::size_t i = rejects_; i < count_ && !dropped; ++i) {
        const auto one = score(filters_[i], contact, dropped);
        if (!one) continue;
        sum += *one;
        ++matching;
    }
    if (dropped) return {false, false, 0};
    if (rejects_ == count_) return {};  // nothing is preferred to anything
    return {true, false, matching == 0 ? 0 : sum / matching};
}

}  // namespace offhook::message
