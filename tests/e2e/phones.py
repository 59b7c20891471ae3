#!/usr/bin/env python3
"""Two real phones (baresip) register with digest, one calls the other, they talk over RTP for 5 s and hang up: each has heard the
other's tone, and the call record has the right seconds. Once side by side, once with one phone behind a masquerading router."""
import array
import glob
import json
import math
import os
import subprocess
import sys
import time
import wave

import harness
from harness import Server, check, free_port, main, wait_for

CONFIG = """sip_listen {address}:{sip}
net_interface {address}
audio_source aufile,{folder}/tone.wav
audio_player aufile,{folder}/speaker.wav
audio_alert none
call_max_calls 1
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
snd_path {folder}/heard
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {address}:{control}
rtp_ports {rtp}-{rtp_end}
"""


def modules():
    return os.path.dirname((glob.glob("/usr/lib/baresip/modules/g711.so") + glob.glob("/usr/lib/*/baresip/modules/g711.so"))[0])


def write_tone(path, hertz, seconds=30, rate=8000):
    samples = array.array("h", (int(12000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(seconds * rate)))
    with wave.open(path, "wb") as f:
        f.setnchannels(1), f.setsampwidth(2), f.setframerate(rate)
        f.writeframes(samples.tobytes())


def power(samples, rate, hertz):
    """Goertzel: the share of this frequency in the power of the samples, 0 to 1."""
    w = 2 * math.cos(2 * math.pi * hertz / rate)
    s1 = s2 = 0.0
    for x in samples:
        s1, s2 = x + w * s1 - s2, s1
    total = sum(x * x for x in samples) or 1
    return 2 * (s1 * s1 + s2 * s2 - w * s1 * s2) / (len(samples) * total)


def heard(folder, hertz):
    """The share of a tone in the loudest second of what a phone received."""
    files = glob.glob(f"{folder}/heard/dump-*-dec.wav")
    if not files:
        return 0.0
    with wave.open(files[0], "rb") as f:
        rate = f.getframerate()
        data = array.array("h", f.readframes(f.getnframes()))
    best = max((data[i:i + rate] for i in range(0, max(1, len(data) - rate), rate)), key=lambda s: sum(x * x for x in s), default=[])
    return power(best, rate, hertz) if len(best) else 0.0


class Baresip:
    def __init__(self, folder, server, name, hertz, address="127.0.0.1", prefix=(), answer="manual"):
        self.folder = folder / name
        os.makedirs(self.folder + "/heard")
        write_tone(self.folder + "/tone.wav", hertz)
        rtp = free_port()
        self.control = free_port()
        with open(self.folder + "/config", "w") as f:
            f.write(CONFIG.format(address=address, sip=free_port(), folder=self.folder, modules=modules(), control=self.control, rtp=rtp, rtp_end=rtp + 20))
        with open(self.folder + "/accounts", "w") as f:
            f.write(f'<sip:{name}@{server.domain}>;auth_pass=secret;outbound="sip:{server.address}:{server.port};transport=udp";answermode={answer};regint=60\n')
        open(self.folder + "/contacts", "w").close()
        self.log = self.folder + "/log"
        self.prefix, self.name, self.address = list(prefix), name, address
        self.process = None

    def start(self, *commands):
        words = [w for c in commands for w in ("-e", c)]
        self.process = subprocess.Popen(self.prefix + ["baresip", "-f", self.folder, *words], stdin=subprocess.DEVNULL, stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        return self

    def command(self, command, params=""):
        """One command through the control port: a netstring of JSON, asked from within the phone's own network."""
        text = json.dumps({"command": command, "params": params, "token": "test"})
        code = "import socket,sys; s=socket.create_connection((sys.argv[1],int(sys.argv[2])),5); s.sendall(sys.argv[3].encode()); s.settimeout(5); s.recv(4096)"
        subprocess.run(self.prefix + ["python3", "-c", code, self.address, str(self.control), f"{len(text)}:{text},"], check=True, timeout=15)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def talk(server, caller, callee, seconds):
    """Registers both, makes the call, lets it last, hangs up; the length in seconds as the caller measured it."""
    phones = [callee, caller]
    try:
        for phone in phones:
            phone.start()
        wait_for("two registrations", lambda: len(server.registrations()) == 2, 20)
        caller.command("dial", f"sip:{callee.name}@{server.domain}")
        wait_for("established call", lambda: "stablished" in open(caller.log, errors="replace").read(), 15)
        begin = time.monotonic()
        wait_for(f"{seconds} s of talk", lambda: time.monotonic() - begin >= seconds, seconds + 1)
        caller.command("hangup")
        length = time.monotonic() - begin
        record = wait_for("finished record", lambda: next((r for r in server.records() if r["end"] not in ("none", "", None)), None), 10)
        check(len(server.records()) == 1, f"one record wanted: {server.records()}")
        return length, record
    finally:
        for phone in phones:
            phone.stop()


def two_phones(folder):
    server = Server(folder, auth="").start()
    for user in ("alice", "bob"):
        server.add_user(user, "secret")
    alice = Baresip(folder, server, "alice", 440)
    bob = Baresip(folder, server, "bob", 880, answer="auto")
    length, record = talk(server, alice, bob, 5)
    check(abs(record["seconds"] - length) <= 1 and record["status"] == 200 and record["end"] == "caller", f"{length:.2f} s were talked: {record}")
    for name, wanted, other in (("alice", 880, 440), ("bob", 440, 880)):
        there, own = heard(folder / name, wanted), heard(folder / name, other)
        print(f"{name} heard {wanted} Hz with {there:.2f} of the power, {other} Hz with {own:.2f}")
        check(there > 0.8 and own < 0.1, f"{name} should have heard {wanted} Hz")
    print(f"talked {length:.2f} s, record says {record['seconds']} s, codec {record['codecs']}")
    check(server.stop() == 0, "offhookd ended with an error")


def run(*words):
    r = subprocess.run(words, capture_output=True, text=True)
    check(r.returncode == 0, f"{' '.join(words)}: exit {r.returncode}: {r.stderr}")


class Networks:
    """Three network namespaces: the server's side 10.77.1.0/24, a router that masquerades, a home 192.168.77.0/24. Each lives as long as
    a process that holds it, so nothing has to be mounted or named, and nothing is left behind."""

    def __init__(self):
        self.holders = {name: subprocess.Popen(["unshare", "--net", "sleep", "600"]) for name in ("outside", "router", "inside")}
        own = os.readlink("/proc/self/ns/net")
        for name, holder in self.holders.items():
            wait_for(f"network namespace {name}", lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != own, 5)
            run(*self.within(name), "ip", "link", "set", "lo", "up")
        for (left, a, left_address), (right, b, right_address) in ((("outside", "wan0", "10.77.1.1/24"), ("router", "wan1", "10.77.1.2/24")),
                                                                   (("inside", "lan0", "192.168.77.2/24"), ("router", "lan1", "192.168.77.1/24"))):
            run(*self.within(left), "ip", "link", "add", a, "type", "veth", "peer", "name", b, "netns", str(self.holders[right].pid))
            for name, device, address in ((left, a, left_address), (right, b, right_address)):
                run(*self.within(name), "ip", "addr", "add", address, "dev", device)
                run(*self.within(name), "ip", "link", "set", device, "up")
        run(*self.within("inside"), "ip", "route", "add", "default", "via", "192.168.77.1")
        run(*self.within("router"), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        run(*self.within("router"), "nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; add rule ip nat post oifname wan1 masquerade")

    def within(self, name):
        return ["nsenter", "--net", "--target", str(self.holders[name].pid), "--"]

    def remove(self):
        for holder in self.holders.values():
            holder.kill()
            holder.wait()


def behind_nat(folder):
    """bob's phone stands behind the router: it registers, is called, and its call is released."""
    if os.geteuid() != 0:  # namespaces are root's; the packages were installed by sudo too
        subprocess.run(["sudo", "-n", "env", f"OFFHOOK_BIN={harness.BIN}", sys.executable, os.path.abspath(__file__), "behind_nat"], check=True)
        return
    networks = Networks()
    try:
        outside, inside = networks.within("outside"), networks.within("inside")
        server = Server(folder, address="10.77.1.1", domain="10.77.1.1", prefix=outside).start()
        # The API listens on the loopback of its own namespace.
        def offhook(*words, text=None, check=True):
            r = subprocess.run(outside + [os.path.join(harness.BIN, "offhook"), "--api", server.api, "--token-file", os.path.join(server.data, "api-token"), *words], input=text,
                               capture_output=True, text=True, timeout=30)
            if check and r.returncode != 0:
                raise AssertionError(f"offhook {' '.join(words)}: exit {r.returncode}: {r.stderr or r.stdout}")
            return r.stdout
        server.offhook = offhook
        for user in ("alice", "bob"):
            server.add_user(user, "secret")
        alice = Baresip(folder, server, "alice", 440, address="10.77.1.1", prefix=outside)
        bob = Baresip(folder, server, "bob", 880, address="192.168.77.2", prefix=inside, answer="auto")
        length, record = talk(server, alice, bob, 2)
        check(record["status"] == 200 and record["end"] == "caller" and abs(record["seconds"] - length) <= 1, f"{length:.2f} s were talked: {record}")
        check("192.168.77.2" in record["binding"], f"the phone behind the router should have been called: {record}")
        check(server.stop() == 0, "offhookd ended with an error")
    finally:
        networks.remove()


if __name__ == "__main__":
    main({"two_phones": two_phones, "behind_nat": behind_nat})
