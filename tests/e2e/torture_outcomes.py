"""What the server does with each message of RFC 4475 and RFC 5118, role by role and case by case, and why.

torture.py checks that each outcome is one that the RFC allows (cases.json beside the messages), and that the server keeps to it. A row holds
for UDP and TCP unless it says otherwise. `source` is where the message is sent from: the address of its top Via where that names one.
`port`: where the response is due over UDP, which is the port of the top Via or its protocol's own (RFC 3261 §18.2.2).
"""
from dataclasses import dataclass, field

TESTER = "192.0.2.77"


@dataclass
class Answered:
    """A response of the server's own."""
    status: int
    phrase: str
    headers: dict = field(default_factory=dict)  # name: pattern of its value
    closes: bool = False  # over TCP: the connection is closed, since the end of the message is not known


@dataclass
class Silent:
    """Nothing is sent to anybody."""


@dataclass
class Forwarded:
    """Reaches the next hop with every octet but those that a proxy has to change; the next hop's 200 comes back."""
    to: str  # protocol, address and port of the next hop
    changes: dict = field(default_factory=dict)  # text of the header part: what stands there at the next hop
    more: tuple = ()  # patterns of further lines that the proxy puts in
    dialog: bool = False  # makes one, so that the proxy records its route
    invite: bool = False  # likewise, and gives it a session timer

    def inserted(self, out, server):
        host = rf"\[{server}\]" if ":" in server else server.replace(".", r"\.")
        via = rf"Via: SIP/2\.0/{out} {host}:5060;branch=z9hG4bK[0-9a-zA-Z.\-]+" + (";rport" if out == "UDP" else "")
        step = r"<sip:[^<>;]+:5060(;transport=tcp)?;lr;oh=[^<>]+>"
        record = [f"Record-Route: {step}(, {step})?"] if self.dialog or self.invite else []
        timer = ["Session-Expires: [0-9]+"] if self.invite else []
        return [via, "Max-Breadth: 60", *record, *timer, *self.more]


@dataclass
class Waits:
    """Over TCP: is not a whole message. With `rest` it is, and `then` happens; else the connection is closed."""
    rest: bytes
    then: object


@dataclass
class Several:
    """Over TCP: several requests, then octets that are none, for which the connection is closed."""
    outcomes: list


@dataclass
class Registers:
    """401; with credentials 200, and this and any later response lists the contact so."""
    user: str
    contact: str


@dataclass
class Row:
    udp: object
    why: str
    tcp: object = None
    source: str = TESTER
    port: int = 5060  # 0: the one that it was sent from
    as_any: bool = False  # answered as any valid request of its kind would be, which the RFC calls normal
    role: str = ""  # the RFC's role, where it is another one
    variants: tuple = ()  # what is tried too: its name, {octets: what stands there instead}, outcome


def to(name, protocol="UDP", **more):
    """Forwarded to the host that this name means in torture.py."""
    return Forwarded(f"{protocol} {HOPS[name]} 5060", **more)


def invite(name, protocol="UDP", **more):
    return to(name, protocol, invite=True, **more)


HOPS = {"example.com": "198.51.100.1", "example.net": "198.51.100.2", "example.org": "198.51.100.3", "chair-dnrc.example.com": "198.51.100.4",
        "services.example.com": "198.51.100.5", "registrar.example.com": "198.51.100.6", "host.example.net": "198.51.100.7",
        "company.com": "198.51.100.8"}

NO_DIALOG = Answered(481, "Call/Transaction Does Not Exist")
BAD_URI, BAD_LINE, BAD_LENGTH = Answered(400, "Bad Request-URI"), Answered(400, "Bad Request Line"), Answered(400, "Bad Content-Length", closes=True)
BAD_EXTENSION = Answered(420, "Bad Extension", {"Unsupported": "noProxiesSupportThis, norDoAnyProxiesSupportThis"})
IN_NO_DIALOG = "has a To tag, but no Route of ours: within no dialog that passed here, and nobody uses us as a relay"

PROXY_4475 = {
    # 3.1.1: valid
    "wsinv": Row(NO_DIALOG, IN_NO_DIALOG, source="192.0.2.2", as_any=True,
                 variants=(("as a new call", {" ;   tag    = 1918181833n": ""}, invite("services.example.com")),)),
    "intmeth": Row(to("example.com", dialog=True), "any token is a method, and any of these characters stand in a user part"),
    "esc01": Row(invite("example.net"), "the host is what follows the @, whatever is escaped before it"),
    "escnull": Row(to("example.com"), "another domain's registration"),
    "esc02": Row(to("registrar.example.com", dialog=True), "no REGISTER: methods know no escapes"),
    "lwsdisp": Row(to("example.com"), "read as what is meant"),
    "longreq": Row(invite("example.com", "TCP"), "too long for a datagram (RFC 3261 §18.1.1)"),
    "dblreq": Row(to("example.com"), "what follows in the datagram is dropped; on a stream it is the next request", source="192.0.2.125",
                  tcp=Several([to("example.com"), invite("example.com")])),
    "semiuri": Row(to("example.com"), "semicolon and parameter belong to the user part", source="192.0.2.1"),
    "transports": Row(to("example.com"), "only the top Via is ours to read"),
    "mpart01": Row(Forwarded("TCP 127.0.0.1 5080", {"sip:kumiko@example.org SIP": "sip:127.0.0.1:5080 SIP", "Route: <sip:127.0.0.1:5080>\r\n": ""},
                             more=("Route: <sip:kumiko@example.org>",)),
                   "the next Route is a strict router (RFC 3261 §16.6 step 6); too long for a datagram", source="127.0.0.1", port=0),
    "unreason": Row(Silent(), "a response that nobody waits for", source="192.0.2.198"),
    "noreason": Row(Silent(), "a response that nobody waits for", source="192.0.2.105"),
    # 3.1.2: invalid
    "badinv01": Row(Answered(400, "Bad Via"), "the sent-by can be read, the rest cannot", source="192.0.2.15"),
    "clerr": Row(Answered(400, "Body Shorter Than Content-Length"), "in a datagram nothing more can come; on a stream it may",
                 tcp=Waits(b"x" * (9999 - 154), invite("example.com", "TCP"))),
    "ncl": Row(BAD_LENGTH, "no number", source="192.0.2.53"),
    "scalar02": Row(Answered(400, "Bad CSeq"), "beyond 2**31; the others alone would do no harm"),
    "scalarlg": Row(Silent(), "a broken response"),
    "quotbal": Row(Answered(400, "Bad To"), "where the quotation ends is not guessed", source="192.0.2.59", port=5050),
    "ltgtruri": Row(BAD_URI, "not repaired", source="192.0.2.5"),
    "lwsruri": Row(BAD_URI, "not repaired", source="192.0.2.1"),
    "lwsstart": Row(BAD_LINE, "not repaired"),
    "trws": Row(BAD_LINE, "not repaired"),
    "escruri": Row(BAD_URI, "header fields have no place in a Request-URI, and nobody is made to act on them"),
    "baddate": Row(invite("example.com"), "a proxy does not ask for the date"),
    "regbadct": Row(Answered(400, "Bad Contact"), "a question mark needs angle brackets", source="135.180.130.133"),
    "badaspec": Row(Answered(400, "Bad To"), "not repaired"),
    "baddn": Row(Answered(400, "Bad Header Field"), "the archive's copy has no end of its header part; on a stream that may still come",
                 tcp=Waits(b"\r\n", Answered(400, "Bad To"))),
    "baddn-terminated": Row(Answered(400, "Bad To"), "a display name with a comma needs quotes"),
    "badvers": Row(Answered(505, "Version Not Supported"), "the version is named before all else"),
    "mismatch01": Row(Answered(400, "Bad CSeq"), "two methods"),
    "mismatch02": Row(Answered(400, "Bad CSeq"), "two methods; a proxy knows no unknown ones"),
    "bigcode": Row(Silent(), "a broken response", source="192.0.2.105"),
    "test": Row(Silent(), "without a Via nobody can be answered; no section speaks of it"),
    # 3.2, 3.3, 3.4
    "badbranch": Row(to("example.com"), "matched as RFC 2543 has it", source="192.0.2.1"),
    "insuf": Row(Answered(400, "Missing To"), "the first of what is missing is named", source="192.0.2.95"),
    "unkscm": Row(Answered(416, "Unsupported URI Scheme"), "never routed by To"),
    "novelsc": Row(Answered(416, "Unsupported URI Scheme"), "known, but not to SIP"),
    "unksm2": Row(to("example.com"), "the schemes of From, To and Contact are the registrar's matter", source="192.0.2.21"),
    "bext01": Row(BAD_EXTENSION, "what its Proxy-Require names", port=5061),
    "invut": Row(invite("example.com"), "bodies are for the other end"),
    "regaut01": Row(to("example.com"), "credentials for others go on as they are", source="192.0.2.253"),
    "multi01": Row(Answered(400, "Repeated CSeq"), "neither can be the right one", source="192.0.2.25"),
    "mcl01": Row(Answered(400, "Repeated Content-Length"), "two lengths are none", tcp=BAD_LENGTH),
    "bcast": Row(Silent(), "a response that nobody waits for", source="192.0.2.198"),
    "zeromf": Row(Answered(200, "OK", {"Allow": ".*OPTIONS.*"}), "an OPTIONS without hops left is answered here (RFC 3261 §11)"),
    "cparam01": Row(to("example.com"), "another domain's registration"),
    "cparam02": Row(to("example.com"), "another domain's registration"),
    "regescrt": Row(to("example.com"), "another domain's registration"),
    "sdp01": Row(invite("example.com"), "what is acceptable is for the other end to say", source="192.0.2.15"),
    "inv2543": Row(invite("example.com", more=("Max-Forwards: 70",)), "the rest of the datagram is the body; on a stream its end is not known",
                   tcp=BAD_LENGTH),
}

SIX, SIX_HOP = "2001:db8::9:1", "UDP 2001:db8::10 5060"
PROXY_5118 = {
    "ipv6-good": Row(Forwarded(SIX_HOP), "another registrar's address", source=SIX),
    "ipv6-bad": Row(BAD_URI, "an IPv6 address needs its brackets", source=SIX),
    "port-ambiguous": Row(Forwarded("UDP 2001:db8::10:5070 5060"), "in brackets all is address", source=SIX),
    "port-unambiguous": Row(Forwarded("UDP 2001:db8::10 5070"), "after the bracket stands the port", source=SIX),
    "via-received-param-with-delim": Row(NO_DIALOG, IN_NO_DIALOG, source=SIX, as_any=True,
                                         variants=(("as a new request", {";tag=bd76ya": "", "as3-111": "as3-112"}, Forwarded(SIX_HOP)),)),
    "via-received-param-no-delim": Row(Forwarded(SIX_HOP), "what the sender says of its own address is not believed", source=SIX),
    "ipv6-in-sdp": Row(Forwarded(SIX_HOP, invite=True), "bodies are for the other end", source="2001:db8::20"),
    "mult-ip-in-header": Row(NO_DIALOG, IN_NO_DIALOG, source=SIX, port=6050, as_any=True,
                             variants=(("as a new request", {";tag=9817--94": "", "as3-111": "as3-112"}, to("host.example.net")),)),
    "mult-ip-in-sdp": Row(Forwarded(SIX_HOP, invite=True), "bodies are for the other end", source=SIX),
    "ipv4-mapped-ipv6": Row(invite("example.com"), "an IPv4 sender that writes its address so", source="192.0.2.10", port=19823),
    "ipv6-bug-abnf-3-colons": Row(BAD_URI, "RFC 5954 §3 took the third colon out of the grammar", source=SIX),
    "ipv6-correct-abnf-2-colons": Row(Forwarded("UDP 2001:db8::c000:201 5060"), "the last 32 bits may be written as IPv4", source=SIX),
}

CHALLENGED = Answered(401, "Unauthorized", {"WWW-Authenticate": 'Digest realm="example.com",.*'})
REGISTRAR_4475 = {
    "wsinv": Row(NO_DIALOG, IN_NO_DIALOG, source="192.0.2.2", as_any=True),
    "intmeth": Row(Answered(404, "Not Found"), "for a user of ours it is a proxy's matter, and there is no such user", role="proxy"),
    "escnull": Row(CHALLENGED, "its user, NUL included, has to prove who he is"),
    "esc02": Row(Answered(501, "Not Implemented"), "no REGISTER"),
    "dblreq": Row(CHALLENGED, "what follows in the datagram is dropped; on a stream it is the next request", source="192.0.2.125",
                  tcp=Several([CHALLENGED, Answered(404, "Not Found")])),
    "scalar02": Row(Answered(400, "Bad CSeq"), "beyond 2**31"),
    "regbadct": Row(Answered(400, "Bad Contact"), "a question mark needs angle brackets", source="135.180.130.133"),
    "unkscm": Row(Answered(416, "Unsupported URI Scheme"), "never routed by To"),
    "novelsc": Row(Answered(416, "Unsupported URI Scheme"), "known, but not to SIP"),
    "unksm2": Row(Answered(400, "Bad Request"), "an address of record is a SIP or SIPS URI", source="192.0.2.21"),
    "bext01": Row(BAD_EXTENSION, "for a user of ours it is still a proxy's matter", port=5061),
    "regaut01": Row(CHALLENGED, "a scheme that is not known proves nothing", source="192.0.2.253"),
    "cparam01": Row(Registers("watson", r"<sip:\+19725552222@gw1\.example\.net>;unknownparam;expires=\d+"),
                    "an unknown Contact parameter is not one of the URI"),
    "cparam02": Row(Registers("watson", r"<sip:\+19725552222@gw1\.example\.net;unknownparam>;expires=\d+"), "an unknown URI parameter stays with the URI"),
    "regescrt": Row(Registers("user", r"<sip:user@example\.com\?Route=%3Csip:sip\.example\.com%3E>;expires=\d+"),
                    "header fields of a Contact URI stay with it"),
}

ROWS = {"proxy": {"rfc4475": PROXY_4475, "rfc5118": PROXY_5118}, "registrar": {"rfc4475": REGISTRAR_4475}}
