"""The programs of docs/integrating.md do what the page says, as a stranger runs them."""
import json
import subprocess
import threading

import pytest

from lab.examples import EXAMPLES, example
from lab.processes import wait_until
from lab.system import SHORT, Lab


@pytest.fixture
def lab():
    with Lab(times=SHORT) as lab:
        lab.start_infrastructure()
        lab.start_workers(("console",))
        lab.make_token()
        lab.make_account(plan="enterprise")
        lab.running = []
        yield lab
        for program in lab.running:
            program.kill()
            program.wait(10)
            program.reader.join(10)
            program.stdout.close()


def start(lab, command):
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LUMOS_API_URL": lab.api_url,
           "LUMOS_API_TOKEN": lab.token_file.read_text().strip()}
    program = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True, env=env,
                               start_new_session=True)
    program.lines = []
    program.reader = threading.Thread(target=lambda: program.lines.extend(iter(program.stdout.readline, "")))
    program.reader.start()
    lab.running.append(program)
    return program


def happens(lab, *servers):
    for server in servers:
        lab.ctl("server", "add", server, "--ipv4", "198.51.100.7", "--creds-out", lab.folder / f"{server}.creds")


def test_a_program_in_cpp_gets_what_came_while_it_was_not_running(lab):
    program, creds = lab.folder / "follow", lab.folder / "billing.creds"
    subprocess.run(["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", EXAMPLES / "follow.cpp", "-lnats", "-o", program],
                   check=True, timeout=120)
    lab.ctl("subscriber", "add", "billing", "--creds-out", creds)
    happens(lab, "s-1", "s-2")
    follower = start(lab, [program, lab.nats.url, creds, "acme_billing"])
    wait_until("what was", lambda: len(follower.lines) == 2, 20)
    happens(lab, "s-3")
    wait_until("what happens", lambda: len(follower.lines) == 3, 20)
    assert [json.loads(line)["subject"] for line in follower.lines] == ["s-1", "s-2", "s-3"]
    wait_until("all is acknowledged", lambda: lab.ask("subscriber", "show", "billing")["unacknowledged"] == 0, 10)


def of_stream(program):
    return [json.loads(line.removeprefix("data: ")) for line in program.lines if line.startswith("data: ")]


def test_a_terminal_follows_and_goes_on_where_it_was(lab):
    happens(lab, "s-1")
    follower = start(lab, [EXAMPLES / "follow.sh", "acme"])
    wait_until("what was", lambda: len(of_stream(follower)) == 1, 20)
    happens(lab, "s-2")
    wait_until("what happens", lambda: len(of_stream(follower)) == 2, 20)
    happens(lab, "s-3")
    later = start(lab, [EXAMPLES / "follow.sh", "acme", of_stream(follower)[0]["sequence"]])
    wait_until("the rest", lambda: len(of_stream(later)) == 2, 20)
    assert [event["subject"] for event in of_stream(later)] == ["s-2", "s-3"]


def test_a_snapshot_is_followed_without_a_gap_also_past_a_late_commit(lab):
    happens(lab, "s-1")
    program = start(lab, example(lab.folder, "snapshot.mjs", "acme"))
    wait_until("the snapshot", lambda: any("cursor" in line for line in program.lines), 20)
    # A transaction that began first and is still open: what is behind it waits for it, and is not stepped over.
    holder = subprocess.Popen(["psql", "-X", "-q", lab.postgres.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; SELECT pg_current_xact_id();\n\\echo held\n")
    holder.stdin.flush()
    for line in holder.stdout:
        if line.strip() == "held":
            break
    happens(lab, "s-2")
    wait_until("it is recorded", lambda: len(lab.events("server_added")) == 2, 10)
    assert lab.api("events?after=0")["items"][-1]["subject"] == "s-1"
    holder.communicate("COMMIT;\n", timeout=10)
    happens(lab, "s-3")
    wait_until("both", lambda: any("s-3" in line for line in program.lines), 20)
    events = [json.loads(line) for line in program.lines if '"event"' in line]
    assert [event["subject"] for event in events] == ["s-2", "s-3"]
