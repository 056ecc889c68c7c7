"""What happens at `tertulia export`? A file and its card are written, and what is in them is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.text import Text

from ..corpus.corpus import Corpus
from ..corpus.formats import FORMATS, ExportSummary
from ..corpus.formats import export as write
from ..corpus.formats.registry import format_class
from ..critics import Outcome
from ..models.errors import Mistake
from ..models.suggesting import closest
from .conversation import facts
from .printing import print_json
from .text import number

ABOUT = {
    "messages": "chat messages, a line for each dialogue and seat, its persona as system message",
    "sharegpt": "conversations from the assistant's side, for trainers that read ShareGPT",
    "parlai": "ParlAI text with `your persona:` lines, as PersonaChat has it",
    "spc": "the CSV of Synthetic-Persona-Chat, for two seats",
    "provenance": "everything: all tries with verdicts, lineage and request keys",
    "parquet": "columns to filter and train by, and the provenance (extra `parquet`)",
    "script": "plain text, `NAME: what is said`, scene after scene",
}


def export(
    console: Console, run: str, format: str | None, output: Path | None, include: Sequence[Outcome], json: bool
) -> int:
    """Accepted dialogues, and those of the outcomes to include. Exit code 1 when there are none. Raises Mistake."""
    kind = known(format)
    with Corpus.open(run) as corpus:
        wanted = (Outcome.ACCEPTED, *include) if include else None
        place = output or default_place(run, kind)
        summary = write(corpus.records(outcomes=None), corpus.info, kind, place, wanted)
    if json:
        print_json(as_json(summary))
    else:
        console.print(told(summary, wanted))
    return 0 if summary.dialogues else 1


def known(format: str | None) -> str:
    """The name, if it is one. Raises Mistake with a line for each format."""
    if format in FORMATS:
        return str(format)
    meant = closest(format, FORMATS) if format else None
    what = f"no file format {format!r}" if format else "which format? give --format"
    lines = [f"{what}{f'; did you mean {meant!r}? known:' if meant else '; known:'}"]
    width = max(map(len, FORMATS))
    raise Mistake("\n".join([*lines, *(f"  {name:<{width}}  {ABOUT.get(name, '')}".rstrip() for name in FORMATS)]))


def default_place(run: str, format: str) -> Path:
    """`messages.jsonl` in the run's folder; in the working directory for a ledger that is no file."""
    path = Path(run)
    folder = path if path.is_dir() else path.parent if path.is_file() else Path()
    return folder / f"{format}{format_class(format).suffixes[0]}"


def told(summary: ExportSummary, include: Sequence[Outcome] | None) -> Group:
    """What was written, and what was left out."""
    written = {outcome.value for outcome in include or (Outcome.ACCEPTED,)}
    everything = format_class(summary.format).everything and include is None
    left = {} if everything else {name: n for name, n in summary.outcomes.items() if name not in written and n}
    rows: list[tuple[str, Text | str]] = [
        ("wrote", f"{number(summary.dialogues, 'dialogue')} as {summary.format}"),
        ("file", Text(str(summary.path), "bold")),
        ("card", str(summary.card)),
        ("left out", ", ".join(f"{n:,} {name}" for name, n in left.items())),
    ]
    hint = Text("nothing to train on: no dialogue was accepted; --include rejected exports more", style="yellow")
    return Group(facts(rows), *([] if summary.dialogues else [hint]))


def as_json(summary: ExportSummary) -> dict[str, Any]:
    return {
        "format": summary.format,
        "path": str(summary.path),
        "card": str(summary.card),
        "dialogues": summary.dialogues,
        "jobs": summary.jobs,
        "tries": summary.tries,
        "outcomes": dict(summary.outcomes),
    }
