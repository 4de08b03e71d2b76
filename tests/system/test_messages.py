"""Every message of a running system, as a subscriber of another make sees it, is what its schema says."""
import json
import pathlib

import jsonschema

from lab.loop import Loop
from lab.node import Tail, node
from lab.processes import wait_until
from lab.system import SHORT

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
WANTED = {"heartbeat", "agent_call", "cycle_tick", "server_check", "notify", "server_down", "server_up",
          "failover_triggered", "server_recovered"}


def test_messages_captured_from_a_failover_and_a_recovery_are_valid():
    loop = Loop(SHORT, runs=1)
    with loop.lab as lab:
        loop.bring_up()
        tail = Tail(lab.nats.url, lab.nats.creds("ctl"), "lumos.agent.>", "lumos.cycle.>", "lumos.job.>", "lumos.event.>")
        loop.bring_back(loop.take_down("kill", "p-1"))
        # The next tick comes within one cycle; a whole one is waited for by its row.
        cycles = lab.postgres.psql("SELECT count(*) FROM cycles")
        wait_until("another cycle", lambda: lab.postgres.psql("SELECT count(*) FROM cycles") != cycles, 30)
        messages = tail.close()
        seen = set()
        for message in messages:
            body = json.loads(message["body"])
            what = body["type"].removeprefix("gate.lumos.").removesuffix(".v1")
            schema = json.loads((SCHEMAS / f"{what}.schema.json").read_text())
            jsonschema.validate(body, schema)
            seen.add(what)
            if message["subject"].startswith("lumos.event."):
                assert message["id"] == body["id"] and message["subject"].endswith("." + what)
        assert WANTED - seen == set()
        assert webhooks_read_by_the_reference_libraries(lab) >= {"server_down", "failover_triggered", "server_recovered"}


def webhooks_read_by_the_reference_libraries(lab):
    secret = (lab.folder / "webhook.secrets").read_text().split()[-1]
    received = [{"secret": secret, "headers": hook["headers"], "body": hook["body"]} for hook in lab.hooks()]
    events = json.loads(node("webhook.mjs", stdin=json.dumps(received)))
    return {event["type"].removeprefix("gate.lumos.").removesuffix(".v1") for event in events}
