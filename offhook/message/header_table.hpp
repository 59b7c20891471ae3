// The table of header fields: one row for each that an RFC names and a server or a phone acts on, and no other place to edit for
// a new one but its parser. Ids (header_id.hpp), look-up by name, typed access (typed.hpp), validation and reports come from here.
//
// A row: id, name as the RFC writes it, compact form (RFC 3261 §7.3.3; 0 if it has none), form, parser of one value, and the section
// that says what the field is, for reports. Rows stand in the order of their names. Must not include anything: whoever expands a row
// includes what it uses of it.
#pragma once

// Forms:
//   list           values joined by commas or in fields of their own (§7.3.1), at least one in each field
//   list_or_empty  the same, and a field may be empty
//   once           one value; a second field of this name makes the message malformed, for it steers processing
//   lines          one value in each field: credentials, which hold commas of their own (§7.3.1), and texts that only inform, of which
//                  a second is ignored although §7.3.1 forbids it
#define OFFHOOK_HEADERS(X) \
    X(accept, "Accept", 0, list_or_empty, parse_media_range, "RFC 3261 §20.1") \
    X(accept_contact, "Accept-Contact", 'a', list, parse_accept_contact, "RFC 3841 §9.2") \
    X(accept_encoding, "Accept-Encoding", 0, list_or_empty, parse_coding, "RFC 3261 §20.2") \
    X(accept_language, "Accept-Language", 0, list_or_empty, parse_language_range, "RFC 3261 §20.3") \
    X(accept_resource_priority, "Accept-Resource-Priority", 0, list_or_empty, parse_resource_priority, "RFC 4412 §3.2") \
    X(alert_info, "Alert-Info", 0, list, parse_info, "RFC 3261 §20.4") \
    X(alertmsg_error, "AlertMsg-Error", 0, lines, parse_alert_error, "RFC 8876 §5.2") \
    X(allow, "Allow", 0, list_or_empty, parse_token, "RFC 3261 §20.5") \
    X(allow_events, "Allow-Events", 'u', list, parse_event_type, "RFC 6665 §8.2.2") \
    X(authentication_info, "Authentication-Info", 0, lines, parse_authentication_info, "RFC 3261 §20.6") \
    X(authorization, "Authorization", 0, lines, parse_credentials, "RFC 3261 §20.7") \
    X(call_id, "Call-ID", 'i', once, parse_call_id, "RFC 3261 §20.8") \
    X(call_info, "Call-Info", 0, list, parse_info, "RFC 3261 §20.9") \
    X(contact, "Contact", 'm', list, parse_contact, "RFC 3261 §20.10") \
    X(content_disposition, "Content-Disposition", 0, once, parse_content_disposition, "RFC 3261 §20.11") \
    X(content_encoding, "Content-Encoding", 'e', list, parse_token, "RFC 3261 §20.12") \
    X(content_id, "Content-ID", 0, lines, parse_content_id, "RFC 8262 §3.2") \
    X(content_language, "Content-Language", 0, list, parse_language_tag, "RFC 3261 §20.13") \
    X(content_length, "Content-Length", 'l', once, parse_number, "RFC 3261 §20.14") \
    X(content_type, "Content-Type", 'c', once, parse_media_type, "RFC 3261 §20.15") \
    X(cseq, "CSeq", 0, once, parse_cseq, "RFC 3261 §20.16") \
    X(date, "Date", 0, once, parse_date, "RFC 3261 §20.17") \
    X(diversion, "Diversion", 0, list, parse_diversion, "RFC 5806 §4") \
    X(error_info, "Error-Info", 0, list, parse_info, "RFC 3261 §20.18") \
    X(event, "Event", 'o', once, parse_event, "RFC 6665 §8.2.1") \
    X(expires, "Expires", 0, once, parse_number, "RFC 3261 §20.19") \
    X(feature_caps, "Feature-Caps", 0, list, parse_feature_caps, "RFC 6809 §6.2") \
    X(flow_timer, "Flow-Timer", 0, once, parse_number, "RFC 5626 §10") \
    X(from, "From", 'f', once, parse_name_addr, "RFC 3261 §20.20") \
    X(geolocation, "Geolocation", 0, list, parse_info, "RFC 6442 §4.1") \
    X(geolocation_error, "Geolocation-Error", 0, lines, parse_geolocation_error, "RFC 6442 §4.4") \
    X(geolocation_routing, "Geolocation-Routing", 0, lines, parse_geolocation_routing, "RFC 6442 §4.2") \
    X(history_info, "History-Info", 0, list, parse_history_info, "RFC 7044 §5") \
    X(identity, "Identity", 'y', lines, parse_identity, "RFC 8224 §4") \
    X(identity_info, "Identity-Info", 'n', lines, parse_info, "RFC 4474 §9") \
    X(in_reply_to, "In-Reply-To", 0, list, parse_call_id, "RFC 3261 §20.21") \
    X(info_package, "Info-Package", 0, once, parse_token_value, "RFC 6086 §7.2") \
    X(join, "Join", 0, once, parse_join, "RFC 3911 §7.1") \
    X(max_breadth, "Max-Breadth", 0, once, parse_number, "RFC 5393 §5.3") \
    X(max_forwards, "Max-Forwards", 0, once, parse_number, "RFC 3261 §20.22") \
    X(mime_version, "MIME-Version", 0, once, parse_mime_version, "RFC 3261 §20.24") \
    X(min_expires, "Min-Expires", 0, once, parse_number, "RFC 3261 §20.23") \
    X(min_se, "Min-SE", 0, once, parse_min_se, "RFC 4028 §5") \
    X(organization, "Organization", 0, lines, parse_text, "RFC 3261 §20.25") \
    X(p_access_network_info, "P-Access-Network-Info", 0, list, parse_access_network, "RFC 7315 §5.4") \
    X(p_asserted_identity, "P-Asserted-Identity", 0, list, parse_name_addr, "RFC 3325 §9.1") \
    X(p_asserted_service, "P-Asserted-Service", 0, list, parse_service_id, "RFC 6050 §4.1") \
    X(p_associated_uri, "P-Associated-URI", 0, list_or_empty, parse_name_addr, "RFC 7315 §5.1") \
    X(p_called_party_id, "P-Called-Party-ID", 0, lines, parse_name_addr, "RFC 7315 §5.2") \
    X(p_charge_info, "P-Charge-Info", 0, lines, parse_name_addr, "RFC 8496 §6") \
    X(p_charging_function_addresses, "P-Charging-Function-Addresses", 0, list, parse_charging_addresses, "RFC 7315 §5.5") \
    X(p_charging_vector, "P-Charging-Vector", 0, lines, parse_charging_vector, "RFC 7315 §5.6") \
    X(p_early_media, "P-Early-Media", 0, list_or_empty, parse_early_media, "RFC 5009 §8") \
    X(p_media_authorization, "P-Media-Authorization", 0, list, parse_media_authorization, "RFC 3313 §5.1") \
    X(p_preferred_identity, "P-Preferred-Identity", 0, list, parse_name_addr, "RFC 3325 §9.2") \
    X(p_preferred_service, "P-Preferred-Service", 0, list, parse_service_id, "RFC 6050 §4.2") \
    X(p_private_network_indication, "P-Private-Network-Indication", 0, lines, parse_private_network, "RFC 7316 §7") \
    X(p_refused_uri_list, "P-Refused-URI-List", 0, list, parse_refused_uri, "RFC 5318 §5") \
    X(p_served_user, "P-Served-User", 0, lines, parse_served_user, "RFC 5502 §6") \
    X(p_visited_network_id, "P-Visited-Network-ID", 0, list, parse_quotable, "RFC 7315 §5.3") \
    X(path, "Path", 0, list, parse_name_addr, "RFC 3327 §4") \
    X(permission_missing, "Permission-Missing", 0, list, parse_name_addr, "RFC 5360 §5.9.3") \
    X(policy_contact, "Policy-Contact", 0, list, parse_policy_contact, "RFC 6794 §4.4.5.2") \
    X(policy_id, "Policy-ID", 0, list, parse_policy_id, "RFC 6794 §4.4.5.1") \
    X(priority, "Priority", 0, lines, parse_priority, "RFC 3261 §20.26") \
    X(privacy, "Privacy", 0, lines, parse_privacy, "RFC 3323 §4.2") \
    X(proxy_authenticate, "Proxy-Authenticate", 0, lines, parse_credentials, "RFC 3261 §20.27") \
    X(proxy_authorization, "Proxy-Authorization", 0, lines, parse_credentials, "RFC 3261 §20.28") \
    X(proxy_require, "Proxy-Require", 0, list, parse_token, "RFC 3261 §20.29") \
    X(rack, "RAck", 0, once, parse_rack, "RFC 3262 §7.2") \
    X(reason, "Reason", 0, list, parse_reason, "RFC 3326 §2") \
    X(record_route, "Record-Route", 0, list, parse_name_addr, "RFC 3261 §20.30") \
    X(recv_info, "Recv-Info", 0, list_or_empty, parse_token_value, "RFC 6086 §7.3") \
    X(refer_events_at, "Refer-Events-At", 0, once, parse_refer_events_at, "RFC 7614 §4.8") \
    X(refer_sub, "Refer-Sub", 0, once, parse_refer_sub, "RFC 4488 §4") \
    X(refer_to, "Refer-To", 'r', once, parse_name_addr, "RFC 3515 §2.1") \
    X(referred_by, "Referred-By", 'b', once, parse_referred_by, "RFC 3892 §3") \
    X(reject_contact, "Reject-Contact", 'j', list, parse_reject_contact, "RFC 3841 §9.2") \
    X(replaces, "Replaces", 0, once, parse_replaces, "RFC 3891 §6.1") \
    X(reply_to, "Reply-To", 0, lines, parse_name_addr, "RFC 3261 §20.31") \
    X(request_disposition, "Request-Disposition", 'd', list, parse_directive, "RFC 3841 §9.1") \
    X(require, "Require", 0, list, parse_token, "RFC 3261 §20.32") \
    X(resource_priority, "Resource-Priority", 0, list, parse_resource_priority, "RFC 4412 §3.1") \
    X(retry_after, "Retry-After", 0, once, parse_retry_after, "RFC 3261 §20.33") \
    X(route, "Route", 0, list, parse_name_addr, "RFC 3261 §20.34") \
    X(rseq, "RSeq", 0, once, parse_rseq, "RFC 3262 §7.1") \
    X(security_client, "Security-Client", 0, list, parse_security_mechanism, "RFC 3329 §2.2") \
    X(security_server, "Security-Server", 0, list, parse_security_mechanism, "RFC 3329 §2.2") \
    X(security_verify, "Security-Verify", 0, list, parse_security_mechanism, "RFC 3329 §2.2") \
    X(server, "Server", 0, lines, parse_text, "RFC 3261 §20.35") \
    X(service_route, "Service-Route", 0, list, parse_name_addr, "RFC 3608 §5") \
    X(session_expires, "Session-Expires", 'x', once, parse_session_expires, "RFC 4028 §4") \
    X(session_id, "Session-ID", 0, lines, parse_session_id, "RFC 7989 §5") \
    X(sip_etag, "SIP-ETag", 0, once, parse_token, "RFC 3903 §11.3") \
    X(sip_if_match, "SIP-If-Match", 0, once, parse_token, "RFC 3903 §11.3") \
    X(subject, "Subject", 's', lines, parse_text, "RFC 3261 §20.36") \
    X(subscription_state, "Subscription-State", 0, once, parse_subscription_state, "RFC 6665 §8.2.3") \
    X(supported, "Supported", 'k', list_or_empty, parse_token, "RFC 3261 §20.37") \
    X(suppress_if_match, "Suppress-If-Match", 0, once, parse_token, "RFC 5839 §7.2") \
    X(target_dialog, "Target-Dialog", 0, once, parse_target_dialog, "RFC 4538 §7") \
    X(timestamp, "Timestamp", 0, once, parse_timestamp, "RFC 3261 §20.38") \
    X(to, "To", 't', once, parse_name_addr, "RFC 3261 §20.39") \
    X(trigger_consent, "Trigger-Consent", 0, list, parse_trigger_consent, "RFC 5360 §5.11.2") \
    X(unsupported, "Unsupported", 0, list, parse_token, "RFC 3261 §20.40") \
    X(user_agent, "User-Agent", 0, lines, parse_text, "RFC 3261 §20.41") \
    X(user_to_user, "User-to-User", 0, list, parse_user_to_user, "RFC 7433 §4.1") \
    X(via, "Via", 'v', list, parse_via, "RFC 3261 §20.42") \
    X(warning, "Warning", 0, list, parse_warning, "RFC 3261 §20.43") \
    X(www_authenticate, "WWW-Authenticate", 0, lines, parse_credentials, "RFC 3261 §20.44")
