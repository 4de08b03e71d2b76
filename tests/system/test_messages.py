"""Every message of a running system, as a subscriber of another make sees it, is what its schema says, and travels where
schemas/asyncapi.yaml says; so are the streams that keep it."""
import json
import re

import jsonschema

from contract.documents.documents import SCHEMAS, address_as_regex, asyncapi
from lab.loop import Loop
from lab.node import Tail, node
from lab.processes import wait_until
from lab.raw_bus import RawBus
from lab.system import SHORT

WANTED = {"heartbeat", "beat", "agent_call", "cycle_tick", "server_check", "notify", "server_down", "server_up",
          "failover_triggered", "server_recovered", "client_connect", "client_disconnect"}
ADVISORY = "io.nats.server.advisory.v1."


def test_messages_captured_from_a_failover_and_a_recovery_are_valid():
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        loop.bring_up()
        tail = Tail(lab.nats.url, lab.nats.creds("ctl"), "lumos.>")
        loop.bring_back(loop.take_down("kill", "p-1"))
        # The next tick comes within one cycle; a whole one is waited for by its row.
        cycles = lab.postgres.psql("SELECT count(*) FROM cycles")
        wait_until("another cycle", lambda: lab.postgres.psql("SELECT count(*) FROM cycles") != cycles, 30)
        document = asyncapi()
        seen = {valid_message(document, message) for message in tail.close()}
        assert WANTED - seen == set()
        assert webhooks_read_by_the_reference_libraries(lab) >= {"server_down", "failover_triggered", "server_recovered"}
        streams = document["x-streams"]
        live = set(asked(lab, "$JS.API.STREAM.NAMES")["streams"])
        assert live | {"DEAD"} == set(streams)  # That one is made by the first letter in it.
        for name in live:
            assert live_stream(lab, name) == ({"durables": {}, "maxMessagesPerSubject": -1, "maxBytes": -1} | streams[name])


def valid_message(document, message):
    """What it is, once it is what the document says of its subject."""
    body = json.loads(message["body"])
    (channel,) = [c for c in document["channels"].values()
                  if re.fullmatch(address_as_regex(c["address"]), message["subject"])]
    (what,) = channel["messages"]
    if body["type"].startswith(ADVISORY):
        assert body["type"] == ADVISORY + what
        jsonschema.validate(body, document["components"]["schemas"]["ClientAdvisory"])
        return what
    assert body["type"] == document["components"]["messages"][what]["name"]
    jsonschema.validate(body, json.loads((SCHEMAS / f"{what}.schema.json").read_text()))
    if message["subject"].startswith("lumos.event."):
        assert message["id"] == body["id"]
    return what


def live_stream(lab, name):
    """As the document writes it, from JetStream's own answers."""
    second = 10**9
    config = asked(lab, f"$JS.API.STREAM.INFO.{name}")["config"]
    consumers = asked(lab, f"$JS.API.CONSUMER.LIST.{name}")["consumers"]
    return {"subjects": config["subjects"], "retention": config["retention"], "storage": config["storage"],
            "maxMessagesPerSubject": config["max_msgs_per_subject"], "maxBytes": config["max_bytes"],
            "maxAgeSeconds": config["max_age"] // second, "duplicateWindowSeconds": config["duplicate_window"] // second,
            "durables": {c["name"]: c["config"]["filter_subject"] for c in consumers if "durable_name" in c["config"]}}


def asked(lab, subject):
    with RawBus(lab.nats.url, lab.nats.creds("ctl")) as bus:
        bus.subscribe("_INBOX_ctl.1")
        bus.publish(subject, reply="_INBOX_ctl.1")
        wait_until(f"an answer from {subject}", lambda: bus.ping() == [] and bus.messages, 10)
        return json.loads(bus.messages[0][1])


def webhooks_read_by_the_reference_libraries(lab):
    secret = (lab.folder / "webhook.secrets").read_text().split()[-1]
    received = [{"secret": secret, "headers": hook["headers"], "body": hook["body"]} for hook in lab.hooks()]
    events = json.loads(node("webhook.mjs", stdin=json.dumps(received)))
    return {event["type"].removeprefix("gate.lumos.").removesuffix(".v1") for event in events}
