#include "offhook/proxy/forward.hpp"

#include <charconv>

#include "offhook/base/text.hpp"
#include "offhook/location/lookup.hpp"
#include "offhook/message/credentials.hpp"
#include "offhook/message/privacy.hpp"
#include "offhook/message/values.hpp"
#include "offhook/proxy/tags.hpp"

namespace offhook::proxy {

namespace {

using message::Edits;
using message::HeaderField;
using message::HeaderId;
using message::Message;

/// A text composed on the stack and kept by the edits.
class Line {
public:
    explicit Line(Edits& edits) : edits_(edits) {}
    Line& add(std::string_view text) {
        if (text.size() <= sizeof buffer_ - size_ && overflow_.empty()) {
            text.copy(buffer_ + size_, text.size());
            size_ += text.size();
        } else {
            if (overflow_.empty()) overflow_.assign(buffer_, size_);
            overflow_.append(text);
        }
        return *this;
    }
    Line& add(std::uint32_t number) {
        char digits[12];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        return add(std::string_view(digits, end));
    }
    std::string_view keep() { return edits_.keep(overflow_.empty() ? std::string_view(buffer_, size_) : std::string_view(overflow_)); }

private:
    Edits& edits_;
    char buffer_[768];
    std::size_t size_ = 0;
    std::string overflow_;
};

// §16.6 step 2: headers and the method parameter have no place in a Request-URI.
std::string_view as_request_uri(std::string_view text, Edits& edits) {
    if (text.find('?') == std::string_view::npos && text.find("method") == std::string_view::npos) return text;
    std::string plain;
    location::append_request_uri(plain, text);
    return edits.keep(plain);
}

void edit_request_line(const Message& request, std::string_view uri, Edits& edits) {
    if (uri != request.request_uri()) edits.replace(request.request_uri_offset(), static_cast<std::uint32_t>(request.request_uri().size()), uri);
}

void edit_max_forwards(const Message& request, Edits& edits) {
    const HeaderField* field = request.first(HeaderId::max_forwards);
    const std::uint32_t left = max_forwards(request);
    if (field == nullptr) return edits.insert(request.headers_end(), edits.keep("Max-Forwards: 70\r\n"));
    edits.replace_value(*field, Line(edits).add(left == 0 ? 0 : left - 1).keep());
}

void edit_max_breadth(const Message& request, std::uint32_t breadth, Edits& edits) {
    if (breadth == 0) return;
    const HeaderField* field = request.first(HeaderId::max_breadth);
    if (field == nullptr) return edits.insert(request.headers_end(), Line(edits).add("Max-Breadth: ").add(breadth).add("\r\n").keep());
    edits.replace_value(*field, Line(edits).add(breadth).keep());
    while ((field = request.next(*field)) != nullptr) edits.erase(*field);
}

/// Where a line goes so that its value comes before all others of this name.
std::uint32_t place_before(const Message& request, HeaderId id) {
    const HeaderField* field = request.first(id);
    return field != nullptr ? field->begin : request.headers_end();
}

// Removes our own Routes and, behind a strict router, the last one; gives back the Request-URI that goes out (§16.6 step 6).
void edit_routes(const Message& request, const ForwardPlan& plan, std::string_view target, Edits& edits) {
    const Routing& routing = *plan.routing;
    const bool strict = plan.path.empty() && routing.next_is_strict && !routing.next_route.empty();
    const std::uint32_t from_front = routing.own_routes + (strict ? 1 : 0);
    if (from_front > 0 || routing.last_route_moved) {
        std::uint32_t total = 0;
        for (message::ListReader counter(request, HeaderId::route); counter.next();) ++total;
        message::ListReader reader(request, HeaderId::route);
        for (std::uint32_t i = 0; const auto item = reader.next(); ++i)
            if (i < from_front || (routing.last_route_moved && i + 1 == total)) edits.erase(request, *item);
    }

    if (!plan.path.empty()) edits.insert(place_before(request, HeaderId::route), Line(edits).add("Route: ").add(plan.path).add("\r\n").keep());
    if (!strict) return edit_request_line(request, target, edits);
    // The next element is a strict router: it wants itself in the Request-URI and the target at the end of Route.
    edits.insert(request.headers_end(), Line(edits).add("Route: <").add(target).add(">\r\n").keep());
    edit_request_line(request, routing.next_route_uri, edits);
}

// Credentials for our realm have been used up here; those for others go on (§22.3).
void edit_credentials(const Message& request, const ForwardPlan& plan, Edits& edits) {
    for (const HeaderField* field = request.first(HeaderId::proxy_authorization); field != nullptr; field = request.next(*field)) {
        const auto credentials = message::parse_credentials(request.value(*field));
        if (!credentials) continue;
        const auto realm = credentials->parameter("realm");
        if (!realm) continue;
        if (plan.realm.empty() ? plan.domains != nullptr && plan.domains->is_domain(*realm) : *realm == plan.realm) edits.erase(*field);
    }
}

}  // namespace

bool hides_identity(const Message& message) { return message::asks_privacy(message, message::Privacy::id); }

std::uint32_t max_forwards(const Message& request) {
    const HeaderField* field = request.first(HeaderId::max_forwards);
    if (field == nullptr) return 70;
    return message::parse_number(request.value(*field)).value_or(70);
}

void write_forwarded(std::string& out, const Message& request, const ForwardPlan& plan, Edits& edits) {
    edits.clear();
    // Via, then Record-Route: on top of their own kind, without reordering anything (§16.6 steps 1, 4, 8).
    edits.insert(place_before(request, HeaderId::via), Line(edits).add("Via: ").add(plan.via).add("\r\n").keep());
    if (!plan.record_route.empty()) {
        const bool other = request.has(HeaderId::record_route);
        const std::uint32_t at = other ? place_before(request, HeaderId::record_route) : place_before(request, HeaderId::via);
        edits.insert(at, Line(edits).add("Record-Route: ").add(plan.record_route).add("\r\n").keep());
    }
    edit_routes(request, plan, as_request_uri(plan.request_uri, edits), edits);
    edit_max_forwards(request, edits);
    edit_max_breadth(request, plan.max_breadth, edits);
    edit_credentials(request, plan, edits);
    if (plan.remove_identity) {
        edits.erase_all(request, HeaderId::p_asserted_identity);
        edits.erase_all(request, HeaderId::p_preferred_identity);
    }
    if (plan.session_timer != nullptr) dialog::edit_request(request, *plan.session_timer, edits);
    if (plan.stream && !request.has(HeaderId::content_length))
        edits.insert(request.headers_end(),
                     Line(edits).add("Content-Length: ").add(static_cast<std::uint32_t>(request.body().size())).add("\r\n").keep());
    edits.write(request, out);
}

bool write_response_upstream(std::string& out, const Message& response, std::string_view more, Edits& edits) {
    message::ListReader vias(response, HeaderId::via);
    const auto top = vias.next();
    if (!top || !vias.next()) return false;
    edits.erase(response, *top);
    if (!more.empty()) edits.insert(response.headers_end(), more);
    edits.write(response, out);
    return true;
}

}  // namespace offhook::proxy
