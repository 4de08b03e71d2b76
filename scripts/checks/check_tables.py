#!/usr/bin/env python3
"""Tables in documents against the code, both ways: messages, processes, metrics, LUMOS_* variables, folders."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text(path: str) -> str:
    file = ROOT / path
    return file.read_text() if file.exists() else ""


def tracked(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def compare(what: str, in_code: set[str], in_table: set[str], table: str) -> list[str]:
    return ([f"{what} {name} is in the code but not in {table}" for name in sorted(in_code - in_table)] +
            [f"{what} {name} is in {table} but not in the code" for name in sorted(in_table - in_code)])


def messages() -> list[str]:
    stems = {pathlib.Path(p).name.removesuffix(".schema.json") for p in tracked("schemas/*.schema.json")}
    # A row may name several; the table of files beside it names no subject.
    rows = {name for row in re.findall(r"^\|([^|]+)\| `[^|]*(?:lumos|…)\.", text("schemas/README.md"), re.M)
            for name in re.findall(r"`([a-z_]+)`", row)}
    found = compare("message", stems, rows, "schemas/README.md")
    examples = {pathlib.Path(p).name.removesuffix(".example.json") for p in tracked("schemas/*.example.json")}
    return found + compare("message", stems, examples, "the examples")


def variables() -> list[str]:
    sources = "\n".join(text(p) for p in tracked("workers/*.cpp", "workers/*.h"))
    keys = set(re.findall(r'\{\s*(?:\.key\s*=\s*)?"([a-z][a-z0-9_]+)",\s*(?:\.kind\s*=\s*)?(?:runtime::)?SettingKind::', sources))
    keys |= set(re.findall(r'\.key\s*=\s*"([a-z][a-z0-9_]+)"', sources))
    named = {"LUMOS_" + key.upper() for key in keys} | set(re.findall(r'"((?:LUMOS|CLOUDFLARE)_[A-Z_]+)"', sources))
    named = {name.removesuffix("_FILE") if name.removesuffix("_FILE") in named else name for name in named}
    rows = set(re.findall(r"^\|[^|]*`((?:LUMOS|CLOUDFLARE)_[A-Z_]+)`", text("docs/configuration.md"), re.M))
    named.discard("LUMOS_CLOUDFLARE_BASE_URL")
    # All processes read lumos.toml: a key that is missing there is a mistake to all but its own.
    listed = text("workers/shared/runtime/common_settings.cpp").partition("keys_of_all_processes()")[2]
    unlisted = [f"setting {key} is not in keys_of_all_processes of runtime/common_settings.cpp"
                for key in sorted(keys - {"config"}) if f'"{key}"' not in listed]
    return unlisted + compare("variable", named, rows, "docs/configuration.md")


def metrics() -> list[str]:
    sources = "\n".join(text(p) for p in tracked("workers/*.cpp", "workers/*.h"))
    named = set(re.findall(r'"(lumos_[a-z_]+)"', sources))
    # A row may name several.
    rows = {name for row in re.findall(r"^\|([^|]+)\|", text("docs/metrics.md"), re.M)
            for name in re.findall(r"`(lumos_[a-z_]+)", row)}
    return compare("metric", named, rows, "docs/metrics.md")


def readmes() -> list[str]:
    folders = {str(pathlib.Path(p).parent) for p in tracked("*.cpp", "*.py", "*.sql")}
    # The page of docs/examples is docs/integrating.md, which shows each file.
    skip = r"^\.$|^docs/examples$|^sql/(queries/.+|migrations)$|^tests/(unit|store|bus|contract)/.+|^tests/lab/.+"
    found = [f"{f} has no README.md" for f in sorted(folders)
             if not re.search(skip, f) and not (ROOT / f / "README.md").exists()]
    top = text("README.md")
    found += [f"README.md does not name the folder {d}/" for d in
              ("workers", "bus", "schemas", "sql", "tests", "compose", "scripts", "docs") if f"`{d}/`" not in top]
    return found


def queries() -> list[str]:
    found = []
    for path in tracked("sql/queries/*/*.sql"):
        lines = text(path).splitlines()
        if not lines or not lines[0].startswith("-- "):
            found.append(f"{path}: its first line says why (`-- …`)")
        elif "$1" in text(path) and not any("$1" in l and l.startswith("--") for l in lines[:12]):
            found.append(f"{path}: a comment line says what $1 … are")
    return found


def links() -> list[str]:
    found = []
    for path in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", text(path)):
            if not (ROOT / path).parent.joinpath(target).exists():
                found.append(f"{path}: link to {target}, which is not there")
    return found


def main() -> int:
    assert compare("x", {"a"}, {"b"}, "t") == ["x a is in the code but not in t", "x b is in t but not in the code"]
    found = messages() + variables() + metrics() + readmes() + queries() + links()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
