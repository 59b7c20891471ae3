#!/usr/bin/env python3
"""Passwords that a FreeRADIUS knows: it is started here on a free port, with its digest module, and asked by offhookd.

Usage: radius.py [digest | failover | refuses | local | unsigned | reload]
"""
import atexit
import os
import signal
import subprocess
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


if __name__ == "__main__":
    main({"digest": digest_case, "failover": failover, "refuses": refuses, "local": local, "unsigned": unsigned, "reload": reload})
