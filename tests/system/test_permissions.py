"""Every kind of credentials against every class of subjects, on a real server and over the bare protocol: what is
listed here works, everything else is refused. The lists are the test's own, not the product's table."""
import pytest

from lab.ports import claim_port
from lab.processes import run
from lab.raw_bus import RawBus, Refused, mint
from lab.system import SHORT, Lab

PROCESSES = ("presence", "scheduler", "failover", "notifier", "certificates", "console", "ctl", "admin")
# Two accounts with a server of the same name, and two servers of one account.
AGENTS = {"acme.fra-1": "fra-1", "acme.iad-1": "iad-1", "other.fra-1": "fra-1"}
# The same of subscribers.
SUBSCRIBERS = {"acme_billing": "billing", "acme_audit": "audit", "other_billing": "billing"}
EVERYBODY = (*PROCESSES, *AGENTS, *SUBSCRIBERS)
TELLERS = {"presence", "failover", "notifier", "certificates", "console"}
ASKERS = {"presence", "failover", "console"}
LOOKERS = {"ctl", "admin"}
ADMIN = {"admin"}
SERVERS = set(PROCESSES) - LOOKERS
CURIOUS = LOOKERS | {"console"}

PUBLISH = {
    "lumos.agent.acme.fra-1.heartbeat": {"acme.fra-1"},
    "lumos.agent.acme.iad-1.heartbeat": {"acme.iad-1"},
    "lumos.agent.other.fra-1.heartbeat": {"other.fra-1"},
    "lumos.agent.acme.fra-1.heartbeat.x": set(),
    "lumos.agent.acme.fra-1": set(),
    "lumos.agent.acme.fra-1.call": {"failover"},
    "lumos.agent.other.fra-1.call": {"failover"},
    "lumos.bus.beat.node.replica": {"presence"},
    "lumos.bus.client.connect": set(),
    "lumos.bus.client.disconnect": set(),
    "lumos.cycle.tick": {"scheduler"},
    "lumos.job.acme.zone.example_com.check": ASKERS,
    "lumos.job.acme.server.fra-1.check": ASKERS,
    "lumos.job.acme.channel.ops.notify": TELLERS,
    "lumos.job.acme.domain.www_example_com.certificate": {"certificates"},
    "lumos.event.acme.server.fra-1.server_down": TELLERS,
    "lumos.event.other.domain.www_example_com.failover_triggered": TELLERS,
    "lumos.event._system.control.bus.hearing_lost": TELLERS,
    "lumos.dead.failover_checks.job.x": {"failover"},
    "lumos.dead.failover_ticks.cycle.tick": {"failover"},
    "lumos.dead.notifier_jobs.job.x": {"notifier"},
    "lumos.dead.certificates_jobs.job.x": {"certificates"},
    "lumos.anything": set(),
    "anything": set(),
    # Other people's answers.
    **{f"_INBOX_{name}.x.1": set() for name in (*PROCESSES, *SUBSCRIBERS)},
    "_INBOX.x.1": set(),
    # JetStream: looking, making, taking, destroying.
    "$JS.API.INFO": LOOKERS,
    "$JS.API.STREAM.NAMES": LOOKERS,
    "$JS.API.STREAM.LIST": LOOKERS,
    "$JS.API.STREAM.INFO.AGENT": LOOKERS | {"presence"},
    "$JS.API.STREAM.INFO.BUS": LOOKERS | {"presence"},
    "$JS.API.STREAM.INFO.CYCLE": LOOKERS | {"scheduler", "failover", "certificates"},
    "$JS.API.STREAM.INFO.JOB": LOOKERS | TELLERS,
    "$JS.API.STREAM.INFO.EVENT": LOOKERS | TELLERS,
    "$JS.API.STREAM.INFO.DEAD": LOOKERS | {"failover", "notifier", "certificates"},
    "$JS.API.STREAM.CREATE.AGENT": ADMIN | {"presence"},
    "$JS.API.STREAM.CREATE.BUS": ADMIN | {"presence"},
    "$JS.API.STREAM.CREATE.CYCLE": ADMIN | {"scheduler", "failover", "certificates"},
    "$JS.API.STREAM.CREATE.JOB": ADMIN | TELLERS,
    "$JS.API.STREAM.CREATE.EVENT": ADMIN | TELLERS,
    "$JS.API.STREAM.CREATE.DEAD": ADMIN | {"failover", "notifier", "certificates"},
    "$JS.API.STREAM.CREATE.MINE": ADMIN,
    "$JS.API.STREAM.UPDATE.MINE": ADMIN,
    "$JS.API.STREAM.PURGE.MINE": ADMIN,
    "$JS.API.STREAM.DELETE.MINE": ADMIN,
    "$JS.API.STREAM.SNAPSHOT.MINE": ADMIN,
    "$JS.API.STREAM.MSG.GET.EVENT": LOOKERS,
    "$JS.API.STREAM.MSG.DELETE.EVENT": ADMIN,
    "$JS.API.DIRECT.GET.AGENT": ADMIN,
    "$JS.API.CONSUMER.NAMES.JOB": LOOKERS,
    "$JS.API.CONSUMER.LIST.JOB": LOOKERS,
    "$JS.API.CONSUMER.INFO.JOB.failover_checks": LOOKERS | TELLERS,
    "$JS.API.CONSUMER.INFO.AGENT.presence-1": LOOKERS | {"presence"},
    "$JS.API.CONSUMER.DURABLE.CREATE.JOB.failover_checks": ADMIN | TELLERS,
    "$JS.API.CONSUMER.DURABLE.CREATE.JOB.mine": ADMIN,
    "$JS.API.CONSUMER.DURABLE.CREATE.EVENT.mine": ADMIN | {"console"},
    "$JS.API.CONSUMER.NAMES.EVENT": LOOKERS | {"console"},
    "$JS.API.CONSUMER.INFO.EVENT.sub_acme_billing": LOOKERS | {"console", "acme_billing"},
    "$JS.API.CONSUMER.MSG.NEXT.EVENT.sub_acme_billing": ADMIN | {"acme_billing"},
    "$JS.ACK.EVENT.sub_acme_billing.1.1.1.1.1": {"acme_billing"},
    "$JS.API.CONSUMER.DELETE.EVENT.mine": ADMIN | {"console"},
    "$JS.API.CONSUMER.CREATE.EVENT.mine.lumos.event.other.>": ADMIN,
    "$JS.API.CONSUMER.CREATE.EVENT": ADMIN,
    "$JS.API.CONSUMER.CREATE.AGENT.presence-1.lumos.>": ADMIN | {"presence"},
    "$JS.API.CONSUMER.CREATE.BUS.presence-1.lumos.>": ADMIN | {"presence"},
    "$JS.API.CONSUMER.DELETE.AGENT.presence-1": ADMIN | {"presence"},
    "$JS.API.CONSUMER.DELETE.JOB.failover_checks": ADMIN,
    "$JS.API.CONSUMER.MSG.NEXT.AGENT.presence-1": ADMIN | {"presence"},
    "$JS.API.CONSUMER.MSG.NEXT.BUS.presence-1": ADMIN | {"presence"},
    "$JS.API.CONSUMER.MSG.NEXT.CYCLE.failover_ticks": ADMIN | {"failover"},
    "$JS.API.CONSUMER.MSG.NEXT.CYCLE.certificates_ticks": ADMIN | {"certificates"},
    "$JS.API.CONSUMER.MSG.NEXT.JOB.failover_checks": ADMIN | {"failover"},
    "$JS.API.CONSUMER.MSG.NEXT.JOB.notifier_jobs": ADMIN | {"notifier"},
    "$JS.API.CONSUMER.MSG.NEXT.EVENT.sub_other_billing": ADMIN | {"other_billing"},
    "$JS.ACK.JOB.failover_checks.1.1.1.1.1": {"failover"},
    "$JS.ACK.JOB.notifier_jobs.1.1.1.1.1": {"notifier"},
    "$JS.ACK.CYCLE.failover_ticks.1.1.1.1.1": {"failover"},
    "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.JOB.failover_checks": set(),
    # Who is there, by NATS's protocol for services: asked by people and the console, answered by processes.
    "$SRV.PING": CURIOUS, "$SRV.INFO": CURIOUS, "$SRV.STATS": CURIOUS,
    "$SRV.PING.lumos-presence": CURIOUS, "$SRV.STATS.lumos-presence.0123": CURIOUS, "$SRV.SCHEMA": set(),
    # NATS itself.
    "$SYS.REQ.ACCOUNT.PING.CONNZ": LOOKERS,
    "$SYS.REQ.USER.INFO": set(),
    "$SYS.REQ.SERVER.PING": set(),
    "$SYS.REQ.CLAIMS.UPDATE": set(),
    "$SYS.ACCOUNT.X.DISCONNECT": set(),
}
SUBSCRIBE = {
    ">": set(), "*": set(), "*.>": set(), "lumos.>": LOOKERS, "lumos.*.>": LOOKERS,
    "lumos.agent.>": LOOKERS, "lumos.agent.*.*.heartbeat": LOOKERS, "lumos.agent.acme.*.call": LOOKERS,
    "lumos.agent.acme.fra-1.heartbeat": LOOKERS,
    "lumos.agent.acme.fra-1.call": LOOKERS | {"acme.fra-1"},
    "lumos.agent.acme.iad-1.call": LOOKERS | {"acme.iad-1"},
    "lumos.agent.other.fra-1.call": LOOKERS | {"other.fra-1"},
    "lumos.bus.client.disconnect": LOOKERS, "lumos.bus.beat.>": LOOKERS, "lumos.cycle.tick": LOOKERS,
    "lumos.job.>": LOOKERS, "lumos.event.>": LOOKERS, "lumos.dead.>": LOOKERS,
    "lumos.event.acme.>": LOOKERS | {"acme_billing", "acme_audit"},
    "lumos.event.acme.server.*.server_down": LOOKERS | {"acme_billing", "acme_audit"},
    "lumos.event.other.>": LOOKERS | {"other_billing"}, "lumos.event.*.server.fra-1.server_down": LOOKERS,
    "lumos.event._system.>": LOOKERS,
    "_INBOX.>": set(), "_INBOX.mine.*": set(), "_INBOX*": set(),
    **{f"_INBOX_{name}.>": {name} for name in (*PROCESSES, *SUBSCRIBERS)},
    **{f"_INBOX_{name}.one.*": {name} for name in (*PROCESSES, *SUBSCRIBERS)},
    "$JS.>": set(), "$JS.API.>": set(), "$JS.ACK.>": set(), "$JS.EVENT.ADVISORY.>": LOOKERS,
    "$SYS.>": set(), "$SYS.ACCOUNT.*.CONNECT": set(), "$SRV.>": set(),
    "$SRV.PING": SERVERS, "$SRV.STATS": SERVERS, "$SRV.PING.>": set(),
    **{f"$SRV.PING.lumos-{kind}": {kind} for kind in PROCESSES if kind not in LOOKERS},
    **{f"$SRV.STATS.lumos-{kind}.0123": {kind} for kind in PROCESSES if kind not in LOOKERS},
    "$SRV.PING.lumos-ctl": set(), "$SRV.PING.lumos-agent": set(),
}


@pytest.fixture(scope="module")
def lab():
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure()
        # No other worker: nobody but this test makes streams, and what admin may destroy is nobody's.
        lab.start_workers(("console",))
        lab.make_token()
        lab.creds = {kind: lab.nats.creds(kind) for kind in PROCESSES}
        for name, server in AGENTS.items():
            account = name.partition(".")[0]
            if account != lab.account:
                lab.account = account
            if lab.ctl("account", "show", account, check=False).returncode != 0:
                lab.make_account()
            lab.creds[name] = lab.folder / f"{name}.creds"
            lab.ctl("server", "add", server, "--ipv4", f"198.51.100.{len(lab.creds)}", "--creds-out", lab.creds[name])
        for name, subscriber in SUBSCRIBERS.items():
            lab.account = name.partition("_")[0]
            lab.creds[name] = lab.folder / f"{name}.creds"
            lab.ctl("subscriber", "add", subscriber, "--creds-out", lab.creds[name])
        yield lab


def refused_subjects(lab, who, verb, subjects):
    with RawBus(lab.nats.url, lab.creds[who]) as bus:
        return {subject for subject in subjects if bus.refused(verb, subject)}


@pytest.mark.parametrize("who", EVERYBODY)
def test_publishing_is_allowed_as_listed_and_refused_otherwise(lab, who):
    assert refused_subjects(lab, who, "publish", PUBLISH) == {s for s, allowed in PUBLISH.items() if who not in allowed}


@pytest.mark.parametrize("who", EVERYBODY)
def test_subscribing_is_allowed_as_listed_and_refused_otherwise(lab, who):
    assert refused_subjects(lab, who, "subscribe", SUBSCRIBE) == {
        s for s, allowed in SUBSCRIBE.items() if who not in allowed}


def test_what_is_refused_reaches_nobody_and_what_is_allowed_arrives(lab):
    with RawBus(lab.nats.url, lab.creds["ctl"]) as witness:
        witness.subscribe("lumos.>")
        assert witness.ping() == []
        wanted = set()
        for who in EVERYBODY:
            with RawBus(lab.nats.url, lab.creds[who]) as bus:
                for subject, allowed in PUBLISH.items():
                    if subject.startswith("lumos."):
                        bus.publish(subject, who)
                        wanted |= {(subject, who)} if who in allowed else set()
                bus.ping()
        witness.ping()
        heard = {(subject, body.decode()) for subject, body in witness.messages}
        assert {pair for pair in heard if pair[1] in EVERYBODY} == wanted


@pytest.mark.parametrize("creds", (None, "stranger"))
def test_nobody_gets_in_without_credentials_of_ours(lab, creds, tmp_path):
    if creds:
        lab.plain("bus", "init", tmp_path / "theirs")
        creds = tmp_path / "theirs" / "creds" / "presence.creds"
    with pytest.raises(Refused, match="Authorization Violation"):
        RawBus(lab.nats.url, creds)


def test_the_consoles_signing_key_mints_agents_and_nothing_else(lab):
    """Whoever takes the key may speak for agents; the rights stand with the key, not in what it signs."""
    key = (lab.bus_folder / "signing.key").read_text()
    config = (lab.bus_folder / "nats.conf").read_text()
    assert key.split("seed: ")[1][:58] not in config
    stolen = lab.folder / "stolen"
    stolen.mkdir()
    forged = forge(key, "presence", {"pub": {"allow": [">"]}, "sub": {"allow": [">"]}, "subs": -1, "data": -1,
                                     "payload": -1})
    (stolen / "rich.creds").write_text(forged)
    with pytest.raises(Refused, match="Authorization Violation"):
        RawBus(lab.nats.url, stolen / "rich.creds")
    (stolen / "poor.creds").write_text(forge(key, "presence", {}))
    with RawBus(lab.nats.url, stolen / "poor.creds") as bus:
        assert bus.refused("publish", "lumos.event.acme.server.fra-1.server_down")
        assert bus.refused("subscribe", "_INBOX_presence.>")


def test_a_console_with_the_key_of_processes_does_not_start(lab):
    """It would sign agents that may do everything."""
    env = lab.worker_env("console", claim_port()) | {
        "LUMOS_BUS_SIGNING_KEY_FILE": lab.bus_folder / "offline" / "processes.key"}
    done = run([lab.bin / "lumos-console"], env=env, limit=20, check=False)
    assert done.returncode != 0
    assert "LUMOS_BUS_SIGNING_KEY_FILE" in done.stderr


def forge(key, name, rights):
    return mint(key.split("seed: ")[1].split()[0], key.split("account: ")[1].split()[0], name, rights)
