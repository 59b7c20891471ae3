#!/usr/bin/env python3
"""Calls reach the servers that others run: a FreeRADIUS that writes its detail file, a PostgreSQL.

accounting: what a call and a refused one look like in the detail file; while FreeRADIUS hangs no call waits and the backlog grows, then it is worked
off; `kill -9` of the server loses no record.

Usage: sinks.py [accounting]
"""
import json
import os
import signal

from harness import Server, check, main, wait_for
from journal import CSV, delivered, sinks, status, storm, with_users
from radius import SECRET, FreeRadius, invited
from sip import Phone

RADIUS = "billing"


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


if __name__ == "__main__":
    main({"accounting": accounting})
