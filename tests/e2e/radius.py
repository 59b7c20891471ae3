#!/usr/bin/env python3
"""Passwords that a FreeRADIUS knows: it is started here on a free port, with its digest module, and asked by offhookd.

rfc5090: a small server of RFC 5090 that makes the nonces.

Usage: radius.py [digest | failover | refuses | local | unsigned | reload | rfc5090]
"""
import atexit
import hashlib
import hmac
import os
import secrets
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.request

from harness import Missing, Server, check, free_port, main, wait_for
from sip import Phone, digest, header, status, unique

SECRET = "a secret of the tests"
FREERADIUS = "/usr/sbin/freeradius"
IMPATIENT = 'initial_timeout = "200ms"\ndeadline = "1s"'


class FreeRadius:
    """A FreeRADIUS of the test's own that knows these users, given as name@domain and password, and writes accounting into `detail`."""

    def __init__(self, folder, users, signs=True):
        self.port, self.accounting_port = free_port(), free_port()
        self.data = folder / "freeradius"
        os.makedirs(self.data, mode=0o700, exist_ok=True)
        self.log = os.path.join(self.data, "log")
        self.detail = os.path.join(self.data, "detail")
        self.process = None
        self.write("users", "".join(f'{user} Cleartext-Password := "{password}"\n' for user, password in users.items()))
        signed = "update reply {\n&Message-Authenticator := 0x00\n}\n" if signs else ""  # 3.2.1 leaves it out unless it is told
        self.write("radiusd.conf", f"""
prefix = /usr
libdir = /usr/lib/freeradius
localstatedir = {self.data}
logdir = {self.data}
run_dir = {self.data}
log {{
destination = stdout
auth = yes
}}
security {{
reject_delay = 0
}}
client offhookd {{
ipaddr = 127.0.0.1
secret = "{SECRET}"
require_message_authenticator = yes
}}
modules {{
digest {{
}}
files {{
filename = {self.data}/users
}}
detail {{
filename = {self.detail}
}}
}}
server default {{
listen {{
type = auth
ipaddr = 127.0.0.1
port = {self.port}
}}
listen {{
type = acct
ipaddr = 127.0.0.1
port = {self.accounting_port}
}}
accounting {{
detail
}}
authorize {{
digest
files
}}
authenticate {{
digest
}}
post-auth {{
{signed}Post-Auth-Type REJECT {{
{signed}}}
}}
}}
""")

    def write(self, name, text):
        with open(os.path.join(self.data, name), "w") as f:
            f.write(text)

    def start(self):
        if not os.path.exists(FREERADIUS):
            raise Missing(f"{FREERADIUS} is not installed: script/setup --tests")
        with open(self.log, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen([FREERADIUS, "-f", "-d", self.data, "-l", "stdout"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        atexit.register(self.kill)
        wait_for("FreeRADIUS", lambda: self.process.poll() is not None or "Ready to process requests" in self.said(begin))
        check(self.process.poll() is None, f"FreeRADIUS did not start:\n{self.said(begin)[-3000:]}")
        return self

    def said(self, begin=0):
        with open(self.log, "rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None


def settings(*ports, more=""):
    servers = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    return f'[radius]\nservers = [{servers}]\nsecret = "{SECRET}"\n{more}\n'


def final(phone, user, password):
    """The status of a registration, and how long it took from the request with credentials."""
    begin = time.monotonic()
    return status(phone.register(user, password)), time.monotonic() - begin


def invited(phone, user, password):
    """The final status of an INVITE to a user who has no phone."""
    uri, call_id, tag = "sip:bob@127.0.0.1", unique("call"), unique("f")
    first = phone.transact(phone.request("INVITE", uri, user, 1, to=uri, call_id=call_id, from_tag=tag))
    check(status(first) == 407, f"407 wanted: {first!r}")
    credentials = digest(header(first, "Proxy-Authenticate"), user, password, "INVITE", uri)
    return status(phone.transact(phone.request("INVITE", uri, user, 2, to=uri, call_id=call_id, from_tag=tag, extra=f"Proxy-Authorization: {credentials}\r\n")))


def digest_case(folder):
    radius = FreeRadius(folder, {"alice@127.0.0.1": "secret", "bob@127.0.0.1": "other"}).start()
    server = Server(folder, extra=settings(radius.port)).start()
    phone = Phone(("127.0.0.1", server.port))
    check(final(phone, "alice", "secret")[0] == 200, "the right password is refused")
    check("alice" in str(server.registrations()), f"no binding: {server.registrations()}")
    for user, password in (("alice", "wrong"), ("bob", "secret"), ("nobody", "secret"), ("x" * 300, "secret")):
        got = final(phone, user, password)[0]
        check(got == 401, f"{user[:10]} with {password}: 401 wanted, {got} came")
    got = invited(phone, "alice", "secret")
    check(got == 480, f"480 wanted, since bob has no phone: {got} came")
    got = invited(phone, "alice", "wrong")
    check(got == 407, f"407 wanted: {got} came")
    # FreeRADIUS says so itself: nobody else let them in or turned them away.
    check("Login OK: [alice@127.0.0.1" in radius.said() and "Login incorrect" in radius.said(), f"FreeRADIUS was not asked:\n{radius.said()}")
    check(server.stop() == 0, "offhookd ended with an error")


def failover(folder):
    radius = FreeRadius(folder, {"alice@127.0.0.1": "secret"}).start()
    server = Server(folder, extra=settings(free_port(), radius.port)).start()
    phone = Phone(("127.0.0.1", server.port))
    got, seconds = final(phone, "alice", "secret")
    check(got == 200, f"200 wanted of the second server: {got}")
    check(seconds < 1, f"nobody listens at the first one, which the system says at once: {seconds:.1f} s")
    check(server.stop() == 0, "offhookd ended with an error")


def refuses(folder):
    """A server that hangs: 503 for those who need it, nothing for the others, and it is found again when it is back."""
    radius = FreeRadius(folder, {"alice@127.0.0.1": "secret"}).start()
    server = Server(folder, extra=settings(radius.port, more='initial_timeout = "200ms"\ndeadline = "1s"\nfailures = 2\npause = "1s"')).start()
    phone, other = Phone(("127.0.0.1", server.port)), Phone(("127.0.0.1", server.port))
    radius.process.send_signal(signal.SIGSTOP)
    for _ in range(2):
        check(final(phone, "alice", "secret")[0] == 503, "503 wanted while the server hangs")
    got, seconds = final(phone, "alice", "secret")
    check(got == 503 and seconds < 0.5, f"503 at once wanted, since the server is known to hang: {got} after {seconds:.2f} s")
    reply = other.transact(other.request("OPTIONS", f"sip:127.0.0.1:{server.port}", "stranger", domain="example.net"), limit=1)
    check(status(reply) == 200, f"who needs no RADIUS is served: {reply!r}")
    radius.process.send_signal(signal.SIGCONT)
    wait_for("RADIUS to be asked again", lambda: final(phone, "alice", "secret")[0] == 200)
    log = open(server.log).read()
    check("answers=no" in log and "answers=yes" in log, f"the log does not say that the server was dead and came back:\n{log}")
    check(server.stop() == 0, "offhookd ended with an error")


def local(folder):
    """No server at all: the passwords known here are good instead."""
    server = Server(folder, extra=settings(free_port(), more='on_unavailable = "local"\n' + IMPATIENT)).start()
    server.add_user("alice", "here")
    phone = Phone(("127.0.0.1", server.port))
    check(final(phone, "alice", "here")[0] == 200, "the local password is refused")
    check(final(phone, "alice", "there")[0] == 401, "a wrong password is accepted")
    got = final(phone, "bob", "secret")[0]
    check(got == 503, f"nobody here can tell whether bob's password is right: 503 wanted, {got} came")
    check(server.stop() == 0, "offhookd ended with an error")


def unsigned(folder):
    """Answers without a Message-Authenticator count as none, and the log says what to do."""
    radius = FreeRadius(folder, {"alice@127.0.0.1": "secret"}, signs=False).start()
    server = Server(folder, extra=settings(radius.port, more=IMPATIENT)).start()
    got = final(Phone(("127.0.0.1", server.port)), "alice", "secret")[0]
    check(got == 503, f"503 wanted: {got}")
    log = open(server.log).read()
    check(log.count("dropped=no-message-authenticator") == 1 and "&Message-Authenticator := 0x00" in log, f"the log does not say so, once:\n{log}")
    token = open(os.path.join(server.data, "api-token")).read().strip()
    request = urllib.request.Request(server.api + "/metrics", headers={"Authorization": f"Bearer {token}"})
    metrics = urllib.request.urlopen(request, timeout=10).read().decode()
    check('offhook_radius_dropped_total{reason="no-message-authenticator"} 0' not in metrics and "offhook_radius_sent_total 1\n" in metrics,
          f"the metrics do not say so:\n{metrics}")
    check(server.stop() == 0, "offhookd ended with an error")


def reload(folder):
    """A new configuration without [radius] waits for a restart as a whole; what to do without an answer does not wait."""
    radius = FreeRadius(folder, {"alice@127.0.0.1": "secret"}).start()
    server = Server(folder, extra=settings(radius.port, more=IMPATIENT)).start()
    server.add_user("alice", "here")
    phone = Phone(("127.0.0.1", server.port))
    text = open(server.config).read()

    def take(new):
        before = open(server.log).read().count("done=yes")
        with open(server.config, "w") as f:
            f.write(new)
        server.process.send_signal(signal.SIGHUP)
        wait_for("the configuration to be read again", lambda: open(server.log).read().count("done=yes") > before)

    take(text[:text.index("[radius]")].replace('algorithms = ["MD5"]', 'algorithms = ["SHA-256"]'))
    log = open(server.log).read()
    check('waits-for-restart="[radius] servers"' in log, f"the log does not say what waits:\n{log}")
    check(final(phone, "alice", "secret")[0] == 200, "RADIUS is still asked, which knows MD5 only")
    radius.kill()
    check(final(phone, "alice", "here")[0] == 503, "503 wanted")
    take(text.replace("[radius]", '[radius]\non_unavailable = "local"'))
    check("[radius] on_unavailable" not in open(server.log).read(), "the log says that on_unavailable waits")
    check(final(phone, "alice", "here")[0] == 200, "on_unavailable does not wait")
    check(server.stop() == 0, "offhookd ended with an error")


class Rfc5090Server:
    """Knows passwords, makes nonces, each good for so many responses, and answers by RFC 5090."""
    ACCEPT, REJECT, CHALLENGE = 2, 3, 11

    def __init__(self, users, uses):
        self.users, self.uses, self.nonces, self.seen = users, uses, {}, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = free_port()
        self.socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            packet, peer = self.socket.recvfrom(4096)
            code, identifier, length = struct.unpack("!BBH", packet[:4])
            attributes, at = {}, 20
            while at < length:
                kind, size = packet[at], packet[at + 1]
                if kind == 80:
                    zeroed = packet[:at + 2] + bytes(16) + packet[at + 18:]
                    assert hmac.new(SECRET.encode(), zeroed, "md5").digest() == packet[at + 2:at + 18], "the Message-Authenticator is wrong"
                attributes[kind] = packet[at + 2:at + size]
                at += size
            assert code == 1 and 80 in attributes, "an Access-Request that is signed"
            self.seen.append(attributes)
            self.socket.sendto(self.answer(identifier, packet[4:20], *self.judge({k: v.decode("latin1") for k, v in attributes.items()})), peer)

    def judge(self, a):
        if 105 not in a:  # no Digest-Nonce: §2.1.5
            assert 108 in a and 109 in a and 1 not in a, f"Digest-Method and Digest-URI: {a}"
            return self.challenge()
        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()
        password = self.users.get(a.get(1), secrets.token_hex())
        right = md5(":".join([md5(f"{a[115]}:{a[104]}:{password}"), a[105], a[114], a[113], a[110], md5(f"{a[108]}:{a[109]}")])) == a[103]
        if not right:
            return self.REJECT, []
        if self.nonces.get(a[105], 0) <= 0:
            assert 24 not in a, "with State there is no Access-Challenge"
            return self.challenge([(120, b"true")])
        self.nonces[a[105]] -= 1
        return self.ACCEPT, []

    def challenge(self, more=()):
        nonce = secrets.token_hex(8)
        self.nonces[nonce] = self.uses
        return self.CHALLENGE, [(105, nonce.encode()), (104, b"127.0.0.1"), (110, b"auth"), (111, b"MD5"), (24, b"state of " + nonce.encode()), *more]

    def answer(self, identifier, authenticator, code, attributes):
        body = bytes([80, 18]) + bytes(16) + b"".join(bytes([kind, 2 + len(value)]) + value for kind, value in attributes)
        head = struct.pack("!BBH", code, identifier, 20 + len(body))
        body = bytes([80, 18]) + hmac.new(SECRET.encode(), head + authenticator + body, "md5").digest() + body[18:]
        return head + hashlib.md5(head + authenticator + body + SECRET.encode()).digest() + body


def rfc5090(folder):
    radius = Rfc5090Server({"alice@127.0.0.1": "secret"}, uses=1)
    server = Server(folder, extra=settings(radius.port, more='digest = "rfc5090"')).start()
    phone = Phone(("127.0.0.1", server.port))
    check(final(phone, "alice", "secret")[0] == 200, "the right password is refused")
    asked, told = radius.seen
    check(24 not in asked and told[24] == b"state of " + told[105], f"State goes with the first response to its nonce: {radius.seen}")
    for user, password in (("alice", "wrong"), ("nobody", "secret")):
        got = final(phone, user, password)[0]
        check(got == 401, f"{user} with {password}: 401 wanted, {got} came")
    got = invited(phone, "alice", "secret")
    check(got == 480, f"480 wanted, since bob has no phone: {got} came")
    # The same nonce once more: the server says that it is stale, and a new one is good.
    uri = "sip:127.0.0.1"
    def again(cseq, challenge=None, nc=1):
        credentials = f"Authorization: {digest(challenge, 'alice', 'secret', 'REGISTER', uri)}\r\n" if challenge else ""
        return phone.transact(phone.request("REGISTER", uri, "alice", cseq, to="sip:alice@127.0.0.1", call_id="again", from_tag="t", extra=credentials))
    first = header(again(1), "WWW-Authenticate")
    check(status(again(2, first)) == 200, "the first use of a nonce")
    stale = again(3, first)
    check(status(stale) == 401 and "stale=true" in header(stale, "WWW-Authenticate"), f"a nonce that the server accepts no more: {stale!r}")
    check(status(again(4, header(stale, "WWW-Authenticate"))) == 200, "the new nonce")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"digest": digest_case, "failover": failover, "refuses": refuses, "local": local, "unsigned": unsigned, "reload": reload, "rfc5090": rfc5090})
