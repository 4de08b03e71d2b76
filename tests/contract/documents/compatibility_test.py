"""Nothing that was released is broken (docs/messages.md, "Compatibility"), and a change that breaks is found."""
import copy

import pytest

from compatibility import all_breaks, load
from documents import SCHEMAS

RELEASED = load(SCHEMAS / "released" / "v1")


def test_what_was_released_still_holds():
    assert all_breaks(RELEASED, load(SCHEMAS)) == []


def down(contract):
    """The data of server_down: a message as good as any."""
    return contract["schemas"]["server_down.schema.json"]["properties"]["data"]


def server(contract):
    return contract["openapi"]["components"]["schemas"]["Server"]


def remove_field(c):
    del down(c)["properties"]["message"]
    down(c)["required"].remove("message")


def change(function):
    changed = copy.deepcopy(RELEASED)
    function(changed)
    return all_breaks(RELEASED, changed)


BREAKING = {
    "a removed field": (remove_field, "server_down.schema.json: $.data.message: the field is gone"),
    "a new required field": (
        lambda c: (down(c)["properties"].update(extra={"type": "string"}), down(c)["required"].append("extra")),
        "$.data.extra: it is required now"),
    "a field that need not be there any more": (
        lambda c: down(c)["required"].remove("since"), "$.data.since: it need not be there any more"),
    "another type": (
        lambda c: down(c)["properties"]["domainsPublished"].update(type="string"), "$.data.domainsPublished: its type was"),
    "null where there was none": (
        lambda c: down(c)["properties"]["message"].update(type=["string", "null"]), "$.data.message: its type was"),
    "no null where there was one": (
        lambda c: down(c)["properties"]["ipv4"].update(type="string"), "$.data.ipv4: its type was"),
    "a value less": (
        lambda c: down(c)["properties"]["cause"]["enum"].remove("silence"), "$.data.cause: 'silence' is no longer possible"),
    "only some values": (
        lambda c: down(c)["properties"]["message"].update(enum=["x"]), "$.data.message: only some values"),
    "another constant": (
        lambda c: c["schemas"]["server_down.schema.json"]["properties"]["type"].update(const="other"), "$.type: const changed"),
    "another pattern": (
        lambda c: down(c)["properties"]["serverId"].update(pattern="^x$"), "$.data.serverId: pattern changed"),
    "a lower limit of an array's items": (
        lambda c: down(c)["properties"]["failedChecks"].update(maxItems=2), "maxItems was 16 and is 2"),
    "a field less in an array's items": (
        lambda c: down(c)["properties"]["failedChecks"]["items"]["properties"].pop("error"),
        "$.data.failedChecks[].error: the field is gone"),
    "a closed object": (
        lambda c: down(c).update(additionalProperties=False), "$.data: additionalProperties changed"),
    "a message less": (
        lambda c: c["schemas"].pop("beat.schema.json"), "beat.schema.json: the message is gone"),
    "another subject": (
        lambda c: c["asyncapi"]["channels"]["heartbeat"].update(address="lumos.beat"), "heartbeat: it travelled under"),
    "another stream": (
        lambda c: c["asyncapi"]["channels"]["serverDown"].update({"x-stream": "JOB"}), "server_down: it travelled under"),
    "a route less": (
        lambda c: c["openapi"]["paths"]["/api/v1/reconcile"].pop("post"), "POST /api/v1/reconcile: the route is gone"),
    "a status less": (
        lambda c: c["openapi"]["paths"]["/api/v1/status"]["get"]["responses"].pop("200"), "the answer 200 is gone"),
    "a field less in an answer, wherever it is referred to": (
        lambda c: server(c)["properties"].pop("lastSeen"), "GET /api/v1/accounts/{account}/servers/{id}: 200.lastSeen"),
    "a field less in an answer that is put together": (
        lambda c: server(c)["properties"].pop("lastSeen"), "POST /api/v1/accounts/{account}/servers: 201.lastSeen"),
    "a required field in a request": (
        lambda c: c["openapi"]["components"]["schemas"]["NewServer"]["required"].append("region"),
        "POST /api/v1/accounts/{account}/servers: request.region: it is required now"),
    "a parameter less": (
        lambda c: c["openapi"]["paths"]["/api/v1/status"]["get"]["parameters"].pop(), "parameter account: it is gone"),
    "a field that an answer need not have any more": (
        lambda c: server(c)["required"].remove("status"), "200.status: it need not be there any more"),
    "a smaller page": (
        lambda c: c["openapi"]["components"]["parameters"]["limit"]["schema"].update(maximum=100), "maximum was 500 and is 100"),
    "a token where none was needed": (
        lambda c: c["openapi"]["paths"]["/openapi.yaml"]["get"].pop("security"), "GET /openapi.yaml: who may ask changed"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_a_breaking_change_is_found(what):
    function, word = BREAKING[what]
    found = change(function)
    assert any(word in line for line in found), found


ADDITIONS = {
    "an optional field": lambda c: down(c)["properties"].update(extra={"type": "string"}),
    "a value more": lambda c: down(c)["properties"]["cause"]["enum"].append("earthquake"),
    "a higher limit": lambda c: down(c)["properties"]["failedChecks"].update(maxItems=32),
    "other words": lambda c: down(c)["properties"]["message"].update(description="Other words."),
    "a message": lambda c: c["schemas"].update({"new.schema.json": {"type": "object"}}),
    "a channel": lambda c: c["asyncapi"]["channels"].update(
        new={"address": "lumos.new", "messages": {"new": {}}}),
    "a route": lambda c: c["openapi"]["paths"].update({"/new": {"get": {"responses": {"200": {}}}}}),
    "an optional parameter": lambda c: c["openapi"]["paths"]["/api/v1/status"]["get"]["parameters"].append(
        {"in": "query", "name": "new", "schema": {"type": "string"}}),
    "a field that every answer has": lambda c: (
        server(c)["properties"].update(note={"type": "string"}), server(c)["required"].append("note")),
    "a field that a request need not have any more": lambda c: c["openapi"]["components"]["schemas"]["NewServer"][
        "required"].remove("id"),
    "an optional field of a request": lambda c: c["openapi"]["components"]["schemas"]["NewServer"]["properties"].update(
        note={"type": "string"}),
}


@pytest.mark.parametrize("what", ADDITIONS)
def test_an_optional_addition_is_no_break(what):
    assert change(ADDITIONS[what]) == []
