// The table against the registry: every header field of the IANA registry "Header Fields" (SIP Parameters) that is defined by an RFC
// which this project reads, and its compact form.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "offhook/message/header_id.hpp"

namespace offhook::message {
namespace {

struct Registered {
    int rfc;
    const char* name;
    char compact = 0;
};

constexpr Registered registry[] = {
    {3261, "Accept"},
    {3841, "Accept-Contact", 'a'},
    {3261, "Accept-Encoding"},
    {3261, "Accept-Language"},
    {4412, "Accept-Resource-Priority"},
    {3261, "Alert-Info"},
    {8876, "AlertMsg-Error"},
    {3261, "Allow"},
    {6665, "Allow-Events", 'u'},
    {7615, "Authentication-Info"},
    {3261, "Authorization"},
    {3261, "Call-ID", 'i'},
    {3261, "Call-Info"},
    {3261, "Contact", 'm'},
    {3261, "Content-Disposition"},
    {3261, "Content-Encoding", 'e'},
    {8262, "Content-ID"},
    {3261, "Content-Language"},
    {3261, "Content-Length", 'l'},
    {3261, "Content-Type", 'c'},
    {3261, "CSeq"},
    {3261, "Date"},
    {5806, "Diversion"},
    {3261, "Error-Info"},
    {6665, "Event", 'o'},
    {3261, "Expires"},
    {6809, "Feature-Caps"},
    {5626, "Flow-Timer"},
    {3261, "From", 'f'},
    {6442, "Geolocation"},
    {6442, "Geolocation-Error"},
    {6442, "Geolocation-Routing"},
    {7044, "History-Info"},
    {8224, "Identity", 'y'},
    {4474, "Identity-Info", 'n'},
    {6086, "Info-Package"},
    {3261, "In-Reply-To"},
    {3911, "Join"},
    {5393, "Max-Breadth"},
    {3261, "Max-Forwards"},
    {3261, "MIME-Version"},
    {3261, "Min-Expires"},
    {4028, "Min-SE"},
    {3261, "Organization"},
    {7315, "P-Access-Network-Info"},
    {3325, "P-Asserted-Identity"},
    {6050, "P-Asserted-Service"},
    {7315, "P-Associated-URI"},
    {7315, "P-Called-Party-ID"},
    {8496, "P-Charge-Info"},
    {7315, "P-Charging-Function-Addresses"},
    {7315, "P-Charging-Vector"},
    {5009, "P-Early-Media"},
    {3313, "P-Media-Authorization"},
    {3325, "P-Preferred-Identity"},
    {6050, "P-Preferred-Service"},
    {7316, "P-Private-Network-Indication"},
    {5318, "P-Refused-URI-List"},
    {5502, "P-Served-User"},
    {7315, "P-Visited-Network-ID"},
    {3327, "Path"},
    {5360, "Permission-Missing"},
    {6794, "Policy-Contact"},
    {6794, "Policy-ID"},
    {3261, "Priority"},
    {3323, "Privacy"},
    {3261, "Proxy-Authenticate"},
    {3261, "Proxy-Authorization"},
    {3261, "Proxy-Require"},
    {3262, "RAck"},
    {3326, "Reason"},
    {3261, "Record-Route"},
    {6086, "Recv-Info"},
    {7614, "Refer-Events-At"},
    {4488, "Refer-Sub"},
    {3515, "Refer-To", 'r'},
    {3892, "Referred-By", 'b'},
    {3841, "Reject-Contact", 'j'},
    {3891, "Replaces"},
    {3261, "Reply-To"},
    {3841, "Request-Disposition", 'd'},
    {3261, "Require"},
    {4412, "Resource-Priority"},
    {3261, "Retry-After"},
    {3261, "Route"},
    {3262, "RSeq"},
    {3329, "Security-Client"},
    {3329, "Security-Server"},
    {3329, "Security-Verify"},
    {3261, "Server"},
    {3608, "Service-Route"},
    {4028, "Session-Expires", 'x'},
    {7989, "Session-ID"},
    {3903, "SIP-ETag"},
    {3903, "SIP-If-Match"},
    {3261, "Subject", 's'},
    {6665, "Subscription-State"},
    {3261, "Supported", 'k'},
    {5839, "Suppress-If-Match"},
    {4538, "Target-Dialog"},
    {3261, "Timestamp"},
    {3261, "To", 't'},
    {5360, "Trigger-Consent"},
    {3261, "Unsupported"},
    {3261, "User-Agent"},
    {7433, "User-to-User"},
    {3261, "Via", 'v'},
    {3261, "Warning"},
    {3261, "WWW-Authenticate"},
};

TEST(Registry, HasARowForEachHeaderField) {
    for (const Registered& field : registry) {
        const HeaderId id = header_id(field.name);
        ASSERT_NE(id, HeaderId::other) << "RFC " << field.rfc << ": " << field.name;
        EXPECT_EQ(name_of(id), field.name);
        EXPECT_EQ(row_of(id).compact, field.compact) << field.name;
        // RFC 7615 only registers anew what RFC 3261 defines for SIP.
        const int rfc = field.rfc == 7615 ? 3261 : field.rfc;
        EXPECT_TRUE(row_of(id).section.starts_with("RFC " + std::to_string(rfc) + " §")) << field.name << ": " << row_of(id).section;
    }
}

TEST(Registry, HasNoOtherRows) {
    std::set<std::string_view> names;
    for (const Registered& field : registry) names.insert(field.name);
    for (int i = 1; i < static_cast<int>(HeaderId::count_); ++i)
        EXPECT_TRUE(names.contains(name_of(static_cast<HeaderId>(i)))) << name_of(static_cast<HeaderId>(i)) << " has a row but no line here";
}

}  // namespace
}  // namespace offhook::message
