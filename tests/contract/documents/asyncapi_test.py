"""schemas/asyncapi.yaml: valid to AsyncAPI's own parser, and the same as the schemas, the table of messages and the
permissions that credentials are minted from."""
import json
import re

import pytest

from documents import NODE, SCHEMAS, ROOT, asyncapi, covers, program

DOCUMENT = asyncapi()
CHANNELS = DOCUMENT["channels"]
OPERATIONS = DOCUMENT["operations"].values()
# Not ours: NATS's word on its clients, and the envelope around what nobody could read.
FOREIGN = {"client_connect", "client_disconnect", "dead_letter"}


def channel_of(operation):
    return operation["channel"]["$ref"].removeprefix("#/channels/")


def message_of(channel):
    (message,) = CHANNELS[channel]["messages"]
    return message


def pattern_of(channel):
    """Its address as a NATS pattern: parameters are one token, the original subject of a dead letter is several."""
    return re.sub(r"\{\w+\}", "*", CHANNELS[channel]["address"].replace("{original}", ">"))


def parse(text, tmp_path):
    file = tmp_path / "asyncapi.yaml"
    file.write_text(text)
    for schema in SCHEMAS.glob("*.schema.json"):
        (tmp_path / schema.name).write_text(schema.read_text())
    return program(NODE / "asyncapi.mjs", file)


def test_the_parser_of_asyncapi_finds_no_error(tmp_path):
    done = parse((SCHEMAS / "asyncapi.yaml").read_text(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CHANNELS)} channels, {len(DOCUMENT['operations'])} operations" in done.stdout


@pytest.mark.parametrize("broken", (
    ("action: send", "action: shout"), ("./heartbeat.schema.json", "./nothing.schema.json"),
    ("#/channels/heartbeat", "#/channels/nothing"), ("asyncapi: 3.0.0", "asyncapi: 9.0.0")))
def test_the_parser_of_asyncapi_finds_what_is_broken(tmp_path, broken):
    text = (SCHEMAS / "asyncapi.yaml").read_text()
    assert broken[0] in text
    assert parse(text.replace(*broken, 1), tmp_path).returncode != 0


def test_every_schema_is_a_message_of_one_channel_with_its_own_name():
    stems = {file.name.removesuffix(".schema.json") for file in SCHEMAS.glob("*.schema.json")}
    messages = DOCUMENT["components"]["messages"]
    assert set(messages) == stems | FOREIGN
    for stem in stems:
        assert messages[stem] == {"name": f"gate.lumos.{stem}.v1", "payload": {"$ref": f"./{stem}.schema.json"}}
    assert sorted(message_of(channel) for channel in CHANNELS) == sorted(messages)


def test_every_example_travels_under_its_channels_address():
    """The address names the account and the thing that the message itself names."""
    for name, channel in CHANNELS.items():
        message = message_of(name)
        if message in FOREIGN:
            continue
        example = json.loads((SCHEMAS / f"{message}.example.json").read_text())
        parameters = set(channel.get("parameters", {}))
        assert parameters == set(re.findall(r"\{(\w+)\}", channel["address"])), name
        assert ("account" in parameters) == (example.get("account", "_system") != "_system"), name
        if channel.get("x-stream") == "EVENT":
            assert channel["address"].rsplit(".", 1)[1] == message
            assert {"sequence", "correlationid"} <= set(example)


def rows_of_messages():
    """What schemas/README.md says: message, (pattern, stream, senders)."""
    prefix = "lumos.event.<account>"
    for names, subject, stream, senders in re.findall(
            r"^\| (`[^|]+`) \| `([^|`]+)` \| ([A-Z–]+) \| ([^|]+) \|", (SCHEMAS / "README.md").read_text(), re.M):
        for name in re.findall(r"`(\w+)`", names):
            address = subject.replace("…", prefix).replace("<what>", name)
            yield name, re.sub(r"<\w+>", "*", address), None if stream == "–" else stream, senders


def test_the_table_of_messages_says_the_same():
    rows = {name: (pattern, stream, senders) for name, pattern, stream, senders in rows_of_messages()}
    assert set(rows) == {message_of(channel) for channel in CHANNELS} - FOREIGN
    for name, channel in CHANNELS.items():
        message = message_of(name)
        if message in FOREIGN:
            continue
        pattern, stream, senders = rows[message]
        assert (pattern_of(name), channel.get("x-stream")) == (pattern, stream), message
        sending = {o["x-who"] for o in OPERATIONS if o["action"] == "send" and channel_of(o) == name}
        if not senders.startswith("who wrote"):
            assert sending == set(senders.strip().split(", ")), message
        else:
            assert len(sending) > 1


def permissions():
    """Of docs/permissions.md, which a test holds to the code: who, (publish, subscribe)."""
    table = (ROOT / "docs" / "permissions.md").read_text()
    rows = re.findall(r"^\| `([^`|]+)` \| ((?:`[^`]+` ?)+) ?\| ((?:`[^`]+` ?)+)\|$", table, re.M)
    found = {who: (re.findall(r"`([^`]+)`", publish), re.findall(r"`([^`]+)`", subscribe))
             for who, publish, subscribe in rows}
    of_agents = found.pop("<account>.<server>")
    found["agent"] = tuple([subject.replace("{{name()}}", "*.*") for subject in subjects] for subjects in of_agents)
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENT["operations"]))
def test_every_operation_is_allowed_by_its_holders_credentials(name):
    operation = DOCUMENT["operations"][name]
    who, channel = operation["x-who"], channel_of(operation)
    if who == "nats":
        assert channel.startswith("client") and operation["action"] == "send"
        return
    publish, subscribe = permissions()[who]
    if channel == "deadLetter" and operation["action"] == "send":
        # Each consumer's own only.
        taken = {o["x-durable"] for o in OPERATIONS if o["x-who"] == who and "x-durable" in o}
        assert {s for s in publish if s.startswith("lumos.dead.")} == {f"lumos.dead.{durable}.>" for durable in taken}
    elif operation["action"] == "send":
        assert any(covers(allowed, pattern_of(channel)) for allowed in publish)
    elif "x-durable" in operation:
        stream = CHANNELS[channel]["x-stream"]
        assert f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{operation['x-durable']}" in publish
        filters = DOCUMENT["x-streams"][stream]["durables"]
        assert covers(filters[operation["x-durable"]], pattern_of(channel))
    elif who == "presence":
        assert f"$JS.API.CONSUMER.MSG.NEXT.{CHANNELS[channel]['x-stream']}.*" in publish
    else:
        assert any(covers(allowed, pattern_of(channel)) for allowed in subscribe)


def test_whatever_may_be_published_is_an_operation():
    """A right that no operation needs is one too many, or a message that is not documented."""
    known = {o["x-who"] for o in OPERATIONS}
    for who, (publish, _) in permissions().items():
        if who not in known:
            continue  # A process that is not built yet, or a person.
        sent = [pattern_of(channel_of(o)) for o in OPERATIONS if o["x-who"] == who and o["action"] == "send"]
        for allowed in publish:
            if allowed.startswith("lumos.dead."):
                assert "lumos.dead.*.>" in sent, (who, allowed)
            elif allowed.startswith("lumos."):
                assert any(covers(allowed, pattern) for pattern in sent), (who, allowed)


def test_streams_keep_what_their_channels_say():
    for name, channel in CHANNELS.items():
        subjects = [s for stream, config in DOCUMENT["x-streams"].items() if stream == channel.get("x-stream")
                    for s in config["subjects"]]
        others = [s for stream, config in DOCUMENT["x-streams"].items() if stream != channel.get("x-stream")
                  for s in config["subjects"]]
        assert not subjects or any(covers(s, pattern_of(name)) for s in subjects), name
        assert not any(covers(s, pattern_of(name)) for s in others), name


def test_the_cover_of_patterns_is_that_of_nats():
    for allowed, pattern, yes in (
            ("lumos.event.>", "lumos.event.*.server.*.server_down", True), ("lumos.event.>", "lumos.event", False),
            ("a.*.c", "a.b.c", True), ("a.*.c", "a.*.c", True), ("a.b.c", "a.*.c", False), ("a.*", "a.>", False),
            ("a.>", "a.*.>", True)):
        assert covers(allowed, pattern) == yes, (allowed, pattern)
