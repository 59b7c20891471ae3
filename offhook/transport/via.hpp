// The server's side of Via: where a request came from is written into its top Via (RFC 3261 §18.2.1, RFC 3581 §4), and where a
// response goes is read from it (§18.2.2, RFC 3581 §4).
#pragma once
#include <string>

#include "offhook/message/message.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::transport {

/// Appends the request to `out` with received (when the sent-by host differs from the source, or rport was asked for) and rport's
/// value in its top Via, any such values of the sender's removed. Returns false and appends nothing if the top Via does not parse.
[[nodiscard]] bool write_with_source(std::string& out, const message::Message& request, const Flow& from);

/// Where a response to this request goes (its top Via marked by write_with_source): the flow it came by, its remote port changed to
/// rport or the sent-by port. A multicast maddr is honoured for UDP; any other counts as absent, since it could be anybody's.
[[nodiscard]] Flow response_flow(const message::Message& request, const Flow& from);

}  // namespace offhook::transport
