"""Ports that no other lab on this machine uses: below the range that outgoing connections are given from, and claimed
by a lock file that lives as long as the claiming process."""
import fcntl
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


def claim_port() -> int:
    folder = pathlib.Path("/tmp") / f"lumos-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for _ in range(500):
        port = random.randint(20000, 32000)
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
