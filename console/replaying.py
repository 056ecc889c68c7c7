"""What happens at `tertulia replay`? Dialogues are played turn by turn, and end with their badges."""

from collections.abc import Callable, Iterator, Sequence
from time import sleep

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ..corpus import Record
from ..corpus.corpus import Corpus
from .badge import review_badges
from .choosing import chosen
from .conversation import ending, people, spoken, title
from .text import number, one_line

PACE = 0.8
"""Seconds a turn on a terminal."""

Wait = Callable[[float], None]


def replay(console: Console, run: str, dialogues: Sequence[str], pace: float | None, wait: Wait = sleep) -> int:
    """Those that are named, or all accepted ones. Raises Mistake."""
    seconds = (PACE if console.is_terminal else 0.0) if pace is None else pace
    with Corpus.open(run) as corpus:
        named = [record for text in dialogues for record in chosen(corpus.ledger, text)]
        played = 0
        try:
            for record in named or ([] if dialogues else corpus.records()):
                play(console, record, seconds, wait)
                played += 1
        except KeyboardInterrupt:
            console.print()
            raise
        if not played:
            console.print(f"nothing to play: no dialogue of {run} is accepted", style="yellow")
        elif played > 1:
            console.print(Text(number(played, "dialogue"), style="dim"))
    return 0


def play(console: Console, record: Record, seconds: float, wait: Wait) -> None:
    """One dialogue, with a pause after each turn."""
    dialogue = record.dialogue
    console.print(title(record))
    console.print(people(dialogue))
    if dialogue.setting:
        console.print(Text(one_line(dialogue.setting), style="dim italic"))
    console.print()
    for line in spoken(dialogue):
        console.print(Padding(line, (0, 0, 0, 2)))
        if seconds:
            wait(seconds)
    console.print()
    for line in closing(record):
        console.print(line)
    console.print()


def closing(record: Record) -> Iterator[Text]:
    yield ending(record.dialogue)
    if record.review:
        yield review_badges(record.review)
