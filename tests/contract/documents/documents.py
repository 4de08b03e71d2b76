"""The published documents, and the tools that judge them."""
import pathlib
import re
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "schemas"
NODE = ROOT / "tests" / "node"
LIMIT_SECONDS = 120


def asyncapi():
    return yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())


def openapi():
    return yaml.safe_load((SCHEMAS / "openapi.yaml").read_text())


def address_as_regex(address):
    """Parameters are one token each, the original subject of a dead letter is several."""
    parts = re.split(r"(\{\w+\})", address)
    return "".join(".+" if part == "{original}" else "[^.]+" if part.startswith("{") else re.escape(part)
                   for part in parts)


def program(script, *arguments):
    """A program on Node, finished; its tools are told to speak to nobody."""
    quiet = {"PATH": "/usr/local/bin:/usr/bin:/bin", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
             "NO_COLOR": "1", "HOME": "/nonexistent"}
    return subprocess.run([NODE / "node", script, *arguments], capture_output=True, text=True, env=quiet,
                          timeout=LIMIT_SECONDS, check=False)


def covers(allowed, pattern):
    """Whether every subject of one NATS pattern is one of the other's."""
    wide, narrow = allowed.split("."), pattern.split(".")
    for at, token in enumerate(wide):
        if token == ">":
            return len(narrow) > at
        if at >= len(narrow) or narrow[at] == ">" or token not in ("*", narrow[at]):
            return False
    return len(wide) == len(narrow)
