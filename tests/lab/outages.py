"""Faults of our own side under which nothing may move. Each is done for real, with three copies of each worker and 20
healthy domains; one more server is killed during it and must be failed over after it, without a restart of anything."""
import argparse
import dataclasses
import sys
import time
from typing import Callable

from .fleet import SECONDARIES, VICTIM, VICTIM_DOMAIN, Fleet
from .processes import Failed, wait_until
from .system import DEFAULTS, SHORT, WORKERS, seconds


@dataclasses.dataclass(frozen=True)
class Outage:
    name: str
    begin: Callable
    end: Callable
    road: str = "direct"
    cuts_agents_off: bool = False  # Alerts about servers are right then, and only then.
    # How long, with the product's defaults and shortened.
    lasts: float = 300
    lasts_short: float = 20


def _stop_nats(fleet, _):
    fleet.lab.nats.stop()


def _start_nats(fleet):
    fleet.lab.nats.start()


def _kill_nats(fleet, _):
    fleet.lab.nats.child.kill()


def _start_nats_wiped(fleet):
    fleet.lab.nats.wipe_store()
    fleet.lab.nats.start()


def _freeze_nats(fleet, _):
    fleet.lab.nats.child.freeze()


def _thaw_nats(fleet):
    fleet.lab.nats.child.thaw()


def _cut_agents(fleet, _):
    fleet.namespace.cut()


def _heal_agents(fleet):
    fleet.namespace.heal()


def _reset_agents(fleet, short):
    fleet.proxy.tell("refuse")
    fleet.proxy.tell("reset 1.5" if short else "reset 8")


def _accept_agents(fleet):
    fleet.proxy.tell("accept")


def _stop_postgres(fleet, _):
    fleet.lab.postgres.stop()


def _start_postgres(fleet):
    fleet.lab.postgres.start()


def _copies(fleet, kind):
    return [fleet.lab.worker(kind, number) for number in range(1, fleet.lab.copies[kind] + 1)]


def _kill_presence(fleet, _):
    for child in _copies(fleet, "presence"):
        child.kill()


def _start_presence(fleet):
    for child in _copies(fleet, "presence"):
        child.start()


def _restart_workers(fleet, short):
    for kind in WORKERS:
        for child in _copies(fleet, kind):
            if not child.stop(10):
                raise Failed(f"{child.name} did not end within 10 s of SIGTERM")
            child.start()
            time.sleep(0.5 if short else 5)  # One by one, as an operator would: the pause is the scenario.


def _nothing(_):
    pass


OUTAGES = [
    Outage("nats-stopped", _stop_nats, _start_nats),
    Outage("nats-store-wiped", _kill_nats, _start_nats_wiped),
    Outage("nats-frozen-briefly", _freeze_nats, _thaw_nats, lasts=8, lasts_short=4),
    Outage("nats-frozen", _freeze_nats, _thaw_nats, lasts=60),
    Outage("agents-cut-off", _cut_agents, _heal_agents, road="namespace", cuts_agents_off=True),
    Outage("agents-reset", _reset_agents, _accept_agents, road="proxy", cuts_agents_off=True, lasts=60),
    Outage("postgres-stopped", _stop_postgres, _start_postgres, lasts=180),
    Outage("presence-killed", _kill_presence, _start_presence, lasts=180),
    Outage("workers-restarted", _restart_workers, _nothing, lasts=5, lasts_short=1),
]


class Run:
    """One outage on one fleet; `report` is what was seen."""

    def __init__(self, outage, fleet: Fleet, short):
        self.outage, self.fleet, self.short = outage, fleet, short
        times = {key: seconds(value) for key, value in fleet.lab.times.items()}
        self.timeout = times["LUMOS_HEALTH_TIMEOUT"]
        # After the fault: reconnect, a full timeout for everybody, and the hold of whoever was away.
        self.after = 2 * self.timeout + times["LUMOS_READY_HOLD"] + times["LUMOS_DISCONNECT_GRACE"] + 45

    def run(self):
        lab = self.fleet.lab
        before = len(lab.cloudflare.writes())
        seen_events = max((e["sequence"] for e in lab.events()), default=0)
        pids = self._pids()
        begun = time.time()
        self.outage.begin(self.fleet, self.short)
        lab.servers[VICTIM].agent.kill()
        self._watch_for(self.outage.lasts_short if self.short else self.outage.lasts, before)
        self.outage.end(self.fleet)
        ended = time.time()
        expected = self.fleet.domains | {VICTIM_DOMAIN: SECONDARIES[0]}
        others = {name: server for name, server in expected.items() if name != VICTIM_DOMAIN}
        wait_until("the server that was killed is failed over",
                   lambda: lab.published(VICTIM_DOMAIN) in [[self.fleet.address(s)] for s in SECONDARIES],
                   self.after, every=0.5)
        moved = time.time()
        living = [name for name in lab.servers if name != VICTIM]
        lab.wait_server(*living, limit=f"{int(self.after)}s")
        lab.wait_fitness(*living, limit=self.after)
        self.fleet.wait_settled()
        self._check(before, seen_events, pids, others)
        return (f"{self.outage.name:<20} lasted {ended - begun:5.0f} s   killed server failed over "
                f"{moved - ended:6.1f} s after it   writes to other domains 0   alerts: {self._alerts(seen_events)}")

    def _watch_for(self, duration, before):
        """The fault lasts; every write while it does is looked at as it comes."""
        end = time.monotonic() + duration
        while time.monotonic() < end:
            self._no_foreign_writes(before)
            time.sleep(0.2)

    def _no_foreign_writes(self, before):
        victim = self.fleet.address(SECONDARIES[0]), self.fleet.address(SECONDARIES[1])
        writes = self.fleet.lab.cloudflare.writes()[before:]
        if len(writes) > 1:
            raise Failed(f"{len(writes)} writes where only the killed server's domain may move: {writes}")
        for write in writes:
            if not any(address in str(write["body"]) for address in victim):
                raise Failed(f"a write that moves nothing of the killed server: {write}")

    def _pids(self):
        return {name: child.pid for name, child in self.fleet.lab.workers.items()}

    def _check(self, before, seen_events, pids, others):
        lab = self.fleet.lab
        self._no_foreign_writes(before)
        if len(lab.cloudflare.writes()[before:]) != 1:
            raise Failed("the killed server's domain was not moved by exactly one write")
        if wrong := self.fleet.published_wrong(others):
            raise Failed(f"domains of healthy servers moved: {wrong}")
        lab.all_alive()
        if self.outage.name not in ("presence-killed", "workers-restarted") and self._pids() != pids:
            raise Failed("a worker was restarted")
        moved = [e["subject"] for e in lab.events() if e["sequence"] > seen_events
                 and e["type"] in ("failover_triggered", "server_recovered")]
        if moved != [VICTIM_DOMAIN]:
            raise Failed(f"switch events: {moved}")
        downs = self._of_type(seen_events, "server_down")
        if not self.outage.cuts_agents_off and set(downs) - {VICTIM}:
            raise Failed(f"server_down about servers that were never cut off: {downs}")
        if downs.count(VICTIM) != 1:
            raise Failed(f"the killed server was alerted {downs.count(VICTIM)} times")
        ups = self._of_type(seen_events, "server_up")
        if sorted(ups) != sorted(name for name in downs if name != VICTIM):
            raise Failed(f"server_down of {downs}, server_up of {ups}")

    def _of_type(self, seen_events, kind):
        return [e["subject"] for e in self.fleet.lab.events(kind) if e["sequence"] > seen_events]

    def _alerts(self, seen_events):
        kinds = [e["type"] for e in self.fleet.lab.events() if e["sequence"] > seen_events]
        return ", ".join(f"{kind} {kinds.count(kind)}" for kind in sorted(set(kinds)))


def main():
    parser = argparse.ArgumentParser(prog="scripts/outages", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {' '.join(o.name for o in OUTAGES)}; all by default")
    parser.add_argument("--short", action="store_true", help="shortened, as scripts/test runs them")
    asked = parser.parse_args()
    failed = 0
    for outage in OUTAGES:
        if asked.names and outage.name not in asked.names:
            continue
        try:
            with Fleet(SHORT if asked.short else DEFAULTS, road=outage.road) as fleet:
                fleet.bring_up()
                print(Run(outage, fleet, asked.short).run(), flush=True)
        except Failed as failure:
            failed += 1
            print(f"{outage.name:<20} FAILED: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
