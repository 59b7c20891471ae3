#!/usr/bin/env python3
"""Calls reach the servers that others run: a FreeRADIUS that writes its detail file, a PostgreSQL.

accounting: what a call and a refused one look like in the detail file; while FreeRADIUS hangs no call waits and the backlog grows, then it is worked
off; `kill -9` of the server loses no record.
everything: calls without a pause while the server is killed again and again, FreeRADIUS and PostgreSQL hang, die and come back, and the disk of one
sink is full: in the end each call stands once in the database, in both CSV files, in the JSON file, in the detail file and in PostgreSQL.

Usage: sinks.py [accounting | everything]; OFFHOOK_CALLS, OFFHOOK_KILLS and OFFHOOK_RATE set how many (defaults 1200, 2, 200 a second).
"""
import glob
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from harness import Server, check, main, wait_for
from journal import CSV, JSON, csv_rows, delivered, sinks, status, storm, with_users
from postgresql import Postgresql
from radius import SECRET, FreeRadius, invited
from sip import Phone

RADIUS, POSTGRESQL, SMALL = "billing", "warehouse", "small"


def radius_sink(radius, more=""):
    return (f'[[sink]]\nname = "{RADIUS}"\nkind = "radius"\nservers = ["127.0.0.1:{radius.accounting_port}"]\nsecret = "{SECRET}"\nfile = "{radius.detail}"\n'
            f'delay = "20ms"\ntimeout = "2s"\n{more}\n')


def entries(path):
    """The whole entries of a detail file, each a dictionary; of what comes several times, a list."""
    found = []
    for text in open(path).read().split("\n\n")[:-1]:
        entry = {"Cisco-AVPair": []}
        for line in text.split("\n"):
            name, equals, value = line.strip().partition(" = ")
            if not equals:
                continue
            value = value.strip('"')
            if name == "Cisco-AVPair":
                entry[name].append(value)
            else:
                entry[name] = value
        found.append(entry)
    return found


def key(entry):
    event = next(pair for pair in entry["Cisco-AVPair"] if pair.startswith("offhook-event="))
    return entry["Acct-Session-Id"], entry["Acct-Status-Type"], event


def verdicts(server):
    return {v["sink"]: v for v in json.loads(server.offhook("cdr", "reconcile", "--json"))}


def compare_detail(server, radius):
    """Every call of the records stands in the file, its Stop once by (Acct-Session-Id, Acct-Status-Type, event). How many came twice."""
    ended = {r["id"]: r for r in server.records_all() if r["end"] != "none"}
    stops = [e for e in entries(radius.detail) if e["Acct-Status-Type"] == "Stop"]
    once = {key(e): e for e in stops}
    check(len(once) == len(ended) and {e["Acct-Session-Id"] for e in once.values()} == set(ended), f"{len(ended)} calls ended, {len(once)} of them in the file")
    for entry in once.values():
        check(int(entry["Acct-Session-Time"]) == ended[entry["Acct-Session-Id"]]["seconds"], f"{entry} is not {ended[entry['Acct-Session-Id']]}")
    verdict = verdicts(server)[RADIUS]
    check(verdict["good"] and verdict["held"] == len(ended) and verdict["repeated"] == len(stops) - len(once), f"{verdict}")
    return len(stops) - len(once)


def accounting(folder):
    radius = FreeRadius(folder, {}).start()
    server = Server(folder, extra=sinks(folder) + radius_sink(radius))
    with_users(server)
    out, error = storm(server, 40).communicate(timeout=60)
    check(json.loads(out)["completed"] == 40, f"{out}{error}")
    server.add_user("bob", "secret")
    check(invited(Phone(("127.0.0.1", server.port)), "u000000", "secret") == 480, "bob has no phone")
    delivered(server, [RADIUS])
    check(compare_detail(server, radius) == 0, "nothing failed, so nothing came twice")
    first = next(r for r in server.records_all() if r["end"] != "none" and r["status"] == 200)
    mine = {e["Acct-Status-Type"]: e for e in entries(radius.detail) if e["Acct-Session-Id"] == first["id"]}
    start, stop = mine["Start"], mine["Stop"]
    check(start["User-Name"] == stop["User-Name"] == first["user"] and start["NAS-Identifier"] == server.domain, f"{start} {stop}")
    check(stop["Acct-Multi-Session-Id"] == first["call"] and stop["Acct-Terminate-Cause"] == "User-Request" and "sip-status=200" in stop["Cisco-AVPair"], f"{stop}")
    check(int(stop["Acct-Delay-Time"]) <= 2 and "Acct-Session-Time" not in start and f"sip-call-id={first['sip_call_id']}" in start["Cisco-AVPair"], f"{start} {stop}")

    failed = [e for e in entries(radius.detail) if "sip-status=480" in e["Cisco-AVPair"]]
    check(len(failed) == 1 and failed[0]["Acct-Status-Type"] == "Stop" and failed[0]["Acct-Session-Time"] == "0" and failed[0]["Acct-Terminate-Cause"] == "Service-Unavailable",
          f"a call that failed is a Stop of 0 seconds, without a Start: {failed}")

    # It hangs: no call notices, the other sink has them all.
    radius.process.send_signal(signal.SIGSTOP)
    out, error = storm(server, 600).communicate(timeout=120)
    check(json.loads(out)["completed"] == 600, f"no call failed: {out}{error}")
    delivered(server, [CSV])
    wait_for("the failure told", lambda: "no answer" in status(server)[RADIUS]["error"], 20)
    check(status(server)[RADIUS]["backlog"] > 0, "what FreeRADIUS did not take waits")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    radius.process.send_signal(signal.SIGCONT)
    server.start()
    delivered(server, [RADIUS, CSV], 90)
    twice = compare_detail(server, radius)
    late = max(int(e["Acct-Delay-Time"]) for e in entries(radius.detail))
    check(late >= 2, f"those that waited say so: at most {late} s")
    print(f"{len(server.records_all())} calls, {twice} Stops came twice")
    check(server.stop() == 0, "offhookd ended with an error")


def postgresql_sink(database, more=""):
    return f'[[sink]]\nname = "{POSTGRESQL}"\nkind = "postgresql"\nconnection = "{database.connection}"\ndelay = "20ms"\ntimeout = "2s"\n{more}\n'


def ended_in(server):
    """The ids of the calls that ended, from the database itself: there may be very many."""
    with sqlite3.connect(f"file:{server.data}/offhook.db?mode=ro", uri=True, timeout=30) as sql:
        return {f"{row[0] & (1 << 64) - 1:016x}" for row in sql.execute("SELECT id FROM call_record WHERE end_cause <> 'none'")}


def last_event(server):
    with sqlite3.connect(f"file:{server.data}/offhook.db?mode=ro", uri=True, timeout=30) as sql:
        return sql.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]


class SmallDisk:
    """A disk of the test's own, if it is root; otherwise an ordinary folder that is never full."""

    def __init__(self, folder, megabytes):
        self.path = folder / "small"
        os.makedirs(self.path)
        self.mounted = os.environ.get("OFFHOOK_OWN_MOUNTS") == "1"
        if self.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", self.path], check=True)

    def fill(self):
        if self.mounted:
            with open(os.path.join(self.path, "filler"), "wb", buffering=0) as f:
                try:
                    while f.write(bytes(1 << 20)):
                        pass
                except OSError:
                    pass

    def free(self):
        if self.mounted:
            os.remove(os.path.join(self.path, "filler"))


def trouble(number, radius, database, disk):
    """Stops all that others run, each in its way; returns what brings it back."""
    disk.fill()
    if number % 2 == 0:
        radius.process.send_signal(signal.SIGSTOP)
        database.kill()
        return lambda: (disk.free(), radius.process.send_signal(signal.SIGCONT), database.start())
    radius.kill()
    database.signal(signal.SIGSTOP)
    return lambda: (disk.free(), radius.start(), database.signal(signal.SIGCONT))


def everything(folder):
    if os.geteuid() == 0 and "OFFHOOK_OWN_MOUNTS" not in os.environ:  # what is mounted is gone with the test
        done = subprocess.run(["unshare", "--mount", sys.executable, os.path.abspath(__file__), "everything"], env={**os.environ, "OFFHOOK_OWN_MOUNTS": "1"})
        return check(done.returncode == 0, "see above")
    calls, kills, rate = (int(os.environ.get(name, default)) for name, default in (("OFFHOOK_CALLS", "1200"), ("OFFHOOK_KILLS", "2"), ("OFFHOOK_RATE", "200")))
    disk, radius, database = SmallDisk(folder, 8 + calls // 1000), FreeRadius(folder, {}).start(), Postgresql(folder).start()
    small = f'[[sink]]\nname = "{SMALL}"\nkind = "csv"\nfile = "{disk.path}/calls.csv"\ndelay = "20ms"\nmax_size = 0\n'
    server = Server(folder, extra=sinks(folder) + small + radius_sink(radius) + postgresql_sink(database))
    with_users(server)
    begun, failed = time.monotonic(), 0
    for kill in range(kills):
        load = storm(server, calls // (kills + 1), rate)
        back = trouble(kill, radius, database, disk)
        wanted = last_event(server) + 2 * random.randrange(20, max(calls // (kills + 1) - 40, 21))  # a call makes two or three
        wait_for(f"event {wanted}", lambda: load.poll() is not None or last_event(server) >= wanted, 120)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.process = None
        load.send_signal(signal.SIGINT)
        server.start()
        back()
        failed += json.loads(load.communicate(timeout=120)[0])["failed"]
    rest = max(calls - len(ended_in(server)), 100)
    load = storm(server, rest, rate)
    back = trouble(kills, radius, database, disk)
    out, error = load.communicate(timeout=600)
    check(json.loads(out)["completed"] == rest, f"no call failed, whatever the sinks do: {out}{error}")
    took = time.monotonic() - begun
    delivered(server, [CSV, JSON], 120)
    waiting = {name: sink["backlog"] for name, sink in status(server).items()}
    back()
    names = [CSV, JSON, RADIUS, POSTGRESQL, SMALL]
    delivered(server, names, 240)
    compare_everything(folder, server, disk, radius, database)
    print(f"{len(ended_in(server))} calls in {took:.0f} s, {kills} kills, {failed} calls that the kills cut off; waited while the sinks were away: {waiting}")
    check(server.stop() == 0, "offhookd ended with an error")


def compare_everything(folder, server, disk, radius, database):
    ended = ended_in(server)
    rows = [row["id"] for row in csv_rows(folder)]
    with open(os.path.join(disk.path, "calls.csv")) as f:
        small = [line.split(",")[1] for line in f.read().splitlines()[1:]]
    lines = []
    for path in glob.glob(folder / "events*.json"):
        with open(path) as f:
            lines += [event["data"]["id"] for event in map(json.loads, f) if event["kind"] == "call_ended"]
    table = [row[0] for row in database.query("SELECT id FROM offhook.call_record WHERE end_cause <> 'none'")]
    stops = [key(e) for e in entries(radius.detail) if e["Acct-Status-Type"] == "Stop"]
    detail = [session for session, _, _ in set(stops)]
    for name, ids in ((CSV, rows), (SMALL, small), (JSON, lines), (POSTGRESQL, table), (RADIUS, detail)):
        check(len(ids) == len(ended) and set(ids) == ended, f"{name}: {len(ids)} calls, {len(set(ids))} of them different; {len(ended)} ended")
    for name, verdict in verdicts(server).items():
        check(verdict["good"] and verdict["held"] == len(ended), f"{name}: {verdict}")
    print(f"calls: database {len(ended)}, CSV {len(rows)} and {len(small)}, JSON {len(lines)}, PostgreSQL {len(table)}, detail {len(detail)} (and {len(stops) - len(detail)} Stops that came twice)")


if __name__ == "__main__":
    main({"accounting": accounting, "everything": everything})
