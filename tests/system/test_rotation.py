"""Credentials made anew and taken back while everything runs: nobody is paged for it, and it outlives NATS."""
import os
import time

import pytest

from lab.processes import wait_until
from lab.raw_bus import RawBus, Refused
from lab.system import SHORT, Lab


@pytest.fixture
def lab():
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        for number, name in enumerate(("fra-1", "iad-1")):
            lab.add_server(name, f"198.51.100.{number + 1}")
            lab.start_agent(name)
        lab.wait_server("fra-1", "iad-1")
        yield lab


def install(new, place):
    """As an operator does it: whole, in the place of the old file."""
    os.replace(new, place)


def must_be_refused(lab, creds):
    with pytest.raises(Refused, match="Authorization Violation"):
        RawBus(lab.nats.url, creds)


def is_cut(connection):
    try:
        connection.ping()
        return False
    except Refused:
        return True


def presence(lab, server):
    return lab.postgres.psql("SELECT status || '|' || coalesce(cause, '') FROM server_presence p "
                             f"JOIN servers s ON s.id = p.server_id WHERE s.slug = '{server}'")


def connects(lab, server):
    return (lab.logs / f"agent-{server}.log").read_text().count("connected to")


def test_a_rotated_agent_comes_back_with_its_new_file_and_nobody_is_paged(lab):
    old, new = lab.folder / "old.creds", lab.folder / "new.creds"
    old.write_text(lab.servers["fra-1"].creds.read_text())
    before = connects(lab, "fra-1")
    lab.ctl("server", "rotate", "fra-1", "--creds-out", new, "--overlap", "4s")
    with RawBus(lab.nats.url, old):
        pass  # Both are good for the overlap.
    with RawBus(lab.nats.url, new):
        pass
    install(new, lab.servers["fra-1"].creds)
    wait_until("the agent came back with the new ones", lambda: connects(lab, "fra-1") > before, 20)
    must_be_refused(lab, old)
    # What follows is read behind all that presence heard of it.
    lab.wait_server("fra-1")
    heard = lab.postgres.psql("SELECT last_seen FROM server_presence p JOIN servers s ON s.id = p.server_id "
                              "WHERE s.slug = 'fra-1'")
    wait_until("it is heard again", lambda: lab.postgres.psql(
        f"SELECT last_seen > '{heard}'::timestamptz + interval '3 s' FROM server_presence p "
        "JOIN servers s ON s.id = p.server_id WHERE s.slug = 'fra-1'") == "t", 20)
    assert lab.events("server_down") == []


def test_a_revoked_agent_is_cut_within_two_seconds_and_stays_out_and_silence_decides(lab):
    creds = lab.servers["fra-1"].creds
    with RawBus(lab.nats.url, creds) as connection:
        begun = time.monotonic()
        said = lab.ctl("server", "revoke", "fra-1", "--yes").stdout
        wait_until("the connection is cut", lambda: is_cut(connection), 5, every=0.01)
        assert time.monotonic() - begun < 2
        assert "are revoked" in said
    must_be_refused(lab, creds)
    # Its goodbye is the bus's doing: it is down when it has been silent for the health timeout, not before.
    down = wait_until("server_down", lambda: lab.events("server_down", "fra-1"), 30)
    assert time.monotonic() - begun > 7
    assert [event["data"]["cause"] for event in down] == ["silence"]
    assert "new ones" in (lab.logs / "agent-fra-1.log").read_text()
    assert presence(lab, "iad-1").startswith("online")

    lab.nats.stop()
    lab.nats.start()
    must_be_refused(lab, creds)
    # A server that lost what was pushed to it gets it again.
    lab.nats.stop()
    for file in (lab.bus_folder / "jwt").glob("*.jwt"):
        file.unlink()
    lab.nats.start()
    wait_until("it is told again", lambda: refused(lab, creds), 20)

    # New ones bring it back.
    new = lab.folder / "new.creds"
    lab.ctl("server", "rotate", "fra-1", "--creds-out", new)
    install(new, creds)
    lab.wait_server("fra-1")


def refused(lab, creds):
    try:
        RawBus(lab.nats.url, creds).close()
        return False
    except Refused:
        return True


def test_what_is_asked_for_while_nats_is_away_is_done_when_it_is_back(lab):
    creds = lab.servers["fra-1"].creds
    lab.nats.stop()
    said = lab.ctl("server", "revoke", "fra-1", "--yes").stdout
    assert "tried until it has" in said
    lab.nats.start()
    wait_until("it is revoked", lambda: refused(lab, creds), 20)


def test_a_removed_server_is_cut(lab):
    with RawBus(lab.nats.url, lab.servers["fra-1"].creds) as connection:
        lab.ctl("server", "remove", "fra-1", "--yes")
        wait_until("the connection is cut", lambda: is_cut(connection), 3)


@pytest.mark.parametrize("kind", ("presence", "failover", "console"))
def test_a_kind_of_process_is_rotated_while_it_works(lab, kind):
    old = lab.folder / "old.creds"
    old.write_text(lab.nats.creds(kind).read_text())
    lab.ctl("bus", "rotate", kind, "--dir", lab.bus_folder, "--overlap", "0s", "--yes")
    must_be_refused(lab, old)
    with RawBus(lab.nats.url, lab.nats.creds(kind)):
        pass
    # It works on: a server that dies now is noticed, at once.
    ready = lab.worker(kind).env["LUMOS_METRICS_LISTEN"]
    wait_until(f"{kind} is ready", lambda: lab.ready(ready), 20)
    lab.servers["iad-1"].agent.kill()
    down = wait_until("server_down", lambda: lab.events("server_down"), 20)
    assert [event["subject"] for event in down] == ["iad-1"]


def test_nothing_is_rotated_where_it_could_not_be_revoked(lab):
    before = lab.nats.creds("presence").read_text()
    lab.worker("console").stop()
    done = lab.ctl("bus", "rotate", "presence", "--dir", lab.bus_folder, "--yes", check=False)
    assert done.returncode == 5
    assert lab.nats.creds("presence").read_text() == before
