"""The README's first command, as a newcomer runs it: built from this tree, all eight steps of the product's list."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_drill_comes_true_step_by_step():
    done = subprocess.run([ROOT / "scripts" / "quickstart", "--drill", "--json"], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    report = json.loads(done.stdout)
    assert report["ok"] and [step["number"] for step in report["steps"]] == list(range(1, 9))
    assert all(step["ok"] and step["seen"] for step in report["steps"])
