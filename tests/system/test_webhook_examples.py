"""The examples of docs/notifications.md do what they say: they take what the reference library of Standard Webhooks
signs, and nothing else."""
import base64
import json
import pathlib
import re
import subprocess
import time

import pytest

from lab.node import FOLDER, node

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "notifications.md").read_text()
SECRET = "whsec_" + base64.b64encode(b"a key of twenty-four byte").decode()
BODY = json.dumps({"specversion": "1.0", "id": "0193-1", "type": "gate.lumos.server_down.v1", "data": {"message": "fränkfurt"}},
                  ensure_ascii=False)


def example(language):
    return re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M).group(1)


def signed():
    return json.loads(node("webhook.mjs", "sign", SECRET, "0193-1", stdin=BODY))


def python_takes(headers, body):
    names = {}
    exec(compile(example("python"), "docs/notifications.md", "exec"), names)
    try:
        names["verify"](SECRET, headers, body.encode())
        return True
    except ValueError:
        return False


def node_takes(headers, body, tmp_path):
    program = tmp_path / "example.mjs"
    program.write_text(example("js") + "\nimport { readFileSync } from 'node:fs';\n"
                       "const asked = JSON.parse(readFileSync(0, 'utf8'));\n"
                       "verify(asked.secret, asked.headers, Buffer.from(asked.body));\n")
    asked = json.dumps({"secret": SECRET, "headers": headers, "body": body})
    done = subprocess.run([FOLDER / "node", program], input=asked, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 or "does not fit" in done.stderr or "too old" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("takes", ["python", "node"])
def test_the_examples_take_what_is_ours_and_refuse_the_rest(takes, tmp_path):
    verify = python_takes if takes == "python" else lambda headers, body: node_takes(headers, body, tmp_path)
    headers = signed()
    assert verify(headers, BODY)
    rotated = headers | {"webhook-signature": "v1,AAAA v1a,ed25519 " + headers["webhook-signature"]}
    assert verify(rotated, BODY)
    assert not verify(headers, BODY.replace("server_down", "server_up"))
    assert not verify(headers | {"webhook-id": "0193-2"}, BODY)
    assert not verify(headers | {"webhook-timestamp": str(int(time.time()) - 301)}, BODY)
    assert not verify(headers | {"webhook-signature": "v1,AAAA"}, BODY)
    assert not verify(headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")}, BODY)
