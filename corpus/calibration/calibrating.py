"""What do people's labels say of a panel's critics, and which vote would have said the same?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...critics import Outcome
from ...critics.learned import Weights
from ...models.errors import Mistake
from ..ledger import Ledger
from .crossing import Crossed, Standing, cross, majority, standing
from .deserving import Deserts, critics_deserts, panel_deserts
from .gate import Scores, scores_of, voted, voters, weights_of
from .labels import Labels, read_labels
from .matching import Labelled, Matching, match

LABELS, OF_EACH = 20, 5
"""Fewest dialogues to learn from, and fewest of those that people accept, and that they reject."""
ROUNDED = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a gate is to be learned."""

    accept_from: float | None = None
    """The score from which labels accept."""
    precision: float | None = None
    """Share of the accepted that people have to accept, 0 to 1."""
    folds: int = 5
    seed: int = 0
    every: bool = False
    """Whether all critics are to vote, those with a veto and advisers too."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A learned vote with what is known of it."""

    weights: Weights
    pull: Mapping[str, float]
    """By critic: how much it moves the logit for one standard deviation of its score."""
    abstained: Mapping[str, int]
    """By critic: on how many of the dialogues."""
    dialogues: int
    """That it was learned from."""
    accepted: int
    """Of these, what people accept."""
    strength: float
    folds: int
    standings: tuple[Standing, ...]
    """The gate on held-back folds, the rule as it is, and the majority."""
    reaches: bool
    quorum: int | None
    """1 where many abstain: with the usual quorum some of the dialogues would be undecided."""

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "weights": self.weights.model_dump(mode="json")}


@dataclass(frozen=True, slots=True)
class Calibration:
    """A panel against people's labels."""

    run: str
    panel: str
    labels: Labels
    matching: Matching
    people_accept: int
    critics: tuple[Deserts, ...]
    whole: Deserts
    """The panel as it decides now."""
    gate: Gate | None
    why: str
    """Why there is no gate."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        found = self.matching
        return {
            "run": self.run,
            "panel": self.panel,
            "labels": self.labels.to_dict(),
            "matched": len(found.labelled),
            "unknown": list(found.unknown),
            "unjudged": list(found.unjudged),
            "problems": [problem._asdict() for problem in found.problems],
            "people_accept": self.people_accept,
            "critics": [critic.to_dict() for critic in self.critics],
            "panel_now": self.whole.to_dict(),
            "gate": self.gate.to_dict() if self.gate else None,
            "why_no_gate": self.why,
        }


def calibrate(ledger: Ledger, path: Path, wanted: Wanted = Wanted(), panel: str | None = None) -> Calibration:
    """Labels of a file against the reviews of one panel (None: the current one), and a gate learned from them.

    Raises Mistake for a file that says nothing, or whose labels are of none of the dialogues.
    """
    info = ledger.info()
    labels = read_labels(path, wanted.accept_from)
    found = match(ledger.records(outcomes=None, panel=panel), labels.labels)
    if not found.labelled:
        raise Mistake(f"{path}: {_no_match(found)}")
    gate, why = _gate(found.labelled, wanted)
    return Calibration(
        run=info.name if info else "",
        panel=ledger.panel if panel is None else panel,
        labels=labels,
        matching=found,
        people_accept=sum(one.accept for one in found.labelled),
        critics=tuple(critics_deserts(found.labelled)),
        whole=panel_deserts(found.labelled),
        gate=gate,
        why=why,
    )


def _no_match(found: Matching) -> str:
    if found.unjudged:
        return f"no labelled dialogue has been judged by this panel (such as {', '.join(found.unjudged[:3])})"
    if found.unknown:
        names = ", ".join(map(repr, found.unknown[:3]))
        how = "name an id, a place such as 1/17, or the line of the file that was reviewed"
        return f"no dialogue has a label: there is none called {names}; {how}"
    return "; ".join(problem.text for problem in found.problems[:3])


def _gate(labelled: Sequence[Labelled], wanted: Wanted) -> tuple[Gate | None, str]:
    """The gate, or why there is none."""
    names = tuple(dict.fromkeys(b.critic for one in labelled for b in one.review.ballots))
    names = names if wanted.every else voters(labelled)
    if not names:
        return None, "nobody on the panel votes: with --all it is learned over all critics"
    heard = voted(labelled, names, vetoes=not wanted.every)
    table = scores_of(heard, names)
    if why := _too_few(table, len(labelled), wanted.every):
        return None, why
    crossed = cross(table, wanted.folds, wanted.seed, wanted.precision)
    if not crossed.fitted.weights.any():
        return None, "no critic's score goes up where people accept: there is nothing to learn from them"
    return _told(table, heard, crossed), ""


def _too_few(table: Scores, labels: int, every: bool) -> str:
    yes = int(table.people.sum())
    if len(table) >= LABELS and min(yes, len(table) - yes) >= OF_EACH:
        return ""
    stopped = "" if every or len(table) == labels else f" (of {labels}: vetoes stop the others, or no voter answers)"
    have = f"{len(table)} labelled dialogues come to a vote{stopped}; people accept {yes} and reject {len(table) - yes}"
    return f"{have}: label at least {LABELS}, {OF_EACH} of each kind; 50 to 100 make it worth while"


def _told(table: Scores, heard: Sequence[Labelled], crossed: Crossed) -> Gate:
    decisions = [one.review.decision for one in heard]
    now = np.array([decision.outcome is Outcome.ACCEPTED for decision in decisions])
    rule = standing("rule as it is", table.people, now, [decision.score for decision in decisions])
    heavy = crossed.fitted.weights > 0
    usual = max(1, int(heavy.sum()) - 1)
    return Gate(
        weights=weights_of(table, crossed.fitted, crossed.threshold, {}),
        pull={name: round(float(pull), ROUNDED) for name, pull in zip(table.names, crossed.fitted.pull, strict=True)},
        abstained=dict(zip(table.names, map(int, table.silent.sum(axis=0)), strict=True)),
        dialogues=len(table),
        accepted=int(table.people.sum()),
        strength=crossed.strength,
        folds=crossed.folds,
        standings=(crossed.held_back, rule, majority(table.people)),
        reaches=crossed.reaches,
        quorum=1 if ((~table.silent[:, heavy]).sum(axis=1) < usual).any() else None,
    )
