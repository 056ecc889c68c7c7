"""How did each generation of a taught model do? What critics accepted of it, and what it expects of real people."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..corpus.reading import Reader
from ..corpus.rounds import RoundSummary, summarise
from ..models.spec import ModelSpec
from .scenario import Scenario
from .teaching import lessons, name_of


@dataclass(frozen=True, slots=True)
class Generation:
    """Who spoke in a round, what it was taught on, and how it did."""

    number: int
    """0: the scenario's own models; then one for each lesson."""
    round: int
    """That it spoke in."""
    model: str
    """As it stands in the dialogues."""
    jobs: int
    accepted: int
    acceptance: float
    """Share of the first attempts that the panel approves, 0 to 1."""
    dialogues: int | None = None
    """That it was taught on; this and what follows is None where nobody was taught."""
    examples: int | None = None
    steps: int | None = None
    validation: float | None = None
    """Perplexity of the dialogues that were put aside from its lesson."""
    held_out: float | None = None
    """Perplexity of the held-out dialogues."""
    bits_per_byte: float | None = None
    """Of the held-out dialogues; to be compared where tokenizers differ."""
    held: int | None = None
    """Held-out dialogues that were read."""
    why: str = ""
    """Why nobody was taught anew before this round, or what could not be measured."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


def generations(ledger: Reader) -> list[Generation]:
    """One for each round that was played, in order; none for a run that does not teach."""
    info = ledger.info()
    teach = (info.scenario.get("rounds") or {}).get("teach") if info else None
    return list(_generations(ledger)) if teach else []


def _generations(ledger: Reader) -> Iterator[Generation]:
    info = ledger.info()
    known, number, model = lessons(info), 0, _first(dict(info.scenario) if info else {})
    told: dict[str, Any] = {}
    for summary in _summaries(ledger):
        lesson = known.get(summary.round - 1, {})
        if learned := lesson.get("learned"):
            number, model = number + 1, str(ModelSpec(provider="transformers", model=name_of(summary.round - 1)))
            told = {name: learned[name] for name in TOLD}
        why = str(lesson.get("why") or "; ".join(learned.get("notes", ()) if learned else ()))
        counts = (summary.jobs, summary.accepted, summary.acceptance)
        yield Generation(number, summary.round, model, *counts, **told, why=why)


TOLD = ("dialogues", "examples", "steps", "validation", "held_out", "bits_per_byte", "held")


def _summaries(ledger: Reader) -> Iterator[RoundSummary]:
    for number in ledger.rounds():
        if (summary := summarise(number, ledger.records(outcomes=None, rounds=(number,)))).jobs:
            yield summary


def _first(plain: dict[str, Any]) -> str:
    """The models that speak where nobody was taught."""
    try:
        scenario = Scenario.model_validate(plain)
    except ValueError:
        return ""
    return ", ".join(dict.fromkeys(map(str, scenario.cast_models().values())))
