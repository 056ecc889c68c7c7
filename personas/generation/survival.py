"""How many lines does each filter let through? Cumulative, beside the shares that PersonaChatGen reports."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Filter(StrEnum):
    """What a line has to pass, in this order."""

    PARSE = "parse"
    """It has the form `sentence (key: value)`, and is a sentence that a person may say of himself or herself."""
    ENTITY = "entity"
    """The value stands in the sentence."""
    CATEGORY = "category"
    """The sentence is about its category."""
    DUPLICATE = "duplicate"
    """Nobody has said it yet, word for word or nearly so."""


PAPER: Mapping[Filter, float] = MappingProxyType(
    {Filter.PARSE: 0.9376, Filter.ENTITY: 0.592, Filter.CATEGORY: 0.4793, Filter.DUPLICATE: 0.2178}
)
"""Share of all lines that survives so far (Lee et al. 2022)."""


@dataclass(frozen=True, slots=True)
class SurvivalRow:
    """One filter."""

    filter: Filter
    lost: int
    left: int
    """After this filter."""
    share: float | None
    """Of all lines, 0 to 1; None where there were none."""
    paper: float


@dataclass(frozen=True, slots=True)
class Survival:
    """Lines that came, and what each filter took of them."""

    lines: int
    lost: Mapping[Filter, int]

    @classmethod
    def of(cls, lines: int, fates: Iterable[Filter]) -> "Survival":
        return cls(lines, Counter(fates))

    @property
    def rows(self) -> tuple[SurvivalRow, ...]:
        """All filters in their order."""
        left, rows = self.lines, []
        for each in Filter:
            lost = self.lost.get(each, 0)
            left -= lost
            rows.append(SurvivalRow(each, lost, left, left / self.lines if self.lines else None, PAPER[each]))
        return tuple(rows)

    def to_dict(self) -> dict[str, Any]:
        return {"lines": self.lines, "filters": [asdict(row) for row in self.rows]}
