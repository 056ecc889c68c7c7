"""Reviews in a line, for the tests of calibration."""

from collections.abc import Sequence

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import Record
from tertulia.corpus.calibration.matching import Labelled
from tertulia.critics import Abstention, Ballot, Outcome, Review, SeatKind, Verdict, Voting, Why, decide
from tertulia.personas import Persona

SILENT = Abstention(Why.NOT_APPLICABLE, "nothing to judge")


def answer(score: float | None) -> Verdict | Abstention:
    """A score of 0.5 or more approves; None abstains."""
    return SILENT if score is None else Verdict(score >= 0.5, score)


def review(id: str, voting: Voting | None = None, complete: bool = True, **scores: float | None) -> Review:
    """Upper case has a veto; a name that ends in `_` advises."""
    ballots = tuple(Ballot(name, answer(score), role(name)) for name, score in scores.items())
    return Review(id, "p", ballots, decide(ballots, voting or Voting()), complete)


def role(name: str) -> SeatKind:
    if name.endswith("_"):
        return SeatKind.ADVISE
    return SeatKind.VETO if name.isupper() else SeatKind.VOTE


def record(review: Review | None, index: int = 0, id: str = "", source: str = "", attempt: int = 0) -> Record:
    cast = tuple(Member(seat, Persona(name=seat)) for seat in "ab")
    place = Place(1, index, attempt)
    id = id or (review.dialogue if review else f"d{index}")
    dialogue = Dialogue(id, cast, (Turn("a", "Hi."),), place=place, source=source)
    return Record(dialogue, review.decision.outcome if review else Outcome.FAILED, "", (review,) if review else ())


def labelled(accept: Sequence[bool], **scores: Sequence[float | None]) -> list[Labelled]:
    """One dialogue a column."""
    rows = zip(*scores.values(), strict=True)
    made = (dict(zip(scores, row, strict=True)) for row in rows)
    found = enumerate(zip(accept, made, strict=True))
    return [Labelled(f"{n:04}", good, review(f"{n:04}", **given)) for n, (good, given) in found]
