"""NATS's protocol by hand: a client that says what it likes, for what no honest client does."""
import base64
import json
import re
import socket
import ssl

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LIMIT = 10


def _block(text, name):
    return re.search(rf"-+BEGIN {name}-+\s+(\S+)\s+-+END {name}-+", text).group(1)


def _seed_key(seed):
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    return Ed25519PrivateKey.from_private_bytes(raw[2:34])  # Two bytes of prefix before, a checksum after.


def signature(seed, nonce):
    return base64.urlsafe_b64encode(_seed_key(seed).sign(nonce.encode())).rstrip(b"=").decode()


class Refused(Exception):
    """The server ended the connection; its last words."""


class RawBus:
    """One connection. `creds`: the path of a credentials file, or None for nobody's."""

    def __init__(self, url, creds, name="raw", ca=None):
        host, port = re.sub(r"^\w+://", "", url).rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), LIMIT)
        self.socket.settimeout(LIMIT)
        self.file = self.socket.makefile("rb")
        self.messages = []
        self.info = json.loads(self._line().removeprefix("INFO "))
        if ca:
            self.socket = ssl.create_default_context(cafile=ca).wrap_socket(self.socket, server_hostname=host)
            self.file = self.socket.makefile("rb")
        hello = {"verbose": False, "pedantic": False, "lang": "raw", "version": "0", "name": name, "headers": True,
                 "no_responders": True}
        if creds:
            text = open(creds).read()
            hello |= {"jwt": _block(text, "NATS USER JWT"),
                      "sig": signature(_block(text, "USER NKEY SEED"), self.info["nonce"])}
        self.send(f"CONNECT {json.dumps(hello)}")
        errors = self.ping()
        if errors:
            raise Refused(errors[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, line, payload=None):
        data = line.encode() + b"\r\n"
        if payload is not None:
            data += payload + b"\r\n"
        self.socket.sendall(data)

    def publish(self, subject, body=b"", reply=""):
        body = body.encode() if isinstance(body, str) else body
        self.send(f"PUB {subject} {reply + ' ' if reply else ''}{len(body)}", body)

    def subscribe(self, subject, number=1):
        self.send(f"SUB {subject} {number}")

    def ping(self):
        """What the server refused of all that was sent before; messages that came meanwhile are kept. Raises Refused
        when it ends the connection."""
        self.send("PING")
        errors = []
        while True:
            line = self._line(errors)
            if line == "PONG":
                return errors
            if line == "PING":
                self.send("PONG")
            elif line.startswith("-ERR"):
                errors.append(line[5:].strip("'"))
            elif line.startswith(("MSG", "HMSG")):
                words = line.split()
                body = self.file.read(int(words[-1]) + 2)[:-2]
                self.messages.append((words[1], body))

    def refused(self, verb, subject, body=b""):
        """The server's word on one attempt, or None."""
        if verb == "publish":
            self.publish(subject, body)
        else:
            self.subscribe(subject, 7)
        errors = self.ping()
        if verb == "subscribe" and not errors:
            self.send("UNSUB 7")
        return errors[0] if errors else None

    def _line(self, errors=()):
        try:
            line = self.file.readline()
        except OSError as lost:
            raise Refused(f"{list(errors)}: {lost}") from lost
        if not line:
            raise Refused(f"{list(errors)}: closed")
        return line.decode(errors="replace").rstrip("\r\n")


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key_text(prefix, key):
    """A key as NATS writes it: prefix, bytes, CRC-16/XMODEM in base32."""
    data = bytes(prefix) + key
    check = 0
    for byte in data:
        check ^= byte << 8
        for _ in range(8):
            check = (check << 1 ^ 0x1021 if check & 0x8000 else check << 1) & 0xFFFF
    return base64.b32encode(data + check.to_bytes(2, "little")).rstrip(b"=").decode()


def _public(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def mint(signing_seed, account, name, rights):
    """A credentials file of whatever somebody with that signing key would like to be."""
    user = Ed25519PrivateKey.generate()
    raw = user.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    signer = _seed_key(signing_seed)
    claims = {"iat": 1, "iss": _key_text([0 << 3], _public(signer)), "name": name, "sub": _key_text([20 << 3], _public(user)),
              "nats": rights | {"type": "user", "version": 2, "issuer_account": account}}
    text = ".".join(_base64url(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, claims))
    jwt = text + "." + _base64url(signer.sign(text.encode()))
    # A seed's prefix is two bytes: that of seeds, and that of users folded into it.
    seed = _key_text([18 << 3 | 20 >> 2, (20 & 3) << 6], raw)
    return (f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n"
            f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n")
