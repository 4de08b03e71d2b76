"""The product's list *Testing Failover*, walked through by itself: each step with what was seen and when."""
import dataclasses
import json
import time

from .processes import Failed, wait_until
from .sample import ADDRESSES, DOMAIN, PRIMARY, SECONDARY
from .system import SHORT, seconds


@dataclasses.dataclass
class Step:
    number: int
    title: str
    ok: bool = False
    at_seconds: float = 0.0
    seen: str = ""


class Drill:
    def __init__(self, lab, as_json=False):
        self.lab = lab
        self.as_json = as_json
        self.began = time.time()
        self.steps = []
        times = {key: seconds(value) for key, value in lab.times.items()}
        # The most that a step may take: the product's own bounds, with the intervals that this lab runs with.
        self.limit_down = times["LUMOS_DISCONNECT_GRACE"] + times["LUMOS_HEARTBEAT_INTERVAL"] + 20
        self.limit_back = times["LUMOS_READY_HOLD"] + 2 * times["LUMOS_HEARTBEAT_INTERVAL"] + 20

    def step(self, number, title, action):
        step = Step(number, title)
        try:
            step.seen, step.ok = action(), True
        except Failed as failed:
            step.seen = str(failed)
        step.at_seconds = round(time.time() - self.began, 2)
        self.steps.append(step)
        if not self.as_json:
            mark = "ok    " if step.ok else "FAILED"
            print(f"  {number}. {mark} +{step.at_seconds:6.2f} s  {title}\n{' ' * 23}{step.seen}", flush=True)
        if not step.ok:
            raise Failed(f"step {number} did not come true: {step.seen}")

    def run(self):
        lab = self.lab
        primary, secondary = lab.servers[PRIMARY], lab.servers[SECONDARY]
        lab.wait_fitness(*ADDRESSES, limit=self.limit_back)
        start = lab.published(DOMAIN)
        if start != [primary.address]:
            raise Failed(f"before the drill {DOMAIN} is {start}, not {primary.address}")
        self.began = time.time()
        try:
            self.step(1, "both servers are Online", self._both_online)
            self.began = time.time()
            self.step(2, f"stop the agent on {PRIMARY}", lambda: self._stop_agent(primary))
            self.step(3, "a server_down notification, then failover_triggered", self._told_of_failover)
            self.step(4, f"dig shows the secondary, {secondary.address}", lambda: self._dig(secondary.address))
            self.step(5, "the site answers through the secondary", lambda: self._fetch(secondary))
            self.step(6, f"start the agent on {PRIMARY} again", self._start_agent)
            self.step(7, "a server_recovered notification", self._told_of_recovery)
            self.step(8, f"dig shows the primary again, {primary.address}", lambda: self._dig(primary.address))
        finally:
            if self.as_json:
                print(json.dumps({"ok": len(self.steps) == 8 and all(s.ok for s in self.steps),
                                  "steps": [dataclasses.asdict(s) for s in self.steps],
                                  "settings": lab.times}, indent=2))

    def _both_online(self):
        self.lab.wait_server(*ADDRESSES, limit="30s")
        listed = {s["id"]: s["status"] for s in self.lab.ask("server", "list")["items"]}
        if any(listed[name] != "online" for name in ADDRESSES):
            raise Failed(f"servers are {listed}")
        return ", ".join(f"{name} {listed[name]}" for name in ADDRESSES)

    def _stop_agent(self, server):
        # What `systemctl stop lumos-agent` does: SIGTERM, and the agent says goodbye.
        if not server.agent.stop(10):
            raise Failed("the agent did not end within 10 s of SIGTERM")
        return "SIGTERM sent, the agent ended"

    def _told(self, alert, limit):
        """When mail and webhook of that alert came in, in seconds since the drill began."""
        def arrived():
            hooks = [h for h in self.lab.hooks() if h.get("verdict") == "valid" and h.get("type", "").endswith(f".{alert}.v1")
                     and _age(h["time"]) >= self.began]
            mails = [m for m in self.lab.mails() if _names(alert) in m.get("subject", "") and _age(m["time"]) >= self.began]
            return (hooks[0], mails[0]) if hooks and mails else None
        hook, mail = wait_until(f"webhook and mail of {alert}", arrived, limit, every=0.1)
        return (f"{alert}: webhook +{_age(hook['time']) - self.began:.2f} s (signature valid), "
                f"mail +{_age(mail['time']) - self.began:.2f} s: {mail['subject']}")

    def _told_of_failover(self):
        return (self._told("server_down", self.limit_down) + "\n" + " " * 23 +
                self._told("failover_triggered", self.limit_down))

    def _told_of_recovery(self):
        return self._told("server_recovered", self.limit_back)

    def _dig(self, address):
        lab = self.lab
        wait_until(f"dig +short {DOMAIN} shows {address}, not {lab.published(DOMAIN)}",
                   lambda: lab.published(DOMAIN) == [address], self.limit_down, every=0.1)
        return f"dig @127.0.0.1 -p {lab.dns.port} +short {DOMAIN} → {' '.join(lab.published(DOMAIN))}"

    def _fetch(self, server):
        address = self.lab.published(DOMAIN)[0]
        if address != server.address:
            raise Failed(f"DNS says {address}")
        page = server.shield.fetch(DOMAIN)
        if page is None or f"hello from {server.name}" not in page:
            raise Failed(f"http://{DOMAIN}/ at {address} answered {page!r}")
        return f"http://{DOMAIN}:{server.shield.port}/ at {address} → {page.strip()!r}"

    def _start_agent(self):
        self.lab.start_agent(PRIMARY)
        self.lab.wait_server(PRIMARY, limit="30s")
        return f"{PRIMARY} is online again"


def _names(alert):
    return {"server_down": "DOWN", "failover_triggered": "FAILOVER", "server_recovered": "RECOVERED"}[alert]


def _age(text):
    from datetime import datetime
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def shown_times(times):
    names = {"LUMOS_HEARTBEAT_INTERVAL": ("heartbeat", "15s"), "LUMOS_HEALTH_TIMEOUT": ("timeout", "120s"),
             "LUMOS_DISCONNECT_GRACE": ("grace", "10s"), "LUMOS_READY_HOLD": ("hold", "60s"),
             "LUMOS_CYCLE_INTERVAL": ("cycle", "5m")}
    if times != SHORT:
        return "with the product's defaults"
    return "shortened: " + ", ".join(f"{name} {times[key]} (default {usual})" for key, (name, usual) in names.items())
