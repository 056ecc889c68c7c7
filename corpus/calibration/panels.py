"""Which panels have judged a run, and by which rule?"""

from itertools import islice

from ...models.errors import Mistake
from ..ledger import Ledger
from .leaving import Bench, members_of, rule_behind, seats_of, voting_of

FIRST = 32
"""Dialogues that are asked who judged them."""
TRIED = 256
"""Decisions that a rule has to give again before it is taken for the panel's."""


def panel_meant(ledger: Ledger, start: str | None) -> str:
    """The panel whose fingerprint begins so; None: the current one. Raises Mistake with those that are there."""
    if start is None:
        return ledger.panel
    there = panels(ledger)
    meant = [panel for panel in there if panel.startswith(start)]
    if len(meant) != 1:
        which = "several panels begin" if meant else "no panel begins"
        raise Mistake(f"{which} with {start!r}: there are {', '.join(there) or 'none'}")
    return meant[0]


def panels(ledger: Ledger) -> list[str]:
    """Fingerprints of the panels that have judged the first dialogues, the current one first."""
    first = [record.dialogue.id for record in islice(ledger.records(outcomes=None), FIRST)]
    return list(dict.fromkeys(review.panel for id in first for review in ledger.record(id).reviews))


def bench_of(ledger: Ledger, panel: str) -> Bench:
    """Who sits on a panel, and its rule: None where the panel is not the run's own, and its decisions fit no plain
    rule."""
    info = ledger.info()
    assert info is not None
    if panel == ledger.panel:
        return Bench(members_of(info), voting_of(info))
    records = ledger.records(outcomes=None, panel=panel)
    reviews = list(islice((record.review for record in records if record.review), TRIED))
    return Bench(seats_of(reviews), rule_behind(reviews, voting_of(info)))
