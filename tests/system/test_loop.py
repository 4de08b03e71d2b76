"""A server dies and DNS moves; it comes back and DNS returns. Shortened; figures with the product's defaults: scripts/measure."""
import pytest

from lab.loop import WAYS, Loop
from lab.processes import wait_until
from lab.system import SHORT


@pytest.mark.parametrize("way", WAYS)
def test_a_dead_server_is_left_and_returned_to(way):
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        loop.bring_up()
        timing = loop.bring_back(loop.take_down(way, "p-1"))
        print(timing)
        lab.all_alive()
        # Each process did all of it with the rights of its kind.
        assert [log.name for log in lab.logs.glob("*.log") if "Permissions Violation" in log.read_text()] == []
        domain = lab.domain(loop.domain("p-1"))
        assert (domain["failoverStatus"], domain["publishedServerId"]) == ("active", "p-1")
        switches = [e for e in lab.events() if e["type"] in ("failover_triggered", "server_recovered")]
        down = lab.events("server_down", "p-1")
        assert [e["type"] for e in switches] == ["failover_triggered", "server_recovered"]
        assert switches[0]["data"]["reason"] == "Primary server down"
        assert switches[1]["data"]["reason"] == "Primary server recovered"
        # One incident from the alert to the way home: whoever reads the thread sees all of it.
        assert len(down) == 1 and {e["incident"] for e in switches} == {down[0]["id"]}


def test_with_both_servers_down_nothing_moves():
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        loop.bring_up()
        writes = len(lab.cloudflare.writes())
        for name in ("s-1", "p-1"):
            lab.servers[name].agent.kill()
        lab.wait_fitness("s-1", "p-1", fitness="out")
        held = wait_until("failover_held", lambda: lab.events("failover_held"), 40)
        assert held[0]["data"]["code"] == "no_healthy_secondary"
        assert len(lab.cloudflare.writes()) == writes
        assert lab.published(loop.domain("p-1")) == [lab.servers["p-1"].address]


def test_a_secondary_that_dies_moves_nothing():
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        loop.bring_up()
        writes = len(lab.cloudflare.writes())
        lab.servers["s-1"].agent.kill()
        lab.wait_fitness("s-1", fitness="out")
        cycles = lab.postgres.psql("SELECT max(id) FROM cycles")
        wait_until("a whole cycle has passed since",
                   lambda: int(lab.postgres.psql("SELECT max(id) FROM cycles")) >= int(cycles or 0) + 2, 60, every=0.5)
        assert len(lab.cloudflare.writes()) == writes
