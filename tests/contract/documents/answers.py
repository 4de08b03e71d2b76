#!/usr/bin/env python3
"""schemas/openapi.yaml against what the console was seen to answer (one JSON line each): every answer, status, field and
parameter is in the document, and everything in the document was seen."""
import json
import re
import sys
import urllib.parse

import jsonschema

from documents import openapi

METHODS = ("get", "post", "patch", "delete", "put")
# Any request may get these; the document has them as `default`.
GENERAL = {400, 405, 413, 415, 500, 503}


class Api:
    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver.from_schema(document)
        self.paths = sorted(document["paths"], key=lambda path: path.count("{"))
        self.seen = set()         # (method, path, status)
        self.used = set()         # (method, path, name of a parameter)
        self.problems = []

    def resolve(self, value):
        while isinstance(value, dict) and "$ref" in value:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    def path_of(self, target):
        for path in self.paths:
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), target):
                return path
        return None

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def parameters(self, method, path):
        item = self.document["paths"][path]
        return [self.resolve(p) for p in item.get("parameters", []) + item[method].get("parameters", [])]

    # ---- one answer ----

    def take(self, answer):
        url = urllib.parse.urlsplit(answer["target"])
        path, method = self.path_of(url.path), answer["method"].lower()
        if path is None or method not in self.document["paths"][path]:
            if answer["status"] not in (404, 405):
                self.problems.append(f"{method} {url.path} answers {answer['status']} and is not in the document")
            return
        where = f"{method} {path} {answer['status']}"
        self.seen.add((method, path, answer["status"]))
        responses = self.document["paths"][path][method]["responses"]
        response = responses.get(str(answer["status"]))
        if response is None and answer["status"] in GENERAL:
            response = responses["default"]
        if response is None:
            self.problems.append(f"{where}: this status is not in the document")
            return
        self.check_answer(where, self.resolve(response), answer)
        if answer["status"] < 300:
            self.check_request(where, method, path, answer, urllib.parse.parse_qs(url.query))

    def check_answer(self, where, response, answer):
        headers = {name.lower() for name in answer["headers"]}
        for name in response.get("headers", {}):
            if name.lower() not in headers:
                self.problems.append(f"{where}: no header {name}")
        content = response.get("content", {})
        kind = next((v for k, v in answer["headers"].items() if k.lower() == "content-type"), "").partition(";")[0]
        if not content:
            if answer["body"]:
                self.problems.append(f"{where}: a body where the document has none")
            return
        if kind not in content:
            self.problems.append(f"{where}: content type {kind}, the document has {', '.join(content)}")
            return
        schema = content[kind]["schema"]
        self.check_value(where, schema, json.loads(answer["body"]) if kind.endswith("json") else answer["body"])

    def check_request(self, where, method, path, answer, query):
        known = {(p["in"], p["name"].lower()): p["name"] for p in self.parameters(method, path)}
        for name in query:
            if ("query", name.lower()) not in known:
                self.problems.append(f"{where}: the parameter {name} is not in the document")
        for kind, name in known:
            if kind == "query" and name in {q.lower() for q in query}:
                self.used.add((method, path, known[kind, name]))
            if kind == "header" and name in {h.lower() for h in answer["sentHeaders"]}:
                self.used.add((method, path, known[kind, name]))
        body = self.document["paths"][path][method].get("requestBody")
        if answer["sent"] and body is None and answer["sent"] != "{}":
            self.problems.append(f"{where}: a request with a body, and none in the document")
        elif body is not None and answer["sent"]:
            self.check_value(where + " (request)", body["content"]["application/json"]["schema"],
                             json.loads(answer["sent"]))

    def check_value(self, where, schema, value):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        for error in validator.iter_errors(value):
            self.problems.append(f"{where}: {error.json_path}: {error.message[:200]}")
        self.problems += [f"{where}: {name} is not in the document" for name in self.unknown(schema, value, "$")]

    def properties(self, schema):
        """All that a schema names, with those of its parts; None where anything may stand."""
        schema = self.resolve(schema)
        if not isinstance(schema, dict):
            return None
        parts = [self.properties(part) for part in schema.get("allOf", [])]
        named = dict(schema.get("properties", {}))
        for part in parts:
            named |= part or {}
        return named if named else None

    def unknown(self, schema, value, at):
        schema = self.resolve(schema)
        if isinstance(value, list):
            items = schema.get("items")
            return [name for one in value for name in self.unknown(items, one, at + "[]")] if items else []
        named = self.properties(schema)
        if not isinstance(value, dict) or named is None:
            return []
        found = [f"{at}.{name}" for name in value if name not in named]
        for name, one in value.items():
            if name in named:
                found += self.unknown(named[name], one, f"{at}.{name}")
        return found

    # ---- the other way round ----

    def never_seen(self):
        """Every operation, status, and parameter of the document that no answer had anything to do with."""
        for method, path, operation in self.operations():
            for status in operation["responses"]:
                if status != "default" and (method, path, int(status)) not in self.seen:
                    yield f"{method} {path}: {status} was never seen"
        used = {name for _, _, name in self.used}
        for method, path, _ in self.operations():
            for parameter in self.parameters(method, path):
                if parameter["in"] != "path" and parameter["name"] not in used:
                    yield f"{method} {path}: the parameter {parameter['name']} was never used"


def judge(document, lines):
    api = Api(document)
    for line in lines:
        api.take(json.loads(line))
    return sorted(set(api.problems)) + list(api.never_seen())


def main() -> int:
    lines = open(sys.argv[1]).read().splitlines()
    problems = judge(openapi(), lines)
    print("\n".join(problems) or f"{len(lines)} answers and the document fit")
    return 1 if problems or len(lines) < 500 else 0


if __name__ == "__main__":
    sys.exit(main())
