"""An agent's credentials: its own heartbeat out, its own call in, nothing else, over TCP and over WebSocket, seen with
another client than ours."""
import json
import pathlib

import pytest

from lab.node import node
from lab.processes import wait_until
from lab.system import SHORT, Lab

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
OWN_HEARTBEAT = "lumos.agent.acme.fra-1.heartbeat"
REFUSED = [
    ("publish", "lumos.agent.acme.iad-1.heartbeat"), ("publish", "lumos.agent.other.fra-1.heartbeat"),
    ("publish", "lumos.agent.acme.fra-1.call"), ("publish", "lumos.event.acme.server.fra-1.server_down"),
    ("publish", "lumos.cycle.tick"), ("publish", "lumos.job.acme.zone.example_com.check"),
    ("publish", "lumos.bus.beat.n.r"), ("publish", "lumos.bus.client.disconnect"),
    ("publish", "$JS.API.STREAM.LIST"), ("publish", "$JS.API.STREAM.DELETE.EVENT"),
    ("publish", "$JS.API.CONSUMER.MSG.NEXT.JOB.failover_checks"), ("publish", "$SYS.REQ.ACCOUNT.PING.CONNZ"),
    ("publish", "$SYS.REQ.USER.INFO"), ("publish", "_INBOX.x"),
    ("subscribe", ">"), ("subscribe", "lumos.>"), ("subscribe", "lumos.agent.acme.*.call"),
    ("subscribe", "lumos.agent.acme.iad-1.call"), ("subscribe", "lumos.event.>"), ("subscribe", "$SYS.>"),
    ("subscribe", "$JS.EVENT.>"), ("subscribe", "_INBOX.>"), ("subscribe", OWN_HEARTBEAT),
]
ALLOWED = [("publish", OWN_HEARTBEAT), ("subscribe", "lumos.agent.acme.fra-1.call")]


@pytest.fixture(scope="module")
def lab():
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        lab.add_server("fra-1", "198.51.100.1")
        lab.add_server("iad-1", "198.51.100.2")
        yield lab


def urls(lab):
    return {"tcp": lab.nats.url, "websocket": f"ws://127.0.0.1:{lab.websocket_port}"}


@pytest.mark.parametrize("road", ("tcp", "websocket"))
def test_an_agents_credentials_allow_its_heartbeat_and_its_call_only(lab, road):
    attempts = [{"verb": verb, "subject": subject} for verb, subject in REFUSED + ALLOWED]
    said = json.loads(node("rights.mjs", urls(lab)[road], lab.servers["fra-1"].creds, stdin=json.dumps(attempts)))
    refused = {(a["verb"], a["subject"]): a["refused"] for a in said}
    assert {pair for pair in REFUSED if not refused[pair]} == set()
    assert {pair: refused[pair] for pair in ALLOWED if refused[pair]} == {}


@pytest.mark.parametrize("road", ("tcp", "websocket"))
def test_a_heartbeat_for_another_server_changes_nothing(lab, road):
    heartbeat = (SCHEMAS / "heartbeat.example.json").read_text()
    forged = [{"verb": "publish", "subject": "lumos.agent.acme.iad-1.heartbeat", "body": heartbeat}]
    said = json.loads(node("rights.mjs", urls(lab)[road], lab.servers["fra-1"].creds, stdin=json.dumps(forged)))
    assert said[0]["refused"]
    # The forger's own heartbeat is read after it, so whatever the forged one does has been done by then.
    own = [{"verb": "publish", "subject": OWN_HEARTBEAT, "body": heartbeat}]
    node("rights.mjs", urls(lab)[road], lab.servers["fra-1"].creds, stdin=json.dumps(own))
    wait_until("the forger's own heartbeat is known", lambda: presence(lab, "fra-1") != "unknown|0", 20)
    assert presence(lab, "iad-1") == "unknown|0"


def presence(lab, server):
    return lab.postgres.psql("SELECT status, last_seq FROM server_presence p JOIN servers s ON s.id = p.server_id "
                             f"WHERE s.slug = '{server}'")
