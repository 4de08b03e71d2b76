"""Cloudflare's own client, unchanged, finds in the simulator what it expects of Cloudflare."""
import json
import os
import pathlib

from lab import ports
from lab.dns import Cloudflare
from lab.node import node

BIN = pathlib.Path(os.environ.get("LUMOS_BIN_DIR") or pathlib.Path(__file__).resolve().parents[2] / "build" / "bin")


def test_the_official_client_works_with_the_simulator(tmp_path):
    zones = ["example.com", *(f"z{i}.example" for i in range(52))]
    cloudflare = Cloudflare(BIN / "cloudflare-simulator", tmp_path, tmp_path, ports.claim_port(), zones)
    cloudflare.start()
    try:
        seen = json.loads(node("cloudflare.mjs", cloudflare.base_url, cloudflare.token, limit=120))
    finally:
        cloudflare.stop()
    assert seen == {
        "token": "active", "zones": 53, "zone": "free", "records": 7,
        "found": ["A 203.0.113.10", "AAAA 2001:db8::10"],
        "patched": [True, "198.51.100.20", 60, "shop"],
        "put": ["198.51.100.21", None],
        "batch": [1, "203.0.113.10", "new.example.com"],
        "identical": {"name": "BadRequestError", "status": 400, "code": 81058},
        "gone": {"name": "NotFoundError", "status": 404, "code": 81044},
        "rolled_back": {"name": "BadRequestError", "status": 400, "code": 81058},
        "after_roll_back": "203.0.113.10",
        "foreign_zone": {"name": "PermissionDeniedError", "status": 403, "code": 10000},
        "bad_token": {"name": "BadRequestError", "status": 400, "code": 6003},
        "retried_create": {"name": "BadRequestError", "status": 400, "code": 81058},
        "retried_after_429": "198.51.100.20", "waited": True, "retried_after_cut": "203.0.113.10",
        "exported": True, "deleted": True,
    }
