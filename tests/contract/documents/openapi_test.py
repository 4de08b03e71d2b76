"""schemas/openapi.yaml is valid to Redocly's linter; and what answers.py holds it with would find what is wrong.
(That the answers of the console are in it, and it in them, is the test store_console_answers.)"""
import copy
import json

import pytest

from answers import judge
from documents import NODE, SCHEMAS, openapi, program

REDOCLY = NODE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"


def lint(file):
    config = SCHEMAS.parent / "tests" / "contract" / "documents" / "redocly.yaml"
    return program(REDOCLY, "lint", file, "--config", config, "--format", "stylish")


def test_the_linter_of_redocly_has_nothing_to_say():
    done = lint(SCHEMAS / "openapi.yaml")
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "warning" not in said, said


@pytest.mark.parametrize("broken", (
    ("#/components/schemas/ServerPage", "#/components/schemas/Nothing"), ("required: true", "required: perhaps"),
    ("openapi: 3.1.0", "openapi: 9.9.9"), ('"401": {', '"4o1": {')))
def test_the_linter_of_redocly_finds_what_is_broken(tmp_path, broken):
    text = (SCHEMAS / "openapi.yaml").read_text()
    assert broken[0] in text
    file = tmp_path / "openapi.yaml"
    file.write_text(text.replace(*broken, 1))
    assert lint(file).returncode != 0


PAGE = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"type": "string"}}}}
SMALL = {"paths": {"/things/{id}": {
    "parameters": [{"name": "id", "in": "path"}],
    "get": {"parameters": [{"name": "after", "in": "query"}],
            "responses": {"200": {"content": {"application/json": {"schema": PAGE}}}, "404": {}, "default": {}}}}}}


def answer(**changes):
    return {"method": "GET", "target": "/things/1?after=2", "sentHeaders": [], "sent": "", "status": 200,
            "headers": {"Content-Type": "application/json"}, "body": '{"items":[]}'} | changes


def problems(*answers, document=SMALL):
    return judge(document, [json.dumps(one) for one in (*answers, answer(status=404, body="", target="/things/2"))])


def test_answers_that_fit_are_no_problem():
    assert problems(answer()) == []


@pytest.mark.parametrize("changes, word", (
    ({"target": "/other"}, "/other answers 200 and is not in the document"),
    ({"method": "POST"}, "is not in the document"),
    ({"status": 409}, "this status is not in the document"),
    ({"target": "/things/1?before=2"}, "the parameter before is not in the document"),
    ({"body": '{"items":[],"more":1}'}, "$.more is not in the document"),
    ({"body": "{}"}, "'items' is a required property"),
    ({"body": '{"items":[1]}'}, "1 is not of type 'string'"),
    ({"headers": {"Content-Type": "text/plain"}}, "content type text/plain"),
    ({"sent": '{"a":1}'}, "a request with a body")))
def test_an_answer_that_does_not_fit_is_found(changes, word):
    assert [problem for problem in problems(answer(), answer(**changes)) if word in problem]


def test_what_nobody_saw_is_found():
    assert problems() == ["get /things/{id}: 200 was never seen", "get /things/{id}: the parameter after was never used"]
    wider = copy.deepcopy(SMALL)
    wider["paths"]["/things/{id}"]["delete"] = {"responses": {"200": {}}}
    assert problems(answer(), document=wider) == ["delete /things/{id}: 200 was never seen"]


def test_the_document_is_of_the_version_that_paths_say():
    document = openapi()
    assert document["openapi"].startswith("3.1.") and document["info"]["version"] == "1"
