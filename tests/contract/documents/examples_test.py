"""The pages show the example programs as they are."""
import re

import pytest

from documents import ROOT

DOCS = ROOT / "docs"
SHOWN = re.compile(r"\[examples/([\w.-]+)\]\(examples/[\w.-]+\)[^`]*?(?:`[^`\n]+`[^`]*?)*\n```\w+\n(.*?)^```$", re.S | re.M)
SHOWN_BY_PAGE = {page.name: SHOWN.findall(page.read_text()) for page in DOCS.glob("*.md")}


@pytest.mark.parametrize("name", sorted(file.name for file in (DOCS / "examples").iterdir()))
def test_an_example_is_shown_as_it_is(name):
    texts = [text for shown in SHOWN_BY_PAGE.values() for shown_name, text in shown if shown_name == name]
    assert texts, f"no page shows docs/examples/{name}"
    assert set(texts) == {(DOCS / "examples" / name).read_text()}
