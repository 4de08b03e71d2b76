"""Roads between agents and NATS that can be cut: a network namespace whose packets are dropped without a word (no FIN,
no RST: what a pulled cable looks like), and a proxy whose connections are reset."""
import os
import pathlib
import subprocess
import sys

from . import ports
from .processes import Failed, run, wait_until

_SUDO = [] if os.geteuid() == 0 else ["sudo", "-n"]
_HERE = pathlib.Path(__file__).resolve().parent


class Namespace:
    """A host of its own: a network namespace behind a veth pair. Needs root, or sudo; raises Failed where none can be
    made."""

    _count = 0

    def __init__(self):
        Namespace._count += 1
        # Four bytes of address space a pair, told apart by the process and a counter.
        slot = (os.getpid() * 16 + Namespace._count) % 16384
        self.name = f"lumos-{os.getpid()}-{Namespace._count}"
        self.near, self.far = (f"10.213.{slot // 64}.{slot % 64 * 4 + n}" for n in (1, 2))
        self._inside = [*_SUDO, "ip", "netns", "exec", self.name]
        # What runs in it belongs to whoever runs the test.
        self.prefix = self._inside if not _SUDO else [
            *_SUDO, "--preserve-env", "ip", "netns", "exec", self.name,
            "setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--clear-groups"]
        veth = f"lm{os.getpid() % 1000000}x{Namespace._count}"
        try:
            run([*_SUDO, "ip", "netns", "add", self.name])
            run([*_SUDO, "ip", "link", "add", veth, "type", "veth", "peer", "name", "uplink", "netns", self.name])
            run([*_SUDO, "ip", "addr", "add", f"{self.near}/30", "dev", veth])
            run([*_SUDO, "ip", "link", "set", veth, "up"])
            run([*self._inside, "ip", "addr", "add", f"{self.far}/30", "dev", "uplink"])
            run([*self._inside, "ip", "link", "set", "lo", "up"])
            run([*self._inside, "ip", "link", "set", "uplink", "up"])
        except Failed as failed:
            self.remove()
            raise Failed(f"no network namespace can be made here (root or sudo is needed): {failed}") from failed

    def cut(self):
        """From now on every packet in either direction disappears."""
        rules = """table inet cut {
            chain in { type filter hook input priority 0; policy accept; iif "uplink" drop; }
            chain out { type filter hook output priority 0; policy accept; oif "uplink" drop; }
        }"""
        run([*self._inside, "nft", "-f", "-"], stdin=rules)

    def heal(self):
        run([*self._inside, "nft", "delete", "table", "inet", "cut"])

    def remove(self):
        run([*_SUDO, "ip", "netns", "del", self.name], check=False)


class Proxy:
    """A road through tests/lab/proxy.py; see there for the commands."""

    def __init__(self, target_host, target_port):
        self.port = ports.claim_port()
        self.process = subprocess.Popen(
            [sys.executable, str(_HERE / "proxy.py"), "127.0.0.1", str(self.port), target_host, str(target_port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if self.process.stdout.readline().strip() != "ready":
            raise Failed("the proxy did not start")
        self.url = f"nats://127.0.0.1:{self.port}"

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != "ok":
            raise Failed(f"proxy: {command}: {answer}")

    def remove(self):
        self.process.kill()
        self.process.wait()
