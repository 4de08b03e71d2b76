"""Other people's clients: the Node programs of tests/node, with the packages that its lock file pins."""
import json
import pathlib
import subprocess

from .processes import Failed, run

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "node"


def node(script, *arguments, stdin=None, limit=60, env=None):
    """The program's output. Raises Failed with what it printed on stderr."""
    return run([FOLDER / "node", FOLDER / script, *arguments], stdin=stdin, limit=limit, env=env).stdout


class Tail:
    """What a subscriber of another make sees: messages as dicts, in order, with the time of arrival."""

    def __init__(self, url, creds, *subjects):
        self.process = subprocess.Popen(
            [str(FOLDER / "node"), str(FOLDER / "tail.mjs"), url, str(creds), *subjects],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        first = self.process.stdout.readline()
        if not first or not json.loads(first).get("ready"):
            raise Failed(f"the subscriber did not start: {first!r}")

    def close(self):
        """Everything that came, once no more is wanted."""
        self.process.stdin.close()
        lines = self.process.stdout.read().splitlines()
        self.process.wait(10)
        return [json.loads(line) for line in lines]
