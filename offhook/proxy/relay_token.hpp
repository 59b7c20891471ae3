// The token in our Record-Route URI (design rule 10): it proves that a request belongs to a dialog whose first request we forwarded,
// says from which side it comes, and may name the flow by which the phone on the other side is reached.
//
//   <sip:192.0.2.1:5060;lr;oh=TOKEN[;oc=FLOW][;od=FLOW]>
//
// TOKEN is a keyed hash over the Call-ID, the From tag of the request that made the dialog, and both flows: whoever has not seen the
// dialog cannot make one. oc: the flow to the caller, od: to the callee, only for phones whose Contact does not lead to them (NAT,
// streams), as RFC 5626 §5.2 has it. Must not know transactions. Thread rule: const, any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "offhook/base/siphash.hpp"
#include "offhook/message/uri.hpp"
#include "offhook/transport/flow.hpp"

namespace offhook::proxy {

/// What a token that fits says.
struct Relay {
    bool from_caller = true;          ///< the request's From tag is the one of the dialog's first request
    std::string_view caller, callee;  ///< texts of the flows, as in the URI; empty: none
    [[nodiscard]] std::string_view flow_ahead() const { return from_caller ? callee : caller; }
};

class RelayTokens {
public:
    explicit RelayTokens(const SipKey& key) : key_(key) {}

    /// Appends ";lr;oh=..." and the flows, which are texts of append_flow() or empty.
    void append_parameters(std::string& out, std::string_view call_id, std::string_view first_from_tag, std::string_view caller,
                           std::string_view callee) const;

    /// Nothing if the URI bears no token or one that fits neither tag.
    [[nodiscard]] std::optional<Relay> verify(const message::Uri& route, std::string_view call_id, std::string_view from_tag,
                                              std::string_view to_tag) const;

private:
    [[nodiscard]] std::uint64_t token(std::string_view call_id, std::string_view tag, std::string_view caller, std::string_view callee) const;

    SipKey key_;
};

/// A flow as hexadecimal digits, and back.
void append_flow(std::string& out, const transport::Flow& flow);
[[nodiscard]] std::optional<transport::Flow> read_flow(std::string_view text);

}  // namespace offhook::proxy
