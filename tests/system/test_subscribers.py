"""Two tenants with two subscribers each, through the program of docs/integrating.md: nothing crosses, nothing is lost."""
import json
import subprocess
import threading
import time

import pytest

from lab.examples import example
from lab.processes import wait_until
from lab.raw_bus import RawBus, Refused
from lab.system import SHORT, Lab

ACCOUNTS = ("acme", "other")
NAMES = ("billing", "audit")


class Consumer:
    """consume.mjs at work; `events` is what it printed."""

    def __init__(self, lab, creds, name):
        self.events = []
        self.process = subprocess.Popen(example(lab.folder, "consume.mjs", lab.nats.url, creds, name),
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def wait_for(self, subjects, limit=20):
        wait_until(f"events about {subjects}", lambda: set(subjects) <= {e["subject"] for e in self.events}, limit)

    def stop(self):
        self.process.kill()
        self.process.wait(10)
        self.reader.join(10)
        self.process.stdout.close()


@pytest.fixture
def lab():
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure()
        lab.start_workers(("console",))
        lab.make_token()
        for account in ACCOUNTS:
            lab.account = account
            lab.make_account(plan="enterprise")
        lab.running = []
        yield lab
        for consumer in lab.running:
            consumer.stop()


def add(lab, account, name, *more):
    lab.account = account
    creds = lab.folder / f"{account}_{name}.creds"
    lab.ctl("subscriber", "add", name, "--creds-out", creds, *more)
    return creds


def run_consumer(lab, creds):
    consumer = Consumer(lab, creds, creds.stem)
    lab.running.append(consumer)
    return consumer


def happens(lab, account, *servers):
    """An event server_added of that account for each."""
    lab.account = account
    for server in servers:
        lab.ctl("server", "add", server, "--ipv4", "198.51.100.7", "--creds-out", lab.folder / f"{account}.{server}.creds")


def sequences_rise(events):
    by_subject = {}
    for event in events:
        assert by_subject.get(event["subject"], "") < event["sequence"]
        by_subject[event["subject"]] = event["sequence"]


def shown(lab, name):
    return lab.ask("subscriber", "show", name)


def test_each_reads_its_own_tenants_events_and_nothing_else(lab):
    consumers = {(account, name): run_consumer(lab, add(lab, account, name)) for account in ACCOUNTS for name in NAMES}
    happens(lab, "acme", "a-1", "a-2")
    happens(lab, "other", "o-1", "a-1")
    for (account, _), consumer in consumers.items():
        expected = ["a-1", "a-2"] if account == "acme" else ["o-1", "a-1"]
        consumer.wait_for(expected)
        assert [event["subject"] for event in consumer.events] == expected
        assert {event["account"] for event in consumer.events} == {account}
    lab.account = "acme"
    wait_until("all is acknowledged", lambda: shown(lab, "audit")["unacknowledged"] == 0, 10)
    assert shown(lab, "audit")["connected"] and shown(lab, "audit")["pending"] == 0


def test_who_was_away_gets_every_event_once_and_in_order(lab):
    creds = add(lab, "acme", "billing")
    first = run_consumer(lab, creds)
    happens(lab, "acme", "s-1")
    first.wait_for(["s-1"])
    wait_until("it is acknowledged", lambda: shown(lab, "billing")["unacknowledged"] == 0, 10)
    first.stop()
    servers = [f"s-{number}" for number in range(2, 7)]
    happens(lab, "acme", *servers)
    lab.ctl("server", "set", "s-2", "--name", "changed")
    lab.nats.stop()
    lab.nats.start()
    second = run_consumer(lab, creds)
    second.wait_for(servers)
    wait_until("the last of them", lambda: len(second.events) == 6, 10)
    assert [event["subject"] for event in second.events] == [*servers, "s-2"]
    sequences_rise(second.events)


def test_a_wiped_stream_gets_its_consumers_and_events_back(lab):
    creds = add(lab, "acme", "billing")
    consumer = run_consumer(lab, creds)
    happens(lab, "acme", "s-1", "s-2")
    consumer.wait_for(["s-1", "s-2"])
    consumer.stop()
    lab.nats.stop()
    lab.nats.wipe_store()
    lab.nats.start()
    again = run_consumer_when_it_can(lab, creds)
    again.wait_for(["s-1", "s-2"])
    happens(lab, "acme", "s-3")
    again.wait_for(["s-3"])
    assert [event["subject"] for event in again.events] == ["s-1", "s-2", "s-3"]
    assert {event["id"] for event in consumer.events} <= {event["id"] for event in again.events}


def run_consumer_when_it_can(lab, creds):
    lab.account = "acme"
    wait_until("the consumer is there again", lambda: shown(lab, creds.stem.partition("_")[2])["pending"] is not None, 30)
    return run_consumer(lab, creds)


def test_who_begins_later_or_is_rewound_reads_what_was(lab):
    happens(lab, "acme", "s-1")
    wait_until("it is published", lambda: lab.events("server_added")[0]["publishedAt"], 10)
    late = run_consumer(lab, add(lab, "acme", "late", "--all"))
    late.wait_for(["s-1"])
    creds = add(lab, "acme", "billing")
    happens(lab, "acme", "s-2")
    consumer = run_consumer(lab, creds)
    consumer.wait_for(["s-2"])
    assert "s-1" not in [event["subject"] for event in consumer.events]
    lab.ctl("subscriber", "rewind", "billing", "--since", "1h")
    # Also while it runs: it asks the new consumer, by the same name.
    consumer.wait_for(["s-1"], 60)


def test_who_fell_out_of_the_window_catches_up_through_the_api(lab):
    creds = add(lab, "acme", "billing")
    happens(lab, "acme", "s-1", "s-2")
    wait_until("both are published", lambda: all(e["publishedAt"] for e in lab.events("server_added")), 10)
    with RawBus(lab.nats.url, lab.nats.creds("admin")) as admin:  # As a week does.
        admin.publish("$JS.API.STREAM.PURGE.EVENT")
        admin.ping()
    happens(lab, "acme", "s-3")
    consumer = run_consumer(lab, creds)
    consumer.wait_for(["s-3"])
    assert [event["subject"] for event in consumer.events] == ["s-3"]
    missed = [event for event in lab.api("events?type=server_added")["items"]]
    assert [event["subject"] for event in missed] == ["s-1", "s-2", "s-3"]
    assert missed[-1]["id"] == consumer.events[0]["id"]
    assert missed[-1]["sequence"] == int(consumer.events[0]["sequence"])


def test_a_revoked_one_is_cut_within_two_seconds_and_a_removed_one_leaves_nothing(lab):
    creds = add(lab, "acme", "billing")
    with RawBus(lab.nats.url, creds) as connection:
        begun = time.monotonic()
        lab.ctl("subscriber", "revoke", "billing", "--yes")
        wait_until("the connection is cut", lambda: is_cut(connection), 5, every=0.01)
        assert time.monotonic() - begun < 2
    must_be_refused(lab, creds)
    new = lab.folder / "acme_billing-new.creds"
    lab.ctl("subscriber", "rotate", "billing", "--creds-out", new)
    happens(lab, "acme", "s-1")
    consumer = Consumer(lab, new, "acme_billing")
    lab.running.append(consumer)
    consumer.wait_for(["s-1"])

    lab.ctl("subscriber", "remove", "billing", "--yes")
    must_be_refused(lab, new)
    assert consumers(lab) == []
    actions = [row["action"] for row in lab.api("audit")["items"]]
    assert {"subscriber.add", "subscriber.revoke", "subscriber.rotate", "subscriber.remove"} <= set(actions)


def is_cut(connection):
    try:
        connection.ping()
        return False
    except Refused:
        return True


def must_be_refused(lab, creds):
    with pytest.raises(Refused, match="Authorization Violation"):
        RawBus(lab.nats.url, creds)


def consumers(lab):
    with RawBus(lab.nats.url, lab.nats.creds("ctl")) as bus:
        bus.subscribe("_INBOX_ctl.1")
        bus.publish("$JS.API.CONSUMER.NAMES.EVENT", reply="_INBOX_ctl.1")
        wait_until("an answer", lambda: bus.ping() == [] and bus.messages, 10)
        return json.loads(bus.messages[0][1])["consumers"] or []
