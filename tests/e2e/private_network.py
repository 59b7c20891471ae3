"""A network of the test's own: a namespace in which only loopback exists, so every address and every port is free and a message can be sent
byte for byte from where its Via says that it comes from. What leaves a socket in it can be counted, and names mean what the test says.
"""
import collections
import os
import re
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time

INSIDE = "OFFHOOK_PRIVATE_NETWORK"


def enter():
    """Runs this program again inside such a namespace, as root of it; returns once inside."""
    if os.environ.get(INSIDE):
        return
    own = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    for command in (own, ["sudo", "-n", "--preserve-env", "unshare", "--net"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            os.execvpe(command[0], [*command, "env", f"{INSIDE}=1", sys.executable, *sys.argv], os.environ)
    sys.exit("no network namespace can be made here: neither by this user nor by sudo")


def add_addresses(addresses):
    lines = ["link set lo up"]
    lines += [f"address add {a}/128 dev lo nodad" if ":" in a else f"address add {a}/32 dev lo" for a in addresses if a != "127.0.0.1"]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def bound(kind, address, port):
    s = socket.socket(family(address), kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) if kind == socket.SOCK_STREAM else None
    s.bind((address, port))
    return s


Sent = collections.namedtuple("Sent", "datagrams connections queries")


class Names(threading.Thread):
    """A name server: A records from a table, NXDOMAIN for what is not in it."""

    def __init__(self, addresses, at="127.0.0.53"):
        super().__init__(daemon=True)
        self.addresses, self.queries = addresses, 0
        self.socket = bound(socket.SOCK_DGRAM, at, 53)
        self.start()

    def run(self):
        while True:
            question, sender = self.socket.recvfrom(4096)
            self.queries += 1
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode("ascii").lower())
                at += 1 + question[at]
            kind, name = struct.unpack("!H", question[at + 1:at + 3])[0], ".".join(labels)
            address = self.addresses.get(name)
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(address) if address and kind == 1 else b""
            flags = 0x8180 if address else 0x8183
            self.socket.sendto(question[:2] + struct.pack("!HHHHH", flags, 1, 1 if answer else 0, 0, 0) + question[12:at + 5] + answer, sender)


def sent(names):
    """How many datagrams were sent and connections opened in this network so far, by anybody, and how many names were asked for."""
    v4, v6 = {}, {}
    lines = open("/proc/net/snmp").read().splitlines()
    for keys, values in zip(lines[::2], lines[1::2]):
        v4.update({keys.split(":")[0] + k: int(v) for k, v in zip(keys.split()[1:], values.split()[1:])})
    for line in open("/proc/net/snmp6"):
        key, value = line.split()
        v6[key] = int(value)
    return Sent(v4["UdpOutDatagrams"] + v6["Udp6OutDatagrams"], v4["TcpActiveOpens"], names.queries)


Arrival = collections.namedtuple("Arrival", "address port protocol sender answer bytes")


class Ears:
    """UDP sockets and TCP listeners whose messages are read as they come."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.pending = collections.deque()

    def listen(self, address, port, streams=True):
        udp = bound(socket.SOCK_DGRAM, address, port)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.selector.register(udp, selectors.EVENT_READ, ("udp", address, port, None))
        if streams:
            tcp = bound(socket.SOCK_STREAM, address, port)
            tcp.listen()
            self.selector.register(tcp, selectors.EVENT_READ, ("listener", address, port, None))

    def close(self):
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()

    def receive(self, limit):
        """The next message at any of them, or nothing after `limit` seconds."""
        end = time.monotonic() + limit
        while not self.pending:
            ready = self.selector.select(max(0.0, end - time.monotonic()))
            if not ready:
                return None
            for key, _ in ready:
                self.take(key)
        return self.pending.popleft()

    def take(self, key):
        kind, address, port, buffer = key.data
        if kind == "udp":
            data, sender = key.fileobj.recvfrom(65535)
            self.pending.append(Arrival(address, port, "UDP", sender, lambda text: key.fileobj.sendto(text, sender), data))
        elif kind == "listener":
            connection, sender = key.fileobj.accept()
            self.selector.register(connection, selectors.EVENT_READ, ("stream", address, port, Stream(connection)))
        else:
            if not buffer.read():
                self.selector.unregister(key.fileobj)
                return
            while message := buffer.take():
                self.pending.append(Arrival(address, port, "TCP", key.fileobj.getpeername(), key.fileobj.sendall, message))


class Stream:
    """A connection from which whole messages are taken."""

    def __init__(self, connection):
        self.connection, self.data, self.closed = connection, b"", False

    def read(self):
        """One read; false when the other side closed."""
        try:
            chunk = self.connection.recv(65535)
        except ConnectionResetError:
            chunk = b""
        self.data += chunk
        self.closed = not chunk
        return bool(chunk)

    def take(self):
        head, blank, rest = self.data.partition(b"\r\n\r\n")
        if not blank:
            return b""
        length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
        length = int(length[1]) if length else 0
        if len(rest) < length:
            return b""
        self.data = rest[length:]
        return head + blank + rest[:length]

    def message(self, limit):
        """The next message; empty when the other side closed first, or after `limit` seconds."""
        end = time.monotonic() + limit
        while True:
            if message := self.take():
                return message
            self.connection.settimeout(max(0.001, end - time.monotonic()))
            try:
                if self.closed or not self.read():
                    return b""
            except TimeoutError:
                return b""
