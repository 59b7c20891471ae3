// The server's side of Via: where a request came from is written into its top Via (RFC 3261 §18.2.1, RFC 3581 §4), and where a
// response goes is read from it (§18.2.2, RFC 3581 §4). Overload control (RFC 7339) is agreed on there too.
#pragma once
#include <string>
#include <string_view>

#include "offhook/message/message.hpp"
#include "offhook/message/via.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::transport {

/// Appends the request to `out` with received (when the sent-by host differs from the source, or rport was asked for) and rport's
/// value in its top Via, any such values of the sender's removed, and what it says of overload control. Returns false and appends nothing if the top Via does not parse.
[[nodiscard]] bool write_with_source(std::string& out, const message::Message& request, const Flow& from);

/// Where a response to this request goes (its top Via marked by write_with_source): the flow it came by, its remote port changed to
/// rport or the sent-by port. A multicast maddr is honoured for UDP; any other counts as absent, since it could be anybody's.
[[nodiscard]] Flow response_flow(const message::Message& request, const Flow& from);
/// The same from the top Via as it came, not marked.
[[nodiscard]] Flow response_flow(const message::Via& unmarked, const Flow& from);

/// True if the sender of this Via wants to be told how much to send, by leaving out a share ("oc" with the algorithm "loss").
[[nodiscard]] bool speaks_overload_control(const message::Via& via);

struct RefusalParts {
    std::string_view to_tag;    ///< added to To; empty where it has one
    std::string_view feedback;  ///< of overload control, for a sender that speaks it: ";oc=..."
};
/// Appends a whole response to a request as it came, without a copy of the request: for refusals that leave nothing behind. `via` is its
/// top Via, parsed; `status_line` ends with CRLF. False, and nothing appended, if there is no Via.
[[nodiscard]] bool write_refusal(std::string& out, std::string_view status_line, const message::Message& request, const message::Via& via,
                                 const Flow& from, const RefusalParts& parts);

/// Appends a response with this feedback in its top Via (RFC 7339 §5.2), in place of any that stands there. False, and nothing appended,
/// if that Via does not parse.
[[nodiscard]] bool write_feedback(std::string& out, const message::Message& response, std::string_view feedback);

}  // namespace offhook::transport
