"""Ports that no other lab on this machine uses: below the range that outgoing connections are given from, and claimed
by a lock file that lives as long as the claiming process."""
import fcntl
import json
import os
import pathlib
import random
import socket

_claims = []  # Open files: the lock of each is held until this process ends.


def _is_free(port: int) -> bool:
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def claim_port(preferred: int | None = None) -> int:
    """A free port for this process; `preferred` if that one is to be had."""
    folder = pathlib.Path("/tmp") / f"lumos-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for attempt in range(500):
        port = preferred if preferred and attempt == 0 else random.randint(20000, 32000)
        claim = open(folder / str(port), "w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            claim.close()
            continue
        if _is_free(port):
            _claims.append(claim)
            return port
        claim.close()
    raise RuntimeError("no free port between 20000 and 32000")


class Book:
    """Ports by name, remembered in a file, so that a system that is started again is found where it was."""

    def __init__(self, file: pathlib.Path):
        self.file = file
        self.ports = json.loads(file.read_text()) if file.exists() else {}

    def port(self, name: str) -> int:
        self.ports[name] = claim_port(self.ports.get(name))
        self.file.write_text(json.dumps(self.ports, indent=1) + "\n")
        return self.ports[name]
