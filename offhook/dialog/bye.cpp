#include "offhook/dialog/bye.hpp"

#include "offhook/base/text.hpp"
#include "offhook/message/builder.hpp"

namespace offhook::dialog {

using message::HeaderId;

namespace {

void append_party(std::string& out, std::string_view name, std::string_view uri, std::string_view tag) {
    out.append(name).append(": <").append(uri).append(">");
    if (!tag.empty()) out.append(";tag=").append(tag);  // a peer of RFC 2543 has none (§12.1.1)
    out.append("\r\n");
}

}  // namespace

void write_bye(std::string& out, const DialogState& dialog, Direction from, std::size_t first_route, std::string_view reason) {
    const Direction to = from == Direction::from_caller ? Direction::from_callee : Direction::from_caller;
    message::Builder builder(out);
    builder.request("BYE", dialog.contact(to)).header(HeaderId::max_forwards, "70");
    for (std::size_t i = first_route; i < dialog.route_count(); ++i) builder.header(HeaderId::route, dialog.route(from, i));
    append_party(out, "From", dialog.uri(from), dialog.tag(from));
    append_party(out, "To", dialog.uri(to), dialog.tag(to));
    builder.header(HeaderId::call_id, dialog.call_id());
    out.append("CSeq: ");
    append_number(out, (from == Direction::from_caller ? dialog.caller : dialog.callee).cseq);
    out.append(" BYE\r\n");
    if (!reason.empty()) builder.header(HeaderId::reason, reason);
    builder.finish();
}

}  // namespace offhook::dialog
