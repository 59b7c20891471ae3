"""A PostgreSQL of a test's own, in the test's folder, on a Unix socket. As root it runs as nobody, since it refuses root."""
import atexit
import os
import signal
import subprocess

from harness import Missing, check, wait_for

PROGRAMS = "/usr/lib/postgresql/15/bin"


class Postgresql:
    def __init__(self, folder):
        if not os.path.exists(f"{PROGRAMS}/initdb"):
            raise Missing(f"{PROGRAMS}/initdb is not there: script/setup --tests")
        self.folder = folder / "postgresql"
        os.makedirs(self.folder, mode=0o700)
        self.prefix = []
        if os.geteuid() == 0:
            self.prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            os.chmod(folder.path, 0o711)
            subprocess.run(["chown", "nobody:nogroup", self.folder], check=True)
        self.data, self.log, self.process = os.path.join(self.folder, "data"), folder / "postgresql.log", None
        self.connection = f"host={self.folder} user=offhook dbname=postgres"
        self.call(f"{PROGRAMS}/initdb", "-D", self.data, "-U", "offhook", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")

    def call(self, *words):
        done = subprocess.run([*self.prefix, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, cwd="/")
        check(done.returncode == 0, f"{words[0]}: {done.stdout}")

    def start(self):
        def ready():
            if self.process is None or self.process.poll() is not None:  # the one before was not quite gone
                with open(self.log, "ab") as log:
                    self.process = subprocess.Popen([*self.prefix, f"{PROGRAMS}/postgres", "-D", self.data, "-k", self.folder, "-h", ""], stdout=log, stderr=log,
                                                    stdin=subprocess.DEVNULL, cwd="/")
            return subprocess.run([f"{PROGRAMS}/pg_isready", "-q", "-h", self.folder], timeout=10).returncode == 0
        wait_for("PostgreSQL", ready, 30)
        atexit.register(self.kill)
        return self

    def signal(self, number):
        """To the server and to all its sessions."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            children = [int(child) for child in f.read().split()]
        for each in [pid, *children]:
            try:
                os.kill(each, number)
            except ProcessLookupError:
                pass

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def query(self, statement):
        """The rows, each a list of texts."""
        done = subprocess.run([f"{PROGRAMS}/psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement, self.connection], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        check(done.returncode == 0, f"{statement}: {done.stdout}")
        return [line.split("\t") for line in done.stdout.splitlines()]
