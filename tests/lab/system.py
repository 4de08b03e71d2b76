"""A whole system: infrastructure, workers, an account with servers and domains, agents."""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

from . import ports
from .bus import Nats
from .certificates import Certificates
from .dns import Cloudflare, PowerDns
from .postgres import Postgres
from .processes import Child, Failed, run, wait_until
from .shields import Shield, origin_command

ROOT = pathlib.Path(__file__).resolve().parents[2]
SINKS = ROOT / "tests" / "support"

# What scripts/test and the quickstart's drill run with, so that nobody waits minutes; the product's defaults otherwise.
SHORT = {
    "LUMOS_HEARTBEAT_INTERVAL": "1s", "LUMOS_HEALTH_TIMEOUT": "8s", "LUMOS_DISCONNECT_GRACE": "2s",
    "LUMOS_READY_HOLD": "5s", "LUMOS_CYCLE_INTERVAL": "10s"}
DEFAULTS = {
    "LUMOS_HEARTBEAT_INTERVAL": "15s", "LUMOS_HEALTH_TIMEOUT": "120s", "LUMOS_DISCONNECT_GRACE": "10s",
    "LUMOS_READY_HOLD": "60s", "LUMOS_CYCLE_INTERVAL": "5m"}

WORKERS = ("presence", "failover", "scheduler", "notifier", "console")
_USES = {
    "presence": ("database",), "failover": ("database", "secrets", "cloudflare"), "scheduler": (),
    "notifier": ("database", "secrets", "mail"), "console": ("database", "secrets", "cloudflare", "signing", "http")}


def seconds(text):
    number, unit = re.fullmatch(r"([0-9.]+)(ms|s|m|h)", text).groups()
    return float(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


@dataclasses.dataclass
class Server:
    name: str
    address: str
    shown: str
    region: str
    creds: pathlib.Path = None
    shield: Shield = None
    agent: Child = None


class Lab:
    """`times`: SHORT, DEFAULTS or a mix. `copies`: how many of each worker. `tls`: NATS has a certificate of a private CA,
    for the name localhost. Use as a context manager."""

    def __init__(self, folder=None, times=SHORT, copies=None, zones=("example.com",), host="127.0.0.1", binaries=None,
                 keep=False, tls=False):
        self.own_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="lumos-lab.", dir="/tmp"))
        self.keep = keep
        self.times = dict(times)
        self.copies = {kind: 1 for kind in WORKERS} | (copies or {})
        self.bin = pathlib.Path(binaries or os.environ.get("LUMOS_BIN_DIR") or ROOT / "build" / "bin")
        self.logs = self.folder / "logs"
        self.run_dir = self.folder / "run"
        for path in (self.logs, self.run_dir):
            path.mkdir(parents=True, exist_ok=True)
        port = ports.Book(self.folder / "ports.json").port
        self.postgres = Postgres(self.folder, self.logs, port("postgres"), self.run_dir)
        self.bus_folder = self.folder / "bus"
        self.websocket_port = port("websocket")
        self.nats = Nats(self.bus_folder, self.logs, host, port("nats"), self.run_dir)
        self.certificates = Certificates(self.folder / "certificates") if tls else None
        if tls:
            self.nats.url = f"tls://localhost:{self.nats.port}"
        self.dns = PowerDns(self.folder, self.logs, port("dns"), port("dns-api"), self.run_dir)
        self.cloudflare = Cloudflare(self.bin / "cloudflare-simulator", self.folder, self.logs, port("cloudflare"),
                                     zones, self.dns, self.run_dir)
        self.zones = list(zones)
        self.keys = self.folder / "secret.keys"
        self.mail_folder, self.hook_folder = self.folder / "mail", self.folder / "webhooks"
        self.mail_port, self.hook_port = port("mail"), port("webhooks")
        self.console_port = port("console")
        self.origin_port, self.site_port = port("origin"), port("site")
        self.workers = {}
        self.servers = {}
        self.helpers = []
        self.token_file = self.folder / "token"
        self.account = "acme"

    # ---- up and down ----

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        self.stop()
        if self.own_folder and not failure and not self.keep:
            self.postgres.remove()
            shutil.rmtree(self.folder, ignore_errors=True)
        elif failure:
            print(f"kept: {self.folder} (logs in {self.logs})", file=sys.stderr)

    def start_infrastructure(self):
        self.postgres.start()
        self.database("migrate")
        if not (self.bus_folder / "nats.conf").exists():
            self.plain("bus", "init", self.bus_folder, "--listen", f"{self.nats.host}:{self.nats.port}",
                       "--websocket", f"{self.nats.host}:{self.websocket_port}", "--store", self.bus_folder / "store",
                       *self._tls_files())
        self.nats.start()
        self.dns.start()
        self.cloudflare.start()
        if not self.keys.exists():
            self.plain("secret", "add", self.keys)
        self._start_sinks()
        return self

    def _tls_files(self):
        if not self.certificates:
            return ()
        certificate, key = self.certificates.make("localhost")
        return "--tls-cert", certificate, "--tls-key", key

    def _ca(self):
        return {"LUMOS_NATS_CA": self.certificates.ca} if self.certificates else {}

    def _start_sinks(self):
        secret_file = self.folder / "webhook.secrets"
        if not secret_file.exists():
            secret_file.touch(mode=0o600)
        for name, port, folder, more in (
                ("mail-sink", self.mail_port, self.mail_folder, ["--control", self.folder / "mail.fault"]),
                ("webhook-sink", self.hook_port, self.hook_folder,
                 ["--secret-file", secret_file, "--control", self.folder / "webhook.fault"])):
            ready = self.folder / f"{name}.ready"
            ready.unlink(missing_ok=True)
            script = SINKS / (name.replace("-", "_") + ".py")
            child = Child(name, ["/usr/bin/python3", script, "--listen", f"127.0.0.1:{port}", "--dir", folder,
                                 "--ready-file", ready, *more], self.logs / f"{name}.log", run_dir=self.run_dir)
            self.helpers.append(child.start())
            wait_until(f"{name} listens", lambda: child.must_be_alive() and ready.exists(), 20)

    def start_workers(self, kinds=WORKERS):
        for kind in kinds:
            for number in range(1, self.copies[kind] + 1):
                self.worker(kind, number).start()
        if "console" in kinds:
            wait_until("the console answers", lambda: self.all_alive() and self.api_answers(), 30)
        return self

    def all_alive(self):
        return all(child.must_be_alive() for child in self.workers.values() if child.process)

    def api_answers(self):
        return run(["curl", "-s", "-o", "/dev/null", "--noproxy", "*", f"{self.api_url}/api/v1/status"],
                   check=False).returncode == 0

    def worker(self, kind, number=1, binary=None, env=None):
        """The child for that copy, made when first asked for."""
        name = f"{kind}-{number}" if self.copies[kind] > 1 else kind
        if name not in self.workers:
            port = self.console_port if number == 1 else ports.claim_port()
            self.workers[name] = Child(
                name, [binary or self.bin / f"lumos-{kind}"], self.logs / f"{name}.log",
                env=self.worker_env(kind, port) | (env or {}), run_dir=self.run_dir)
        return self.workers[name]

    def worker_env(self, kind, http_port=None):
        env = {"LUMOS_NATS_URL": self.nats.url, "LUMOS_NATS_CREDS": self.nats.creds(kind),
               "LUMOS_METRICS_LISTEN": f"127.0.0.1:{ports.claim_port()}"} | self.times | self._ca()
        uses = _USES[kind]
        if "database" in uses:
            env["LUMOS_DATABASE_URL"] = self.postgres.url
        if "secrets" in uses:
            env["LUMOS_SECRET_KEY_FILE"] = self.keys
        if "cloudflare" in uses:
            env["CLOUDFLARE_BASE_URL"] = self.cloudflare.base_url
        if "signing" in uses:
            env["LUMOS_BUS_SIGNING_KEY_FILE"] = self.bus_folder / "signing.key"
            env["LUMOS_BUS_REVOKER_KEY_FILE"] = self.bus_folder / "revoker.key"
        if "mail" in uses:
            env |= {"LUMOS_SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}", "LUMOS_MAIL_FROM": "lumos@lumos.example"}
        if kind in ("notifier", "console"):
            env["LUMOS_WEBHOOK_ALLOW"] = "127.0.0.0/8"
        if "http" in uses:
            env["LUMOS_HTTP_LISTEN"] = f"127.0.0.1:{http_port}"
        if env["LUMOS_HEARTBEAT_INTERVAL"] and kind not in ("presence",):
            env.pop("LUMOS_HEARTBEAT_INTERVAL")
        return env

    def stop(self):
        """Agents first, then workers, then what they stand on."""
        for server in self.servers.values():
            if server.agent:
                server.agent.kill()
        for child in reversed(list(self.workers.values())):
            child.stop()
        for server in self.servers.values():
            if server.shield:
                server.shield.child.stop()
        for child in reversed(self.helpers):
            child.stop(3)
        for part in (self.cloudflare, self.dns, self.nats, self.postgres):
            part.child.thaw()
            part.stop()

    # ---- the operator's hands ----

    @property
    def api_url(self):
        return f"http://127.0.0.1:{self.console_port}"

    def plain(self, *arguments):
        """lumosctl for files only."""
        return run([self.bin / "lumosctl", *arguments]).stdout

    def database(self, *arguments):
        """lumosctl on the console's host: with the database's address."""
        return run([self.bin / "lumosctl", *arguments], env={"LUMOS_DATABASE_URL": self.postgres.url}).stdout

    def ctl_env(self):
        return {"LUMOS_API_URL": self.api_url, "LUMOS_API_TOKEN_FILE": self.token_file, "LUMOS_ACCOUNT": self.account}

    def ctl(self, *arguments, stdin=None, check=True, limit=60):
        return run([self.bin / "lumosctl", *arguments], env=self.ctl_env(), stdin=stdin, check=check, limit=limit)

    def ask(self, *arguments):
        """The answer of a verb with -o json."""
        return json.loads(self.ctl(*arguments, "-o", "json").stdout)

    def api(self, path):
        """The answer to a GET below the account."""
        return json.loads(run(["curl", "-s", "--noproxy", "*", "-H", f"Authorization: Bearer {self.token_file.read_text().strip()}",
                               f"{self.api_url}/api/v1/accounts/{self.account}/{path}"]).stdout)

    def make_token(self):
        token = self.database("token", "create", "--admin", "--name", "ops").strip().split()[-1]
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(token + "\n")

    def make_account(self, plan="pro", owner="owner@acme.example"):
        self.ctl("account", "create", self.account, "--plan", plan, "--email", owner)

    def add_server(self, name, address, shown=None, region="eu", ipv6=None):
        creds = self.folder / f"{name}.creds"
        more = ["--ipv6", ipv6] if ipv6 else []
        self.ctl("server", "add", name, "--name", shown or name, "--ipv4", address, "--region", region,
                 "--creds-out", creds, *more)
        self.servers[name] = Server(name, address, shown or name, region, creds)
        return self.servers[name]

    def add_shields(self):
        """A real HAProxy for each server, on its address, before one origin."""
        origin = Child("origin", origin_command(self.origin_port), self.logs / "origin.log",
                       env={"PYTHONPATH": ROOT / "tests"}, run_dir=self.run_dir)
        self.helpers.append(origin.start())
        for server in self.servers.values():
            server.shield = Shield(server.name, server.address, self.site_port, self.origin_port, self.folder,
                                   self.logs, self.run_dir).start()

    def start_agent(self, name, url=None, prefix=(), checks=None):
        """Makes the agent's process when first asked for, and starts it."""
        server = self.servers[name]
        if server.agent is None:
            env = {"LUMOS_NATS_URL": url or self.nats.url, "LUMOS_NATS_CREDS": server.creds,
                   "LUMOS_HEARTBEAT_INTERVAL": self.times["LUMOS_HEARTBEAT_INTERVAL"]} | self._ca()
            if checks is None and server.shield:
                checks = f"tcp://{server.address}:{self.site_port}"
            if checks:
                env["LUMOS_CHECKS"] = checks
            server.agent = Child(f"agent-{name}", [self.bin / "lumos-agent"], self.logs / f"agent-{name}.log",
                                 env=env, prefix=prefix, run_dir=self.run_dir)
        return server.agent.start()

    def wait_server(self, *names, status="online", limit="60s"):
        self.ctl("wait", "server", *names, "--for", status, "--timeout", limit, limit=seconds(limit) + 10)

    def wait_fitness(self, *names, fitness="ready", limit=90):
        wanted = ", ".join(f"'{name}'" for name in names)
        query = (f"SELECT count(*) FROM server_presence p JOIN servers s ON s.id = p.server_id "
                 f"WHERE p.fitness = '{fitness}' AND s.slug IN ({wanted})")
        wait_until(f"{wanted} {fitness}", lambda: self.postgres.psql(query) == str(len(names)), limit, every=0.1)

    def add_provider_and_zones(self):
        self.ctl("provider", "add", "cloudflare", "cf-main", "--token-stdin", stdin=self.cloudflare.token + "\n")
        for zone in self.zones:
            self.ctl("zone", "add", zone, "--provider", "cf-main")

    def add_domain(self, name, servers, *more):
        """With its record made at the provider, pointing to the first server."""
        return self.ctl("domain", "add", name, "--servers", ",".join(servers), "--create", "--yes", *more)

    def add_channels(self):
        added = self.ask("channel", "add", "webhook", "ops-hook", f"http://127.0.0.1:{self.hook_port}/hook")
        with open(self.folder / "webhook.secrets", "a") as file:
            file.write(added["secret"] + "\n")

    # ---- what can be seen ----

    def ready(self, address):
        """Whether the process that listens there says that all it depends on is well."""
        return run(["curl", "-sf", "-o", "/dev/null", "--noproxy", "*", f"http://{address}/readyz"],
                   check=False).returncode == 0

    def domain(self, name):
        return self.ask("domain", "show", name)

    def published(self, name):
        return self.dns.dig(name)

    def events(self, kind=None, subject=None):
        """From the database, oldest first."""
        rows = self.postgres.psql(
            "SELECT json_build_object('id', id, 'sequence', e.sequence, 'type', type, 'subject', subject, 'time', "
            "extract(epoch FROM time), 'incident', incident, 'data', data, 'publishedAt', extract(epoch FROM published_at)) "
            "FROM events e LEFT JOIN outbox o ON o.event_id = e.id ORDER BY e.sequence")
        found = [json.loads(row) for row in rows.splitlines() if row]
        return [e for e in found if (kind is None or e["type"] == kind) and (subject is None or e["subject"] == subject)]

    def mails(self):
        return self._journal(self.mail_folder)

    def hooks(self):
        return self._journal(self.hook_folder)

    @staticmethod
    def _journal(folder):
        file = folder / "journal.jsonl"
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]


def now():
    return time.time()
