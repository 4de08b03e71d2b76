#!/usr/bin/env python3
"""Who may include whom. The tables below are the architecture; a new folder must be added here, so that it is thought
about. Tests itself with --self-test."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = "workers/shared/"

MAY_INCLUDE = {
    "docs/examples": [],  # As a stranger writes them, with what Debian has.
    "schemas": [],
    "bus": ["schemas"],
    "sql": ["schemas"],  # For points in time only.
    SHARED + "runtime": ["schemas"],
    SHARED + "http": [SHARED + "runtime", "schemas"],
    SHARED + "outbox": ["schemas", "bus", "sql", SHARED + "runtime"],
    SHARED + "dns": [SHARED + "http", SHARED + "runtime", "schemas"],
    SHARED + "probe": [SHARED + "http", SHARED + "runtime"],
    SHARED + "mail": [SHARED + "runtime", "schemas"],
    SHARED + "service": ["schemas", "bus", SHARED + "runtime"],
    # The agent runs on the watched servers: no database, no DNS keys.
    "workers/agent": ["schemas", "bus", *[SHARED + f for f in ("runtime", "http", "probe")]],
    "workers/presence": ["schemas", "bus", "sql", *[SHARED + f for f in ("runtime", "service", "outbox", "http")]],
    "workers/scheduler": ["schemas", "bus", *[SHARED + f for f in ("runtime", "service", "http")]],
    "workers/failover": ["schemas", "bus", "sql", *[SHARED + f for f in ("runtime", "service", "outbox", "http", "dns", "probe")]],
    "workers/notifier": ["schemas", "bus", "sql", *[SHARED + f for f in ("runtime", "service", "outbox", "http", "mail")]],
    "workers/console": ["schemas", "bus", "sql", *[SHARED + f for f in ("runtime", "service", "outbox", "http", "dns")]],
    "workers/ctl": ["schemas", "bus", "sql", SHARED + "runtime", SHARED + "http"],
    "tests": ["schemas", "bus", "sql", "workers"],
}

# header -> the only places that may include it, and why.
OWNED_BY = [
    (r"^bus/handles\.h$", r"^bus/", "it brings nats.c along"),
    (r"^sql/transaction\.h$", r"^(sql|tests)/", "queries are run by the stores"),
    (r"^workers/shared/dns/\w+_provider\.h$", r"^(workers/shared/dns|tests)/", "ask make_provider"),
    (r"^nats/|^nats\.h$", r"^docs/examples/|^bus/(handles\.h|[^/]*\.cpp)$", "nats.c stays inside bus/, out of its public headers"),
    (r"^pqxx/", r"^(sql/[^/]*\.cpp|tests/(store|support)/.*)$", "libpqxx stays inside sql/*.cpp"),
    (r"^httplib\.h$", r"^(workers/shared/http/([^/]*\.cpp|httplib_server\.h)|tests/.*)$", "one wrapper sets every HTTP timeout"),
    (r"^curl/", r"^(workers/shared/(http|mail)|tests)/[^/]*\.cpp$", "one wrapper sets every limit"),
    (r"^spdlog/", r"^workers/shared/runtime/log\.cpp$", "one place decides the log fields"),
    (r"^CLI/", r"^(workers/shared/runtime|workers/ctl|tests)/", "processes have settings, not flags of their own"),
    (r"^openssl/", r"^(workers/shared/(probe|mail|http)|tests)/.*\.cpp$", "OpenSSL stays behind probe/, mail/ and http/"),
    (r"^boost/json\.hpp$", r".*\.cpp$|^tests/", "headers include <boost/json/fwd.hpp>: a quarter of the time"),
    (r"^(gtest|gmock|rapidcheck)", r"^tests/", "tests only"),
    (r"^(iostream|regex)$", r"^(workers/ctl/|tests/)", "log instead of iostream; parse instead of regex"),
]

# A rule decides on values: it may include messages and other rules, and these, which are values too.
RULE_MAY_INCLUDE = r"^schemas/|_rule\.h$|/(facts|types|limits)\.h$|^workers/shared/dns/provider\.h$|^workers/shared/runtime/(backoff|errors)\.h$"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path: str) -> str | None:
    fitting = [f for f in MAY_INCLUDE if path.startswith(f + "/")]
    return max(fitting, key=len) if fitting else None


def problems_of(path: str, text: str) -> list[str]:
    mine = folder_of(path)
    if mine is None:
        return [f"{path}: its folder is not in MAY_INCLUDE of {pathlib.Path(__file__).name}"]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header, where = match.group(2), f"{path}:{number}"
        if ".." in header:
            found.append(f"{where}: write the path of {header} from the root")
        for pattern, places, why in OWNED_BY:
            if re.search(pattern, header) and not re.search(places, path):
                found.append(f"{where}: {header} may not be included here: {why}")
        target = folder_of(header)
        if target and target != mine and not any(target == f or target.startswith(f + "/") for f in MAY_INCLUDE[mine]):
            found.append(f"{where}: {mine} may not include {target}")
        is_rule = re.search(r"_rule\.(h|cpp)$", path) and not path.startswith("tests/")
        if is_rule and match.group(1) == '"' and not re.search(RULE_MAY_INCLUDE, header):
            found.append(f"{where}: a rule includes messages and other rules only, not {header}")
    return found


def self_test() -> None:
    bad = {
        "bus/a.cpp": '#include "sql/connection.h"',
        "workers/presence/a.cpp": '#include "workers/failover/decide_rule.h"',
        "workers/agent/a.cpp": '#include "sql/connection.h"',
        "sql/a.h": "#include <pqxx/pqxx>",
        "bus/connection.h": "#include <nats/nats.h>",
        "workers/console/a.cpp": "#include <httplib.h>",
        "schemas/a.h": "#include <boost/json.hpp>",
        "workers/failover/decide_rule.h": '#include "sql/zone_store.h"',
        "nowhere/a.cpp": "",
        "workers/presence/b.cpp": '#include "../failover/x.h"',
    }
    good = {
        "bus/a.cpp": '#include <nats/nats.h>\n#include "schemas/subjects.h"',
        "workers/failover/a.cpp": '#include "workers/shared/dns/provider.h"\n#include "sql/zone_store.h"',
        "tests/unit/presence/a.cpp": '#include "workers/presence/hearing_rule.h"\n#include <gtest/gtest.h>',
    }
    for path, text in bad.items():
        assert problems_of(path, text), f"not found: {path}: {text}"
    for path, text in good.items():
        assert not problems_of(path, text), f"wrongly found: {path}: {problems_of(path, text)}"


def main() -> int:
    self_test()
    files = subprocess.run(["git", "ls-files", "*.h", "*.cpp"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = [p for path in files.stdout.split() for p in problems_of(path, (ROOT / path).read_text())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
