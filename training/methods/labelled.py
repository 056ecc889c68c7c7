"""Which dialogues have people labelled, and how? As `tertulia critics calibrate` reads labels, rejected ones too."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ...agents import Dialogue
from ...corpus.calibration.labels import read_labels
from ...corpus.calibration.matching import match
from ...corpus.corpus import Corpus
from ...corpus.formats.importing import read_dialogues
from ...corpus.opening import is_run
from ...corpus.record import Record
from ...critics import Decision, Outcome, Review
from ...models.errors import Mistake

UNSEEN = Review("", "", (), Decision(Outcome.UNDECIDED))
"""Of a dialogue that no panel has judged: a label needs none."""


def labelled(source: str, file: Path, accept_from: float | None) -> tuple[tuple[Dialogue, ...], Mapping[str, bool]]:
    """The dialogues of a run or a file that have a label, in their order, and by id whether people accept them.

    Raises Mistake for a file without labels, and where no label is of one of the dialogues.
    """
    labels = read_labels(file, accept_from)
    found = match(_records(source), labels.labels)
    accepts = {one.id: one.accept for one in found.labelled}
    if not accepts:
        names = ", ".join(map(repr, found.unknown[:3]))
        raise Mistake(
            f"{file}: no dialogue of {source} has a label: there is none called {names}; name its id or place"
        )
    return tuple(r.dialogue for r in _records(source) if r.dialogue.id in accepts), accepts


def _records(source: str) -> Iterator[Record]:
    """Of a run all tries, whatever became of them; each with a review."""
    if is_run(source):
        with Corpus.open(source) as corpus:
            yield from (r if r.review else replace(r, reviews=(UNSEEN,)) for r in corpus.records(outcomes=None))
    else:
        yield from (Record(dialogue, reviews=(UNSEEN,)) for dialogue in read_dialogues(Path(source).expanduser()))
