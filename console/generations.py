"""How does a run that teaches look, generation by generation? A row for each model that spoke a round."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ..corpus.ledger import Ledger
from ..scenarios.event import Taught, TeachingStarted
from ..scenarios.generations import Generation, generations
from .columns import columns
from .text import one_line, share

HEADS = (
    "generation", "spoken by", "round", "accepted", "at the first try", "taught on", "steps", "ppl own", "ppl held out",
    "bits/byte",
)  # fmt: skip
LEGEND = (
    "taught on: accepted dialogues of all rounds before · ppl own: perplexity of dialogues put aside from these · ppl "
    "held out: of {held} dialogues of {name}; between generations with tokenizers of their own compare bits/byte"
)


def generation_report(ledger: Ledger) -> RenderableType | None:
    """The table with what its columns mean; None for a run that teaches nobody."""
    found = generations(ledger)
    if not found:
        return None
    info = ledger.info()
    teach: Any = (info.scenario.get("rounds") or {}).get("teach") if info else None
    held = next((one.held for one in found if one.held), 0)
    name = one_line(str((teach or {}).get("held_out") or "–"), 80)
    legend = Text(LEGEND.format(held=held, name=name), style="dim")
    return Group(generation_table(found), *notes(found), *([legend] if held else []))


def generation_table(found: Sequence[Generation]) -> RenderableType:
    """Generation 0 is what the scenario itself names, and has no perplexity."""
    table = columns(*HEADS, left=2)
    for one in found:
        accepted = f"{one.accepted:,} of {one.jobs:,}"
        numbers = (_whole(one.dialogues), _whole(one.steps), _ppl(one.validation), _ppl(one.held_out))
        bits = "–" if one.bits_per_byte is None else f"{one.bits_per_byte:.3f}"
        model = Text(one_line(one.model, 40))
        table.add_row(str(one.number), model, str(one.round), accepted, share(one.acceptance), *numbers, bits)
    return table


def notes(found: Sequence[Generation]) -> list[Text]:
    """What did not go as it was asked for, a line a round."""
    return [Text(f"round {one.round}: {one_line(one.why, 300)}", style="yellow") for one in found if one.why]


def lesson_line(event: TeachingStarted | Taught) -> str:
    """What a run says of a lesson, in one line."""
    if isinstance(event, TeachingStarted):
        return f"teaching {event.begins} on {event.dialogues:,} accepted dialogues ({event.method})"
    if not event.folder:
        return f"nobody was taught after round {event.round}: {one_line(event.why, 300)}"
    known = [("own", event.validation), ("held out", event.held_out)]
    losses = [f"perplexity {name} {_ppl(value)}" for name, value in known if value is not None]
    what = "was taught before" if event.before else f"taught in {event.steps:,} steps"
    return " · ".join([f"{event.folder} {what}", *losses, "speaks from now on"])


def generations_as_json(ledger: Ledger) -> list[dict[str, Any]]:
    """Empty for a run that teaches nobody."""
    return [one.to_dict() for one in generations(ledger)]


def _whole(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _ppl(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}" if value < 1000 else f"{value:,.0f}"
