#!/usr/bin/env python3
"""Calls and words that our code does without, each with what to use in its place, and the sizes of functions and files
that nothing else measures. Tests itself on every run. An exception that is no longer needed is an error."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRODUCT = r"^(schemas|bus|sql|workers)/.*\.(h|cpp)$"

# Words that messages use as well: looked for outside string literals.
NEW_OR_DELETE = r"(?<![\w.])new\s+[A-Za-z_][\w:<>]*\s*[({\[]|(?<!=\s)\bdelete\s+\w"

# (what is looked for, in which files, except where, what to do instead)
BANNED = [
    (r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgettimeofday\b", PRODUCT,
     r"^workers/shared/runtime/clock\.cpp$|^bus/", "ask runtime::Clock"),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", PRODUCT + r"|^tests/.*\.(h|cpp)$",
     r"^tests/support/wait", "wait for a condition: runtime::pause with a stop token, support::wait_until in tests"),
    (r"\b(secure_)?getenv\s*\(", PRODUCT, r"^workers/shared/runtime/", "settings are read by runtime/settings"),
    (r"\.detach\(\)", PRODUCT, None, "a thread has an owner: std::jthread"),
    (NEW_OR_DELETE, PRODUCT, None, "std::make_unique"),
    (r"\bshared_ptr\b|\bmake_shared\b", PRODUCT, None, "one owner, or `// allow: why two must own it` on the line"),
    (r"catch\s*\(\s*\.\.\.\s*\)", PRODUCT, None, "name what is caught, or `// allow: why` on the line"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", r".*", r"^scripts/checks/|^LICENSE", "do it, or say it in an issue"),
    (r"\b(strcpy|strcat|sprintf|gets|atoi|rand)\s*\(", PRODUCT, None, "the C++ form"),
    (r"std::(ranges::)?views\b", r".*\.(h|cpp)$", None, "clang 14 cannot parse them"),
    (r"\"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s", r"^(bus|workers)/.*\.(h|cpp)$", None,
     "SQL is a file in sql/queries/"),
    (r"GTEST_SKIP|DISABLED_|pytest\.mark\.skip|pytest\.skip", r"^tests/", None, "a test that does not run is no test"),
    (r"^\s*rc::check\(", r"^tests/", None, "its answer must be asserted: EXPECT_TRUE(rc::check(...)), or RC_GTEST_PROP"),
    (r"(?<![\w.])/(work|farm|root)/", r".*", r"^scripts/checks/|^\.gitignore$", "no paths of one machine"),
]
LINES_OF_A_FILE = 400
# Longer, each with its reason.
ALLOWED_LONG = {
    # One suite of claims that every provider passes; a claim is found by reading down.
    "tests/contract/dns/provider_test.cpp": 500,
    # The simulated world: one file an actor.
    "tests/unit/presence/simulation/agents.cpp": 500,
    "tests/unit/presence/simulation/presence.cpp": 530,
    "tests/unit/presence/simulation/simulation.cpp": 430,
    # Requests, answers and verdicts of one API.
    "workers/shared/dns/cloudflare_provider.cpp": 420,
}


def problems_of(path: str, text: str) -> list[str]:
    found = []
    lines = text.splitlines()
    for pattern, where, but_not, instead in BANNED:
        if not re.search(where, path) or (but_not and re.search(but_not, path)):
            continue
        for number, line in enumerate(lines, 1):
            looked_at = re.sub(r'"([^"\\\\]|\\\\.)*"', '""', line) if pattern == NEW_OR_DELETE else line
            if re.search(pattern, looked_at) and "// allow: " not in line and not line.lstrip().startswith("// "):
                found.append(f"{path}:{number}: {line.strip()[:80]}  → {instead}")
    if re.search(r"\.(h|cpp)$", path) and len(lines) > ALLOWED_LONG.get(path, LINES_OF_A_FILE):
        found.append(f"{path}: {len(lines)} lines, at most {LINES_OF_A_FILE}: two ideas in one file?")
    return found


def self_test() -> None:
    bad = {
        "workers/a/x.cpp": ["auto t = std::chrono::system_clock::now();", "std::this_thread::sleep_for(1s);",
                            'std::getenv("A");', "thread.detach();", "auto* p = new Thing(1);", "delete p;",
                            "std::shared_ptr<int> p;", "} catch (...) {", "// TO" "DO: later",
                            'run("SELECT 1 FROM x");'],
        "tests/unit/x_test.cpp": ["std::this_thread::sleep_for(1s);", "GTEST_SKIP();", "  rc::check([] {"],
    }
    good = {
        "workers/a/x.cpp": ["Foo(const Foo&) = delete;", "pause(stop, 1s);", "// A new thing (of ours).",
                            "std::shared_ptr<int> p;  // allow: two threads"],
    }
    for path, lines in bad.items():
        for line in lines:
            probe = line.replace("// TODO", "x; // TODO")
            assert problems_of(path, probe), f"not found: {path}: {line}"
    for path, lines in good.items():
        for line in lines:
            assert not problems_of(path, line), f"wrongly found: {problems_of(path, line)}"


def main() -> int:
    self_test()
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    found = []
    for path in filter(lambda name: name and (ROOT / name).exists(), files):
        try:
            found += problems_of(path, (ROOT / path).read_text())
        except (UnicodeDecodeError, IsADirectoryError):
            continue
    for path, lines in ALLOWED_LONG.items():
        if len((ROOT / path).read_text().splitlines()) <= LINES_OF_A_FILE:
            found.append(f"{path}: not long any more; take it out of ALLOWED_LONG")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
