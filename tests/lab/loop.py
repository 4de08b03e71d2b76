"""The promise itself, measured: a server dies in one of three ways, its domain moves, it comes back, its domain returns.
One domain a server, so that many runs go on in one lab without meeting."""
import dataclasses
import signal
import statistics
from datetime import datetime

from .fleet import ZONES
from .processes import wait_until
from .system import Lab, now, seconds

SPARE = "s-1"
WAYS = ("kill", "goodbye", "freeze")


@dataclasses.dataclass
class Timing:
    way: str
    server: str
    down_published: float = None  # Seconds after the fault until NATS had acknowledged server_down.
    moved: float = None           # … until the provider had the PATCH.
    up_published: float = None    # Seconds after the agent was back until server_up …
    restored: float = None        # … until the record was back.
    back_at: float = None


class Loop:
    def __init__(self, times, runs, copies=1, binaries=None, folder=None):
        self.lab = Lab(times=times, zones=ZONES, binaries=binaries, folder=folder,
                       copies={kind: copies for kind in ("presence", "failover", "scheduler", "notifier")})
        self.times = {key: seconds(value) for key, value in self.lab.times.items()}
        self.servers = [f"p-{number}" for number in range(1, runs + 1)]

    def bring_up(self):
        lab = self.lab
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        for number, name in enumerate((SPARE, *self.servers)):
            lab.add_server(name, f"198.51.100.{number + 1}")
            lab.start_agent(name)
        lab.wait_server(SPARE, *self.servers)
        lab.add_provider_and_zones()
        lab.add_channels()
        for number, name in enumerate(self.servers):
            lab.add_domain(self.domain(name), [name, SPARE])
        lab.wait_fitness(SPARE, *self.servers, limit=self.times["LUMOS_READY_HOLD"] + 60)
        return self

    def domain(self, server):
        number = self.servers.index(server)
        return f"d{number:02}.{ZONES[number % len(ZONES)]}"

    def limit_down(self, way):
        grace, beat = self.times["LUMOS_DISCONNECT_GRACE"], self.times["LUMOS_HEARTBEAT_INTERVAL"]
        return 20 + (self.times["LUMOS_HEALTH_TIMEOUT"] + beat if way == "freeze" else grace)

    def take_down(self, way, server) -> Timing:
        agent = self.lab.servers[server].agent
        timing = Timing(way, server)
        begun = now()
        agent.send({"kill": signal.SIGKILL, "goodbye": signal.SIGTERM, "freeze": signal.SIGSTOP}[way])
        spare = self.lab.servers[SPARE].address
        write = wait_until(f"{self.domain(server)} moved after {way}", lambda: self._write(server, spare, begun),
                           self.limit_down(way))
        timing.moved = call_time(write) - begun
        timing.down_published = self._published("server_down", server, begun) - begun
        return timing

    def bring_back(self, timing: Timing) -> Timing:
        self.bring_back_begin(timing)
        return self.bring_back_end(timing)

    def bring_back_begin(self, timing: Timing):
        self.lab.servers[timing.server].agent.kill()
        timing.back_at = now()
        self.lab.start_agent(timing.server)

    def bring_back_end(self, timing: Timing) -> Timing:
        write = self.wait_home(timing.server, timing.back_at)
        timing.restored = call_time(write) - timing.back_at
        timing.up_published = self._published("server_up", timing.server, timing.back_at) - timing.back_at
        return timing

    def wait_home(self, server, since=0.0):
        home = self.lab.servers[server].address
        limit = self.times["LUMOS_READY_HOLD"] + 2 * self.times["LUMOS_HEARTBEAT_INTERVAL"] + 30
        return wait_until(f"{self.domain(server)} restored", lambda: self._write(server, home, since), limit)

    def _write(self, server, address, since):
        for call in reversed(self.lab.cloudflare.writes()):
            if call_time(call) < since:
                return None
            if call["status"] == 200 and self._concerns(call, server) and address in str(call["body"]):
                return call
        return None

    def _concerns(self, call, server):
        record = self.records.get(self.domain(server))
        return record is None or record in call["path"] or record in str(call["body"])

    @property
    def records(self):
        """Record id by domain name, as the provider has them."""
        if not hasattr(self, "_records"):
            self._records = {r["name"]: r["id"] for r in self.lab.cloudflare.records()}
        return self._records

    def _published(self, kind, server, since):
        def found():
            return next((e["publishedAt"] for e in reversed(self.lab.events(kind, server))
                         if e["publishedAt"] and e["time"] >= since - 1), None)
        return wait_until(f"{kind} of {server} published", found, 20)


def call_time(call):
    value = call["time"]
    if isinstance(value, (int, float)):
        return value / 1000 if value > 1e11 else value
    return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()


def figures(name, values, bound=None):
    ordered = sorted(values)
    line = (f"{name:<34} n {len(ordered):>3}   min {ordered[0]:8.3f}   median {statistics.median(ordered):8.3f}   "
            f"p95 {ordered[max(0, int(len(ordered) * 0.95) - 1)]:8.3f}   max {ordered[-1]:8.3f} s")
    if bound is not None:
        line += f"   bound {bound:g} s {'kept' if ordered[-1] <= bound else 'MISSED'}"
    return line
