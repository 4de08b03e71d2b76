"""The world's side of DNS: the Cloudflare simulator, and a real PowerDNS that serves what it committed."""
import json
import pathlib
import urllib.request

from .processes import Child, Failed, run, wait_until

_SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
_PDNS = pathlib.Path(__file__).resolve().parents[1] / "cloudflare" / "pdns.conf.in"


class PowerDns:
    def __init__(self, folder: pathlib.Path, logs: pathlib.Path, port, api_port, run_dir=None):
        self.folder = pathlib.Path(folder) / "powerdns"
        self.port, self.api_port = port, api_port
        self.key_file = self.folder / "api.key"
        self.api_url = f"http://127.0.0.1:{self.api_port}"
        self.child = Child("powerdns", ["/usr/sbin/pdns_server", f"--config-dir={self.folder}"],
                           pathlib.Path(logs) / "powerdns.log", run_dir=run_dir)

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        database = self.folder / "zones.sqlite3"
        if not database.exists():
            run(["sqlite3", database], stdin=pathlib.Path(_SCHEMA).read_text())
        key = "lab"
        self.key_file.write_text(key + "\n")
        self.key_file.chmod(0o600)
        (self.folder / "pdns.conf").write_text(
            _PDNS.read_text().format(folder=self.folder, port=self.port, api_port=self.api_port, key=key))
        (self.folder / "pdns.conf").chmod(0o600)
        self.child.start()

        def answers():
            self.child.must_be_alive()
            return run(["curl", "-s", "-o", "/dev/null", "--noproxy", "*", "-H", f"X-API-Key: {key}",
                        f"{self.api_url}/api/v1/servers/localhost"], check=False).returncode == 0
        wait_until("PowerDNS answers", answers, 20)
        return self

    def dig(self, name, kind="A"):
        """What `dig +short` prints, as a list of lines."""
        done = run(["dig", "@127.0.0.1", "-p", self.port, "+short", "+time=2", "+tries=2", name, kind], check=False)
        return [line for line in done.stdout.split("\n") if line and not line.startswith(";")]

    def stop(self):
        self.child.stop()


class Cloudflare:
    """The simulator; `writes` reads its journal."""

    def __init__(self, binary, folder: pathlib.Path, logs: pathlib.Path, port, zones, dns=None, run_dir=None,
                 rate_limit="1200/300"):
        self.folder = pathlib.Path(folder) / "cloudflare"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.root = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.root}/client/v4"
        self.journal = self.folder / "journal.jsonl"
        self.token_file = self.folder / "tokens"
        # In the shape that Cloudflare gives out: a prefix, 40 characters, a checksum.
        self.token = "cfut_" + "Lab0" * 10 + "0a1b2c3d"
        self.token_file.write_text(f"{self.token}:edit\n")
        self.token_file.chmod(0o600)
        command = [binary, "--listen", f"127.0.0.1:{self.port}", "--state", self.folder / "state.json",
                   "--log", self.journal, "--tokens", self.token_file, "--rate-limit", rate_limit]
        for zone in zones:
            command += ["--zone", zone]
        if dns:
            command += ["--pdns-api", dns.api_url, "--pdns-key-file", dns.key_file]
        self.child = Child("cloudflare-simulator", command, pathlib.Path(logs) / "cloudflare.log", run_dir=run_dir)

    def start(self):
        self.child.start()
        wait_until("the Cloudflare simulator answers",
                   lambda: self.child.must_be_alive() and run(
                       ["curl", "-s", "-o", "/dev/null", "--noproxy", "*", f"{self.base_url}/zones"],
                       check=False).returncode == 0, 20)
        return self

    def control(self, method, path, body=None):
        """The simulator's own switchboard: /simulator/…"""
        request = urllib.request.Request(
            f"{self.root}/simulator{path}", method=method,
            data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            text = answer.read().decode()
            return json.loads(text) if text else None

    def calls(self):
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines() if line.endswith("}")]

    def writes(self):
        """Calls that changed records, or may have, in order. A token's permission proof is refused, so it is none."""
        return [call for call in self.calls() if call["method"] in ("POST", "PUT", "PATCH", "DELETE")
                and "/dns_records" in call["path"] and (call["changed"] or not 200 <= call["status"] < 500)]

    def records(self):
        return self.control("GET", "/records")

    def stop(self):
        self.child.stop()
