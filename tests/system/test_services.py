"""Every process answers NATS's protocol for services (ADR-32): who it is, and how much it has done."""
import json
import pathlib

import jsonschema
import pytest

from lab.processes import wait_until
from lab.raw_bus import RawBus
from lab.system import SHORT, WORKERS, Lab

SCHEMAS = pathlib.Path(__file__).with_name("micro")
NAMES = {f"lumos-{kind}" for kind in WORKERS}


@pytest.fixture(scope="module")
def lab():
    with Lab(times=SHORT, copies={"presence": 2}) as lab:
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        yield lab


def ask(lab, subject, enough, who="ctl"):
    """Answers by process and id, once they are enough; each is what the protocol says."""
    answers = {}

    def asked():
        with RawBus(lab.nats.url, lab.nats.creds(who)) as bus:
            inbox = f"_INBOX_{who}.services.1"
            bus.subscribe(inbox)
            bus.publish(subject, reply=inbox)

            def heard():
                assert bus.ping() == []
                answers.update({(a["name"], a["id"]): a for a in (json.loads(body) for _, body in bus.messages)})
                return enough(answers)
            try:
                return wait_until("answers", heard, 2, every=0.05)
            except Exception:
                return False  # Some were not connected yet: they are asked again.
    wait_until(f"{subject} is answered", asked, 40)
    kind = subject.split(".")[1].lower()
    schema = json.loads((SCHEMAS / f"{kind}_response.schema.json").read_text())
    for answer in answers.values():
        jsonschema.validate(answer, schema)
    return answers


def names(answers):
    return {name for name, _ in answers}


def everybody(answers):
    return names(answers) == NAMES and len(answers) == len(NAMES) + 1  # Two of presence.


@pytest.mark.parametrize("who", ("ctl", "admin"))
@pytest.mark.parametrize("verb", ("PING", "INFO", "STATS"))
def test_each_copy_of_each_process_answers(lab, verb, who):
    answers = ask(lab, f"$SRV.{verb}", everybody, who)
    assert all(answer["version"] == "1.0.0" for answer in answers.values())


def test_a_name_and_an_id_are_answered_by_those_alone(lab):
    of_presence = ask(lab, "$SRV.PING.lumos-presence", lambda answers: len(answers) == 2)
    assert names(of_presence) == {"lumos-presence"}
    _, wanted = next(iter(of_presence))
    one = ask(lab, f"$SRV.INFO.lumos-presence.{wanted}", lambda answers: answers)
    assert set(one) == {("lumos-presence", wanted)}


def test_what_was_done_and_what_failed_is_counted_with_its_time(lab):
    def done(name, at_least=1):
        def enough(answers):
            return any(a["endpoints"][0]["num_requests"] >= at_least for (n, _), a in answers.items() if n == name)
        (endpoint,) = [a["endpoints"][0] for (n, _), a in ask(lab, f"$SRV.STATS.{name}", enough).items()
                       if a["endpoints"][0]["num_requests"] >= at_least][:1]
        return endpoint
    for name in ("lumos-presence", "lumos-console"):
        endpoint = done(name)
        assert 0 < endpoint["average_processing_time"] <= endpoint["processing_time"]
        assert endpoint["num_errors"] <= endpoint["num_requests"]
    assert done("lumos-scheduler")["num_errors"] == 0
    before = done("lumos-console")["num_requests"]
    lab.ask("status")
    assert done("lumos-console", before + 1)["num_requests"] > before


def test_lumosctl_shows_the_same(lab):
    def shown():
        items = lab.ask("workers")["items"]
        return items if {item["process"] for item in items} == NAMES and len(items) == len(NAMES) + 1 else None
    items = wait_until("all of them in lumosctl workers", shown, 20)
    of_presence = ask(lab, "$SRV.STATS.lumos-presence", lambda answers: len(answers) == 2)
    assert {item["id"] for item in items if item["process"] == "lumos-presence"} == {id for _, id in of_presence}
    assert all(item["version"] == "1.0.0" and item["upSeconds"] >= 0 and item["failed"] >= 0 for item in items)
    assert sum(item["done"] for item in items if item["process"] == "lumos-presence") > 0
    table = lab.ctl("workers").stdout
    assert table.startswith("PROCESS") and "lumos-failover" in table


def test_nobody_has_a_process_publish_in_its_stead(lab):
    """Who asks names the subject of the answer. Only an inbox is answered, whatever the asker's rights."""
    with RawBus(lab.nats.url, lab.nats.creds("ctl")) as bus:
        bus.subscribe("lumos.>")
        inbox = "_INBOX_ctl.services.2"
        bus.subscribe(inbox, 2)
        bus.publish("$SRV.PING", reply="lumos.cycle.tick.of.ours")
        bus.publish("$SRV.PING", reply=inbox)
        # Each answers in the order in which it was asked.
        wait_until("answers to the second question", lambda: bus.ping() == [] and
                   {json.loads(b)["name"] for s, b in bus.messages if s == inbox} == NAMES, 20)
        assert not [s for s, _ in bus.messages if s == "lumos.cycle.tick.of.ours"]
