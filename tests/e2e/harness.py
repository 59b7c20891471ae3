"""What the end-to-end tests share: a server of their own on free ports, SIPp scenarios written in Python, waiting for conditions.

Nothing here sleeps for a fixed time: wait_for() polls a condition with a limit and says what was missing.
"""
import atexit
import contextlib
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("OFFHOOK_BIN", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/release/bin"))


class Missing(AssertionError):
    """A condition did not come true within its limit."""


def wait_for(what, condition, limit=10.0):
    """Polls condition() until it is true and returns its value; says what was missing after `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Missing(f"within {limit} s there was no: {what}")
        time.sleep(0.02)


def lowest_ephemeral():
    """The first port that the system gives to sockets that ask for none."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        return int(f.read().split()[0])


def free_port(address="127.0.0.1"):
    """An even port that is free for UDP and TCP, as is the odd one after it (a phone's TLS or RTCP). It is below those that the system gives
    to any other socket of a test that runs meanwhile, so it is still free when it is bound."""
    while True:
        port = random.randrange(10000, max(lowest_ephemeral(), 12000), 2)
        with contextlib.ExitStack() as stack:
            try:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    for each in (port, port + 1):
                        stack.enter_context(socket.socket(socket.AF_INET, kind)).bind((address, each))
                return port
            except OSError:
                continue


class Folder:
    """A temporary folder on a real disk, removed when the test passed."""

    def __init__(self):
        base = os.environ.get("OFFHOOK_TEST_TMP", "/var/tmp")
        self.path = tempfile.mkdtemp(prefix="offhook-e2e-", dir=base)
        self.keep = False
        atexit.register(self.remove)

    def remove(self):
        if self.keep:
            print(f"kept: {self.path}", file=sys.stderr)
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name):
        return os.path.join(self.path, name)


class Server:
    """An offhookd of the test's own. `extra`: TOML appended to its configuration, `top`: TOML before the first table."""

    def __init__(self, folder, extra="", top="", auth="", name="server", address="127.0.0.1", domain="127.0.0.1", prefix=(), port=None, shards=2, domains=()):
        self.folder, self.name, self.address, self.domain, self.prefix = folder, name, address, domain, list(prefix)
        self.port = port or free_port() if not prefix else port or 5060
        self.data = folder / name
        os.makedirs(self.data, exist_ok=True)
        self.config = os.path.join(self.data, "offhook.toml")
        with open(self.config, "w") as f:
            f.write(f'domains = {json.dumps([domain, *domains])}\ndata = "{self.data}"\nshards = {shards}\n{top}\n')
            for protocol in ("udp", "tcp"):
                f.write(f'[[listen]]\nprotocol = "{protocol}"\naddress = "{address}:{self.port}"\n')
            f.write(f'[auth]\nalgorithms = ["MD5"]\n{auth}\n[http]\naddress = "127.0.0.1:0"\n{extra}\n')
        self.process = None
        self.log = os.path.join(self.data, "log")

    def start(self):
        read, write = os.pipe()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.prefix + [os.path.join(BIN, "offhookd"), "--config", self.config, "--ready-fd", str(write)],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[write])
        os.close(write)
        atexit.register(self.kill)
        with os.fdopen(read) as f:
            line = f.readline()
        if not line:
            raise Missing(f"{self.name}: offhookd did not become ready:\n" + open(self.log, errors="replace").read()[-3000:])
        self.ready = json.loads(line)
        self.api = "http://" + self.ready["http"]
        return self

    def stop(self, limit=40):
        """SIGTERM; the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Missing(f"{self.name}: offhookd did not end within {limit} s of SIGTERM")
        self.process = None
        return status

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def sleeps(self):
        """Whether every thread waits for something."""
        states = set()
        for stat in glob.glob(f"/proc/{self.process.pid}/task/*/stat"):
            try:
                with open(stat) as f:
                    states.add(f.read().rpartition(")")[2].split()[0])
            except (FileNotFoundError, ProcessLookupError):
                return False  # a thread that has just ended
        return states == {"S"}

    def offhook(self, *words, text=None, check=True):
        """Runs the command line client against this server; its standard output."""
        r = subprocess.run([os.path.join(BIN, "offhook"), "--api", self.api, "--token-file", os.path.join(self.data, "api-token"), *words], input=text,
                           capture_output=True, text=True, timeout=30)
        if check and r.returncode != 0:
            raise AssertionError(f"offhook {' '.join(words)}: exit {r.returncode}: {r.stderr or r.stdout}")
        return r.stdout

    def add_user(self, name, password):
        self.offhook("user", "add", f"{name}@{self.domain}", "--password-stdin", text=password + "\n")

    def records(self):
        return json.loads(self.offhook("cdr", "--json"))

    def records_all(self):
        """Every record, page by page."""
        return json.loads(self.offhook("cdr", "--json", "--all"))

    def record(self, **wanted):
        """Waits for exactly one record of a call that has ended and has these values."""
        def found():
            rows = [r for r in self.records() if r["end"] != "none" and all(r.get(k) == v for k, v in wanted.items())]
            return rows if len(rows) == 1 else None
        try:
            return wait_for(f"single call record with {wanted}", found, 5)[0]
        except Missing as e:
            raise Missing(f"{e}; there are: {json.dumps(self.records(), indent=1)}")

    def registrations(self):
        return json.loads(self.offhook("registrations", "--json"))


# ---- SIPp ---------------------------------------------------------------------------------------------------------------

SDP = """v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio 40000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def message(first, *headers, body=""):
    """A SIPp message: first line, header lines, optional SDP."""
    lines = [first, *[h for h in headers if h], "Content-Length: [len]"]
    if body:
        lines.insert(-1, "Content-Type: application/sdp")
    return "\n".join(lines) + "\n\n" + body


def send(text, retrans=True, start=None, next_label=None):
    attributes = (' retrans="500"' if retrans else "") + (f' start_rtd="{start}"' if start else "")
    return f"<send{attributes}><![CDATA[\n{text}\n]]></send>\n"


def recv(request=None, response=None, optional=False, auth=False, rrs=False, timeout=None, action=""):
    what = f'request="{request}"' if request else f'response="{response}"'
    attributes = (' optional="true"' if optional else "") + (' auth="true"' if auth else "") + (' rrs="true"' if rrs else "") + (
        f' timeout="{timeout}"' if timeout else "")
    return f"<recv {what}{attributes}>{'<action>' + action + '</action>' if action else ''}</recv>\n"


def pause(milliseconds):
    return f'<pause milliseconds="{milliseconds}"/>\n'


def request(method, uri="sip:[service]@[remote_ip]:[remote_port]", to_tag=False, cseq=1, branch="[branch]", *extra, body="", contact=True, caller="[field0]",
            routes=False, tag="[call_number]"):
    return message(f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}", "[routes]" if routes else "",
                   f"From: <sip:{caller}@DOMAIN>;tag=c{tag}", "To: <sip:[service]@DOMAIN>" + ("[peer_tag_param]" if to_tag else ""),
                   "Call-ID: [call_id]", f"CSeq: {cseq} {method}", f"Contact: <sip:{caller}@[local_ip]:[local_port];transport=[transport]>" if contact else "",
                   "Max-Forwards: 70", "User-Agent: sipp-caller", *extra, body=body)


def answer(status, *extra, body="", tag=True, contact=True):
    return message(f"SIP/2.0 {status}", "[last_Via:]", "[last_Record-Route:]", "[last_From:]", "[last_To:]" + (";tag=u[pid]t[call_number]" if tag else ""), "[last_Call-ID:]",
                   "[last_CSeq:]", "Contact: <sip:[local_ip]:[local_port];transport=[transport]>" if contact else "", "Server: sipp-callee", *extra, body=body)


class Sipp:
    """One SIPp process that plays a scenario against a server."""

    def __init__(self, folder, name, scenario, server, port=None, service="bob", transport="u1", caller="alice", password="secret", remote=True, timeout=60, calls=1,
                 address="127.0.0.1", prefix=(), auth_uri=None):
        domain = server.domain
        text = scenario.replace("DOMAIN", domain).replace("[auth]", f"[authentication username={caller} password={password}]")
        self.name, self.path = name, folder / f"{name}.xml"
        with open(self.path, "w") as f:
            f.write('<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="' + name + '">\n' + text + "</scenario>\n")
        data = folder / f"{name}.csv"
        with open(data, "w") as f:
            f.write(f"SEQUENTIAL\n{caller};\n")
        self.port = port or free_port()
        self.errors = folder / f"{name}.errors"
        command = list(prefix) + ["sipp", f"{server.address}:{server.port}", "-sf", self.path, "-inf", data, "-i", address, "-p", str(self.port), "-s", service, "-t", transport,
                   "-m", str(calls), "-nostdin", "-timeout", f"{timeout}s", "-timeout_error", "-trace_err", "-error_file", self.errors, "-trace_msg", "-message_file", folder / f"{name}.messages",
                   "-auth_uri", auth_uri or f"{service}@{domain}", "-cp", str(free_port())]
        self.process = subprocess.Popen(command, stdout=open(folder / f"{name}.out", "w"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder.path)
        self.out = folder / f"{name}.out"
        self.messages = folder / f"{name}.messages"
        atexit.register(self.kill)

    def listening(self):
        """Waits until its port is bound: a callee must be there before it is called."""
        wanted = f":{self.port:04X} "
        wait_for(f"{self.name} listening on port {self.port}",
                 lambda: self.process.poll() is not None or any(wanted in open(f"/proc/net/{p}").read() for p in ("udp", "tcp")), 10)
        return self

    def done(self, limit=60):
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Missing(f"sipp {self.name} did not end within {limit} s\n{self.tail()}")
        if status != 0:
            raise AssertionError(f"sipp {self.name}: exit {status}\n{self.tail()}")

    def tail(self):
        text = ""
        for path in (self.errors, self.messages):
            if os.path.exists(path):
                text += f"--- {path}\n" + open(path, errors="replace").read()[-6000:]
        return text

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def register_scenario(contact_port, expires=3600, contact="sip:[field0]@127.0.0.1:PORT;transport=[transport]", cseq=1):
    """REGISTER, 401, REGISTER with credentials, 200."""
    uri = contact.replace("PORT", str(contact_port))
    def one(number, extra=""):
        return message("REGISTER sip:DOMAIN SIP/2.0", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]", "From: <sip:[field0]@DOMAIN>;tag=r[call_number]",
                       "To: <sip:[field0]@DOMAIN>", "Call-ID: [call_id]", f"CSeq: {number} REGISTER", f"Contact: <{uri}>", f"Expires: {expires}", "Max-Forwards: 70", extra)
    return send(one(cseq)) + recv(response=401, auth=True) + send(one(cseq + 1, "[auth]")) + recv(response=200)


def register(folder, server, user, password, contact_port, transport="u1", expires=3600, tag="register"):
    Sipp(folder, f"{tag}-{user}-{contact_port}-{expires}", register_scenario(contact_port, expires), server, service=user, caller=user, password=password, transport=transport,
         auth_uri=server.domain).done(20)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def main(cases):
    """Runs the case named on the command line, or all of them."""
    names = sys.argv[1:] or list(cases)
    for name in names:
        folder = Folder()
        try:
            cases[name](folder)
        except BaseException:
            folder.keep = True
            for log in [os.path.join(root, "log") for root, _, files in os.walk(folder.path) if "log" in files]:
                print(f"--- {log}\n" + open(log, errors="replace").read()[-4000:], file=sys.stderr)
            raise
        print(f"{name}: passed")
