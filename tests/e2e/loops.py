#!/usr/bin/env python3
"""Two servers that route `unknown` to each other and trust each other: an INVITE crosses each way once and gets 482, one record on each.
A spiral, whose Request-URI changed, completes."""
from harness import Server, free_port, check, main, wait_for
from sip import Phone, digest, header, headers, respond, status, unique


def pair(folder, routes_of_a="", routes_of_b=""):
    ports = [free_port(), free_port()]
    servers = []
    for name, port, other, more in (("a", ports[0], ports[1], routes_of_a), ("b", ports[1], ports[0], routes_of_b)):
        extra = more.replace("OTHER", str(other)) + f'[[route]]\nunknown = true\nto = "sip:127.0.0.1:{other}"\n'
        servers.append(Server(folder, name=name, port=port, domain="example.com", auth='trusted = ["127.0.0.1/32"]', extra=extra).start())
    return servers


def invite(phone, uri, cseq=1, credentials="", call_id=None):
    """Sends an INVITE, challenged or not, until a final response, which is acknowledged; returns it."""
    call_id, tag, branch = call_id or unique("call"), unique("f"), "z9hG4bK" + unique("b")
    text = phone.request("INVITE", uri, "alice", cseq, to=uri, call_id=call_id, from_tag=tag, branch=branch, domain="example.com", extra=credentials)
    reply = phone.transact(text, 20)
    to_tag = header(reply, "To").partition(";tag=")[2]
    phone.send(phone.request("ACK", uri, "alice", cseq, to=uri, call_id=call_id, from_tag=tag, to_tag=to_tag, branch=branch, domain="example.com"))
    if status(reply) == 407 and not credentials:
        answer = digest(header(reply, "Proxy-Authenticate"), "alice", "secret", "INVITE", uri)
        return invite(phone, uri, 2, f"Proxy-Authorization: {answer}\r\n", call_id)
    return reply


def loop(folder):
    a, b = pair(folder)
    phone = Phone(("127.0.0.1", a.port))
    reply = invite(phone, "sip:nobody@example.com")
    check(status(reply) == 482, f"482 wanted, got {reply[:200]!r}")
    for server in (a, b):
        wait_for(f"record on {server.name}", server.records, 5)
        rows = server.records()
        check(len(rows) == 1 and rows[0]["status"] == 482, f"one record with 482 wanted on {server.name}: {rows}")
        check(server.stop() == 0, "offhookd ended with an error")


def forked_loop(folder):
    """The same where the first server forks to two contacts, both of which lead back through the second one. The caller is a user, not a trusted
    network: only for users do contacts lead out of the server."""
    a, b = pair(folder)
    a.add_user("alice", "secret")
    phone = Phone(("127.0.0.1", a.port), "127.0.0.2")
    for user in ("one", "two"):
        reply = phone.register("alice", "secret", domain="example.com", contact=f"<sip:{user}@example.com:{b.port}>", call_id=unique("reg"))
        check(status(reply) == 200, f"REGISTER got {reply[:200]!r}")
    reply = invite(phone, "sip:alice@example.com")
    check(status(reply) == 482, f"482 wanted, got {reply[:200]!r}")
    for server in (a, b):
        wait_for(f"record on {server.name}", server.records, 5)
    rows = a.records()
    check(len(rows) == 1 and rows[0]["status"] == 482, f"one record with 482 wanted on a: {rows}")
    # Each branch is an INVITE of its own to the second server: one record for each INVITE server transaction.
    wait_for("two records on b", lambda: len(b.records()) == 2, 5)
    check({r["status"] for r in b.records()} == {482}, f"482 wanted on b: {b.records()}")
    for server in (a, b):
        check(server.stop() == 0, "offhookd ended with an error")


def spiral(folder):
    """alice@ forwards to bob@ at the same server: the request comes back with another Request-URI and completes, with one record."""
    server = Server(folder, domain="example.com", auth='trusted = ["127.0.0.1/32"]').start()
    server.add_user("alice", "secret")
    server.add_user("bob", "secret")
    at = ("127.0.0.1", server.port)
    bob, caller = Phone(at), Phone(at)
    check(status(bob.register("bob", "secret", domain="example.com")) == 200, "bob could not register")
    # alice's contact is bob's address at this very server: the request leaves it and comes back.
    check(status(caller.register("alice", "secret", domain="example.com", contact=f"<sip:bob@127.0.0.1:{server.port}>")) == 200, "alice could not register")
    uri, call_id, tag = "sip:alice@example.com", unique("call"), unique("f")
    caller.send(caller.request("INVITE", uri, "carol", to=uri, call_id=call_id, from_tag=tag, domain="example.com"))
    arrived = wait_for("INVITE at bob's phone", lambda: bob.receive(0.1), 5)
    check(arrived.startswith("INVITE ") and len(headers(arrived, "Via")) == 3, f"an INVITE with three Via wanted: {arrived}")
    bob.send(respond(arrived, "200 OK", bob.port, to_tag="bobs"))
    answer = wait_for("200", lambda: next((m for m in caller.waiting() if status(m) == 200), None), 5)
    routes = "".join(f"Route: {r}\r\n" for r in reversed(headers(answer, "Record-Route")))
    check(routes.count("Route:") == 2, f"two Record-Routes wanted: {answer}")
    target = header(answer, "Contact").strip("<>")
    for method, cseq in (("ACK", 1), ("BYE", 2)):
        caller.send(caller.request(method, target, "carol", cseq, to=uri, call_id=call_id, from_tag=tag, to_tag="bobs", domain="example.com", extra=routes))
        seen = wait_for(f"{method} at bob's phone", lambda: next((m for m in bob.waiting() if m.startswith(method)), None), 5)
        if method == "BYE":
            bob.send(respond(seen, "200 OK", bob.port))
    wait_for("200 of the BYE", lambda: next((m for m in caller.waiting() if "2 BYE" in m), None), 5)
    wait_for("finished record", lambda: [r for r in server.records() if r["end"] == "caller"], 5)
    check(len(server.records()) == 1, f"one record wanted: {server.records()}")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"loop": loop, "forked_loop": forked_loop, "spiral": spiral})
