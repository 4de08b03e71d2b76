#!/usr/bin/python3
"""A mail server for the quickstart and the tests: takes every mail and keeps it.

Each mail becomes a file DIR/new/<number>.eml (written to DIR/tmp first, so that a reader never sees half of one) and a
line of DIR/journal.jsonl with time, subject, from, to, messageId, references, parts, events, tls, user, file. A fault
leaves a line with `fault`, too.

A control file switches faults on while it runs. Its text is `MODE [COUNT]`; COUNT is how many mails are hit (all, when
left out). An absent or empty file means healthy. Modes:
  421             refuses the sender and closes the session
  451, 550        refuses the recipient, for now or for good
  cut-after-data  keeps the mail, then cuts the connection without an answer: the client cannot know
  cut-unsaved     cuts the connection after the data and keeps nothing
  slow            keeps the mail, and answers only when the control file changes or 60 s have passed
"""
import argparse
import asyncio
import ctypes
import email
import email.policy
import json
import pathlib
import signal
import ssl
import sys
from datetime import datetime, timezone

from aiosmtpd.smtp import SMTP, AuthResult

SLOW_SECONDS_MAX = 60
DATA_BYTES_MAX = 10 * 1024 * 1024


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def die_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Store:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        for name in ("tmp", "new"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.number = max((int(f.stem) for f in (folder / "new").glob("*.eml") if f.stem.isdigit()), default=0)

    def journal(self, entry: dict) -> None:
        with (self.folder / "journal.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def keep(self, raw: bytes, entry: dict) -> None:
        self.number += 1
        name = f"{self.number:06}.eml"
        (self.folder / "tmp" / name).write_bytes(raw)
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.journal({
            "time": now(),
            "subject": message.get("subject"),
            **entry,
            "messageId": message.get("message-id"),
            "references": (message.get("references") or "").split(),
            "parts": [part.get_content_type() for part in message.iter_parts()],
            "events": message.get_all("x-lumos-event", []),
            "file": f"new/{name}",
        })


class Faults:
    def __init__(self, control: pathlib.Path | None) -> None:
        self.control = control
        self.text = None
        self.left = 0

    def read(self) -> str:
        try:
            return self.control.read_text().strip() if self.control else ""
        except FileNotFoundError:
            return ""

    def mode(self) -> str:
        """The mode in force; a changed text starts its count anew."""
        text = self.read()
        if text != self.text:
            self.text = text
            words = text.split()
            self.left = int(words[1]) if len(words) > 1 else sys.maxsize
        return text.split()[0] if text and self.left > 0 else ""

    def spend(self) -> None:
        self.left -= 1


class Handler:
    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults

    def hit(self, envelope, mode: str) -> None:
        self.faults.spend()
        self.store.journal({"time": now(), "fault": mode, "from": envelope.mail_from, "to": envelope.rcpt_tos})

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        if self.faults.mode() == "421":
            self.hit(envelope, "421")
            asyncio.get_running_loop().call_soon(server.transport.close)
            return "421 4.3.2 Service shutting down"
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        envelope.rcpt_tos.append(address)
        mode = self.faults.mode()
        if mode == "451":
            self.hit(envelope, mode)
            return "451 4.7.1 Greylisted, please try again"
        if mode == "550":
            self.hit(envelope, mode)
            return "550 5.1.1 No such user here"
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mode = self.faults.mode()
        entry = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "user": session.auth_data if isinstance(session.auth_data, str) else None,
        }
        if mode != "cut-unsaved":
            self.store.keep(envelope.original_content, entry)
        if mode == "slow":
            self.hit(envelope, mode)
            await self.until_changed()
        if mode in ("cut-after-data", "cut-unsaved"):
            self.hit(envelope, mode)
            server.transport.abort()
        return "250 2.0.0 Kept"

    async def until_changed(self) -> None:
        text = self.faults.read()
        for _ in range(SLOW_SECONDS_MAX * 20):
            if self.faults.read() != text:
                return
            await asyncio.sleep(0.05)


def authenticator(user: str, password_file: pathlib.Path):
    def check(server, session, envelope, mechanism, data):
        try:
            password = password_file.read_text().strip()
        except FileNotFoundError:
            return AuthResult(success=False, handled=False)
        if data.login.decode() == user and data.password.decode() == password:
            return AuthResult(success=True, auth_data=user)
        return AuthResult(success=False, handled=False)

    return check


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port; port 0 takes a free one")
    parser.add_argument("--dir", required=True, type=pathlib.Path)
    parser.add_argument("--control", type=pathlib.Path, help="file that switches faults on")
    parser.add_argument("--tls-cert", type=pathlib.Path, help="offers STARTTLS; needs --tls-key")
    parser.add_argument("--tls-key", type=pathlib.Path)
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--auth-user", help="AUTH is required; needs --auth-password-file")
    parser.add_argument("--auth-password-file", type=pathlib.Path)
    parser.add_argument("--auth-without-tls", action="store_true", help="offers AUTH on a plain connection, too")
    parser.add_argument("--ready-file", type=pathlib.Path, help="gets host:port when it listens")
    parser.add_argument("--die-with-parent", action="store_true")
    return parser.parse_args()


async def serve(args: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    handler = Handler(Store(args.dir), Faults(args.control))
    context = None
    if args.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.tls_cert, args.tls_key)

    def session() -> SMTP:
        return SMTP(
            handler,
            data_size_limit=DATA_BYTES_MAX,
            hostname="mail-sink",
            tls_context=None if args.smtps else context,
            require_starttls=bool(context) and not args.smtps and not args.auth_without_tls,
            authenticator=authenticator(args.auth_user, args.auth_password_file) if args.auth_user else None,
            auth_required=bool(args.auth_user),
            auth_require_tls=bool(context) and not args.smtps and not args.auth_without_tls,
            loop=loop,
        )

    host, _, port = args.listen.rpartition(":")
    server = await loop.create_server(
        session, host.strip("[]"), int(port), ssl=context if args.smtps else None)
    address = "%s:%d" % server.sockets[0].getsockname()[:2]
    if args.ready_file:
        part = args.ready_file.with_suffix(".part")
        part.write_text(address + "\n")
        part.rename(args.ready_file)
    print(json.dumps({"listening": address}), flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()


def main() -> None:
    args = arguments()
    if args.die_with_parent:
        die_with_parent()
    asyncio.run(serve(args))


if __name__ == "__main__":
    main()
