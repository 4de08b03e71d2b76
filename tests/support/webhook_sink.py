#!/usr/bin/python3
"""A webhook receiver for the quickstart and the tests: verifies each request and keeps it.

Each request becomes a line of DIR/journal.jsonl with time, path, headers (names in lower case), body, webhookId, type,
verdict and status (what it was answered). The verdict is `valid` when the Standard Webhooks signature fits one of the
secrets (lines of the secret file, `whsec_…`, read again at each request), the timestamp is within five minutes and the
body is the CloudEvents message with that id; else it says what is wrong, and the answer is 401.

Faults: a control file with the text `MODE [ARGUMENT] [xCOUNT]`, or a path that ends in /fault/MODE[/ARGUMENT]. Modes:
  500, 503 …      any status: answers it; a fault is journalled with its verdict all the same
  429 SECONDS     with Retry-After
  410             gone
  redirect URL    302 to URL
  slow SECONDS    answers 200 after that time, or when the control file changes
  cut             closes the connection without an answer
COUNT is how many requests are hit (all, when left out). An absent or empty file means healthy.
"""
import argparse
import base64
import binascii
import ctypes
import hashlib
import hmac
import json
import pathlib
import signal
import ssl
import sys
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY_BYTES_MAX = 1024 * 1024
TOLERANCE_SECONDS = 300
SLOW_SECONDS_MAX = 60


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def signature_fits(secret: str, signed: bytes, signatures: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(
        version == "v1" and hmac.compare_digest(value, expected)
        for version, _, value in (word.partition(",") for word in signatures.split()))


def verdict(headers: dict, body: bytes, secrets: list) -> str:
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if name not in headers:
            return f"{name} is missing"
    if headers.get("content-type") != "application/cloudevents+json":
        return f"content-type is {headers.get('content-type')}"
    stamp = headers["webhook-timestamp"]
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE_SECONDS:
        return "webhook-timestamp is no time near now"
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    if not secrets:
        return "no secret to verify with"
    if not any(signature_fits(secret, signed, headers["webhook-signature"]) for secret in secrets):
        return "webhook-signature does not fit"
    try:
        if json.loads(body)["id"] != headers["webhook-id"]:
            return "webhook-id is not the message's id"
    except (ValueError, KeyError, TypeError):
        return "body is no message"
    return "valid"


class Faults:
    def __init__(self, control) -> None:
        self.control = control
        self.lock = threading.Lock()
        self.text = None
        self.left = 0

    def read(self) -> str:
        try:
            return self.control.read_text().strip() if self.control else ""
        except FileNotFoundError:
            return ""

    def take(self, path: str) -> list:
        """The words of the fault that hits this request; empty: none."""
        _, found, words = path.partition("/fault/")
        if found:
            return words.split("/", 1)
        with self.lock:
            text = self.read()
            words = text.split()
            count = int(words.pop()[1:]) if words and words[-1].startswith("x") else sys.maxsize
            if text != self.text:
                self.text, self.left = text, count
            if not words or self.left <= 0:
                return []
            self.left -= 1
            return words


class Sink:
    def __init__(self, args: argparse.Namespace) -> None:
        self.folder = args.dir
        self.folder.mkdir(parents=True, exist_ok=True)
        self.secret_file = args.secret_file
        self.faults = Faults(args.control)
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def secrets(self) -> list:
        try:
            return self.secret_file.read_text().split() if self.secret_file else []
        except FileNotFoundError:
            return []

    def journal(self, entry: dict) -> None:
        with self.lock, (self.folder / "journal.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def wait(self, seconds: float) -> None:
        text = self.faults.read()
        until = time.monotonic() + min(seconds, SLOW_SECONDS_MAX)
        while time.monotonic() < until and self.faults.read() == text:
            if self.stopped.wait(0.05):
                return


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        sink: Sink = self.server.sink
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(min(length, BODY_BYTES_MAX))
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = verdict(headers, body, sink.secrets())
        fault = sink.faults.take(self.path)
        status = self.status_of(fault, said)
        text = body.decode("utf-8", "replace")
        try:
            kind = json.loads(text).get("type")
        except (ValueError, AttributeError):
            kind = None
        sink.journal({
            "time": now(), "path": self.path, "webhookId": headers.get("webhook-id"), "type": kind, "verdict": said,
            "status": status, "fault": " ".join(fault) or None, "headers": headers, "body": text})
        if fault and fault[0] == "slow":
            sink.wait(float(fault[1]) if len(fault) > 1 else SLOW_SECONDS_MAX)
        if status == 0:
            self.close_connection = True
            return
        self.answer(status, fault)

    @staticmethod
    def status_of(fault: list, said: str) -> int:
        if fault and fault[0].isdigit():
            return int(fault[0])
        if fault and fault[0] in ("redirect", "cut"):
            return {"redirect": 302, "cut": 0}[fault[0]]
        return 200 if said == "valid" else 401

    def answer(self, status: int, fault: list) -> None:
        self.send_response(status)
        if status == 429 and len(fault) > 1:
            self.send_header("Retry-After", fault[1])
        if status == 302 and len(fault) > 1:
            self.send_header("Location", fault[1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address) -> None:
        # A client that goes away in the middle is what some tests do on purpose.
        pass


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port; port 0 takes a free one")
    parser.add_argument("--dir", required=True, type=pathlib.Path)
    parser.add_argument("--secret-file", type=pathlib.Path, help="one whsec_ secret a line")
    parser.add_argument("--control", type=pathlib.Path, help="file that switches faults on")
    parser.add_argument("--tls-cert", type=pathlib.Path)
    parser.add_argument("--tls-key", type=pathlib.Path)
    parser.add_argument("--ready-file", type=pathlib.Path, help="gets host:port when it listens")
    parser.add_argument("--die-with-parent", action="store_true")
    return parser.parse_args()


def die_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def main() -> None:
    args = arguments()
    if args.die_with_parent:
        die_with_parent()
    host, _, port = args.listen.rpartition(":")
    server = Server((host.strip("[]"), int(port)), Handler)
    server.sink = Sink(args)
    if args.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.tls_cert, args.tls_key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    address = "%s:%d" % server.server_address[:2]

    def stop(*_) -> None:
        server.sink.stopped.set()
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if args.ready_file:
        part = args.ready_file.with_suffix(".part")
        part.write_text(address + "\n")
        part.rename(args.ready_file)
    print(json.dumps({"listening": address}), flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
