"""The whole system over TLS, with a private CA: workers, agents, WebSocket clients; and what does not trust it stays out."""
import json

from lab.node import node
from lab.processes import Child, Failed, wait_until
from lab.raw_bus import RawBus
from lab.system import SHORT, Lab

import pytest


def test_everybody_speaks_tls_and_trusts_the_private_ca_only_where_told_to():
    with Lab(times=SHORT, tls=True) as lab:
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        lab.add_server("fra-1", "198.51.100.1")
        lab.start_agent("fra-1")
        lab.wait_server("fra-1")
        lab.wait_fitness("fra-1")

        own = [{"verb": "subscribe", "subject": "lumos.agent.acme.fra-1.call"}]
        websocket, creds = f"wss://localhost:{lab.websocket_port}", lab.servers["fra-1"].creds
        said = json.loads(node("rights.mjs", websocket, creds, stdin=json.dumps(own),
                               env={"NODE_EXTRA_CA_CERTS": lab.certificates.ca}))
        assert said[0]["refused"] is None
        with pytest.raises(Failed):
            node("rights.mjs", websocket, creds, stdin=json.dumps(own))

        # An agent that trusts nobody of ours stays out, and its log says what to do.
        lab.add_server("iad-1", "198.51.100.2")
        stranger = Child("stranger", [lab.bin / "lumos-agent"], lab.logs / "stranger.log", run_dir=lab.run_dir, env={
            "LUMOS_NATS_URL": lab.nats.url, "LUMOS_NATS_CREDS": lab.servers["iad-1"].creds})
        lab.helpers.append(stranger.start())
        wait_until("the stranger says why",
                   lambda: stranger.must_be_alive() and "LUMOS_NATS_CA" in (lab.logs / "stranger.log").read_text(), 20)
        assert lab.ask("server", "show", "iad-1")["status"] == "unknown"

        with RawBus(lab.nats.url, lab.nats.creds("ctl"), ca=lab.certificates.ca) as bus:
            assert bus.info["tls_required"]
