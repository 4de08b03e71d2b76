#!/usr/bin/python3
"""Adds up what the test runners wrote into a folder; the last line is `N passed, N failed`. Exits 1 if any failed."""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases(file: pathlib.Path):
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        broken = case.find("failure") is not None or case.find("error") is not None
        left_out = case.find("skipped") is not None or case.get("status") == "notrun"
        yield name, "failed" if broken else "skipped" if left_out else "passed"


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failed = []
    for file in sorted(folder.rglob("*.xml")):
        try:
            found = list(cases(file))
        except ElementTree.ParseError:
            found = [(f"{file.name} (cut off: the runner crashed)", "failed")]
        for name, outcome in found:
            counts[outcome] += 1
            if outcome == "failed":
                failed.append(name)
    for file in sorted(folder.rglob("*.step")):
        outcome = "passed" if file.read_text().strip() == "pass" else "failed"
        counts[outcome] += 1
        if outcome == "failed":
            failed.append(file.stem)
    for name in failed:
        print(f"failed: {name}")
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not counts["passed"] else 0


sys.exit(main())
