#include "offhook/registrar/update.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

#include "offhook/base/text.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/message/name_addr.hpp"
#include "offhook/message/parameters.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/message/values.hpp"

namespace offhook::registrar {

using location::Binding;
using location::BindingSet;
using location::BindingSnapshot;
using message::HeaderId;

namespace {

constexpr std::uint32_t hour = 3600;

Refusal refusal(int status, std::string_view reason = {}, std::string headers = {}) { return {status, reason, std::move(headers)}; }

/// §20.10, §20.19: malformed seconds count as 3600; more than fit are as many as fit.
std::uint32_t read_seconds(std::string_view text) {
    text = trim(text);
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return hour;
    return to_number<std::uint32_t>(text).value_or(0xffffffff);
}

/// §25.1 qvalue in thousandths.
std::optional<std::uint16_t> read_q(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    std::uint16_t q = text[0] == '1' ? 1000 : 0;
    if (text.size() == 1) return q;
    if (text[1] != '.' || text.size() > 5) return std::nullopt;
    std::uint16_t weight = 100;
    for (const char c : text.substr(2)) {
        if (!is_digit(c)) return std::nullopt;
        q = static_cast<std::uint16_t>(q + (c - '0') * weight);
        weight = static_cast<std::uint16_t>(weight / 10);
    }
    if (q > 1000) return std::nullopt;
    return q;
}

/// §8.2.2.3: the option tags in Require that are not understood, as an Unsupported line; empty if all are.
std::string unsupported(const message::Message& request) {
    std::string line;
    message::ListReader tags(request, HeaderId::require);
    while (const auto tag = tags.next()) {
        if (iequals(tag->text, "path")) continue;
        line += line.empty() ? "Unsupported: " : ", ";
        line += tag->text;
    }
    if (!line.empty()) line += "\r\n";
    return line;
}

std::string read_path(const message::Message& request) {
    std::string path;
    message::ListReader values(request, HeaderId::path);
    while (const auto value = values.next()) {
        if (!path.empty()) path += ", ";
        path += value->text;
    }
    return path;
}

/// Interval of one contact: its own, the request's, the default; lowered to the longest (step 7).
std::expected<std::uint32_t, Refusal> grant(const message::NameAddr& contact, std::optional<std::uint32_t> header, const Config& config) {
    std::uint32_t seconds = header.value_or(config.default_expires);
    if (const auto own = contact.parameter("expires")) seconds = read_seconds(*own);
    if (seconds > 0 && seconds < hour && seconds < config.min_expires) {
        std::string line = "Min-Expires: ";
        append_number(line, config.min_expires);
        line += "\r\n";
        return std::unexpected(refusal(423, {}, std::move(line)));
    }
    return std::min(seconds, config.max_expires);
}

std::expected<ContactUpdate, Refusal> read_contact(const message::NameAddr& contact, std::optional<std::uint32_t> header, const Config& config) {
    ContactUpdate result;
    result.uri = contact.uri;
    message::ParameterReader reader(contact.parameters);
    while (const auto parameter = reader.next()) {
        if (iequals(parameter->name, "expires")) continue;
        if (iequals(parameter->name, "q")) {
            const auto q = read_q(parameter->value);
            if (!q) return std::unexpected(refusal(400, "Bad q Value in Contact"));
            result.q = *q;
            continue;
        }
        result.parameters += ';';
        result.parameters += parameter->text;
    }
    const auto expires = grant(contact, header, config);
    if (!expires) return std::unexpected(expires.error());
    result.expires = *expires;
    return result;
}

/// Step 6 and 7: a request with the same Call-ID must have a higher CSeq than the one that made the binding.
bool out_of_order(const Binding& binding, const Update& update) { return binding.call_id == update.call_id && update.cseq <= binding.cseq; }

Refusal aborted() { return refusal(500, "Out of Order"); }

}  // namespace

std::expected<Update, Refusal> read_update(const message::Message& request, const Config& config) {
    if (std::string line = unsupported(request); !line.empty()) return std::unexpected(refusal(420, {}, std::move(line)));
    const auto cseq = message::parse_cseq(request.value(HeaderId::cseq));
    if (!cseq) return std::unexpected(refusal(400, "Bad CSeq"));

    Update update;
    update.call_id = request.value(HeaderId::call_id);
    update.user_agent = request.value(HeaderId::user_agent).substr(0, 256);
    update.cseq = cseq->number;
    update.path = read_path(request);
    if (!update.path.empty() && !config.path_without_supported && !message::lists_token(request, HeaderId::supported, "path") &&
        !message::lists_token(request, HeaderId::require, "path"))
        return std::unexpected(refusal(420, {}, "Unsupported: path\r\n"));

    std::optional<std::uint32_t> header;
    if (request.has(HeaderId::expires)) header = read_seconds(request.value(HeaderId::expires));
    message::ListReader values(request, HeaderId::contact);
    while (const auto value = values.next()) {
        const auto contact = message::parse_contact(value->text);
        if (!contact) return std::unexpected(refusal(400, "Bad Contact"));
        if (update.star || (contact->star && !update.contacts.empty())) return std::unexpected(refusal(400, "Contact * Must Stand Alone"));
        if (contact->star) {
            if (header != 0u) return std::unexpected(refusal(400, "Contact * Needs Expires 0"));
            update.star = true;
            continue;
        }
        auto change = read_contact(*contact, header, config);
        if (!change) return std::unexpected(std::move(change.error()));
        if (change->uri.size() + change->parameters.size() + update.path.size() > config.max_binding_size) return std::unexpected(refusal(413));
        // A request that names more contacts than an address may have cannot become valid; its end need not be read.
        if (update.contacts.size() >= 2 * std::size_t{config.max_contacts}) return std::unexpected(refusal(403, "Too Many Contacts"));
        update.contacts.push_back(std::move(*change));
    }
    return update;
}

std::expected<BindingSnapshot, Refusal> apply(const BindingSet* current, const Update& update, std::string_view address_of_record,
                                              const transport::Flow& flow, UtcTime now, const Config& config) {
    boost::container::small_vector<Binding, 4> next;  // their texts lie in the request and in what is current
    if (current != nullptr)
        std::copy_if(current->bindings.begin(), current->bindings.end(), std::back_inserter(next),
                     [now](const Binding& binding) { return binding.expires > now; });
    if (update.star) {
        for (const Binding& binding : next)
            if (out_of_order(binding, update)) return std::unexpected(aborted());
        return location::make_snapshot({address_of_record, {}});
    }

    const std::size_t before = next.size();
    boost::container::small_vector<bool, 8> touched(before, false);  // by this request: a contact that it names twice is simply updated twice
    for (const ContactUpdate& change : update.contacts) {
        const auto uri = message::parse_uri(change.uri);
        if (!uri) return std::unexpected(refusal(400, "Bad Contact"));
        const auto same = std::find_if(next.begin(), next.end(), [&](const Binding& binding) {
            const auto known = message::parse_uri(binding.contact);
            return known && message::equivalent(*known, *uri);
        });
        const auto at = same - next.begin();
        const bool exists = same != next.end();
        if (exists && !touched[static_cast<std::size_t>(at)] && out_of_order(*same, update)) return std::unexpected(aborted());
        if (change.expires == 0) {
            if (exists) next.erase(same);
            if (exists) touched.erase(touched.begin() + at);
            continue;
        }
        Binding& binding = exists ? *same : next.emplace_back();
        touched.resize(next.size());
        touched[static_cast<std::size_t>(at)] = true;
        binding = Binding{.contact = change.uri,
                          .parameters = change.parameters,
                          .call_id = update.call_id,
                          .path = update.path,
                          .user_agent = update.user_agent,
                          .expires = now + std::chrono::seconds(change.expires),
                          .registered = now,
                          .cseq = update.cseq,
                          .q = change.q,
                          .behind_nat = location::behind_nat(*uri, flow, !update.path.empty()),
                          .flow = flow};
    }
    if (next.size() > config.max_contacts && next.size() > before) return std::unexpected(refusal(403, "Too Many Contacts"));
    return location::make_snapshot({address_of_record, next});
}

void append_ok_headers(std::string& out, const BindingSet* set, const message::Message& request, UtcTime now) {
    if (set != nullptr)
        for (const Binding& binding : set->bindings) {
            const std::uint32_t seconds = location::remaining_seconds(binding, now);
            if (seconds == 0) continue;
            out += "Contact: <";
            out += binding.contact;
            out += '>';
            out += binding.parameters;
            if (binding.q < 1000) {
                std::string thousandths;
                append_number(thousandths, binding.q);
                out += ";q=0.";
                out.append(3 - thousandths.size(), '0');
                out += thousandths;
            }
            out += ";expires=";
            append_number(out, seconds);
            out += "\r\n";
        }
    if (request.has(HeaderId::path)) {  // RFC 3327 §5.3
        out += "Path: ";
        out += read_path(request);
        out += "\r\n";
    }
    out += "Supported: path\r\nDate: ";
    append_date(out, now);
    out += "\r\n";
}

void append_date(std::string& out, UtcTime time) {
    constexpr std::string_view weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    const auto two = [&out](auto number) {
        if (number < 10) out += '0';
        append_number(out, static_cast<std::uint64_t>(number));
    };
    out += weekdays[std::chrono::weekday(day).c_encoding()];
    out += ", ";
    two(static_cast<unsigned>(date.day()));
    out += ' ';
    out += months[static_cast<unsigned>(date.month()) - 1];
    out += ' ';
    append_number(out, static_cast<std::uint64_t>(static_cast<int>(date.year())));
    out += ' ';
    two(clock.hours().count());
    out += ':';
    two(clock.minutes().count());
    out += ':';
    two(clock.seconds().count());
    out += " GMT";
}

}  // namespace offhook::registrar
