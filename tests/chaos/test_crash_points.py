"""A failover worker dies, or is stopped for 20 s, at each step of the switch (names as in the checked model); another
worker finishes the job: the record is right, and there is exactly one event for the transition."""
import time

import pytest

from lab.loop import SPARE, Loop
from lab.processes import wait_until
from lab.system import SHORT

STEPS = ("lock", "read_record", "settle", "decide", "intend", "lock_again", "call_provider", "apply")
STOPPED_FOR = 20


def start_with_fault(loop, step, number):
    """Two workers that are the product's own but for an observer of the steps; the first to get there is hit, once."""
    lab = loop.lab
    lab.copies["failover"] = 2
    once = lab.folder / "fault.done"
    fault = {"LUMOS_TEST_STEP": step, "LUMOS_TEST_SIGNAL": number, "LUMOS_TEST_ONCE": once}
    del lab.workers["failover"]
    children = [lab.worker("failover", n, lab.bin / "lumos-failover-with-faults", fault) for n in (1, 2)]
    for child in children:
        child.start()
    return children, once


def bring_up(loop, step, number):
    """Healthy and moved home with the ordinary worker; then the faulty ones take its place."""
    loop.bring_up()
    loop.lab.worker("failover").stop()
    return start_with_fault(loop, step, number)


def check_the_end(loop, switches):
    lab = loop.lab
    wait_until("nothing pending, nothing in doubt", lambda: lab.postgres.psql(
        "SELECT (SELECT count(*) FROM dns_changes WHERE state = 'pending') + "
        "(SELECT count(*) FROM domains WHERE doubt_until IS NOT NULL)") == "0", 150, every=0.5)
    domain = lab.domain(loop.domain("p-1"))
    assert lab.published(loop.domain("p-1")) == [lab.servers[domain["publishedServerId"]].address]
    seen = [e["type"] for e in lab.events() if e["type"] in ("failover_triggered", "server_recovered")]
    assert seen == switches
    return domain


@pytest.mark.parametrize("step", STEPS)
def test_killed_at(step):
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        children, once = bring_up(loop, step, "KILL")
        timing = loop.take_down("kill", "p-1")
        assert once.exists(), "the fault was not reached"
        wait_until("one worker has died", lambda: sum(child.alive() for child in children) == 1, 10)
        domain = check_the_end(loop, ["failover_triggered"])
        assert domain["publishedServerId"] == SPARE
        loop.bring_back(timing)
        check_the_end(loop, ["failover_triggered", "server_recovered"])


@pytest.mark.parametrize("step", ("lock_again", "call_provider"))
def test_stopped_at(step):
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        children, once = bring_up(loop, step, "STOP")
        lab.servers["p-1"].agent.kill()
        wait_until("the fault is reached", once.exists, 30)
        stopped_at = time.monotonic()
        wait_until(f"{STOPPED_FOR} s have passed", lambda: time.monotonic() - stopped_at > STOPPED_FOR,
                   STOPPED_FOR + 5, every=0.5)
        for child in children:
            child.thaw()
        domain = check_the_end(loop, ["failover_triggered"])
        assert domain["publishedServerId"] == SPARE
        # The kernel timer ended the stopped one before its lock could pass on; it never wrote late.
        wait_until("the stopped worker is gone", lambda: sum(child.alive() for child in children) == 1, 10)
