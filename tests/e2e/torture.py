#!/usr/bin/env python3
"""What the whole server does with each message of RFC 4475 and RFC 5118: a status, silence, or what reaches the next hop.

Usage: torture.py proxy|registrar.udp|tcp.rfc4475|rfc5118.NAME...; torture_outcomes.py holds the table. Every message is sent byte for byte, from
the address that its top Via names, to a server in a network of its own where every name of the messages leads to a socket of this test.
As `proxy` the server's own domain is none of the messages', and every sender is trusted; as `registrar` it is example.com.
"""
import json
import os
import re
import socket
import sys

import private_network
from harness import Missing, Server, check, main, wait_for
from private_network import Ears, Names, Stream, bound, sent
from sip import digest, unique
from torture_outcomes import HOPS, ROWS, Answered, Forwarded, Registers, Several, Silent, Waits

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance/data")
IPV6_HOPS = ["2001:db8::10", "2001:db8::10:5070", "2001:db8::c000:201"]  # the last is what RFC 5118 writes as 2001:db8::192.0.2.1
SERVERS = {4: "192.0.2.250", 6: "2001:db8::250"}
COMPACT = {b"v": b"via", b"f": b"from", b"t": b"to", b"i": b"call-id", b"m": b"contact", b"l": b"content-length", b"c": b"content-type",
           b"s": b"subject"}
LIMIT = 10.0


# ---- messages as octets ----------------------------------------------------------------------------------------------------------

def fields(message):
    """(name in lower case and full, the field's lines, its value) of each header field."""
    lines = message.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    joined = []
    for line in lines:
        if line[:1] in b" \t" and joined and line:
            joined[-1].append(line)
        else:
            joined.append([line])
    out = []
    for group in joined:
        name, _, value = b"\r\n".join(group).partition(b":")
        name = name.strip().lower()
        out.append((COMPACT.get(name, name), group, value.strip()))
    return out


def values(message, name):
    return [value for n, _, value in fields(message) if n == name]


def first(message, name):
    return (values(message, name) or [b""])[0]


def status(message):
    m = re.match(rb"SIP/2.0 ([0-9]{3}) ", message)
    return int(m[1]) if m else 0


def body(message):
    return message.partition(b"\r\n\r\n")[2]


def options(server, source, port, protocol):
    host = lambda a: f"[{a}]" if ":" in a else a
    return (f"OPTIONS sip:{host(server)} SIP/2.0\r\nVia: SIP/2.0/{protocol} {host(source)}:{port};branch=z9hG4bK{unique('o')};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:tester@tester.invalid>;tag={unique('t')}\r\nTo: <sip:{host(server)}>\r\nCall-ID: {unique('alive')}\r\n"
            "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n").encode()


def two_hundred(request, tag=b"callee"):
    """A 200 as the next hop writes it: the lines that a response copies, as they came."""
    copied = [line for name, lines, _ in fields(request) if name in (b"via", b"from", b"call-id", b"cseq", b"record-route") for line in lines]
    to = [b"\r\n".join(lines) for name, lines, _ in fields(request) if name == b"to"][0]
    to += b"" if re.search(rb";\s*tag\s*=", to) else b";tag=" + tag
    return b"\r\n".join([b"SIP/2.0 200 OK", *copied, to, b"Contact: <sip:callee@198.51.100.1>", b"Content-Length: 0", b"", b""])


def marked(lines, source, rport):
    """The top Via field as it goes on: received where it names somebody else, the port where that is asked for (RFC 3261 §18.2.1, RFC 3581 §4)."""
    via = b"\r\n".join(lines)
    host = re.search(rb"SIP\s*/\s*2\.0\s*/\s*\S+\s+(\[[^]]*\]|[^\s;:,]+)", via)[1].decode().strip("[]")
    asked = re.search(rb";\s*rport\b", via)
    if host == source and not asked:
        return re.sub(rb";received=[^;,\s]*", b"", via).split(b"\r\n")
    via = re.sub(rb";(received=[^;,\s]*|rport\b)", b"", via) + b";received=" + source.encode() + (b";rport=%d" % rport if asked else b"")
    return via.split(b"\r\n")


def whole(data):
    """The first message of what was sent on a stream, and the rest."""
    start = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    end = len(start) + int(first(data, b"content-length") or 0)
    return data[:end], data[end:].lstrip(b"\r\n")


# ---- one case --------------------------------------------------------------------------------------------------------------------

class World:
    """The server, the names and the next hops that a message may meet."""

    def __init__(self, folder, role):
        sources = {row.source for rows in ROWS[role].values() for row in rows.values()}
        private_network.add_addresses(sorted(sources | {*HOPS.values(), *IPV6_HOPS, *SERVERS.values()}))
        self.names = Names(HOPS)
        self.hops = Ears()
        for address in [*HOPS.values(), *IPV6_HOPS]:
            self.hops.listen(address, 5060)
        self.hops.listen("2001:db8::10", 5070)
        self.hops.listen("127.0.0.1", 5080)
        listeners = "".join(f'[[listen]]\nprotocol = "{p}"\naddress = "[{SERVERS[6]}]:5060"\n' for p in ("udp", "tcp"))
        # One shard: then what was sent first on a socket has been dealt with when what was sent next is answered.
        extra = listeners + '[proxy]\nfollow_foreign_routes = true\n[runtime]\ndns_servers = "127.0.0.53"\ndrain_limit = "0s"\nidle_limit = "3s"\n'
        self.server = Server(folder, extra=extra, auth='trusted = ["0.0.0.0/0", "::/0"]', address=SERVERS[4], port=5060, shards=1,
                             domain="example.com" if role == "registrar" else "offhook.invalid",
                             domains=["registrar.example.com"] if role == "registrar" else []).start()

    def sent(self):
        """What was sent so far, all of it: the system counts a datagram a moment after its receiver can have it, so the server has to sleep first."""
        wait_for("server whose every thread sleeps", self.server.sleeps)
        return sent(self.names)

    def alive(self, server, source):
        """An OPTIONS over flows of its own is answered."""
        for kind, protocol in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")):
            with bound(kind, source, 0) as s:
                s.settimeout(LIMIT)
                s.connect((server, 5060))
                s.sendall(options(server, source, s.getsockname()[1], protocol))
                answer = s.recv(65535)
                check(status(answer) == 200, f"the server should be alive over {protocol}: {answer!r}")


class Case:
    """A message on its way to a server: what was sent, and what has to become of it."""

    def __init__(self, world, row, message, protocol):
        self.world, self.row, self.message, self.protocol, self.source = world, row, message, protocol, row.source
        self.unsent, self.answer, self.reached, self.closed_early = message, b"", b"", False
        self.server = SERVERS[6 if ":" in row.source else 4]
        self.catchers = Ears()
        for port in (5050, 5060, 5061, 5070, 6050, 19823):
            self.catchers.listen(row.source, port)
        self.socket = bound(socket.SOCK_DGRAM if protocol == "UDP" else socket.SOCK_STREAM, row.source, 0)
        self.port = self.socket.getsockname()[1]
        self.socket.connect((self.server, 5060))
        self.stream = Stream(self.socket)

    def close(self):
        self.socket.close()
        self.catchers.close()

    def transmit(self):
        self.socket.sendall(self.unsent) if self.unsent else None
        self.unsent = b""

    def at_the_sender(self, limit=LIMIT):
        """The next message on the socket that sent."""
        if self.protocol == "TCP":
            return self.stream.message(limit)
        self.socket.settimeout(limit)
        try:
            return self.socket.recv(65535)
        except TimeoutError:
            return b""

    def response(self):
        """The next final response, wherever it is due: on the connection while that lives, else at the port of the top Via (RFC 3261 §18.2.2)."""
        while True:
            if (self.protocol == "TCP" and not self.closed_early) or not self.row.port:
                message = self.at_the_sender()
            else:
                arrival = self.catchers.receive(LIMIT)
                message = arrival.bytes if arrival else b""
                check(not arrival or arrival.port == self.row.port, f"the response was due at port {self.row.port}, it came to {arrival}")
                check(not arrival or arrival.protocol == self.protocol, f"the response came over another protocol: {arrival}")
                from_us = arrival and arrival.sender[0] == self.server and (self.protocol == "TCP" or arrival.sender[1] == 5060)
                check(not arrival or from_us, f"the response came from elsewhere: {arrival}")
            if not message:
                raise Missing(f"no response came to {self.source}, port {self.row.port or self.port}, over {self.protocol}")
            if status(message) >= 200:
                return message

    def nothing_more(self):
        """Asks a question after it: when that is answered, the server is done with what came before, and nothing else has come of it."""
        self.socket.sendall(options(self.server, self.source, self.port, self.protocol))
        while True:
            message = self.at_the_sender()
            if status(message) == 200 and b"alive" in first(message, b"call-id"):
                break
            check(message and message == self.answer, f"on its own socket the sender got {message!r}")  # a failed INVITE's response is repeated
        for name, ears in (("the next hops", self.world.hops), ("the sender's ports", self.catchers)):
            while arrival := ears.receive(0):
                check(arrival.bytes in (self.answer, self.reached), f"at {name} came {arrival}")

    def closed(self):
        """The server has closed the connection, and given no final response more."""
        while (message := self.at_the_sender()) and status(message) < 200:
            pass
        left = message or self.stream.data
        check(self.stream.closed and not left, f"the connection should have been closed, its last octets are {left!r}")

    # -- what may become of it

    def run(self, outcome):
        before = self.world.sent()
        {Answered: self.answered, Silent: self.silent, Forwarded: self.forwarded, Waits: self.waits, Several: self.several,
         Registers: self.registers}[type(outcome)](outcome)
        after = self.world.sent()
        if isinstance(outcome, (Answered, Silent)):
            check(after.connections == before.connections and after.queries == before.queries, f"somebody was looked for: {before} {after}")
        if isinstance(outcome, Silent):
            own = 3 if self.protocol == "UDP" else 0  # the message, and nothing_more()'s question with its answer
            check(after.datagrams == before.datagrams + own, f"something was sent: {before} {after}")

    def silent(self, _):
        self.transmit()
        self.nothing_more()

    def answered(self, outcome, last=True):
        self.transmit()
        self.answer = answer = self.response()
        line = answer.split(b"\r\n")[0].decode()
        check(line == f"SIP/2.0 {outcome.status} {outcome.phrase}", f"{outcome.status} {outcome.phrase} was due: {answer!r}")
        for name, value in outcome.headers.items():
            there = ", ".join(v.decode() for v in values(answer, name.lower().encode()))
            check(re.fullmatch(value, there), f"{name} should be {value}, not {there}: {answer!r}")
        for name in (b"from", b"call-id", b"cseq"):
            for mine, theirs in list(zip(values(self.message, name), values(answer, name)))[:1]:
                check(mine.split() == theirs.split(), f"{name.decode()} was {mine!r}, the response has {theirs!r}")
        if last:
            self.closed() if self.protocol == "TCP" and outcome.closes else self.nothing_more()

    def forwarded(self, outcome, last=True):
        self.transmit()
        while (arrival := self.world.hops.receive(LIMIT)) and arrival.bytes == self.reached:
            pass  # sent again, since this test was slow to answer
        if arrival is None:
            said = self.at_the_sender(0.1) or self.catchers.receive(0)
            raise Missing(f"nothing arrived at {outcome.to}; the sender was told {said!r}")
        check(f"{arrival.protocol} {arrival.address} {arrival.port}" == outcome.to, f"{outcome.to} was the next hop, it went to {arrival}")
        self.reached = arrival.bytes
        self.compare(arrival, outcome)
        arrival.answer(two_hundred(arrival.bytes))
        self.answer = answer = self.response()
        check(answer.startswith(b"SIP/2.0 200 OK\r\n"), f"the 200 of the next hop should have come back: {answer!r}")
        wanted = [b"\r\n".join(lines) for name, lines, _ in fields(self.expected()) if name == b"via"]
        got = [b"\r\n".join(lines) for name, lines, _ in fields(answer) if name == b"via"]
        check(got == wanted, f"the 200 should have the Via fields {wanted}, not {got}")
        if last:
            self.nothing_more()

    def expected(self):
        """The message as the server has it: its top Via marked."""
        top = next(lines for name, lines, _ in fields(self.message) if name == b"via")
        return self.message.replace(b"\r\n".join(top), b"\r\n".join(marked(top, self.source, self.port)), 1)

    def whole(self):
        return whole(self.message)[0] if values(self.message, b"content-length") else self.message

    def compare(self, arrival, outcome):
        """What arrived is what was sent, octet for octet, but for what a proxy has to change (RFC 3261 §16.6)."""
        check(body(arrival.bytes) == body(self.whole()), f"the body was changed: {arrival.bytes!r}")
        head = self.expected().partition(b"\r\n\r\n")[0]
        left = int(first(self.message, b"max-forwards") or 71) - 1
        head = re.sub(rb"(?im)^(max-forwards\s*:\s*)0*[0-9]+", lambda m: m[1] + b"%d" % left, head)
        for old, new in outcome.changes.items():
            check(old.encode() in head, f"{old!r} is not in the message")
            head = head.replace(old.encode(), new.encode(), 1)
        lines, inserted = head.split(b"\r\n"), []
        for line in arrival.bytes.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            if lines and lines[0] == line:
                lines.pop(0)
            else:
                inserted.append(line.decode())
        check(not lines, f"{lines[:1]} was changed on the way: {arrival.bytes!r}")
        patterns = outcome.inserted(arrival.protocol, SERVERS[6 if ":" in arrival.address else 4])
        unmatched = [line for line in inserted if not any(re.fullmatch(p, line) for p in patterns)]
        missing = [p for p in patterns if sum(bool(re.fullmatch(p, line)) for line in inserted) != 1]
        check(not unmatched and not missing, f"inserted that should not be: {unmatched}; not inserted once: {missing}: {arrival.bytes!r}")

    def waits(self, outcome):
        """On a stream: what is there is no message yet. When the rest comes, it is one; where none comes, the connection ends."""
        before = self.world.sent()
        start = self.message
        self.transmit()
        self.world.alive(self.server, self.source)
        after = self.world.sent()
        check((after.datagrams, after.connections) == (before.datagrams + 2, before.connections + 1), f"something was sent: {before} {after}")
        check(not self.world.hops.receive(0), "something reached a next hop")
        self.message, self.unsent = start + outcome.rest, outcome.rest
        self.run(outcome.then)
        self.close()
        late = Case(self.world, self.row, start, self.protocol)
        late.transmit()
        late.closed()

    def several(self, outcome):
        """On a stream: one request after the other, and then what is none, which ends the connection."""
        rest = self.message
        for one in outcome.outcomes:
            self.message, rest = whole(rest)
            # What waits for the next hop, or for a record to be on disk, comes when the connection is closed.
            self.closed_early = isinstance(one, Forwarded) or self.message.startswith(b"INVITE")
            (self.forwarded if isinstance(one, Forwarded) else self.answered)(one, last=False)
        self.closed()

    def registers(self, outcome):
        """401, then the same again with credentials: 200, which lists the contact as a later request does that only asks."""
        self.world.server.add_user(outcome.user, "secret")
        self.answered(Answered(401, "Unauthorized", {"WWW-Authenticate": "Digest .*"}))
        request, number = fields(self.message), int(first(self.message, b"cseq").split()[0])
        line, challenge = self.message.split(b"\r\n")[0], first(self.answer, b"www-authenticate").decode()
        for nc, left_out in ((1, [b"cseq", b"authorization"]), (2, [b"cseq", b"authorization", b"contact"])):
            credentials = digest(challenge, outcome.user, "secret", "REGISTER", "sip:example.com", nc=nc, cnonce=f"c{nc}")
            lines = [line for name, group, _ in request if name not in left_out for line in group]
            text = b"\r\n".join([line, *lines, b"CSeq: %d REGISTER" % (number + nc), f"Authorization: {credentials}".encode(), b"", b""])
            self.message = self.unsent = re.sub(rb"(?<=branch=)[^;,\s]+", b"z9hG4bK" + unique("r").encode(), text, count=1)
            self.answered(Answered(200, "OK", {"Contact": outcome.contact}))


def allowed(verdict, outcome, row):
    """Whether the RFC lets the server do that: the statuses that cases.json lists for its role, `normal`, `drop`."""
    verdicts = verdict if isinstance(verdict, list) else [verdict]
    if isinstance(outcome, Answered):
        return outcome.status in verdicts or (row.as_any and "normal" in verdicts)
    if isinstance(outcome, Silent):
        return any(str(v).endswith("drop") for v in verdicts)
    if isinstance(outcome, Registers):
        return 200 in verdicts and 401 in verdicts
    return isinstance(outcome, (Waits, Several)) or "normal" in verdicts


def run(folder, role, protocol, rfc, name):
    with open(os.path.join(DATA, rfc, "cases.json")) as f:
        case = next((c for c in json.load(f)["cases"] if c["file"] == name + ".dat"), {})
    with open(os.path.join(DATA, rfc, name + ".dat"), "rb") as f:
        message = f.read()
    row = ROWS[role][rfc][name]
    outcome = row.tcp if protocol == "tcp" and row.tcp else row.udp
    verdict = case.get("expect", [400, "drop"])  # a member of the archive that no section speaks of
    verdict = verdict[row.role or role] if isinstance(verdict, dict) else verdict
    framing = protocol == "tcp" and case.get("on_stream_transport")  # there the end of the message is another question
    check(framing or allowed(verdict, outcome, row), f"{outcome} is none of what the RFC lets it do: {verdict}")
    world = World(folder, role)
    one = Case(world, row, message, protocol.upper())
    one.run(outcome)
    one.close()
    for why, changes, then in row.variants:
        changed = message
        for old, new in changes.items():
            check(old.encode() in changed, f"{why}: {old!r} is not in the message")
            changed = changed.replace(old.encode(), new.encode())
        other = Case(world, row, changed, protocol.upper())
        other.run(then)
        other.close()
        print(f"{why}: {then}")
    for family in (4, 6):
        world.alive(SERVERS[family], row.source if (":" in row.source) == (family == 6) else {4: "127.0.0.1", 6: "::1"}[family])
    check(world.server.stop() == 0, "offhookd ended with an error")
    print(f"{role} {protocol} {rfc} §{case.get('section', '-')} {name}: {outcome}: {row.why}")


def cases():
    for role, rfcs in ROWS.items():
        for rfc, rows in rfcs.items():
            for name in rows:
                for protocol in ("udp", "tcp"):
                    yield f"{role}.{protocol}.{rfc}.{name}", lambda folder, at=(role, protocol, rfc, name): run(folder, *at)


if __name__ == "__main__":
    private_network.enter()
    main(dict(cases()))
