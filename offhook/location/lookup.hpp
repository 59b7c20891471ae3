// From bindings to targets: which contacts of an address of record are called, in which order, as which Request-URI, and whether a
// contact can be reached where it says (RFC 3261 §16.5, §16.6). Pure functions over a snapshot.
#pragma once
#include <boost/container/small_vector.hpp>
#include <string>
#include <string_view>

#include "offhook/location/binding.hpp"
#include "offhook/message/uri.hpp"

namespace offhook::location {

/// Borrowed from the snapshot, which must outlive it.
using Targets = boost::container::small_vector<const Binding*, 8>;

/// The bindings that have not expired, by falling q; equal ones in order of registration.
[[nodiscard]] Targets targets(const BindingSet& set, UtcTime now);

/// Whole seconds until it expires, rounded up, so that a binding just made has what was granted; 0 once expired.
[[nodiscard]] std::uint32_t remaining_seconds(const Binding& binding, UtcTime now);

/// Appends the contact as a Request-URI: without headers and method parameter, which may not stand there (§19.1.1 table 1).
void append_request_uri(std::string& out, std::string_view contact);

/// True if the phone cannot be reached at the address in its Contact, so that requests must go where its REGISTER came from: an IP
/// address that is not the source's, or a name that cannot resolve (".invalid", RFC 7118 §5). Behind a Path (RFC 3327) the edge proxy
/// is the way, and this is false. A port that differs from the source's proves nothing: phones may send from another.
[[nodiscard]] bool behind_nat(const message::Uri& contact, const transport::Flow& flow, bool has_path);

}  // namespace offhook::location
