"""What would break somebody who reads or writes what was released: within a version there are optional additions and
nothing else. Each difference is one line; none is the aim."""
import json

import yaml

# Not what a message may be, but words about it.
WORDS = {"description", "title", "examples", "example", "default", "deprecated", "summary", "$comment"}
# A smaller number refuses more; and the other way round.
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}


class Document:
    """A schema with whatever its references name; `files` gives other files by name."""

    def __init__(self, root, files=None):
        self.root, self.files = root, files or {}

    def resolve(self, schema):
        while isinstance(schema, dict) and "$ref" in schema:
            name, _, path = schema["$ref"].partition("#")
            schema = self.files[name.removeprefix("./")] if name else self.root
            for step in path.strip("/").split("/") if path else ():
                schema = schema[step.replace("~1", "/").replace("~0", "~")]
        if isinstance(schema, dict) and "allOf" in schema:
            parts = [self.resolve(part) for part in schema["allOf"]]
            whole = {key: value for key, value in schema.items() if key != "allOf"}
            for part in parts:
                for key, value in part.items():
                    if key == "properties":
                        whole[key] = whole.get(key, {}) | value
                    elif key == "required":
                        whole[key] = whole.get(key, []) + value
                    else:
                        whole.setdefault(key, value)
            return whole
        return schema


def types(schema):
    listed = schema.get("type")
    return listed if isinstance(listed, list) else [listed]


def in_full(document, value):
    """Without references and words: for what is compared as a whole."""
    value = document.resolve(value)
    if isinstance(value, dict):
        return {key: in_full(document, part) for key, part in value.items() if key not in WORDS}
    return [in_full(document, part) for part in value] if isinstance(value, list) else value


def breaks(old, new, old_schema, new_schema, at="$"):
    """Lines for a pair of schemas of two Documents."""
    before, now = old.resolve(old_schema), new.resolve(new_schema)
    found = []
    if sorted(map(str, types(before))) != sorted(map(str, types(now))):
        found.append(f"{at}: its type was {types(before)} and is {types(now)}")
    found += [f"{at}: {value!r} is no longer possible" for value in before.get("enum", [])
              if "enum" in now and value not in now["enum"]]
    if "enum" in now and "enum" not in before:
        found.append(f"{at}: only some values are possible now")
    found += fields(old, new, before, now, at)
    for part in ("items", "additionalProperties"):
        if isinstance(before.get(part), dict) and isinstance(now.get(part), dict):
            found += breaks(old, new, before[part], now[part], f"{at}[]")
        elif before.get(part) != now.get(part):
            found.append(f"{at}: {part} changed")
    for key in sorted((set(before) | set(now)) - WORDS - {
            "type", "enum", "properties", "required", "items", "additionalProperties", "$schema"}):
        was, is_now = before.get(key), now.get(key)
        if key in UPPER and is_now is not None and (was is None or is_now < was):
            found.append(f"{at}: {key} was {was} and is {is_now}")
        elif key in LOWER and is_now is not None and (was is None or is_now > was):
            found.append(f"{at}: {key} was {was} and is {is_now}")
        elif key not in UPPER | LOWER and in_full(old, was) != in_full(new, is_now):
            found.append(f"{at}: {key} changed")
    return found


def fields(old, new, before, now, at):
    found = []
    had, has = before.get("properties", {}), now.get("properties", {})
    must, must_now = set(before.get("required", [])), set(now.get("required", []))
    found += [f"{at}.{name}: the field is gone" for name in sorted(set(had) - set(has))]
    found += [f"{at}.{name}: it is required now" for name in sorted(must_now - must)]
    found += [f"{at}.{name}: it need not be there any more" for name in sorted(must - must_now)]
    for name in sorted(set(had) & set(has)):
        found += breaks(old, new, had[name], has[name], f"{at}.{name}")
    return found


def load(folder):
    files = {file.name: json.loads(file.read_text()) for file in sorted(folder.glob("*.schema.json"))}
    return {"schemas": files, **{name: yaml.safe_load((folder / f"{name}.yaml").read_text())
                                 for name in ("asyncapi", "openapi")}}


def breaks_of_messages(old, new):
    found = [f"{name}: the message is gone" for name in sorted(set(old) - set(new))]
    for name in sorted(set(old) & set(new)):
        found += [f"{name}: {line}" for line in breaks(Document(old[name]), Document(new[name]), old[name], new[name])]
    return found


def breaks_of_bus(old, new):
    """Where each message travels, and what a follower may rely on of its stream."""
    def channels(document):
        return {message: (channel["address"], channel.get("x-stream"))
                for channel in document["channels"].values() for message in channel["messages"]}
    had, has = channels(old), channels(new)
    return [f"{message}: it travelled under {place} and now under {has.get(message)}"
            for message, place in had.items() if has.get(message) != place]


METHODS = ("get", "post", "patch", "delete", "put")


def breaks_of_api(old, new):
    before, now = Document(old), Document(new)
    found = []
    for path, item in old["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            at = f"{method.upper()} {path}"
            operation = new["paths"].get(path, {}).get(method)
            if operation is None:
                found.append(f"{at}: the route is gone")
                continue
            found += [f"{at}: {line}" for line in breaks_of_operation(
                before, now, {"shared": item.get("parameters", []), **item[method]},
                {"shared": new["paths"][path].get("parameters", []), **operation})]
    return found


def breaks_of_operation(before, now, old, new):
    found = []

    def parameters(document, operation):
        return {(p["in"], p["name"]): p for p in map(document.resolve, operation["shared"] + operation.get("parameters", []))}
    had, has = parameters(before, old), parameters(now, new)
    found += [f"parameter {name}: it is gone" for kind, name in sorted(set(had) - set(has))]
    found += [f"parameter {name}: it is required now" for (kind, name), p in sorted(has.items())
              if p.get("required") and not had.get((kind, name), {}).get("required")]
    for key in sorted(set(had) & set(has)):
        found += breaks(before, now, had[key]["schema"], has[key]["schema"], f"parameter {key[1]}")
    if old.get("security") != new.get("security"):
        found.append("who may ask changed")
    found += breaks_of_content(before, now, old.get("requestBody"), new.get("requestBody"), "request")
    for status, response in old["responses"].items():
        if status not in new["responses"]:
            found.append(f"the answer {status} is gone")
            continue
        found += breaks_of_content(before, now, response, new["responses"][status], status)
    return found


def breaks_of_content(before, now, old, new, at):
    """One side only writes it: what is asked may get easier, an answer may say more."""
    harmless = ": it need not be there any more" if at == "request" else ": it is required now"
    had, has = (document.resolve(part or {}).get("content", {}) for document, part in ((before, old), (now, new)))
    found = [f"{at}: {kind} is gone" for kind in sorted(set(had) - set(has))]
    for kind in sorted(set(had) & set(has)):
        found += [line for line in breaks(before, now, had[kind]["schema"], has[kind]["schema"], at)
                  if not line.endswith(harmless)]
    return found


def all_breaks(old, new):
    return (breaks_of_messages(old["schemas"], new["schemas"]) + breaks_of_bus(old["asyncapi"], new["asyncapi"]) +
            breaks_of_api(old["openapi"], new["openapi"]))
