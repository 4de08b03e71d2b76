"""Three copies of each worker, 20 domains in 4 zones, servers dying and coming back again and again."""
from lab.fleet import PRIMARIES, SECONDARIES, Fleet
from lab.system import SHORT

ROUNDS = 10


def test_ten_rounds_end_right_with_one_event_a_transition_and_one_delivery_a_channel():
    with Fleet(SHORT) as fleet:
        fleet.bring_up()
        lab = fleet.lab
        since = max((event["sequence"] for event in lab.events()), default=0)
        moved = 0
        for number in range(ROUNDS):
            dying = PRIMARIES[number % len(PRIMARIES)], PRIMARIES[(number + 1) % len(PRIMARIES)]
            hit = {name: SECONDARIES[0] for name, server in fleet.domains.items() if server in dying}
            for name in dying:
                lab.servers[name].agent.kill()
            fleet.wait_published(fleet.domains | hit, 40)
            for name in dying:
                fleet.start_agent(name)
            fleet.wait_published(fleet.domains, 60)
            moved += len(hit)
        fleet.wait_settled()

        events = [event for event in lab.events() if event["sequence"] > since]
        assert len(_of(events, "failover_triggered")) == moved
        assert len(_of(events, "server_recovered")) == moved
        assert len(_of(events, "server_down")) == len(_of(events, "server_up")) == 2 * ROUNDS
        _every_chain_is_unbroken(events)
        _every_event_reached_every_channel_once(lab, events)
        assert all(lab.domain(name)["failoverStatus"] == "active" for name in fleet.domains)


def _of(events, kind):
    return [event for event in events if event["type"] == kind]


def _every_chain_is_unbroken(events):
    """Each switch of a domain begins where its last one ended, and its epoch rises by one."""
    last = {}
    for event in events:
        if event["type"] in ("failover_triggered", "server_recovered"):
            data = event["data"]
            if event["subject"] in last:
                assert data["fromServerId"] == last[event["subject"]]["toServerId"]
                assert data["epoch"] == last[event["subject"]]["epoch"] + 1
            last[event["subject"]] = data


def _every_event_reached_every_channel_once(lab, events):
    alerts = {event["id"] for event in events
              if event["type"] in ("server_down", "server_up", "failover_triggered", "server_recovered")}
    hooked = [hook["webhookId"] for hook in lab.hooks() if hook["verdict"] == "valid" and hook["webhookId"] in alerts]
    assert sorted(hooked) == sorted(alerts)
    rows = lab.postgres.psql("SELECT event_id, count(*), count(DISTINCT channel_id), bool_and(state = 'sent') "
                             "FROM deliveries GROUP BY event_id")
    delivered = {row.split("|")[0]: row.split("|")[1:] for row in rows.splitlines()}
    assert all(delivered[event] == ["2", "2", "t"] for event in alerts)
