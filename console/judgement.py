"""What did the panels say of a dialogue? Their answers side by side, and what each critic found."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..critics import Abstention, Ballot, Finding, Review, Verdict
from .badge import SIGNS, answer_badge
from .text import one_line

QUOTED = 300
"""Columns of a quoted turn or sentence."""


def judgement(dialogue: Dialogue, reviews: Sequence[Review]) -> RenderableType:
    """Answers of all panels, the current one first; below, what was found."""
    if not reviews:
        return Text("no panel has judged it", style="dim italic")
    several = len(reviews) > 1
    parts: list[RenderableType] = [answers(reviews)]
    for number, review in enumerate(reviews):
        lines = findings(dialogue, review)
        if lines.row_count:
            parts += [Text(), *([Text(panel_name(review, number), style="bold")] if several else []), lines]
    return Group(*parts)


def answers(reviews: Sequence[Review]) -> Table:
    """A row a critic, a column a panel; the last rows are the decisions and their reasons."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    table.add_column("critic", overflow="fold")
    table.add_column("counts as", no_wrap=True)
    for number, review in enumerate(reviews):
        table.add_column(panel_name(review, number) if len(reviews) > 1 else "verdict", overflow="fold")
    for name, row in _rows(reviews).items():
        first = next(ballot for ballot in row if ballot)
        counts = f"{first.role}{', optional' if first.optional else ''}"
        table.add_row(Text(one_line(name)), Text(counts, "dim"), *(answer(ballot) for ballot in row))
    table.add_row(Text("decision", "bold"), "", *(decision(review) for review in reviews))
    return table


def answer(ballot: Ballot | None) -> Text:
    """The answer, with its weight where it has one of its own."""
    if ballot is None:
        return Text("·", style="dim")
    text = answer_badge(ballot.answer)
    return text if ballot.weight == 1 else text.append(f" weight {ballot.weight:g}", style="dim")


def decision(review: Review) -> Text:
    sign, style = SIGNS[review.decision.outcome]
    text = Text(f"{sign} {review.decision.outcome}", style=f"bold {style}")
    why = review.decision.why + ("" if review.complete else ", before the round's barrier")
    return text.append(f"\n{one_line(why)}", style="not bold default")


def panel_name(review: Review, number: int) -> str:
    return f"panel {review.panel[:8]}" + (" (current)" if number == 0 else "")


def findings(dialogue: Dialogue, review: Review) -> Table:
    """What each critic has to say beside its vote, in panel order."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(overflow="fold", max_width=24)
    table.add_column(ratio=1, overflow="fold")
    for ballot in review.ballots:
        for number, line in enumerate(remarks(dialogue, ballot)):
            table.add_row(_critic(ballot) if number == 0 else "", line)
    return table


def remarks(dialogue: Dialogue, ballot: Ballot) -> Iterator[Text]:
    """Findings with the words that they are about, the advice to each seat, figures; of an abstention its reason."""
    if isinstance(ballot.answer, Abstention):
        yield Text(f"{ballot.answer.kind}: {one_line(ballot.answer.why)}", style="dim")
        return
    names = {member.seat: one_line(member.name) for member in dialogue.cast}
    for finding in ballot.answer.findings:
        yield remark(finding, names)
    for seat, text in ballot.answer.advice.items():
        yield Text.assemble((f"advice to {names.get(seat, seat)}: ", "italic dim"), (one_line(text), "dim"))
    if ballot.answer.figures:
        yield figures(ballot.answer, names)


def figures(verdict: Verdict, names: Mapping[str, str]) -> Text:
    """`User 1: sentences 5, sentences reflected 2 · User 2: ...`: what was measured, those of a seat together."""
    told: dict[str, list[str]] = {}
    for name, value in verdict.figures.items():
        seat, slash, what = name.partition("/")
        of, words = (names[seat], what) if slash and seat in names else ("", name)
        told.setdefault(of, []).append(f"{one_line(words)} {value:.4g}")
    parts = (f"{one_line(of)}: {', '.join(found)}" if of else ", ".join(found) for of, found in told.items())
    return Text(" · ".join(parts), style="dim")


def remark(finding: Finding, names: Mapping[str, str]) -> Text:
    """One finding: turn (from 1) and speaker, what was found, and the quotations below it."""
    seat = names.get(finding.seat or "", finding.seat or "")
    turn = f"turn {finding.turn + 1}" if finding.turn is not None else ""
    where = ", ".join(filter(None, (turn, seat)))
    text = Text.assemble((f"{where}: " if where else "", "bold"), one_line(finding.text))
    for label, words in (("profile", finding.sentence), ("said", finding.span)):
        if words and words not in finding.text:
            text.append(f"\n{label}: ", style="not bold dim").append(f"“{one_line(words, QUOTED)}”", style="italic")
    return text


def _critic(ballot: Ballot) -> Text:
    match ballot.answer:
        case Verdict(approve=True):
            return Text(f"✓ {one_line(ballot.critic)}", style="green")
        case Verdict():
            return Text(f"✗ {one_line(ballot.critic)}", style="red")
        case Abstention():
            return Text(f"– {one_line(ballot.critic)}", style="dim")


def _rows(reviews: Sequence[Review]) -> dict[str, list[Ballot | None]]:
    """By critic, in the order in which the panels name them."""
    names = dict.fromkeys(ballot.critic for review in reviews for ballot in review.ballots)
    return {name: [_ballot(review, name) for review in reviews] for name in names}


def _ballot(review: Review, name: str) -> Ballot | None:
    return next((ballot for ballot in review.ballots if ballot.critic == name), None)
