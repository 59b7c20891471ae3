#!/usr/bin/env python3
"""SIPp over UDP and over TCP: registrations and calls of every kind, each with its call record checked.

Usage: calls.py [CASE ...], a case being NAME-udp or NAME-tcp.
"""
from harness import (SDP, Server, Sipp, answer, check, main, pause, recv, register, register_scenario, request, send, wait_for)

CALLER, CALLEE = "alice@127.0.0.1", "bob@127.0.0.1"
RINGING = send(answer("180 Ringing"), retrans=False)
OK = send(answer("200 OK", body=SDP))
BYE_OK = recv(request="BYE") + send(answer("200 OK", tag=False), retrans=False)


def branch_of(number):
    """One branch for an INVITE, its CANCEL and the ACK of its failure (§9.1, §17.1.1.3)."""
    return f"z9hG4bK-[pid]-[call_number]-{number}"


def invite(number, *extra):
    return request("INVITE", "sip:[service]@DOMAIN", False, number, branch_of(number), *extra, body=SDP)


def cancel(number):
    return send(request("CANCEL", "sip:[service]@DOMAIN", False, number, branch_of(number), contact=False))


def ack_of_failure(number):
    return send(request("ACK", "sip:[service]@DOMAIN", True, number, branch_of(number), contact=False), retrans=False)


def challenged_invite(*extra):
    """INVITE, 407, ACK, INVITE with credentials, 100."""
    return send(invite(1, *extra)) + recv(response=407, auth=True) + ack_of_failure(1) + send(invite(2, "[auth]", *extra)) + recv(response=100, optional=True)


def in_dialog(method, cseq, *extra, body="", contact=True):
    return request(method, "[next_url]", True, cseq, "[branch]", *extra, body=body, routes=True, contact=contact)


ANSWERED = recv(response=180, optional=True) + recv(response=200, rrs=True) + send(in_dialog("ACK", 2, contact=False), retrans=False)
HANG_UP = send(in_dialog("BYE", 3, contact=False)) + recv(response=200)


class Case:
    """A server with alice and bob, and SIPp processes in one transport."""

    def __init__(self, folder, transport, **server):
        self.folder, self.transport = folder, {"udp": "u1", "tcp": "t1"}[transport]
        # What lingers after a call must not delay the end of the server: it has a minute, and stop() is less patient.
        server["extra"] = server.get("extra", "") + '[runtime]\ndrain_limit = "60s"\n'
        self.server = Server(folder, **server).start()
        for user in ("alice", "bob"):
            self.server.add_user(user, "secret")

    def callee(self, scenario, name="callee", user="bob", q=None):
        phone = Sipp(self.folder, name, scenario, self.server, transport=self.transport, caller=user).listening()
        register(self.folder, self.server, user, "secret", phone.port, self.transport, tag="register-" + name)
        return phone

    def caller(self, scenario, name="caller", **options):
        return Sipp(self.folder, name, scenario, self.server, transport=self.transport, **options)

    def call(self, scenario, name="caller", **options):
        self.caller(scenario, name, **options).done()

    def end(self, *phones):
        for phone in phones:
            phone.done()
        check(self.server.stop() == 0, "offhookd ended with an error")


def registers(folder, transport):
    """REGISTER, 401, 200; the binding is listed; Expires 0 takes it away."""
    case = Case(folder, transport)
    register(folder, case.server, "bob", "secret", 5999, case.transport)
    rows = case.server.registrations()
    check(len(rows) == 1 and "127.0.0.1:5999" in rows[0]["contact"], f"one binding wanted, there are {rows}")
    register(folder, case.server, "bob", "secret", 5999, case.transport, expires=0)
    check(case.server.registrations() == [], "the binding is still there")
    case.end()


def answered(folder, transport):
    """A call with 407, two seconds of talk, BYE by the caller."""
    case = Case(folder, transport)
    callee = case.callee(recv(request="INVITE") + RINGING + OK + recv(request="ACK") + BYE_OK)
    case.call(challenged_invite() + ANSWERED + pause(2000) + HANG_UP)
    record = case.server.record(user=CALLER, status=200)
    check(record["end"] == "caller" and 2 <= record["seconds"] <= 3, f"wrong record {record}")
    check(record["codecs"] == "PCMU" and record["caller_agent"] == "sipp-caller" and record["callee_agent"] == "sipp-callee", f"wrong record {record}")
    check(str(callee.port) in record["binding"], f"wrong record {record}")
    case.end(callee)


def callee_hangs_up(folder, transport):
    case = Case(folder, transport)
    bye = send(request("BYE", "[next_url]", False, 1, "[branch]", contact=False, routes=True).replace("From: <sip:[field0]@DOMAIN>;tag=c[call_number]", "From: <sip:bob@DOMAIN>;tag=u[pid]t[call_number]")
               .replace("To: <sip:[service]@DOMAIN>", "To: <sip:alice@DOMAIN>[$caller_tag]"))
    take_tag = '<ereg regexp=";tag=.*" search_in="hdr" header="From:" assign_to="caller_tag"/>'
    callee = case.callee(recv(request="INVITE", rrs=True, action=take_tag) + RINGING + OK + recv(request="ACK", rrs=True) + bye + recv(response=200))
    case.call(challenged_invite() + ANSWERED + recv(request="BYE") + send(answer("200 OK", tag=False), retrans=False))
    record = case.server.record(user=CALLER, status=200)
    check(record["end"] == "callee", f"wrong record {record}")
    case.end(callee)


def busy(folder, transport):
    case = Case(folder, transport)
    callee = case.callee(recv(request="INVITE") + send(answer("486 Busy Here", contact=False)) + recv(request="ACK"))
    case.call(challenged_invite() + recv(response=486) + ack_of_failure(2))
    record = case.server.record(user=CALLER, status=486)
    check(record["end"] == "refused" and record["seconds"] == 0, f"wrong record {record}")
    case.end(callee)


# The callee of a cancelled call. The 487 answers the INVITE, whose Via the CANCEL shares (§9.1).
CANCELLED = (recv(request="CANCEL") + send(answer("200 OK", contact=False), retrans=False)
             + send(answer("487 Request Terminated", contact=False).replace("[last_CSeq:]", "CSeq: 2 INVITE")) + recv(request="ACK"))


def cancel_after_180(folder, transport):
    case = Case(folder, transport)
    callee = case.callee(recv(request="INVITE") + RINGING + CANCELLED)
    case.call(challenged_invite() + recv(response=180) + cancel(2) + recv(response=200)
              + recv(response=487) + ack_of_failure(2))
    record = case.server.record(user=CALLER, status=487)
    check(record["end"] == "cancelled", f"wrong record {record}")
    case.end(callee)


def cancel_before_180(folder, transport):
    """The callee says nothing at first: the CANCEL may leave only after its first provisional response (§9.1)."""
    case = Case(folder, transport)
    scenario = (recv(request="INVITE") + pause(500) + RINGING + CANCELLED)
    callee = case.callee(scenario)
    case.call(send(invite(1)) + recv(response=407, auth=True) + ack_of_failure(1) + send(invite(2, "[auth]")) + recv(response=100)
              + cancel(2) + recv(response=180, optional=True) + recv(response=200)
              + recv(response=180, optional=True) + recv(response=487) + ack_of_failure(2))
    check(case.server.record(user=CALLER, status=487)["end"] == "cancelled", "wrong record")
    case.end(callee)


def no_answer(folder, transport):
    """Timer C (set short) cancels the branch; the caller gets 408 or the callee's 487."""
    case = Case(folder, transport, extra='[proxy]\ntimer_c = "2s"\n')
    scenario = (recv(request="INVITE") + RINGING + CANCELLED)
    callee = case.callee(scenario)
    case.call(challenged_invite() + recv(response=180) + recv(response=408) + ack_of_failure(2))
    check(case.server.record(user=CALLER, status=408)["end"] == "timeout", "wrong record")
    case.end(callee)


def no_binding(folder, transport):
    case = Case(folder, transport)
    case.call(challenged_invite() + recv(response=480) + ack_of_failure(2))
    check(case.server.record(user=CALLER, status=480)["end"] == "refused", "wrong record")
    case.call(challenged_invite() + recv(response=404) + ack_of_failure(2), name="nobody", service="nobody")
    check(case.server.record(user=CALLER, status=404)["end"] == "refused", "wrong record")
    case.end()


def redirected(folder, transport):
    """302 of one phone leads to the other one."""
    case = Case(folder, transport)
    second = Sipp(folder, "second", recv(request="INVITE") + OK + recv(request="ACK") + BYE_OK, case.server, transport=case.transport).listening()
    moved = f"Contact: <sip:bob@127.0.0.1:{second.port};transport=[transport]>"
    first = case.callee(recv(request="INVITE") + send(answer("302 Moved Temporarily", moved, contact=False)) + recv(request="ACK"))
    case.call(challenged_invite() + ANSWERED + HANG_UP)
    record = case.server.record(user=CALLER, status=200)
    check(str(second.port) in record["binding"], f"wrong record {record}")
    case.end(first, second)


def forked(folder, transport):
    """Two phones of bob ring, one answers, the other one is cancelled: one record."""
    case = Case(folder, transport)
    winner = case.callee(recv(request="INVITE") + RINGING + pause(500) + OK + recv(request="ACK") + BYE_OK, name="winner")
    loser = case.callee(recv(request="INVITE") + RINGING + CANCELLED, name="loser")
    case.call(challenged_invite() + recv(response=180, optional=True) + ANSWERED + HANG_UP)
    record = case.server.record(user=CALLER, status=200)
    check(str(winner.port) in record["binding"], f"wrong record {record}")
    case.end(winner, loser)


def reinvite(folder, transport):
    """A re-INVITE travels the record-route and makes no record of its own."""
    case = Case(folder, transport)
    callee = case.callee(recv(request="INVITE") + RINGING + OK + recv(request="ACK") + recv(request="INVITE") + send(answer("200 OK", body=SDP, tag=False)) + recv(request="ACK") + BYE_OK)
    again = send(in_dialog("INVITE", 3, body=SDP)) + recv(response=100, optional=True) + recv(response=200) + send(in_dialog("ACK", 3, contact=False), retrans=False)
    case.call(challenged_invite() + ANSWERED + again + send(in_dialog("BYE", 4, contact=False)) + recv(response=200))
    case.server.record(user=CALLER, status=200)
    check(len(case.server.records()) == 1, "a re-INVITE made a record")
    case.end(callee)


def session_timer(folder, transport):
    """The callee sees the Session-Expires that the proxy inserted; its answer without one leaves the call without a timer of its own."""
    case = Case(folder, transport)
    has_timer = '<ereg regexp="1800" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="timer"/>'
    callee = case.callee(recv(request="INVITE", action=has_timer) + '<Reference variables="timer"/>\n' + RINGING + OK + recv(request="ACK") + BYE_OK)
    wants = '<ereg regexp="1800;refresher=uac" search_in="hdr" header="Session-Expires:" check_it="true" assign_to="granted"/>'
    talk = recv(response=180, optional=True) + recv(response=200, rrs=True, action=wants) + '<Reference variables="granted"/>\n' + send(in_dialog("ACK", 2, contact=False), retrans=False)
    case.call(challenged_invite("Supported: timer") + talk + HANG_UP)
    check(case.server.record(user=CALLER, status=200)["end"] == "caller", "wrong record")
    case.end(callee)


def both_with_timers(folder, transport):
    """Both ends keep session timers of their own: what they agree on passes unchanged, and the refresh makes no record."""
    case = Case(folder, transport)
    timer = "Session-Expires: 120;refresher=uac"
    callee = case.callee(recv(request="INVITE") + RINGING + send(answer("200 OK", timer, "Require: timer", body=SDP)) + recv(request="ACK")
                         + recv(request="UPDATE") + send(answer("200 OK", timer, "Require: timer", tag=False), retrans=False) + BYE_OK)
    refresh = send(in_dialog("UPDATE", 3, "Supported: timer", timer)) + recv(response=200)
    case.call(challenged_invite("Supported: timer", "Session-Expires: 120") + ANSWERED + refresh + send(in_dialog("BYE", 4, contact=False)) + recv(response=200))
    record = case.server.record(user=CALLER, status=200)
    check(record["end"] == "caller" and len(case.server.records()) == 1, f"wrong record {record}")
    case.end(callee)


CASES = {}
for case in (registers, answered, callee_hangs_up, busy, cancel_after_180, cancel_before_180, no_answer, no_binding, redirected, forked, reinvite, session_timer, both_with_timers):
    for transport in ("udp", "tcp"):
        CASES[f"{case.__name__}-{transport}"] = lambda folder, case=case, transport=transport: case(folder, transport)

if __name__ == "__main__":
    main(CASES)
