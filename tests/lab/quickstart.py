"""What scripts/quickstart runs once everything is built; see --help there."""
import argparse
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from . import drill, sample
from .processes import Failed
from .system import DEFAULTS, ROOT, SHORT, WORKERS, Lab

HOME = ROOT / ".lumos"


class Screen:
    def __init__(self, quiet):
        self.quiet = quiet
        self.began = time.time()

    def step(self, number, name, what, action):
        begun = time.time()
        seen = action()
        if not self.quiet:
            print(f"  {number}/6 {name:<10} {seen or what:<88} {time.time() - begun:4.0f} s", flush=True)

    def say(self, text=""):
        if not self.quiet:
            print(text, flush=True)


def bring_up(lab, screen):
    screen.step(3, "services", "", lambda: (lab.start_infrastructure(), _services(lab))[1])
    screen.step(4, "workers", "", lambda: (lab.start_workers(), " ".join(WORKERS) + "  ready")[1])
    screen.step(5, "sample", "", lambda: (sample.set_up(lab), _sample())[1])
    screen.step(6, "check", "", lambda: _check(lab))


def _services(lab):
    return (f"PostgreSQL 127.0.0.1:{lab.postgres.port}  NATS :{lab.nats.port}  DNS :{lab.dns.port}  "
            f"Cloudflare simulator :{lab.cloudflare.port}  mail :{lab.mail_port}")


def _sample():
    servers = ", ".join(f"{name} {address}" for name, (address, _, _) in sample.ADDRESSES.items())
    return f"acme: {servers}, {sample.DOMAIN} → {sample.PRIMARY}"


def _check(lab):
    addresses = lab.published(sample.DOMAIN)
    server = next((s for s in lab.servers.values() if [s.address] == addresses), None)
    page = server and server.shield.fetch(sample.DOMAIN)
    if not page:
        raise Failed(f"{sample.DOMAIN} is {addresses}, and no page came from there")
    return f"dig @127.0.0.1 -p {lab.dns.port} +short {sample.DOMAIN} → {addresses[0]}   curl → {page.strip()!r}"


def write_env(lab):
    (lab.folder / "env").touch(mode=0o600)
    (lab.folder / "env").write_text(
        f"export LUMOS_API_URL={lab.api_url}\nexport LUMOS_API_TOKEN_FILE='{lab.token_file}'\n"
        f"export LUMOS_ACCOUNT={lab.account}\nexport LUMOS_DATABASE_URL={lab.postgres.url}\n"
        f"export PATH='{lab.bin}':\"$PATH\"\n")


def stay(lab, screen):
    write_env(lab)
    shown = lab.folder.relative_to(ROOT) if lab.folder.is_relative_to(ROOT) else lab.folder
    took = time.time() - screen.began
    screen.say(f"""
Ready in {int(took // 60)} m {int(took % 60):02d} s. In another terminal:   . {shown}/env
  watch it      watch -n 1 dig @127.0.0.1 -p {lab.dns.port} +short {sample.DOMAIN}
  break it      kill -9 $(cat {shown}/run/agent-{sample.PRIMARY}.pid)      or: scripts/quickstart stop-agent {sample.PRIMARY}
  ask           lumosctl status · lumosctl explain {sample.DOMAIN} · lumosctl events --follow
  mail, hooks   {shown}/mail/   {shown}/webhooks/               API  {lab.api_url}
Events (Ctrl-C stops everything):""")
    follower = subprocess.Popen([lab.bin / "lumosctl", "events", "--follow"],
                                env=os.environ | {k: str(v) for k, v in lab.ctl_env().items()}, start_new_session=True)
    try:
        while True:
            for child in list(lab.workers.values()):
                child.must_be_alive()
            _obey(lab)
            time.sleep(0.2)
    finally:
        follower.terminate()


def _obey(lab):
    """stop-agent and start-agent leave their wish as a file: only the parent may start children."""
    for wish in lab.run_dir.glob("wish-*"):
        _, verb, name = wish.name.split("-", 2)
        wish.unlink()
        if name in lab.servers:
            agent = lab.servers[name].agent
            if verb == "stop":
                agent.stop()
            elif not agent.alive():
                lab.start_agent(name)


def wish(verb, name):
    run_dir = HOME / "run"
    if name not in sample.ADDRESSES:
        sys.exit(f"scripts/quickstart: no server {name}; there are {', '.join(sample.ADDRESSES)}")
    if not (HOME / "lock").exists() or lock(HOME, probe=True):
        sys.exit("scripts/quickstart: nothing is running; start it with scripts/quickstart")
    (run_dir / f"wish-{verb}-{name}").touch()


def lock(folder, probe=False):
    file = open(folder / "lock", "a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if probe:
            return None
        file.seek(0)
        sys.exit(f"scripts/quickstart: already running, pid {file.read().strip() or 'unknown'}")
    if not probe:
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
    return file


def parse():
    parser = argparse.ArgumentParser(prog="scripts/quickstart", description="The whole system on this machine.")
    parser.add_argument("--drill", action="store_true", help="walk through the product's list Testing Failover, then stop")
    parser.add_argument("--json", action="store_true", help="with --drill: the steps as JSON on standard output")
    parser.add_argument("--real-time", action="store_true", help="with the product's default intervals")
    parser.add_argument("--fresh", action="store_true", help="forget the data of an earlier run first")
    commands = parser.add_subparsers(dest="command")
    for name in ("stop-agent", "start-agent"):
        commands.add_parser(name, help=f"{name} of a running quickstart").add_argument("server")
    return parser.parse_args()


def main():
    asked = parse()
    if asked.command:
        wish(asked.command.split("-")[0], asked.server)
        return 0
    # A drill begins from nothing, so that it shows the same each time, whatever was tried before.
    folder = HOME / "drill" if asked.drill else HOME
    HOME.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        sys.exit(f"scripts/quickstart: {folder} belongs to another user; remove it: rm -rf {folder}")
    held = lock(folder)
    if asked.drill or asked.fresh:
        for path in folder.iterdir():
            if path.name not in ("lock", "drill"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    times = DEFAULTS if asked.real_time else SHORT
    screen = Screen(quiet=asked.json)
    screen.say(f"Lumos Failover, {drill.shown_times(times)}")
    lab = Lab(folder, times=times)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    status = 0
    try:
        bring_up(lab, screen)
        if asked.drill:
            drill.Drill(lab, asked.json).run()
            screen.say("\nEvery step came true.")
        else:
            stay(lab, screen)
    except KeyboardInterrupt:
        screen.say("\nstopping …")
    except Failed as failed:
        print(f"\nFAILED: {failed}\nLogs: {lab.logs}", file=sys.stderr)
        for name in ("presence", "failover", "notifier", "console"):
            if (lab.logs / f"{name}.log").exists():
                tail = (lab.logs / f"{name}.log").read_text(errors="replace").splitlines()[-20:]
                print(f"\n--- the end of {name}.log\n" + "\n".join(tail), file=sys.stderr)
        status = 1
    finally:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # A second Ctrl-C does not wait.
        lab.stop()
        if not asked.drill:
            screen.say("stopped; data kept in .lumos (scripts/quickstart --fresh starts anew)")
    held.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
