#!/usr/bin/env python3
"""The journal reaches every sink, whole and in order, whatever happens to the server or to a sink.

killed: `kill -9` of the server in the middle of calls, again and again, while an HTTP endpoint comes and goes: each call that ended stands once in
the CSV file, in whole lines, over all files that were put aside; in the JSON file and at the endpoint too.
full_disk: the disk of one sink is full: calls and the other sink go on, and when there is room again nothing is missing.
wrong: what the configuration and the command line say about sinks that cannot be.

Usage: journal.py [killed|full_disk|wrong]; OFFHOOK_CALLS and OFFHOOK_KILLS set how many (defaults 1200 and 3).
"""
import csv
import glob
import http.server
import json
import os
import random
import signal
import subprocess
import threading

from harness import BIN, Missing, Server, check, free_port, main, wait_for

USERS = 50
CSV, JSON, HTTP = "calls", "events", "posted"


class Endpoint:
    """An HTTP endpoint that keeps what it is sent, and can be closed and opened again on the same port."""

    def __init__(self):
        self.port = free_port()
        self.lines = []
        self.keys = []
        self.server = None

    def open(self):
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.keys.append(self.headers["Idempotency-Key"])
                endpoint.lines += [json.loads(line) for line in body.splitlines()]
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def sinks(folder, endpoint=None):
    text = f'[[sink]]\nname = "{CSV}"\nkind = "csv"\nfile = "{folder.path}/calls.csv"\nmax_size = 60000\ndelay = "20ms"\n'
    text += f'[[sink]]\nname = "{JSON}"\nkind = "json"\nfile = "{folder.path}/events.json"\ndelay = "20ms"\n'
    if endpoint:
        text += f'[[sink]]\nname = "{HTTP}"\nkind = "http"\nurl = "http://127.0.0.1:{endpoint.port}/events"\nevents = ["call_ended"]\ndelay = "20ms"\n'
    return text


def with_users(server):
    server.start()
    server.offhook("user", "import", "-", text="".join(f"u{i:06d},{server.domain},secret\n" for i in range(USERS)))


def storm(server, calls, rate=200):
    return subprocess.Popen([os.path.join(BIN, "offhook"), "storm", "call", f"127.0.0.1:{server.port}", "--users", f"u{{000000..{USERS - 1:06d}}}", "--rate", str(rate),
                             "--count", str(calls), "--hold", "0.1", "--json"], env={**os.environ, "OFFHOOK_PASSWORD": "secret"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def status(server):
    return {sink["name"]: sink for sink in json.loads(server.offhook("sinks", "--json"))}


def csv_rows(folder):
    """Every row of every file, the oldest first; each file has the header, whole lines, and as many fields in each."""
    rows = []
    for path in sorted(glob.glob(folder / "calls-*.csv")) + [folder / "calls.csv"]:
        text = open(path, newline="").read()
        check(text.endswith("\n") and "\0" not in text, f"{path} ends in the middle of a line")
        lines = list(csv.reader(text.splitlines()))
        check(lines[0][:2] == ["event", "id"] and all(len(line) == len(lines[0]) for line in lines), f"{path}: torn lines")
        rows += [dict(zip(lines[0], line)) for line in lines[1:]]
    return rows


def delivered(server, names, limit=60):
    wait_for(f"an empty backlog of {names}", lambda: all(status(server)[name]["backlog"] == 0 for name in names), limit)


def compare(server, folder):
    ended = {r["id"] for r in server.records_all() if r["end"] != "none"}
    rows = csv_rows(folder)
    check(len(rows) == len(ended) and {row["id"] for row in rows} == ended, f"{len(ended)} calls ended, {len(rows)} lines, {len({r['id'] for r in rows})} of them different")
    seqs = [int(row["event"]) for row in rows]
    check(seqs == sorted(seqs), "the lines are in the order of the journal")
    events = [json.loads(line) for line in open(folder / "events.json")]
    seqs = [event["seq"] for event in events]
    check(seqs == sorted(set(seqs)), "the JSON lines are in the order of the journal, each once")
    in_json = [event["data"]["id"] for event in events if event["kind"] == "call_ended"]
    check(len(in_json) == len(ended) and set(in_json) == ended, f"{len(in_json)} calls ended in the JSON file")
    verdict = json.loads(server.offhook("cdr", "reconcile", "--json"))
    check(len(verdict) == 1 and verdict[0]["good"] and verdict[0]["held"] == len(ended), f"{verdict}")
    return ended


def killed(folder):
    calls, kills = int(os.environ.get("OFFHOOK_CALLS", "1200")), int(os.environ.get("OFFHOOK_KILLS", "3"))
    endpoint = Endpoint()
    endpoint.open()
    server = Server(folder, extra=sinks(folder, endpoint))
    with_users(server)
    for kill in range(kills + 1):
        load = storm(server, calls // (kills + 1))
        if kill < kills:
            begun = len(server.records_all())
            wanted = begun + random.randrange(20, max(calls // (kills + 1) - 40, 21))
            wait_for(f"{wanted} calls on record", lambda: load.poll() is not None or len(server.records_all()) >= wanted, 60)
            if kill % 2 == 0:
                endpoint.close()
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            server.process = None
            load.send_signal(signal.SIGINT)
            server.start()
            if kill % 2 == 0:
                endpoint.open()
        out, error = load.communicate(timeout=120)
        if kill == kills:
            check(json.loads(out)["completed"] == calls // (kills + 1), f"the last storm is whole: {out}{error}")
    delivered(server, [CSV, JSON, HTTP])
    ended = compare(server, folder)
    posted = {line["data"]["id"] for line in endpoint.lines}
    check(posted == ended, f"{len(posted)} calls at the endpoint, {len(ended)} on record")
    print(f"{len(ended)} calls, {kills} kills, {len(glob.glob(folder / 'calls-*.csv'))} files put aside, {len(endpoint.lines) - len(posted)} calls posted twice")
    check(server.stop() == 0, "offhookd ended with an error")


def full_disk(folder):
    small = folder / "small"
    os.makedirs(small)
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    prefix = ["unshare", *user, "--mount", "sh", "-c", f'mount -t tmpfs -o size=400k none "{small}" && head -c 380k /dev/zero > "{small}/filler" && exec "$@"', "sh"]
    more = f'[[sink]]\nname = "small"\nkind = "csv"\nfile = "{small}/calls.csv"\ndelay = "20ms"\n'
    server = Server(folder, extra=sinks(folder) + more, prefix=prefix, port=free_port())
    with_users(server)
    out, error = storm(server, 300).communicate(timeout=120)
    check(json.loads(out)["completed"] == 300, f"no call failed: {out}{error}")
    wait_for("the full disk told", lambda: "No space left" in status(server)["small"]["error"], 30)
    delivered(server, [CSV, JSON])
    waiting = status(server)["small"]
    check(waiting["backlog"] > 0 and waiting["age_seconds"] > 0, f"{waiting}")
    os.remove(f"/proc/{server.process.pid}/root{small}/filler")
    delivered(server, ["small"], 90)
    verdicts = {v["sink"]: v for v in json.loads(server.offhook("cdr", "reconcile", "--json"))}
    check(all(v["good"] and v["held"] == 300 for v in verdicts.values()) and len(verdicts) == 2, f"{verdicts}")
    check("No space left" in open(server.log).read(), "the log tells of the full disk")
    check(server.stop() == 0, "offhookd ended with an error")


def wrong(folder):
    for text, said in ((f'[[sink]]\nkind = "csv"\nfile = "a.csv"\n', "name is missing"), ('[[sink]]\nname = "a"\nkind = "xml"\nfile = "a"\n', "not a kind of sink"),
                       ('[[sink]]\nname = "a"\nkind = "http"\nurl = "https://x"\n', "https is not supported"), ('[[sink]]\nname = "a"\nkind = "csv"\n', "file is missing"),
                       ('[[sink]]\nname = "a"\nkind = "json"\nfile = "x"\nevents = ["call_endet"]\n', "call_ended")):
        try:
            Server(folder, extra=text).start()
            raise AssertionError(f"this configuration was taken:\n{text}")
        except Missing as e:
            check(said in str(e), f"{said!r} wanted: {e}")
    # Not a file of ours: it is left alone, and the server runs.
    with open(folder / "diary", "w") as f:
        f.write("dear diary")
    server = Server(folder, extra=f'[[sink]]\nname = "a"\nkind = "csv"\nfile = "{folder.path}/diary"\n').start()
    wait_for("what is wrong with the file", lambda: "does not begin as a file of this sink" in status(server)["a"]["error"], 10)
    check(open(folder / "diary").read() == "dear diary", "another's file was changed")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"killed": killed, "full_disk": full_disk, "wrong": wrong})
