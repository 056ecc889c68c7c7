"""A screen to draw on, a run to look at, and `handmade` to make records with."""

import asyncio
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

sys.path.insert(0, str(Path(__file__).parent))

from handmade import an_info, fill


class Screen:
    """Where a command prints, and what it looks like there."""

    def __init__(self, width: int = 80) -> None:
        self.console = Console(
            record=True, file=StringIO(), width=width, height=24, highlight=False, markup=False, emoji=False
        )

    def draw(self, *renderables: RenderableType) -> str:
        for renderable in renderables:
            self.console.print(renderable)
        return self.text

    @property
    def text(self) -> str:
        return self.console.export_text(clear=False)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.text.splitlines()]


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def screen_of() -> type[Screen]:
    """By width."""
    return Screen


@pytest.fixture
def filled(tmp_path: Path) -> Callable[..., str]:
    """Fills a run with records, and with the calls of their turns; gives its folder."""

    def make(*records: Any, **how: Any) -> str:
        folder = tmp_path / "run"
        asyncio.run(fill(folder, records, how.get("leak"), how.get("info") or an_info()))
        return str(folder)

    return make
