"""Figures with the product's defaults, on this machine: `scripts/measure`. Each run is a fault of its own; runs that do
not disturb each other go on at once."""
import argparse
import concurrent.futures
import sys
import time

from .loop import Loop, figures
from .system import DEFAULTS


def one_way(loop, way, runs, back=True):
    """Faults one after another, a second apart; their ends are waited for together."""
    with concurrent.futures.ThreadPoolExecutor(len(loop.servers)) as pool:
        waiting = []
        for server in loop.servers[:runs]:
            waiting.append(pool.submit(loop.take_down, way, server))
            time.sleep(1)
        timings = [future.result() for future in waiting]
    if back:
        # Only this thread may start processes: they die with the thread that started them.
        for timing in timings:
            loop.bring_back_begin(timing)
        with concurrent.futures.ThreadPoolExecutor(len(loop.servers)) as pool:
            timings = list(pool.map(loop.bring_back_end, timings))
    return timings


def defaults(runs):
    hold, beat = 60, 15
    loop = Loop(DEFAULTS, runs=runs, copies=2)
    lines = []
    with loop.lab:
        print(f"bringing up {runs + 1} servers with the product's defaults (hold 60 s)", flush=True)
        loop.bring_up()
        for way, count in (("kill", runs), ("goodbye", runs), ("freeze", 3)):
            timings = one_way(loop, way, count)
            slow = 135 if way == "freeze" else None
            lines += [figures(f"{way}: server_down published", [t.down_published for t in timings], slow or 1),
                      figures(f"{way}: record changed", [t.moved for t in timings], slow or 15),
                      figures(f"{way}: back, server_up published", [t.up_published for t in timings], 1),
                      figures(f"{way}: back, record restored", [t.restored for t in timings], hold + beat + 5)]
            print("\n".join(lines[-4:]), flush=True)
            # The hold of those that came back, so that the next way begins with everybody ready.
            loop.lab.wait_fitness(*loop.servers, limit=hold + 2 * beat + 30)
    return lines


def without_grace(runs):
    servers = 10
    loop = Loop(DEFAULTS | {"LUMOS_DISCONNECT_GRACE": "0s", "LUMOS_HEARTBEAT_INTERVAL": "1s", "LUMOS_READY_HOLD": "5s"},
                runs=servers)
    moved = []
    with loop.lab:
        loop.bring_up()
        while len(moved) < runs:
            timings = [loop.take_down("kill", server) for server in loop.servers]
            moved += [timing.moved for timing in timings]
            for timing in timings:
                loop.bring_back_begin(timing)
            for timing in timings:
                loop.wait_home(timing.server, timing.back_at)
            loop.lab.wait_fitness(*loop.servers, limit=60)
    line = figures("grace 0: kill → PATCH", moved[:runs])
    print(line, flush=True)
    return [line]


def main():
    parser = argparse.ArgumentParser(prog="scripts/measure", description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="of each way (3 of freeze)")
    parser.add_argument("--only", choices=("defaults", "grace0"))
    asked = parser.parse_args()
    if asked.only != "grace0":
        defaults(asked.runs)
    if asked.only != "defaults":
        without_grace(50)


if __name__ == "__main__":
    sys.exit(main())
