"""An agent that has gone over to the other side: its credentials are good, its program is not ours. Whatever it sends,
nobody else's state changes, nobody else's alert comes later, and nothing of ours grows."""
import json
import pathlib
import threading
import time

import pytest

from lab.processes import wait_until
from lab.raw_bus import RawBus, Refused
from lab.system import SHORT, Lab

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
HEARTBEAT = "lumos.agent.acme.evil.heartbeat"
GROWTH_MAX_KIB = 64 * 1024
WORKERS = ("presence", "failover", "notifier", "console", "scheduler")


@pytest.fixture(scope="module")
def lab():
    """evil and others in acme; a server of the same name in another account. Each test takes one victim of its own."""
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.account = "other"
        lab.make_account(plan="enterprise")
        lab.add_server("evil", "203.0.113.200")
        other = lab.servers["other.evil"] = lab.servers.pop("evil")
        other.creds = other.creds.rename(lab.folder / "other.evil.creds")
        lab.start_agent("other.evil")
        lab.wait_server("evil")
        lab.account = "acme"
        lab.make_account(plan="enterprise")
        for number, name in enumerate(("evil", "bystander", *VICTIMS)):
            lab.add_server(name, f"198.51.100.{number + 1}")
            if name != "evil":
                lab.start_agent(name)
        lab.wait_server("bystander", *VICTIMS)
        lab.wait_fitness("bystander", *VICTIMS)
        yield lab


VICTIMS = ("forged", "malformed", "claimed", "flooded-1", "flooded-2", "stormed")


def evil(lab):
    return RawBus(lab.nats.url, lab.servers["evil"].creds, name="lumos-agent acme.forged")


def heartbeat(**changes):
    """The body of an example; `data` is changed field by field."""
    body = json.loads((SCHEMAS / "heartbeat.example.json").read_text())
    body["data"] |= changes
    return json.dumps(body)


def own_heartbeat(lab, bus, **changes):
    """One that claims its own connection, as an honest agent does."""
    return heartbeat(natsServer=bus.info["server_id"], clientId=bus.info["client_id"], intervalSeconds=1, **changes)


def state(lab):
    """Of everybody but evil who is up: the tests before have taken their victims."""
    return lab.postgres.psql(
        "SELECT a.slug, s.slug, p.status, p.fitness, p.conflict FROM server_presence p JOIN servers s ON s.id = p.server_id "
        "JOIN accounts a ON a.id = s.account_id WHERE NOT (a.slug = 'acme' AND s.slug = 'evil') "
        "AND p.status <> 'offline' ORDER BY 1, 2").splitlines()


def last_sequence(lab):
    return int(lab.postgres.psql("SELECT coalesce(max(sequence), 0) FROM events"))


def events_of_others(lab, after):
    """(type, account.subject) of whatever is not about evil itself."""
    rows = lab.postgres.psql(
        "SELECT e.type, coalesce(a.slug, '_system') || '.' || e.subject FROM events e LEFT JOIN accounts a "
        f"ON a.id = e.account_id WHERE e.sequence > {after} ORDER BY e.sequence").splitlines()
    return [tuple(row.split("|")) for row in rows if row and not row.endswith("|acme.evil")]


def memory(lab, kind):
    status = pathlib.Path(f"/proc/{lab.worker(kind).pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def heard_after(lab, bus):
    """Presence has read all that evil has sent so far: it knows of this heartbeat, which was sent after it."""
    mark = f"mark-{time.monotonic_ns()}"
    bus.publish(HEARTBEAT, own_heartbeat(lab, bus, status="online", agentVersion=mark))
    assert bus.ping() == []
    wait_until("presence has read it", lambda: lab.postgres.psql(
        f"SELECT count(*) FROM server_reports WHERE agent_version = '{mark}'") == "1", 20)


def must_be_noticed_within_a_second(lab, victim):
    killed_at = time.time()
    lab.servers[victim].agent.kill()
    down = wait_until(f"server_down of {victim}", lambda: lab.events("server_down", victim), 20, every=0.05)
    assert len(down) == 1 and down[0]["data"]["cause"] == "disconnect"
    assert down[0]["time"] - killed_at < 1, (killed_at, down[0])


def no_worse(lab, before):
    lab.all_alive()
    grown = {kind: memory(lab, kind) - size for kind, size in before.items()}
    assert {kind: size for kind, size in grown.items() if size > GROWTH_MAX_KIB} == {}


def memories(lab):
    return {kind: memory(lab, kind) for kind in WORKERS}


def test_what_it_may_not_do_changes_nothing(lab):
    before, sequence = state(lab), last_sequence(lab)
    goodbye = heartbeat(status="offline", cause="stopping")
    with evil(lab) as bus:
        for subject in ("lumos.agent.acme.bystander.heartbeat", "lumos.agent.other.evil.heartbeat",
                        "lumos.bus.client.disconnect", "lumos.event.acme.server.bystander.server_down",
                        "lumos.job.acme.server.bystander.check", "lumos.cycle.tick", "$JS.API.STREAM.PURGE.AGENT",
                        "$JS.API.STREAM.DELETE.EVENT", "$JS.API.CONSUMER.DELETE.JOB.failover_checks",
                        "$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.PING.CONNZ"):
            assert bus.refused("publish", subject, goodbye), subject
        for subject in (">", "lumos.>", "lumos.agent.*.*.call", "lumos.agent.acme.*.call", "_INBOX.>",
                        "_INBOX_presence.>", "$SYS.>", "$JS.EVENT.>"):
            assert bus.refused("subscribe", subject), subject
        heard_after(lab, bus)
        assert bus.messages == []
    assert state(lab) == before
    assert events_of_others(lab, sequence) == []
    must_be_noticed_within_a_second(lab, "forged")


def test_its_subscriptions_are_counted(lab):
    with evil(lab) as bus:
        for number in range(100):
            bus.subscribe("lumos.agent.acme.evil.call", number)
        errors = bus.ping()
    assert len(errors) == 92 and all("maximum subscriptions exceeded" in error for error in errors)


def test_a_name_in_a_body_is_nobodys_word(lab):
    sequence = last_sequence(lab)
    body = json.loads(heartbeat(status="offline", cause="stopping"))
    with evil(lab) as bus:
        for names in ({"account": "other", "subject": "evil"}, {"account": "acme", "subject": "bystander"},
                      {"source": "/lumos/agent/acme/bystander", "subject": "bystander", "account": "acme"}):
            bus.publish(HEARTBEAT, json.dumps(body | names))
        heard_after(lab, bus)
    assert events_of_others(lab, sequence) == []


MALFORMED = (
    b"", b"{}", b"[]", b"null", b"\x00" * 100, b"\xff\xfe" * 200, b"{" * 4000, b"[" * 4000, b'"' + b"a" * 4000 + b'"',
    b'{"data":' * 450, b"1e999", b"-" * 4000, b"heartbeat", json.dumps({"data": {"status": "offline"}}).encode())
WRONG = (
    {"status": 7}, {"status": "dead"}, {"status": None}, {"session": ""}, {"session": "s" * 3000}, {"bootId": {}},
    {"count": -1}, {"count": 2 ** 63}, {"count": "many"}, {"intervalSeconds": 0}, {"intervalSeconds": -5},
    {"intervalSeconds": 1e300}, {"intervalSeconds": 10 ** 9}, {"clientId": -1}, {"clientId": 2 ** 64},
    {"natsServer": "x" * 3000}, {"startedAt": "9999-12-31T23:59:59Z"}, {"startedAt": "yesterday"}, {"checks": "none"},
    {"checks": [{}] * 300}, {"checks": [{"name": "\u0000", "ok": True}]}, {"call": "c" * 2000},
    {"agentVersion": "'; DROP TABLE servers; --"}, {"status": "offline", "cause": "because"})


def test_malformed_and_oversized_bodies_are_skipped_and_said_once_a_minute(lab):
    before, sequence, sizes = state(lab), last_sequence(lab), memories(lab)
    with evil(lab) as bus:
        for _ in range(20):
            for body in MALFORMED:
                bus.publish(HEARTBEAT, body)
            for changes in WRONG:
                bus.publish(HEARTBEAT, heartbeat(**changes))
            bus.publish(HEARTBEAT, b"x" * 8000)
            # One message a subject is kept, so each round is read before the next.
            heard_after(lab, bus)
    for size in (8 * 1024 + 1, 200_000, 2_000_000):
        with evil(lab) as bus, pytest.raises((Refused, OSError)):
            bus.publish(HEARTBEAT, b"x" * size)
            raise Refused(str(bus.ping()))
    assert state(lab) == before
    assert events_of_others(lab, sequence) == []
    said = (lab.logs / "presence.log").read_text().count("heartbeats_skipped")
    assert 1 <= said <= 3
    must_be_noticed_within_a_second(lab, "malformed")
    no_worse(lab, sizes)


def test_claiming_other_peoples_connections_changes_nothing_for_them(lab):
    """It says that its heartbeats come through the connections of others, and that it says goodbye there."""
    sequence = last_sequence(lab)
    connections = [line.split("|") for line in lab.postgres.psql(
        "SELECT c.nats_server, c.client_id FROM agent_connections c JOIN servers s ON s.id = c.server_id "
        "WHERE s.slug <> 'evil' AND c.closed_at IS NULL").splitlines()]
    assert len(connections) > 3
    before = state(lab)
    with evil(lab) as bus:
        for status in ({"status": "online"}, {"status": "offline", "cause": "stopping"}, {"status": "online"}):
            for nats_server, client_id in connections:
                bus.publish(HEARTBEAT, heartbeat(natsServer=nats_server, clientId=int(client_id), intervalSeconds=1,
                                                 **status))
                bus.ping()
        heard_after(lab, bus)
        # Its end is its own, although the connection that it claimed lives on; and theirs is theirs.
        must_be_noticed_within_a_second(lab, "claimed")
        sequence_after = last_sequence(lab)
    assert [e for e in events_of_others(lab, sequence) if e[1] != "acme.claimed"] == []
    assert state(lab) == [row for row in before if "|claimed|" not in row]
    assert events_of_others(lab, sequence_after) == []


class InBackground:
    """Something that goes on beside the test until the block ends; how often it was done."""

    def __init__(self, action):
        self.done, self.failed = 0, None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(action,), daemon=True)

    def _run(self, action):
        try:
            while not self.stop.is_set():
                self.done += action(self.done)
        except Exception as failure:  # Shown by the test that waits for it.
            self.failed = failure

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(20)

    def wait(self, count, limit):
        wait_until(f"{count} of them", lambda: self.failed or self.done >= count, limit, every=0.05)
        assert self.failed is None


def test_a_hundred_thousand_heartbeats_in_a_minute_delay_nobody(lab):
    total, seconds, batch = 100_000, 55, 200
    sizes, sequence = memories(lab), last_sequence(lab)
    with evil(lab) as bus:
        bodies = [own_heartbeat(lab, bus, status=status, session=f"{number:032x}", count=number)
                  for number, status in enumerate(("online", "error", "online", "online") * 25)]
        began = time.monotonic()

        def send(done):
            for number in range(batch):
                bus.publish(HEARTBEAT, bodies[(done + number) % len(bodies)])
            bus.ping()
            due = began + (done + batch) * seconds / total
            threading.Event().wait(max(0, due - time.monotonic()))
            return batch

        with InBackground(send) as flood:
            flood.wait(total // 4, 60)
            must_be_noticed_within_a_second(lab, "flooded-1")
            flood.wait(total * 3 // 4, 60)
            must_be_noticed_within_a_second(lab, "flooded-2")
            flood.wait(total, 60)
            assert time.monotonic() - began < 65
    assert {subject for _, subject in events_of_others(lab, sequence)} == {"acme.flooded-1", "acme.flooded-2"}
    no_worse(lab, sizes)


def test_a_storm_of_connects_delays_nobody(lab):
    sizes, sequence = memories(lab), last_sequence(lab)
    creds = lab.servers["evil"].creds
    held = []

    def come_and_go(done):
        held.append(RawBus(lab.nats.url, creds))
        if len(held) > 50:
            held.pop(0).close()
        return 1

    with InBackground(come_and_go) as storm:
        storm.wait(500, 60)
        must_be_noticed_within_a_second(lab, "stormed")
        storm.wait(1500, 120)
    for connection in held:
        connection.close()
    assert {subject for _, subject in events_of_others(lab, sequence)} == {"acme.stormed"}
    no_worse(lab, sizes)
    # And each of them was read to the end: the honest agent of that server is taken for what it is.
    lab.start_agent("evil")
    lab.wait_server("evil")
