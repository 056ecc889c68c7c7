"""Has every expert a page that says what it claims, what it costs and where it fails?"""

from pathlib import Path

import pytest

from tertulia.critics.registry import BUILT_IN

PAGES = Path(__file__).parents[2] / "docs" / "critics"
SECTIONS = ("## What it checks", "## Method", "## Options", "## Cost", "## Known failures")


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_an_expert_has_a_page(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n")
    assert [section for section in SECTIONS if section not in page] == []
    assert f"[{name}]({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")
