"""A few lines of SIP for tests that must say exactly which octets they send: requests, responses, digest, over UDP."""
import hashlib
import itertools
import os
import re
import select
import socket
import time

_numbers = itertools.count(1)
RUN = os.urandom(4).hex()


def unique(prefix="x"):
    return f"{prefix}{RUN}{next(_numbers)}"


def headers(text, name):
    """The values of all header fields of this name, in order."""
    head = text.split("\r\n\r\n", 1)[0]
    return [m.group(1).strip() for m in re.finditer(rf"(?im)^{re.escape(name)}\s*:(.*)$", head)]


def header(text, name):
    return (headers(text, name) or [""])[0]


def status(text):
    return int(text.split(" ", 2)[1]) if text.startswith("SIP/2.0 ") else 0


def digest(challenge, user, password, method, uri, nc=1, cnonce="0a4f113b"):
    """The value of Authorization for an MD5 challenge."""
    get = lambda name: (re.search(rf'{name}="?([^",]+)', challenge) or [None, ""])[1]
    md5 = lambda s: hashlib.md5(s.encode()).hexdigest()
    realm, nonce = get("realm"), get("nonce")
    ha1, ha2 = md5(f"{user}:{realm}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{nonce}:{nc:08x}:{cnonce}:auth:{ha2}")
    return (f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc={nc:08x}, cnonce="{cnonce}"')


class Phone:
    """A UDP socket that speaks to one server."""

    def __init__(self, server_address, address="127.0.0.1", port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((address, port))
        self.socket.connect(server_address) if server_address else None
        self.server = server_address
        self.address, self.port = self.socket.getsockname()

    def request(self, method, uri, user, cseq=1, to=None, call_id=None, from_tag=None, to_tag="", branch=None, domain="127.0.0.1", extra="", body="", via_extra=";rport"):
        to = to or f"sip:{user}@{domain}"
        call_id, from_tag, branch = call_id or unique("call"), from_tag or unique("f"), branch or "z9hG4bK" + unique("b")
        return (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.address}:{self.port};branch={branch}{via_extra}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{user}@{domain}>;tag={from_tag}\r\nTo: <{to}>{';tag=' + to_tag if to_tag else ''}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:{user}@{self.address}:{self.port}>\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}")

    def send(self, text):
        data = text.encode("latin-1")
        self.socket.send(data) if self.server else None

    def receive(self, limit=2.0):
        """The next message, or an empty text after `limit` seconds."""
        readable, _, _ = select.select([self.socket], [], [], limit)
        return self.socket.recv(65535).decode("latin-1") if readable else ""

    def waiting(self):
        """What has come and was not read yet."""
        out = []
        while True:
            text = self.receive(0)
            if not text:
                return out
            out.append(text)

    def transact(self, text, limit=5.0):
        """Sends a request until its final response comes (timer E's intervals), and returns that."""
        call_id, cseq = header(text, "Call-ID"), header(text, "CSeq")
        end, interval, resend = time.monotonic() + limit, 0.5, 0
        while time.monotonic() < end:
            if time.monotonic() >= resend:
                self.send(text)
                resend, interval = time.monotonic() + interval, min(4, interval * 2)
            reply = self.receive(max(0.0, min(resend, end) - time.monotonic()))
            if reply and status(reply) >= 200 and header(reply, "Call-ID") == call_id and header(reply, "CSeq") == cseq:
                return reply
        return ""

    def register(self, user, password, domain="127.0.0.1", expires=3600, contact=None, call_id=None, cseq=1):
        """REGISTER with digest; the final response."""
        uri, call_id, tag = f"sip:{domain}", call_id or unique("reg"), unique("f")
        extra = f"Expires: {expires}\r\n"
        make = lambda number, more: self.request("REGISTER", uri, user, number, call_id=call_id, from_tag=tag, domain=domain, extra=extra + more).replace(
            f"Contact: <sip:{user}@{self.address}:{self.port}>", f"Contact: {contact or f'<sip:{user}@{self.address}:{self.port}>'}")
        reply = self.transact(make(cseq, ""))
        if status(reply) != 401:
            return reply
        credentials = digest(header(reply, "WWW-Authenticate"), user, password, "REGISTER", uri)
        return self.transact(make(cseq + 1, f"Authorization: {credentials}\r\n"))


def respond(request, line, port, to_tag="", extra="", body=""):
    """The octets of a response to a request."""
    copied = "".join(f"{name}: {value}\r\n" for name in ("Via", "Record-Route", "From", "Call-ID", "CSeq") for value in headers(request, name))
    to = header(request, "To")
    if to_tag and ";tag=" not in to:
        to += ";tag=" + to_tag
    return f"SIP/2.0 {line}\r\n{copied}To: {to}\r\nContact: <sip:callee@127.0.0.1:{port}>\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
