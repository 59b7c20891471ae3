#!/usr/bin/env python3
"""offhookd as its operator meets it: wrong input, a port taken, a second instance, reload, drain, first users; and sipsak as its user."""
import os
import re
import socket
import subprocess
import urllib.request

from harness import BIN, Missing, Server, free_port, check, main, wait_for
from sip import Phone, digest, header, headers, respond, status, unique


def offhookd(*words):
    return subprocess.run([os.path.join(BIN, "offhookd"), *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)


def config(folder, name, text):
    path = folder / name
    with open(path, "w") as f:
        f.write(text)
    return path


def wrong_input(folder):
    """Each mistake ends with an error that says what, where and what to do, and an exit status that is not 0."""
    r = offhookd("--config", folder / "missing.toml")
    check(r.returncode != 0 and "missing.toml" in r.stderr and "No such file" in r.stderr, f"a missing file: {r}")
    r = offhookd()
    check(r.returncode != 0 and "--config" in r.stderr + r.stdout, f"no arguments: {r}")
    bad = config(folder, "bad.toml", 'domains = ["example.com"]\n[auth]\ntrusted = ["10.0.0.0/33"]\nrealmm = "x"\n')
    r = offhookd("--check", bad)
    check(r.returncode != 0 and "bad.toml:3:12" in r.stderr and "0 to 32" in r.stderr and "bad.toml:4:1" in r.stderr and '"realm"' in r.stderr, f"two mistakes: {r}")
    r = offhookd("--check", config(folder, "good.toml", 'domains = ["example.com"]\n'))
    check(r.returncode == 0, f"a good file: {r}")
    for name, said in ((folder.path, "Is a directory"), ("/dev/zero", "larger than")):
        r = offhookd("--check", name)
        check(r.returncode == 2 and said in r.stderr, f"{name}: {r}")
    r = offhookd("--help-config")
    check(r.returncode == 0 and "commit_window" in r.stdout, "--help-config")
    check(offhookd("--check", config(folder, "help.toml", r.stdout)).returncode == 0, "what --help-config prints is not a configuration")


def ready_descriptor(folder):
    """Nothing is started for a descriptor that nobody handed over: its number could be that of a file of our own."""
    good = config(folder, "ready.toml", f'domains = ["example.com"]\ndata = "{folder.path}/ready"\n[[listen]]\nprotocol = "udp"\naddress = "127.0.0.1:0"\n[http]\naddress = "127.0.0.1:0"\n')
    r = offhookd("--config", good, "--ready-fd", "9")
    check(r.returncode != 0 and "9" in r.stderr and not os.path.exists(folder / "ready"), f"a descriptor that is not there: {r}")
    read, write = os.pipe()
    os.close(read)
    r = subprocess.run([os.path.join(BIN, "offhookd"), "--config", good, "--ready-fd", str(write)], capture_output=True, text=True, timeout=20, pass_fds=[write])
    check(r.returncode != 0 and "ready line" in r.stderr, f"nobody reads it: {r}")
    os.close(write)


def first_users(folder):
    """The first start prints what to type into a phone, once."""
    server = Server(folder)
    for users in (2, 0):
        read, write = os.pipe()
        process = subprocess.Popen([os.path.join(BIN, "offhookd"), "--config", server.config, "--first-users", "2", "--ready-fd", str(write)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as f:
            check(f.read().endswith("}\n"), "no ready line up to the end of the descriptor")
        passwords = []
        if users:
            phone = Phone(("127.0.0.1", server.port))
            lines = iter(process.stdout.readline, "")
            text = next(lines)
            while "database" not in text:
                text += next(lines)
            passwords = re.findall(r"^  (alice|bob) +([a-z2-9]{16}) +127.0.0.1$", text, re.M)
            check(f"127.0.0.1:{server.port} UDP/TCP" in text, f"where is the server? {text}")
            check(all(status(phone.register(name, password)) == 200 for name, password in passwords), f"they cannot register: {text}")
        process.terminate()
        rest = process.communicate(timeout=20)[0]
        check(len(passwords) == users and process.returncode == 0 and "password" not in rest, f"start with {users} new users: {passwords} {rest}")


def port_taken(folder):
    """The error names the port and the process that holds it."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    r = offhookd("--config", config(folder, "taken.toml", f'domains = ["example.com"]\ndata = "{folder.path}/taken"\n[[listen]]\nprotocol = "udp"\naddress = "127.0.0.1:{port}"\n[http]\naddress = "127.0.0.1:0"\n'))
    check(r.returncode != 0 and str(port) in r.stderr and str(os.getpid()) in r.stderr, f"a taken port: {r}")


def second_instance(folder):
    server = Server(folder).start()
    r = offhookd("--config", server.config)
    check(r.returncode != 0 and str(server.port) in r.stderr and str(server.process.pid) in r.stderr, f"the same configuration: {r}")
    other = config(folder, "second.toml", f'domains = ["127.0.0.1"]\ndata = "{server.data}"\n[[listen]]\nprotocol = "udp"\naddress = "127.0.0.1:0"\n[http]\naddress = "127.0.0.1:0"\n')
    r = offhookd("--config", other)
    check(r.returncode != 0 and str(server.process.pid) in r.stderr, f"the same data directory: {r}")
    r = offhookd("--config", config(folder, "third.toml", open(server.config).read().replace(f'data = "{server.data}"', f'data = "{folder.path}/third"')))
    check(r.returncode != 0 and str(server.port) in r.stderr and str(server.process.pid) in r.stderr, f"the same port: {r}")
    check(server.stop() == 0, "offhookd ended with an error")


def reload_and_realm(folder):
    """SIGHUP reads the configuration again; a mistake changes nothing; a realm that would lock users out is refused at the next start."""
    server = Server(folder).start()
    server.add_user("alice", "secret")
    phone = Phone(("127.0.0.1", server.port))
    text = open(server.config).read()
    ask = lambda: status(phone.transact(phone.request("MESSAGE", "sip:nobody@127.0.0.1", "alice")))
    check(ask() == 407, "a stranger must be challenged")
    open(server.config, "w").write(text + "oops = 1\n")
    server.process.send_signal(1)
    wait_for("complaint about the configuration", lambda: "oops" in open(server.log).read(), 10)
    check(ask() == 407, "a mistake must change nothing")
    open(server.config, "w").write(text.replace("[auth]\n", '[auth]\nrealm = "other"\n'))
    server.process.send_signal(1)
    wait_for("complaint about the realm", lambda: re.search(r"reload.*alice@127.0.0.1", open(server.log).read()), 10)
    check('realm="127.0.0.1"' in phone.transact(phone.request("MESSAGE", "sip:nobody@127.0.0.1", "alice")), "another realm must not come by a reload")
    open(server.config, "w").write(text.replace("shards = 2", "shards = 3"))
    restarts = lambda: len(re.findall(r"reload waits-for-restart=shards", open(server.log).read()))
    for times in (1, 2):  # what runs still has two shards, though the last file had three
        server.process.send_signal(1)
        wait_for("warning about a restart", lambda: restarts() == times, 10)
    os.rename(server.config, server.config + ".aside")
    os.mkdir(server.config)
    server.process.send_signal(1)
    wait_for("complaint about a directory", lambda: "Is a directory" in open(server.log).read(), 10)
    os.rmdir(server.config)
    open(server.config, "w").write(text.replace("[auth]\n", '[auth]\ntrusted = ["127.0.0.1/32"]\n'))
    server.process.send_signal(1)
    wait_for("new trust", lambda: ask() == 404, 10)
    with open(os.path.join(server.data, "api-token")) as f:
        request = urllib.request.Request(server.api + "/metrics", headers={"Authorization": f"Bearer {f.read().strip()}"})
    metrics = urllib.request.urlopen(request, timeout=10).read().decode()
    refused = re.search(r'^offhook_rejected_total\{cause="not-authenticated"\} (\d+)$', metrics, re.M)
    check(refused and int(refused[1]) >= 3, f"challenges are counted: {refused}")
    pid = server.process.pid
    check(server.stop() == 0, "offhookd ended with an error")
    log = open(server.log).read()
    check(re.search(rf"info start version=\S+ pid={pid} ", log) and f"listening protocol=http address={server.ready['http']}" in log and f"info end pid={pid}" in log,
          f"the log tells of start, API and end: {log}")
    open(server.config, "w").write(text.replace("[auth]\n", '[auth]\nrealm = "other"\n'))
    r = offhookd("--config", server.config)
    check(r.returncode != 0 and "alice" in r.stderr and "other" in r.stderr, f"another realm: {r}")


def drain(folder):
    """SIGTERM: new calls get 503 with Retry-After, a call that rings is finished, then it ends with 0."""
    server = Server(folder, auth='trusted = ["127.0.0.1/32"]', extra='[runtime]\ndrain_limit = "60s"\n').start()
    server.add_user("bob", "secret")
    at = ("127.0.0.1", server.port)
    bob, caller, late = Phone(at), Phone(at), Phone(at)
    check(status(bob.register("bob", "secret")) == 200, "bob could not register")
    invite = caller.request("INVITE", "sip:bob@127.0.0.1", "carol", to="sip:bob@127.0.0.1")
    caller.send(invite)
    ringing = wait_for("INVITE at bob's phone", lambda: bob.receive(0.1), 5)
    server.process.terminate()
    def refused():
        """A new call until it is refused: one that came before the signal was handled rings at bob, who is busy."""
        late.send(late.request("INVITE", "sip:bob@127.0.0.1", "dave", to="sip:bob@127.0.0.1"))
        for message in bob.waiting():
            if message.startswith("INVITE") and header(message, "Call-ID") != header(ringing, "Call-ID"):
                bob.send(respond(message, "486 Busy Here", bob.port, to_tag="x"))
        return next((m for m in late.waiting() if status(m) == 503), "")

    reply = wait_for("503", refused, 10)
    check(header(reply, "Retry-After") != "", f"Retry-After wanted: {reply}")
    bob.send(respond(ringing, "486 Busy Here", bob.port, to_tag="b"))
    final = wait_for("486 at the caller", lambda: next((m for m in caller.waiting() if status(m) == 486), None), 5)
    tag = header(final, "To").partition(";tag=")[2]
    branch = re.search(r"branch=([^;\s]+)", invite)[1]
    caller.send(caller.request("ACK", "sip:bob@127.0.0.1", "carol", to="sip:bob@127.0.0.1", to_tag=tag, branch=branch, call_id=header(invite, "Call-ID"),
                               from_tag=header(invite, "From").partition(";tag=")[2]))
    check(server.process.wait(40) == 0, "offhookd ended with an error, or waited for what was finished")
    server.process = None


def clients(folder):
    """The command line: wrong token, server gone, unknown user, user that exists; sipsak registers a contact."""
    server = Server(folder).start()
    server.add_user("alice", "secret")
    def run(*words, api=server.api, token=os.path.join(server.data, "api-token"), text=None):
        return subprocess.run([os.path.join(BIN, "offhook"), "--api", api, "--token-file", token, *words], capture_output=True, text=True, input=text, timeout=30)
    for what, r, said in (("user exists", run("user", "add", "alice@127.0.0.1", "--generate"), "alice"), ("unknown user", run("user", "remove", "nobody@127.0.0.1"), "nobody"),
                          ("wrong token", run("cdr", token=config(folder, "token", "0" * 64 + "\n")), "token"), ("no token", run("cdr", token=folder / "none"), "none"),
                          ("no server", run("cdr", api=f"http://127.0.0.1:{free_port()}"), "127.0.0.1"),
                          ("bad import", run("user", "import", "-", text="carol,127.0.0.1,x\ndave,127.0.0.1\n"), "input:2")):
        check(r.returncode != 0 and said in r.stderr, f"{what}: {r}")
    check(status(Phone(("127.0.0.1", server.port)).register("carol", "x")) == 401, "an import with a mistake must import nobody")
    r = subprocess.run(["sipsak", "-vv", "-H", "127.0.0.1", "-U", "-C", "sip:alice@127.0.0.1:5999", "-x", "600", "-a", "secret", "-u", "alice", "-s", f"sip:alice@127.0.0.1:{server.port}"], capture_output=True, text=True, timeout=30)
    check(r.returncode == 0 and [b["contact"] for b in server.registrations()] == ["sip:alice@127.0.0.1:5999"], f"sipsak: {r} {server.registrations()}")
    for suffix in ("", "-wal"):
        path = os.path.join(server.data, "offhook.db" + suffix)
        check(b"secret" not in open(path, "rb").read() if os.path.exists(path) else True, f"a clear-text password is in {path}")
    check(oct(os.stat(os.path.join(server.data, "api-token")).st_mode & 0o777) == "0o600", "the token file must be readable by its owner only")
    check(server.stop() == 0, "offhookd ended with an error")


if __name__ == "__main__":
    main({f.__name__: f for f in (wrong_input, ready_descriptor, first_users, port_taken, second_instance, reload_and_realm, drain, clients)})
