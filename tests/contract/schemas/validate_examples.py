#!/usr/bin/env python3
"""Every schema is a valid JSON Schema, every example validates, and a schema really refuses: each required field taken
out of its example, and each field given another type, is an error."""
import copy
import json
import pathlib
import sys

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[3] / "schemas"


def paths_of(value, path=()):
    """All members of objects, outermost first."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield path + (key,)
            yield from paths_of(member, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths_of(item, path + (index,))


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def problems_of(what: str, schema: dict, example: dict) -> list[str]:
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = [f"{what}: {error.json_path}: {error.message}" for error in validator.iter_errors(example)]
    if schema["$id"] != f"urn:lumos:schema:{what}:1" or example["type"] != f"gate.lumos.{what}.v1":
        found.append(f"{what}: $id or type does not fit its file's name")
    # With a goodbye only, and only where there is an incident.
    optional = {("data", "cause")} if what == "heartbeat" else set()
    if what in ("zone_check", "server_check", "notify"):
        optional.add(("correlationid",))
    for path in paths_of(example):
        without = copy.deepcopy(example)
        del parent_of(without, path)[path[-1]]
        if path not in optional and validator.is_valid(without):
            found.append(f"{what}: {path} is missing and nobody minds")
        mistyped = copy.deepcopy(example)
        parent_of(mistyped, path)[path[-1]] = {"of": "another type"} if path != ("data",) else "text"
        if validator.is_valid(mistyped):
            found.append(f"{what}: {path} is of another type and nobody minds")
    extended = copy.deepcopy(example)
    extended["added"] = extended["data"]["added"] = "by a newer version"
    if not validator.is_valid(extended):
        found.append(f"{what}: a field of a newer version is refused")
    return found


def main() -> int:
    found = []
    schemas = sorted(SCHEMAS.glob("*.schema.json"))
    if len(schemas) < 20:
        found.append(f"only {len(schemas)} schemas in {SCHEMAS.name}/")
    for file in schemas:
        what = file.name.removesuffix(".schema.json")
        example = json.loads((SCHEMAS / f"{what}.example.json").read_text())
        found += problems_of(what, json.loads(file.read_text()), example)
    print("\n".join(found) or f"{len(schemas)} schemas and their examples fit")
    return 1 if found else 0


sys.exit(main())
