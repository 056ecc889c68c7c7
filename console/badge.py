"""How does an answer of a critic, or an outcome, look in a word?"""

from collections.abc import Mapping

from rich.text import Text

from ..critics import Abstention, Outcome, Review, Verdict

SIGNS: Mapping[Outcome | None, tuple[str, str]] = {
    Outcome.ACCEPTED: ("✓", "green"),
    Outcome.PASSED_OVER: ("↷", "cyan"),
    Outcome.REJECTED: ("✗", "red"),
    Outcome.UNDECIDED: ("?", "yellow"),
    Outcome.FAILED: ("!", "red"),
    None: ("…", "dim"),
}
"""Sign and style; None is a try that is not settled."""


def outcome_badge(outcome: Outcome | None) -> Text:
    """`✓ accepted`; `… open` while it is not settled."""
    sign, style = SIGNS[outcome]
    return Text(f"{sign} {outcome or 'open'}", style=style)


def answer_badge(answer: Verdict | Abstention) -> Text:
    """`✓ 0.93`, `✗ 0.20`, or `– failed`."""
    if isinstance(answer, Abstention):
        return Text(f"– {answer.kind}", style="dim")
    sign, style = ("✓", "green") if answer.approve else ("✗", "red")
    return Text(f"{sign} {answer.score:.2f}", style=style)


def review_badges(review: Review) -> Text:
    """The decision, then one badge a critic: those that reject first, for where there is little room."""
    _, style = SIGNS[review.decision.outcome]
    text = Text.assemble((f" {review.decision.outcome} ", f"bold {style}"))
    for ballot in sorted(review.ballots, key=lambda ballot: _weight(ballot.answer)):
        match ballot.answer:
            case Verdict(approve=True):
                text.append(f" ✓ {ballot.critic}", style="green")
            case Verdict():
                text.append(f" ✗ {ballot.critic}", style="red")
            case Abstention():
                text.append(f" – {ballot.critic}", style="dim")
    return text.append(" ")


def _weight(answer: Verdict | Abstention) -> int:
    return 2 if isinstance(answer, Abstention) else int(answer.approve)
