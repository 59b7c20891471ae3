#!/usr/bin/env python3
"""`offhook storm` against a real offhookd: what it counts is what the server did, and it ends as it says.

Usage: storm.py [CASE]
"""
import json
import os
import pty
import re
import signal
import socket
import subprocess
import time

from harness import BIN, Server, check, free_port, main, wait_for
from sip import header, respond

USERS = 200
PATTERN = f"u{{000000..{USERS - 1:06d}}}"


def start(target, scenario, *words, password="secret"):
    environment = {**os.environ, "OFFHOOK_PASSWORD": password}
    return subprocess.Popen([os.path.join(BIN, "offhook"), "storm", scenario, target, *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def storm(target, scenario, *words, **more):
    """Exit status, standard output, standard error."""
    process = start(target, scenario, *words, **more)
    out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def server_with_users(folder):
    server = Server(folder).start()
    server.offhook("user", "import", "-", text="".join(f"u{i:06d},{server.domain},secret\n" for i in range(USERS)))
    return server, f"127.0.0.1:{server.port}"


def succeeded(result, count, *latencies):
    status, out, error = result
    check(status == 0 and error == "", f"exit {status}: {error}{out}")
    numbers = json.loads(out)
    check(numbers["attempted"] == numbers["completed"] == count, f"{count} attempts and completions wanted: {out}")
    check(numbers["failed"] == numbers["interrupted"] == numbers["malformed"] == numbers["unacknowledged"] == 0, f"nothing may fail: {out}")
    for name in latencies:
        times = numbers["latency_us"][name]
        check(times["count"] == count and 0 < times["p50"] <= times["p90"] <= times["p99"] <= times["p99.9"] <= times["max"], f"{name}: {times}")
    return numbers


def all_scenarios(folder, transport):
    server, target = server_with_users(folder)
    common = ("--users", PATTERN, "--transport", transport, "--rate", "100", "--json")
    succeeded(storm(target, "options", "--count", "100", *common), 100, "response")

    # Each REGISTER is challenged: two transactions each.
    numbers = succeeded(storm(target, "register", "--count", str(USERS), "--sockets", "2", *common), USERS, "registration")
    check(numbers["retransmissions"] > 0 or numbers["sent"] == 2 * USERS, f"two requests for each registration: {numbers}")
    bound = server.registrations()
    check(len(bound) == USERS and len({row["aor"] for row in bound}) == USERS, f"{USERS} registered addresses wanted, there are {len(bound)}")
    check({row["protocol"] for row in bound} == {transport} and len({row["source"] for row in bound}) == 2, f"by two sockets over {transport}: {bound[:3]}")

    numbers = succeeded(storm(target, "call", "--count", "300", "--hold", "0.3", *common), 300, "ringing", "establishment", "release")
    check(numbers["established"] == 300 and numbers["registered_before"] == USERS, f"300 established sessions wanted: {numbers}")
    check(numbers["latency_us"]["ringing"]["p50"] <= numbers["latency_us"]["establishment"]["p50"], f"it rings before it is answered: {numbers}")
    records = server.records_all()
    check(len(records) == 300, f"300 call records wanted, there are {len(records)}")
    check(all(r["status"] == 200 and r["end"] == "caller" and r["user"].endswith("@" + server.domain) for r in records), f"answered, ended, authenticated: {records[:2]}")

    numbers = succeeded(storm(target, "message", "--count", "200", *common), 200, "response")
    check(numbers["registered_before"] == USERS, f"callees are registered first: {numbers}")
    check(len(server.registrations()) == USERS, "what the first storm registered stays; what others registered is gone")
    check(server.stop() == 0, "offhookd ended with an error")


def failures(folder):
    server, target = server_with_users(folder)
    ten = ("--users", "u{000000..000009}", "--count", "10", "--rate", "100")
    status, out, error = storm(target, "register", *ten, "--json", password="wrong")
    numbers = json.loads(out)
    check(status == 1 and numbers["completed"] == 0 and numbers["failures"]["status"] == {"401": 10}, f"wrong password: exit {status}: {out}{error}")
    status, out, error = storm(target, "register", *ten, password="wrong")
    check(status == 1 and "401 Unauthorized: 10" in out, f"wrong password, as a table: exit {status}: {out}{error}")
    status, out, error = storm(target, "register", *ten, password="")
    check(status == 1 and "there was no password" in out, f"no password: exit {status}: {out}{error}")
    status, out, error = storm(target, "call", *ten, password="wrong")
    check(status == 1 and out == "" and "only 0 of 10 users could be registered" in error and "401 Unauthorized: 10" in error, f"calls without callees: {status}: {out}{error}")

    # Users of another domain: its REGISTERs are not served here.
    users = folder / "users.csv"
    with open(users, "w") as f:
        f.write(f"u000000,{server.domain},secret\nu000001,{server.domain},other\n")
    status, out, error = storm(target, "register", "--users-file", users, "--count", "4", "--rate", "100", "--json")
    numbers = json.loads(out)
    check(status == 1 and numbers["completed"] == 2 and numbers["failures"]["status"] == {"401": 2}, f"each user has a password of its own: {status}: {out}{error}")
    check(server.stop() == 0, "offhookd ended with an error")


def terminal(folder):
    """A line each second on a terminal, and only there; what an attempt costs the server."""
    server, target = server_with_users(folder)
    screen, side = pty.openpty()
    process = subprocess.Popen([os.path.join(BIN, "offhook"), "storm", "call", target, "--users", PATTERN, "--rate", "50", "--duration", "2.5", "--hold", "0.1", "--server-pid",
                                str(server.process.pid)], env={**os.environ, "OFFHOOK_PASSWORD": "secret"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=side, text=True)
    os.close(side)
    shown = ""
    while True:
        try:
            block = os.read(screen, 4096)
        except OSError:  # the other side was closed
            break
        if not block:
            break
        shown += block.decode()
    table = process.communicate(timeout=60)[0]
    check(process.returncode == 0, f"exit {process.returncode}: {shown}{table}")
    check(f"registering users: 0 of {USERS}" in shown, f"says that it registers: {shown!r}")
    lines = re.findall(r"(\d+)/s  in progress (\d+)  completed (\d+)  failed 0  retransmissions \d+  p50 ([\d.]+) ms  p99 ([\d.]+) ms", shown)
    check(len(lines) >= 2 and 0 < int(lines[-1][2]) < 126, f"a line each second: {shown!r}")
    check(re.search(r"session attempts +125 ", table) and re.search(r"established sessions +125 ", table), table)
    check(re.search(r"server's processor time, us +\d+0000   [1-9]\d* for each attempt", table), table)
    status, out, error = storm(target, "options", "--server-pid", "2000000000")
    check(status == 2 and out == "" and "there is no such process" in error, f"exit {status}: {out}{error}")
    check(server.stop() == 0, "offhookd ended with an error")


def refused(folder):
    """Nobody there, somebody else's machine, nonsense: each says what and how to go on."""
    for transport in ("udp", "tcp"):
        status, out, error = storm(f"127.0.0.1:{free_port()}", "options", "--transport", transport)
        check(status == 3 and out == "" and "no SIP server answers at 127.0.0.1" in error, f"closed port over {transport}: exit {status}: {out}{error}")
    status, out, error = storm("192.0.2.1:5060", "options")
    check(status == 2 and out == "" and "192.0.2.1 is not this machine" in error and "--allow-remote" in error, f"another machine: exit {status}: {out}{error}")
    for words, hint in ((("walk", "127.0.0.1"), "scenario"), (("options", "127.0.0.1:x"), "HOST:PORT"), (("options", "127.0.0.1", "--users", "u{5..1}"), "one range"),
                        (("call", "127.0.0.1", "--rate", "0"), "--rate"), (("call", "127.0.0.1", "--count", "1", "--duration", "1"), "--duration")):
        r = subprocess.run([os.path.join(BIN, "offhook"), "storm", *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        check(r.returncode == 2 and hint in r.stderr + r.stdout, f"{words}: {r}")


def threshold(folder):
    """A call that rings longer than the Establishment Threshold Time has failed, and is cancelled."""
    server, target = server_with_users(folder)
    status, out, error = storm(target, "call", "--users", PATTERN, "--count", "20", "--rate", "100", "--ring", "30", "--threshold", "0.5", "--json")
    numbers = json.loads(out)
    check(status == 1 and numbers["failures"] == {"status": {}, "timeout": 20, "transport": 0, "not_sent": 0}, f"exit {status}: {out}{error}")
    check(numbers["established"] == 0 and numbers["latency_us"]["ringing"]["count"] == 20, f"all ring, none is established: {out}")
    wait_for("20 cancelled calls", lambda: [r["status"] for r in server.records_all()] == [487] * 20)
    # What is too much for the generator's own memory is not sent, and counts as failed.
    status, out, error = storm(target, "call", "--users", PATTERN, "--count", "20", "--rate", "100", "--ring", "30", "--threshold", "0.5", "--max-in-progress", "5", "--json")
    numbers = json.loads(out)
    check(status == 1 and numbers["failures"]["not_sent"] == 15 and numbers["failures"]["timeout"] == 5 and numbers["failed"] == 20, f"exit {status}: {out}{error}")
    check(server.stop() == 0, "offhookd ended with an error")


def open_loop(folder):
    """A server that is silent for a second slows nothing down: every attempt leaves when it was meant to, and all that time counts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        port = server.getsockname()[1]
        process = start(f"127.0.0.1:{port}", "options", "--rate", "50", "--count", "50", "--json")

        def answer(data, source):
            server.sendto(respond(data.decode(), "200 OK", port, to_tag="x").encode(), source)

        answer(*server.recvfrom(65535))  # whether anybody is there
        first, waiting, arrived, repeated = None, [], {}, 0
        while first is None or time.monotonic() < first + 1.1:
            try:
                data, source = server.recvfrom(65535)
            except TimeoutError:
                break
            first = first or time.monotonic()
            server.settimeout(max(0.01, first + 1.1 - time.monotonic()))
            repeated += header(data.decode(), "Call-ID") in arrived
            arrived.setdefault(header(data.decode(), "Call-ID"), time.monotonic() - first)
            waiting.append((data, source))
        for one in waiting:
            answer(*one)
        out, error = process.communicate(timeout=60)
    numbers = succeeded((process.returncode, out, error), 50, "response")
    check(len(arrived) == 50 and max(arrived.values()) < 1.1, f"50 requests within a second, whatever became of them: {arrived}")
    times = numbers["latency_us"]["response"]
    check(times["max"] >= 1_000_000 and 400_000 <= times["p50"] <= 800_000, f"the first waited 1.1 s, the last 0.1 s: {times}")
    check(numbers["retransmissions"] >= repeated > 0, f"timer E ran meanwhile, {repeated} times: {out}")


def interrupted(folder):
    """SIGINT: calls in progress are released, ringing ones cancelled, users withdrawn, and the table is printed."""
    server, target = server_with_users(folder)
    process = start(target, "call", "--users", "u{000000..000019}", "--rate", "20", "--duration", "600", "--ring", "1", "--hold", "600", "--json")
    wait_for("5 answered calls", lambda: len(json.loads(server.offhook("calls", "--json"))) >= 5 or process.poll() is not None, 30)
    process.send_signal(signal.SIGINT)  # by now as many are ringing
    out, error = process.communicate(timeout=30)
    numbers = json.loads(out)
    check(process.returncode == 0 and numbers["failed"] == 0, f"exit {process.returncode}: {out}{error}")
    check(numbers["completed"] >= 5 and numbers["interrupted"] > 0 and numbers["completed"] + numbers["interrupted"] == numbers["attempted"], out)
    check(json.loads(server.offhook("calls", "--json")) == [], "no call may be left in progress")
    check(server.registrations() == [], "no user may be left registered")
    records = server.records_all()
    statuses = [r["status"] for r in records]
    # An answer may have been faster than its CANCEL: then the call was released.
    check(len(records) == numbers["attempted"] and set(statuses) == {200, 487} and statuses.count(200) >= numbers["completed"] and all(r["end"] in ("caller", "cancelled") for r in records),
          f"released or cancelled, each on record: {out}{statuses}")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"all-udp": lambda f: all_scenarios(f, "udp"), "all-tcp": lambda f: all_scenarios(f, "tcp"), "failures": failures, "terminal": terminal, "threshold": threshold, "open_loop": open_loop, "refused": refused,
          "interrupted": interrupted})
