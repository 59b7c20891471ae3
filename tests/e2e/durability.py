#!/usr/bin/env python3
"""What was acknowledged survives (design rule 4).

kill: `kill -9` in the middle of 200 registrations/s and 50 calls/s, restart, again and again: no acknowledged binding is missing, no
acknowledged removal is back, no acknowledged final response (other than 401 and 407) is without its record.
order: an strace of 100 calls and registrations: no answer leaves before the fdatasync that covers its row.
locked: another program keeps the database locked until the end of offhookd: the log has the record of the call that ended meanwhile.

Usage: durability.py [kill|order|locked]; OFFHOOK_KILLS sets the number of kills (default 3).
"""
import contextlib
import os
import random
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time

from harness import BIN, Server, free_port, check, main, wait_for
from sip import RUN, digest, header, headers, respond, status, unique, Phone

USERS = 40


class Storm:
    """One socket as many phones: registrations and calls at a rate, until told to stop; keeps what the server acknowledged."""

    def __init__(self, port, state):
        self.phone = Phone(("127.0.0.1", port))
        self.port = port
        self.state = state          # user -> (acknowledged contact or None, contacts that may be there as well)
        self.busy = {}              # user -> Call-ID of the registration under way
        self.pending = {}           # Call-ID -> what is under way
        self.finals = {}            # Call-ID of acknowledged calls -> status
        self.acknowledged = 0
        self.serial = 0

    def start_registration(self):
        free = [u for u in self.state if u not in self.busy]
        if not free:
            return
        user = random.choice(free)
        self.serial += 1
        # A removal of nothing changes nothing, so it promises nothing and need not wait for the disk.
        remove = self.state[user][0] is not None and random.random() < 0.3
        contact = f"sip:{user}@127.0.0.1:{self.phone.port};n={self.serial}"
        call_id, tag = unique("reg"), unique("f")
        self.busy[user] = call_id
        # Everything is replaced: "*" goes first as a de-registration of its own, so that one contact is the whole truth.
        self.pending[call_id] = {"kind": "register", "user": user, "contact": None if remove else contact, "tag": tag, "cseq": 1, "due": time.monotonic()}
        known = self.state[user]
        known[1].add(None if remove else contact)
        self.send_registration(call_id, "")

    def send_registration(self, call_id, credentials):
        p = self.pending[call_id]
        user = p["user"]
        contact = "*" if p["contact"] is None else f"<{p['contact']}>"
        expires = 0 if p["contact"] is None else 3600
        text = self.phone.request("REGISTER", "sip:127.0.0.1", user, p["cseq"], call_id=call_id, from_tag=p["tag"], extra=f"Expires: {expires}\r\n{credentials}")
        self.phone.send(re.sub(r"(?m)^Contact: .*\r$", f"Contact: {contact}\r", text))

    def start_call(self):
        call_id, tag = unique("call"), unique("f")
        callee = f"u{random.randrange(USERS)}"
        self.pending[call_id] = {"kind": "call", "tag": tag, "cseq": 1, "callee": callee, "branch": "z9hG4bK" + unique("b")}
        self.send_invite(call_id, "")

    def send_invite(self, call_id, credentials):
        p = self.pending[call_id]
        p["branch"] = "z9hG4bK" + unique("b")
        self.phone.send(self.phone.request("INVITE", f"sip:{p['callee']}@127.0.0.1", "u0", p["cseq"], to=f"sip:{p['callee']}@127.0.0.1", call_id=call_id, from_tag=p["tag"], branch=p["branch"],
                                           extra=credentials))

    def on_message(self, m):
        if not m.startswith("SIP/2.0"):
            return self.on_request(m)
        call_id, code = header(m, "Call-ID"), status(m)
        p = self.pending.get(call_id)
        if p is None or code < 200:
            return
        if p["kind"] == "register":
            if header(m, "CSeq") != f"{p['cseq']} REGISTER":
                return
            if code == 401 and p["cseq"] == 1:
                p["cseq"] = 2
                return self.send_registration(call_id, "Authorization: " + digest(header(m, "WWW-Authenticate"), p["user"], "secret", "REGISTER", "sip:127.0.0.1") + "\r\n")
            self.pending.pop(call_id)
            self.busy.pop(p["user"], None)
            if code == 200:
                self.acknowledged += 1
                self.state[p["user"]] = (p["contact"], set())
        else:
            self.on_call_response(m, call_id, code, p)

    def on_call_response(self, m, call_id, code, p):
        cseq = header(m, "CSeq")
        to_tag = header(m, "To").partition(";tag=")[2]
        uri = f"sip:{p['callee']}@127.0.0.1"
        if "INVITE" in cseq:
            if code == 200:
                routes = "".join(f"Route: {r}\r\n" for r in reversed(headers(m, "Record-Route")))
                target = header(m, "Contact").strip("<>")
                more = dict(to=uri, call_id=call_id, from_tag=p["tag"], to_tag=to_tag, extra=routes)
                self.phone.send(self.phone.request("ACK", target, "u0", p["cseq"], **more))
                if call_id not in self.finals:
                    self.finals[call_id] = 200
                    self.phone.send(self.phone.request("BYE", target, "u0", p["cseq"] + 1, **more))
                return
            self.phone.send(self.phone.request("ACK", uri, "u0", p["cseq"], to=uri, call_id=call_id, from_tag=p["tag"], to_tag=to_tag, branch=p["branch"]))
            if code == 407 and p["cseq"] == 1:
                p["cseq"] = 2
                return self.send_invite(call_id, "Proxy-Authorization: " + digest(header(m, "Proxy-Authenticate"), "u0", "secret", "INVITE", uri) + "\r\n")
            if code not in (401, 407):
                self.finals[call_id] = code

    def on_request(self, m):
        method = m.split(" ", 1)[0]
        if method == "INVITE":
            line = "200 OK" if hash(header(m, "Call-ID")) % 4 else "486 Busy Here"
            self.phone.send(respond(m, line, self.phone.port, to_tag="callee"))
        elif method != "ACK":
            self.phone.send(respond(m, "200 OK", self.phone.port))

    def run(self, seconds, registrations, calls):
        begin = time.monotonic()
        made_registrations = made_calls = 0
        while (now := time.monotonic() - begin) < seconds:
            while made_registrations < now * registrations:
                made_registrations += 1
                self.start_registration()
            while made_calls < now * calls:
                made_calls += 1
                self.start_call()
            readable, _, _ = select.select([self.phone.socket], [], [], 0.002)
            while readable:
                try:
                    self.on_message(self.phone.socket.recv(65535).decode("latin-1"))
                except ConnectionRefusedError:
                    pass
                readable, _, _ = select.select([self.phone.socket], [], [], 0)


def kill(folder):
    kills = int(os.environ.get("OFFHOOK_KILLS", "3"))
    server = Server(folder, shards=2, extra="[registrar]\nmax_contacts = 100\n").start()
    lines = "".join(f"u{i},127.0.0.1,secret\n" for i in range(USERS))
    server.offhook("user", "import", "-", text=lines)
    state = {f"u{i}": (None, {None}) for i in range(USERS)}
    bindings = acknowledged = calls = 0
    for round_number in range(kills):
        storm = Storm(server.port, state)
        storm.run(1.0 + random.random(), 200, 50)
        server.kill()
        server.start()
        rows = server.registrations()
        there = {}
        for row in rows:
            there.setdefault(row["aor"].split("@")[0], set()).add(row["contact"])
        for user, (contact, possible) in state.items():
            found = there.get(user, set())
            if user in storm.busy:      # a request was under way: it may have been done or not
                continue
            if contact is None:
                check(not found, f"kill {round_number}: the acknowledged removal of {user}'s bindings is back: {found}")
            else:
                check(contact in found, f"kill {round_number}: the acknowledged binding {contact} is missing, there are {found}")
                bindings += 1
        recorded = {}
        for row in server.records_all():
            recorded.setdefault(row["sip_call_id"], []).append(row["status"])
        for call_id, code in storm.finals.items():
            check(code in recorded.get(call_id, []), f"kill {round_number}: the call {call_id} got {code} and has the records {recorded.get(call_id)}")
        acknowledged += storm.acknowledged
        calls += len(storm.finals)
        # The next round starts from what is known for certain.
        phone = Phone(("127.0.0.1", server.port))
        for user in state:
            reply = phone.register(user, "secret", contact="*", expires=0)
            check(status(reply) == 200, f"{user} could not be de-registered: {reply[:200]!r}")
            state[user] = (None, set())
    print(f"{kills} kills: {acknowledged} acknowledged registrations, {bindings} bindings looked for, {calls} acknowledged calls: nothing missing")
    check(acknowledged > 50 * kills and calls > 10 * kills, "the load was too small to prove anything")
    check(server.stop() == 0, "offhookd ended with an error")


def order(folder):
    """Every 200 of a REGISTER and every final response of a call is sent after an fdatasync that began after its request arrived; but the
    2xx of an INVITE goes on after 100 ms in any case, alarmed in the log."""
    server = Server(folder, shards=1)
    trace = folder / "trace"
    server.prefix = ["strace", "-f", "-ttt", "-s", "700", "-e", "trace=recvmmsg,sendmmsg,fdatasync,fsync", "-o", trace]
    server.start()
    server.add_user("u0", "secret")
    phone = Phone(("127.0.0.1", server.port))
    check(status(phone.register("u0", "secret")) == 200, "REGISTER failed")
    storm = Storm(server.port, {f"u{i}": (None, set()) for i in range(1)})
    server.offhook("user", "import", "-", text="".join(f"u{i},127.0.0.1,secret\n" for i in range(1, USERS)))
    storm.state = {f"u{i}": (None, set()) for i in range(USERS)}
    storm.run(4, 25, 25)
    traced = open(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read().split()[0]
    os.kill(int(traced), signal.SIGTERM)  # the server itself, not strace
    wait_for("end of offhookd", lambda: server.process.poll() is not None, 40)
    server.process = None
    judge(trace, open(server.log, errors="replace").read().count("an answer was forwarded before its record was durable"))


def locked(folder):
    """A record that the database never took is in the log, which says so as soon as it fails, and the exit status is 1."""
    server = Server(folder, auth='trusted = ["127.0.0.1/32"]').start()
    server.add_user("u0", "secret")
    phone = Phone(("127.0.0.1", server.port))
    log = lambda: open(server.log, errors="replace").read()
    with contextlib.closing(sqlite3.connect(os.path.join(server.data, "offhook.db"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        invite = phone.request("INVITE", "sip:u0@127.0.0.1", "u0")
        reply = phone.transact(invite, 10)
        check(status(reply) == 480, f"a call to a user without phones got {reply[:200]!r}")
        phone.send(re.sub(r"(?m)^To: .*\r$", f"To: {header(reply, 'To')}\r", invite.replace("INVITE sip", "ACK sip").replace("1 INVITE", "1 ACK")))
        wait_for("line that the database fails", lambda: "the database cannot be written: " in log())
        check(server.stop() == 1, "offhookd ended as if all were well")
    lines = [line for line in log().splitlines() if " error call-record-not-written " in line]
    check(len(lines) == 1 and header(invite, "Call-ID") in lines[0], f"the log does not have the record: {log()}")
    server.start()
    check(server.records() == [], "the database has the record after all")
    check(server.stop() == 0, "offhookd ended with an error")


def judge(trace, alarms):
    """Reads the trace: for each acknowledged answer there is an fdatasync that returned between its request's arrival and its leaving.
    On a disk that is slow for the moment, as many as were alarmed may be without one, each a 2xx of an INVITE that waited for 100 ms."""
    arrived, covered, early = {}, 0, set()
    sync_started = {}
    syncs = []  # (began, ended) by line number
    for number, line in enumerate(open(trace, errors="replace")):
        pid, time = line.split()[:2]
        if re.search(r"\b(fdatasync|fsync)\(", line):
            sync_started[pid] = number
            if "unfinished" not in line:
                syncs.append((number, number))
        elif re.search(r"<\.\.\. (fdatasync|fsync) resumed>", line):
            syncs.append((sync_started[pid], number))
        elif "recvmmsg" in line:
            for m in re.finditer(r'iov_base="((?:REGISTER|SIP/2\.0 [2-6]\d\d|INVITE|BYE)[^"]*)', line):
                text = m.group(1)
                call = re.search(r"Call-ID: ([^\\]+)", text)
                cseq = re.search(r"CSeq: (\d+ \w+)", text)
                key = (call.group(1), cseq.group(1)) if call and cseq else None
                response = text.startswith("SIP/")  # the callee's answer is the cause of ours; what is repeated causes nothing
                if key and (key not in arrived or (response and not arrived[key][2])):
                    arrived[key] = number, float(time), response
        elif "sendmmsg" in line:
            for m in re.finditer(r'iov_base="(SIP/2\.0 ([2-6]\d\d)[^"]*)', line):
                text, code = m.group(1), m.group(2)
                call = re.search(r"Call-ID: ([^\\]+)", text)
                cseq = re.search(r"CSeq: (\d+ (\w+))", text)
                if code in ("401", "407") or not call or not cseq or cseq.group(2) not in ("REGISTER", "INVITE", "BYE"):
                    continue
                since, came, _ = arrived.get((call.group(1), cseq.group(1)), (None, None, None))
                if since is None:
                    continue
                if code[0] == "2" and cseq.group(2) == "INVITE" and float(time) - came > 0.095:
                    if not any(since < began and ended < number for began, ended in syncs[-200:]):
                        early.add(call.group(1))
                    continue
                check(any(since < began and ended < number for began, ended in syncs[-200:]),
                      f"line {number + 1}: {text[:60]!r} of {call.group(1)} left before an fdatasync that began after line {since + 1}, where its cause arrived")
                covered += 1
    print(f"{covered} answers left after the fdatasync that covers them, {len(syncs)} syncs")
    check(len(early) <= alarms, f"{len(early)} answers left before their fdatasync after 100 ms, but only {alarms} were alarmed")
    check(covered >= 100, "too few answers were seen to prove anything")


if __name__ == "__main__":
    main({"kill": kill, "order": order, "locked": locked})
