"""compose/prometheus/alerts.yml and compose/grafana/lumos.json: right to promtool, complete, and about metrics that are
there (docs/metrics.md, which scripts/check holds to the code)."""
import json
import re
import subprocess

import pytest
import yaml

from documents import ROOT

PROMETHEUS = ROOT / "compose" / "prometheus"
RULES = [rule for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "compose" / "grafana" / "lumos.json").read_text())
QUERIES = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)


def known_metrics():
    rows = re.findall(r"^\|([^|]+)\|", (ROOT / "docs" / "metrics.md").read_text(), re.M)
    return {name for row in rows for name in re.findall(r"`(lumos_[a-z_]+)", row)}


def unknown_metrics(expression):
    """A histogram is known by its name without the ending."""
    return {name for name in re.findall(r"\blumos_[a-z_]+", expression)
            if name not in known_metrics() and re.sub(r"_(bucket|count|sum)$", "", name) not in known_metrics()}


def test_promtool_accepts_the_rules():
    done = promtool("check", "rules", PROMETHEUS / "alerts.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_for_what_it_is_there_for_and_not_before():
    done = promtool("test", "rules", PROMETHEUS / "alerts_test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_of_alerts_fail_where_an_alert_is_missing(tmp_path):
    for file in PROMETHEUS.glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text().replace("lumos_outbox_oldest_seconds) > 60", "absent) > 60"))
    assert promtool("test", "rules", tmp_path / "alerts_test.yml").returncode != 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule):
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "action"} and all(rule["annotations"].values())
    assert f'alertname="{rule["alert"]}"' in (PROMETHEUS / "alerts_test.yml").read_text()
    assert unknown_metrics(rule["expr"]) == set()


@pytest.mark.parametrize("title, expression", QUERIES)
def test_a_panel_shows_metrics_that_are_there(tmp_path, title, expression):
    assert re.search(r"\blumos_", expression) and unknown_metrics(expression) == set(), title
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": [{"record": "panel:x", "expr": expression}]}]}))
    done = promtool("check", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_do_not_overlap_and_have_ids_of_their_own():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not taken & cells and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells


def test_a_metric_that_is_not_there_is_found():
    assert unknown_metrics("sum(rate(lumos_nonsense_total[5m]))") == {"lumos_nonsense_total"}
    assert unknown_metrics("lumos_provider_call_seconds_bucket + lumos_outbox_unpublished") == set()
