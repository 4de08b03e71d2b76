"""A private PostgreSQL. initdb and postgres refuse to run as root: there a user namespace gives them another uid over
the same files, and where that is forbidden (some containers) the data lies in a folder of the user postgres."""
import os
import pathlib
import shutil
import signal
import tempfile

from .processes import Child, Failed, run, wait_until


def _binaries():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if not found:
        raise Failed("PostgreSQL is not installed: apt-get install postgresql-15")
    return found[0].parent


def _unprivileged():
    """How to run as somebody who is not root: (command prefix, owner that the files need or None)."""
    if os.geteuid() != 0:
        return [], None
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    if run([*namespace, "true"], check=False).returncode == 0:
        return namespace, None
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"], "postgres"


class Postgres:
    def __init__(self, folder: pathlib.Path, logs: pathlib.Path, port, run_dir=None, durable=False):
        self.bin = _binaries()
        self.port = port
        self.prefix, self.owner = _unprivileged()
        self.data = pathlib.Path(folder) / "postgres"
        if self.owner:
            self.data = pathlib.Path("/var/lib/lumos-quickstart") / f"pg-{os.getpid()}-{self.port}"
        # A socket's path may have 107 bytes only, so it does not lie in the checkout.
        self.sockets = pathlib.Path(tempfile.mkdtemp(prefix="lumos.", dir="/tmp"))
        self.durable = durable
        self.log = pathlib.Path(logs) / "postgres.log"
        self.url = f"postgresql://lumos@127.0.0.1:{self.port}/lumos"
        self.child = Child("postgres", self._command(), self.log, prefix=self.prefix, run_dir=run_dir)

    def _command(self):
        safe = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        return [self.bin / "postgres", "-D", self.data, "-p", self.port, "-k", self.sockets,
                "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=64MB",
                "-c", "timezone=UTC", *safe]

    def start(self):
        if self.owner:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            self.data.mkdir(exist_ok=True)
            for path in (self.data, self.sockets):
                shutil.chown(path, self.owner, self.owner)
        if not (self.data / "PG_VERSION").exists():
            run([*self.prefix, self.bin / "initdb", "-D", self.data, "-U", "lumos", "-A", "trust",
                 "--locale=C.UTF-8", "-E", "UTF8", "--no-sync"], limit=120)
        self._clear_stale_pid()
        self.child.start()
        self.wait_ready()
        exists = self.psql("SELECT 1 FROM pg_database WHERE datname = 'lumos'", database="postgres")
        if not exists:
            self.psql("CREATE DATABASE lumos", database="postgres")
        return self

    def _clear_stale_pid(self):
        # After a kill -9 the file names a process that is not ours any more.
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            pid = pid_file.read_text().split("\n")[0]
            executable = pathlib.Path(f"/proc/{pid}/exe")
            if not executable.exists() or executable.resolve().name != "postgres":
                pid_file.unlink()

    def wait_ready(self, limit=30):
        def ready():
            self.child.must_be_alive()
            return run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", self.port],
                       check=False).returncode == 0
        wait_until("PostgreSQL takes connections", ready, limit, every=0.1)

    def psql(self, sql, database="lumos"):
        """The result's rows as text, columns separated by a bar."""
        return run(["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.port, "-U", "lumos",
                    "-d", database, "-c", sql]).stdout.strip()

    def stop(self):
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
        self.child.stop(10, signal.SIGINT)

    def remove(self):
        self.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        if self.owner:
            shutil.rmtree(self.data, ignore_errors=True)
