"""Child processes that die with us, in sessions of their own (a Ctrl-C on the terminal must not end them in random
order), with their output in files."""
import ctypes
import os
import pathlib
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """Something of the lab did not come up or did not come true; the text says what and where its log is."""


def wait_until(what, condition, limit=30.0, every=0.05):
    """The condition's first true value. Raises Failed after `limit` seconds, naming `what`."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {limit:g} s: {what}")
        time.sleep(every)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process. `command` may be started again after it ended."""

    def __init__(self, name, command, log: pathlib.Path, env=None, prefix=(), run_dir=None):
        self.name = name
        self.command = [str(part) for part in (*prefix, *command)]
        self.log = pathlib.Path(log)
        self.env = env
        self.run_dir = run_dir
        self.process = None
        # sudo asks for its ticket in our session, and stays the parent of what it runs.
        self._by_sudo = self.command[0] == "sudo"

    def start(self):
        # PDEATHSIG is sent when the *thread* that forked ends: only the main thread may start children.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LUMOS_", "CLOUDFLARE_", "PG"))}
        environment |= {"LC_ALL": "C.UTF-8"} | {k: str(v) for k, v in (self.env or {}).items()}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                start_new_session=not self._by_sudo, preexec_fn=_die_with_parent)
        if self.run_dir:
            (self.run_dir / f"{self.name}.pid").write_text(f"{self.pid}\n")
        return self

    @property
    def pid(self):
        """Of the program itself."""
        if not self._by_sudo:
            return self.process.pid
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(wait_until(f"sudo has started {self.name}", lambda: children.read_text().split())[0])

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def kill(self):
        """SIGKILL, and gone when it returns."""
        self.send(signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def freeze(self):
        self.send(signal.SIGSTOP)

    def thaw(self):
        self.send(signal.SIGCONT)

    def stop(self, limit=10.0, number=signal.SIGTERM):
        """Asks it to end; SIGKILL after `limit`. True when it ended by itself."""
        if not self.alive():
            return True
        self.thaw()
        self.send(number)
        try:
            self.process.wait(limit)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def tail(self, lines=20):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"

    def must_be_alive(self):
        if not self.alive():
            raise Failed(f"{self.name} ended with {self.process.returncode}; last lines of its log:\n{self.tail()}")
        return True


def run(command, env=None, limit=60, stdin=None, check=True):
    """A command that ends by itself; its output as text. Raises Failed with what it printed."""
    environment = dict(os.environ) | {"LC_ALL": "C.UTF-8"} | {k: str(v) for k, v in (env or {}).items()}
    done = subprocess.run([str(part) for part in command], env=environment, input=stdin, text=True,
                          capture_output=True, timeout=limit)
    if check and done.returncode != 0:
        shown = " ".join(str(part) for part in command)
        raise Failed(f"{shown}\nended with {done.returncode}:\n{done.stderr.strip() or done.stdout.strip()}")
    return done
