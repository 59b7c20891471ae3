#!/usr/bin/env python3
"""Prepaid calls end when their credit does: SIPp and baresip phones get a BYE each, after a kill -9 too; many calls of one account spend
what it has and no more; without credit there is a 402.

Usage: billing.py [CASE ...]
"""
import datetime
import json
import re
import select
import signal
import time

from calls import ANSWERED, CALLER, OK, RINGING, Case, ack_of_failure, challenged_invite
from harness import Server, answer, check, main, recv, send, wait_for
from phones import Baresip
from sip import Phone, digest, header, headers, respond, status, unique

MICROS = 1_000_000


def micros(amount):
    """An amount as the server writes it, exactly."""
    sign = -1 if amount.startswith("-") else 1
    whole, _, part = amount.lstrip("-").partition(".")
    return sign * (int(whole) * MICROS + int(part.ljust(6, "0")))


def give_credit(server, amount, tariff="prefix,price_per_minute\nb,0.60\n", users=("alice",)):
    """One prepaid account for these users. By default a second of a call to bob costs 0.01."""
    server.offhook("tariff", "import", "home", "-", "--currency", "EUR", text=tariff)
    server.offhook("account", "add", "acme", "--currency", "EUR", "--prepaid", "--tariff", "home")
    if amount != "0":
        server.offhook("account", "credit", "acme", amount)
    for user in users:
        server.offhook("user", "set", f"{user}@127.0.0.1", "--account", "acme")


def account(server):
    return json.loads(server.offhook("account", "show", "acme", "--json"))


HAS_REASON = '<ereg regexp="SIP;cause=402" search_in="hdr" header="Reason:" check_it="true" assign_to="reason"/>'
CUT = recv(request="BYE", action=HAS_REASON) + '<Reference variables="reason"/>\n' + send(answer("200 OK", tag=False, contact=False), retrans=False)


def seconds_between_ack_and_bye(sipp):
    """As this phone's trace has it."""
    text = open(sipp.messages, errors="replace").read()
    at = {}
    for stamp, first in re.findall(r"-{20,} (\S+[ T]\S+)\n.*?\n\n(\w+) ", text):
        moment = datetime.datetime.fromisoformat(stamp.replace("T", " ")[:26])
        if first in ("ACK", "BYE"):
            at.setdefault(first, moment)
    return (at["BYE"] - at["ACK"]).total_seconds()


def check_cut(server, *phones):
    record = server.record(user=CALLER, status=200)
    check(record["end"] == "credit" and record["rule"] == "no_credit" and record["seconds"] == 10, f"wrong record {record}")
    check(micros(record["price"]) == micros("0.10"), f"wrong price {record}")
    left = account(server)
    check(micros(left["balance"]) == 0 and micros(left["reserved"]) == 0, f"wrong balance {left}")
    for phone in phones:
        seconds = seconds_between_ack_and_bye(phone)
        print(f"{phone.name}: BYE {seconds:.2f} s after the ACK")
        check(9 <= seconds <= 11, f"{phone.name} got its BYE after {seconds:.2f} s")


def cut(folder, transport):
    """Credit for 10 s: the server says BYE to both phones."""
    case = Case(folder, transport)
    give_credit(case.server, "0.10")
    callee = case.callee(recv(request="INVITE") + RINGING + OK + recv(request="ACK") + CUT)
    caller = case.caller(challenged_invite() + ANSWERED + CUT)
    caller.done()
    callee.done()
    check_cut(case.server, caller, callee)
    case.end()


def cut_after_kill(folder):
    """The same, with a kill -9 while they talk."""
    case = Case(folder, "udp")
    give_credit(case.server, "0.10")
    callee = case.callee(recv(request="INVITE") + RINGING + OK + recv(request="ACK") + CUT)
    caller = case.caller(challenged_invite() + ANSWERED + CUT)
    wait_for("a call in progress", lambda: any(r["status"] == 200 for r in case.server.records()), 10)
    begin = time.monotonic()
    wait_for("some seconds of talk", lambda: time.monotonic() - begin > 3, 4)
    case.server.process.send_signal(signal.SIGKILL)
    case.server.process.wait()
    case.server.start()
    caller.done()
    callee.done()
    check_cut(case.server, caller, callee)
    case.end()


def no_credit(folder):
    """402 with a Warning, and the record names the rule; a blocked destination gets 403."""
    case = Case(folder, "udp")
    give_credit(case.server, "0")
    warned = '<ereg regexp="399 127.0.0.1 .The credit does not pay" search_in="hdr" header="Warning:" check_it="true" assign_to="warning"/>'
    case.call(challenged_invite() + recv(response=402, action=warned) + '<Reference variables="warning"/>\n' + ack_of_failure(2))
    record = case.server.record(user=CALLER, status=402)
    check(record["end"] == "refused" and record["rule"] == "no_credit", f"wrong record {record}")
    case.server.offhook("account", "credit", "acme", "1")
    case.server.offhook("account", "set", "acme", "--blocked", "bo")
    case.call(challenged_invite() + recv(response=403) + ack_of_failure(2), name="blocked")
    check(case.server.record(user=CALLER, status=403)["rule"] == "blocked_prefix", "wrong rule")
    case.end()


def baresip(folder):
    """Two real phones: both are told, and both know that it is over."""
    server = Server(folder).start()
    for user in ("alice", "bob"):
        server.add_user(user, "secret")
    give_credit(server, "0.10")
    alice, bob = Baresip(folder, server, "alice", 440), Baresip(folder, server, "bob", 880, answer="auto")
    said = lambda phone, word: word in open(phone.log, errors="replace").read()
    try:
        bob.start(), alice.start()
        wait_for("two registrations", lambda: len(server.registrations()) == 2, 20)
        alice.command("dial", f"sip:bob@{server.domain}")
        wait_for("established call", lambda: said(alice, "stablished"), 15)
        begin = time.monotonic()
        for phone in (alice, bob):
            wait_for(f"end of the call at {phone.name}", lambda: said(phone, "session closed") or said(phone, "terminated"), 15)
            lasted = time.monotonic() - begin
            print(f"{phone.name}: closed after {lasted:.2f} s")
            check(9 <= lasted <= 11, f"{phone.name} was told after {lasted:.2f} s")
        check_cut(server)
        check(server.stop() == 0, "offhookd ended with an error")
    finally:
        alice.stop(), bob.stop()


class Crowd:
    """Two sockets as many phones: everybody calls, nobody hangs up."""

    def __init__(self, server, calls):
        self.server, self.uri = server, "sip:bob@127.0.0.1"
        self.caller, self.callee = Phone(("127.0.0.1", server.port)), Phone(("127.0.0.1", server.port))
        check(status(self.callee.register("bob", "secret")) == 200, "bob is not registered")
        self.calls = {unique("call"): {"tag": unique("f"), "cseq": 1, "status": 0, "byes": set()} for _ in range(calls)}
        for call_id in self.calls:
            self.invite(call_id)

    def invite(self, call_id, credentials=""):
        call = self.calls[call_id]
        call["branch"] = "z9hG4bK" + unique("b")
        self.caller.send(self.caller.request("INVITE", self.uri, "alice", call["cseq"], to=self.uri, call_id=call_id, from_tag=call["tag"], branch=call["branch"], extra=credentials))

    def on_response(self, text):
        call_id = header(text, "Call-ID")
        call, code = self.calls[call_id], status(text)
        if code < 200 or header(text, "CSeq") != f"{call['cseq']} INVITE":
            return
        to_tag = header(text, "To").partition(";tag=")[2]
        same = dict(to=self.uri, call_id=call_id, from_tag=call["tag"], to_tag=to_tag)
        if code == 200:
            routes = "".join(f"Route: {r}\r\n" for r in reversed(headers(text, "Record-Route")))
            self.caller.send(self.caller.request("ACK", header(text, "Contact").strip("<>"), "alice", call["cseq"], extra=routes, **same))
            call["status"] = 200
            return
        self.caller.send(self.caller.request("ACK", self.uri, "alice", call["cseq"], branch=call["branch"], **same))
        if code == 407 and call["cseq"] == 1:
            call["cseq"] = 2
            return self.invite(call_id, "Proxy-Authorization: " + digest(header(text, "Proxy-Authenticate"), "alice", "secret", "INVITE", self.uri) + "\r\n")
        call["status"] = code

    def on_message(self, phone, text):
        if status(text):
            return self.on_response(text) if phone is self.caller else None
        method = text.split(" ", 1)[0]
        if method == "BYE":
            self.calls[header(text, "Call-ID")]["byes"].add(phone.port)
        if method != "ACK":
            phone.send(respond(text, "200 OK", phone.port, to_tag="callee"))

    def over(self):
        return all(c["status"] >= 300 or len(c["byes"]) == 2 for c in self.calls.values())

    def run(self, until, limit):
        end = time.monotonic() + limit
        phones = {p.socket: p for p in (self.caller, self.callee)}
        while not until():
            check(time.monotonic() < end, f"not over within {limit} s: {self.calls}")
            for ready in select.select(list(phones), [], [], 0.02)[0]:
                self.on_message(phones[ready], ready.recv(65535).decode("latin-1"))


def crowd(folder):
    """50 calls at once: what they cost and what is left is what was paid in, and what is left buys no further increment."""
    server = Server(folder, extra='[charging]\nslice = "5s"\n').start()
    for user in ("alice", "bob"):
        server.add_user(user, "secret")
    deposit, increment = "1.00", 7 * 70_000 / 60  # 7 s at 0.07 a minute
    give_credit(server, deposit, "prefix,price_per_minute,first_increment,increment\nb,0.07,7,7\n")
    calls = Crowd(server, 50)
    seen = []

    def watched():
        if not seen or time.monotonic() - seen[-1][0] > 0.5:
            now = account(server)
            seen.append((time.monotonic(), micros(now["balance"]), micros(now["reserved"])))
        return calls.over()

    calls.run(watched, 60)
    wait_for("ends on record", lambda: len([r for r in server.records_all() if r["end"] not in ("none", "", None) and r["status"] != 407]) == 50, 10)
    rows = server.records_all()
    prices = sum(micros(r["price"]) for r in rows if r["price"])
    left = account(server)
    balance = micros(left["balance"])
    ends = {end: sum(r["end"] == end for r in rows) for end in {r["end"] for r in rows}}
    print(f"{len(rows)} records {ends}: prices {prices / MICROS}, balance {balance / MICROS}, least seen {min(b for _, b, _ in seen) / MICROS}")
    check(prices + balance == micros(deposit), f"{prices} + {balance} is not {deposit}")
    check(all(b >= 0 and b >= r for _, b, r in seen), f"overspent: {seen}")
    check(micros(left["reserved"]) == 0, f"still reserved: {left}")
    check(0 <= balance < increment, f"{balance} would have bought another increment of {increment}")
    check(all(c["status"] == 200 for c in calls.calls.values()), "a call was refused though its slice could be paid for")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    cases = {f"cut-{transport}": lambda folder, transport=transport: cut(folder, transport) for transport in ("udp", "tcp")}
    main({**cases, "cut_after_kill": cut_after_kill, "no_credit": no_credit, "baresip": baresip, "crowd": crowd})
