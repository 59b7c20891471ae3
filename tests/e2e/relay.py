#!/usr/bin/env python3
"""Nobody uses the server as a relay: forged To tags, foreign preloaded Routes, bare ACKs and bare CANCELs never leave it."""
from harness import Server, check, main
from sip import Phone, header, status, unique


def never_relayed(folder):
    server = Server(folder).start()
    server.add_user("alice", "secret")
    server.add_user("bob", "secret")
    at = ("127.0.0.1", server.port)
    victim, stranger, bob = Phone(None), Phone(at), Phone(at)
    check(status(bob.register("bob", "secret")) == 200, "bob could not register")
    target = f"sip:victim@127.0.0.1:{victim.port}"
    ours = f"Route: <sip:127.0.0.1:{server.port};lr>\r\n"
    forged = f"Route: <sip:127.0.0.1:{server.port};lr;oh=0123456789abcdef>\r\n"
    foreign = f"Route: <sip:127.0.0.1:{victim.port};lr>\r\n"
    sent = 0
    for user, domain in (("alice", "127.0.0.1"), ("mallory", "elsewhere.example")):
        for uri in (target, "sip:bob@127.0.0.1", f"sip:bob@127.0.0.1:{bob.port}"):
            for route in ("", ours, forged, foreign, ours + foreign, forged + foreign):
                for method in ("INVITE", "BYE", "INFO", "MESSAGE", "UPDATE", "NOTIFY"):
                    reply = stranger.transact(stranger.request(method, uri, user, to=target, to_tag=unique("forged"), domain=domain, extra=route))
                    check(status(reply) >= 400, f"{method} {uri} with a forged To tag and {route!r} got {reply[:80]!r}")
                    sent += 1
                for tag in ("", unique("forged")):
                    stranger.send(stranger.request("ACK", uri, user, to=target, to_tag=tag, domain=domain, extra=route))
                    sent += 1
                reply = stranger.transact(stranger.request("CANCEL", uri, user, to=target, domain=domain, extra=route))
                check(status(reply) == 481, f"a bare CANCEL got {reply[:80]!r}")
                reply = stranger.transact(stranger.request("INVITE", target, user, to=target, domain=domain, extra=route))
                check(400 <= status(reply) < 500, f"an INVITE of a stranger to a foreign target with {route!r} got {reply[:80]!r}")
    # What was sent before this OPTIONS has been dealt with when it is answered.
    check(status(stranger.transact(stranger.request("OPTIONS", "sip:127.0.0.1", "mallory", domain="elsewhere.example"))) == 200, "OPTIONS was not answered")
    for name, phone in (("the victim", victim), ("bob", bob)):
        reached = [m for m in phone.waiting() if not m.startswith("SIP/2.0")]
        check(not reached, f"of {sent} forged messages {len(reached)} reached {name}, the first: {(reached or [''])[0][:400]}")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({"never_relayed": never_relayed})
