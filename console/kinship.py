"""Which dialogues stood in the prompts of a dialogue, and in theirs?"""

from rich.text import Text

from ..agents import Dialogue
from ..corpus import Record
from ..corpus.ledger import Ledger
from ..corpus.lineage import ancestors
from ..models.errors import Mistake
from .choosing import place_name

SHOWN = 6
"""Ancestors of one generation that are named."""
NAMES = ("exemplars", "their exemplars", "and theirs")


class Kin:
    """The dialogues of a ledger by id, for a walk through the generations."""

    def __init__(self, ledger: Ledger, child: Dialogue) -> None:
        self._ledger = ledger
        self._known: dict[str, Record | None] = {child.id: Record(child)}

    def find(self, id: str) -> Record | None:
        """None for one that is in no run, such as a seed."""
        if id not in self._known:
            try:
                found = self._ledger.record(id)
                self._known[id] = found if found.dialogue.id == id else None
            except Mistake:
                self._known[id] = None
        return self._known[id]

    def parents(self, id: str) -> tuple[str, ...]:
        record = self.find(id)
        return record.dialogue.exemplars if record else ()

    def name(self, id: str) -> str:
        """`1/4/0 ab12cd34`, or `seed train-1`."""
        record = self.find(id)
        return f"{place_name(record.dialogue.place)} ({id[:8]})" if record else f"seed {id}"


def lineage(dialogue: Dialogue, ledger: Ledger) -> list[tuple[str, Text]]:
    """A row a generation: what it is called, and who is in it."""
    kin = Kin(ledger, dialogue)
    rows = []
    for number, generation in enumerate(ancestors(dialogue.id, kin.parents)):
        names = [kin.name(id) for id in generation[:SHOWN]]
        if len(generation) > SHOWN:
            names.append(f"and {len(generation) - SHOWN} more")
        rows.append((NAMES[min(number, len(NAMES) - 1)], Text(" · ".join(names))))
    return rows
