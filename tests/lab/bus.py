"""A private nats-server, configured by `lumosctl bus init` as an operator would."""
import pathlib
import shutil
import socket

from .processes import Child, wait_until


def _binary():
    # Debian puts it into /usr/sbin, which is not on everybody's path.
    return shutil.which("nats-server", path="/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin") or "nats-server"


class Nats:
    def __init__(self, directory: pathlib.Path, logs: pathlib.Path, host, port, run_dir=None):
        self.directory = pathlib.Path(directory)
        self.host, self.port = host, port
        self.url = f"nats://{host}:{port}"
        self.child = Child("nats", [_binary(), "-c", self.directory / "nats.conf", "-a", host, "-p", port],
                           pathlib.Path(logs) / "nats.log", run_dir=run_dir)

    def creds(self, kind):
        return self.directory / "creds" / f"{kind}.creds"

    def start(self):
        self.child.start()
        self.wait_ready()
        return self

    def wait_ready(self, limit=20):
        def answers():
            self.child.must_be_alive()
            try:
                with socket.create_connection((self.host, self.port), 1) as connection:
                    connection.settimeout(1)
                    return connection.recv(4) == b"INFO"
            except OSError:
                return False
        wait_until("nats-server answers", answers, limit)

    def wipe_store(self):
        """What a lost disk leaves: JetStream's store is gone, identities are not."""
        shutil.rmtree(self.directory / "store", ignore_errors=True)

    def stop(self):
        self.child.stop()
