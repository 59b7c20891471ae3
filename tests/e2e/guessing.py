#!/usr/bin/env python3
"""A stranger learns nothing from refusals: wrong passwords and unknown users, interleaved, get identical octets but for nonce and tags,
in the same time.

Usage: guessing.py; OFFHOOK_GUESSES sets how many of each (default 1000).
"""
import os
import random
import re
import statistics
import time

from harness import Server, check, main
from sip import Phone, digest, header, status, unique


def normal(text):
    """A response without what may differ: nonce, tags, branch, Call-ID, CSeq, the name itself, which is the request's."""
    text = re.sub(r'nonce="[^"]*"', 'nonce=""', text)
    text = re.sub(r"tag=[^;\s]*", "tag=", text)
    text = re.sub(r"branch=[^;\s]*", "branch=", text)
    text = re.sub(r"(?m)^Call-ID:.*$", "Call-ID:", text)
    return re.sub(r"sip:[^@]*@", "sip:name@", text)


def same(folder):
    count = int(os.environ.get("OFFHOOK_GUESSES", "1000"))
    server = Server(folder, shards=1, extra="[runtime]\nbatch_window = \"0s\"\n").start()
    server.offhook("user", "import", "-", text="".join(f"u{i:05d},127.0.0.1,secret\n" for i in range(200)))
    phone = Phone(("127.0.0.1", server.port))
    times, texts = {"wrong": [], "unknown": []}, {"wrong": set(), "unknown": set()}
    for i in range(count):
        for kind in random.sample(("wrong", "unknown"), 2):
            user = f"u{i % 200:05d}" if kind == "wrong" else f"x{i % 200:05d}"
            call_id, tag = unique("reg"), unique("f")
            first = phone.transact(phone.request("REGISTER", "sip:127.0.0.1", user, 1, call_id=call_id, from_tag=tag))
            check(status(first) == 401, f"401 wanted: {first!r}")
            credentials = digest(header(first, "WWW-Authenticate"), user, "guess", "REGISTER", "sip:127.0.0.1")
            text = phone.request("REGISTER", "sip:127.0.0.1", user, 2, call_id=call_id, from_tag=tag, extra=f"Authorization: {credentials}\r\n")
            begin = time.perf_counter_ns()
            phone.send(text)
            reply = phone.receive(5)
            times[kind].append((time.perf_counter_ns() - begin) / 1000)
            check(status(reply) == 401, f"401 wanted: {reply!r}")
            texts[kind].add(normal(reply))
    check(texts["wrong"] == texts["unknown"] and len(texts["wrong"]) == 1, f"the answers differ: {texts}")
    line = []
    for name, of in (("median", lambda v: statistics.median(v)), ("p95", lambda v: sorted(v)[int(len(v) * 0.95)])):
        wrong, unknown = of(times["wrong"]), of(times["unknown"])
        line.append(f"{name} {wrong:.1f} us wrong, {unknown:.1f} us unknown ({100 * abs(wrong - unknown) / min(wrong, unknown):.1f} % apart)")
    # The times are printed, not judged: speed is judged in a benchmark.
    print(f"{count} of each: " + "; ".join(line))
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"same": same})
