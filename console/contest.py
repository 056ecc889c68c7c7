"""How did the candidates of a job fare against one another, and the policies of a run as judges of them?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..corpus.comparing import PolicyRow, Tournaments
from ..corpus.ledger import Ledger
from ..critics import Abstention, Choice, Outcome
from ..critics.tournament.comparison import Answer, Comparison
from ..critics.tournament.setting import TournamentSetting
from ..critics.tournament.standing import Entrant, Standing, standings
from .columns import columns
from .text import listed, number, one_line, share

SIDES = {Choice.FIRST: 0, Choice.SECOND: 1}


class Contest:
    """The comparisons of one attempt of a job under the run's panel, with what they come to."""

    def __init__(self, ledger: Ledger, dialogue: Dialogue) -> None:
        place, info = dialogue.place, ledger.info()
        every = ledger.comparisons(place.round, place.index) if place else []
        self.comparisons = [one for one in every if place and one.attempt == place.attempt]
        tries = ledger.tries(place.round, place.index) if place and self.comparisons else []
        self._tries = {record.dialogue.id: record for record in tries}
        scenario: Mapping[str, Any] = info.scenario if info else {}
        given = scenario.get("critics", {}).get("tournament")
        self.setting = TournamentSetting.model_validate(given or {})

    def __bool__(self) -> bool:
        return bool(self.comparisons)

    def standings(self) -> tuple[Standing, ...]:
        """By all that was compared, the best first."""
        compared = {id for one in self.comparisons for id in one.pair}
        found = [record for id, record in self._tries.items() if id in compared]
        entrants = [Entrant(r.dialogue.id, r.review.decision.score if r.review else 0.0) for r in found]
        return standings(entrants, self.comparisons, self.setting.pick)

    def name(self, id: str) -> str:
        """The candidate's number."""
        record = self._tries.get(id)
        return str(record.dialogue.place.candidate) if record and record.dialogue.place else id[:8]

    def chosen(self, id: str) -> bool:
        return id in self._tries and self._tries[id].outcome is Outcome.ACCEPTED

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.setting.model_dump(mode="json"),
            "standings": [_standing_to(this) for this in self.standings()],
            "comparisons": [_comparison_to(one) for one in self.comparisons],
        }


def contest(found: Contest, dialogue: Dialogue) -> RenderableType:
    """Where all candidates stand, and how this one was compared with the others."""
    mine = [one for one in found.comparisons if dialogue.id in one.pair]
    if not any(one.choice for one in found.comparisons):
        return Text(f"tournament: nothing could be compared ({one_line(found.comparisons[0].why)})", style="yellow")
    heading = Text.assemble(
        ("tournament", "bold"), (f"  {listed((found.setting.schedule, found.setting.pick))}", "dim")
    )
    return Group(heading, standing_table(found), Text(), comparison_table(found, mine))


def standing_table(found: Contest) -> Table:
    table = columns("candidate", "won", "lost", "tied", "pairs won", "strength", "panel's score")
    for this in found.standings():
        name = Text(f"{'✓' if found.chosen(this.id) else '↷'} {found.name(this.id)}")
        counts = (f"{this.wins}", f"{this.losses}", f"{this.ties}", f"{this.pairs:g} of {this.met}")
        table.add_row(name, *counts, f"{this.strength:.2f}", f"{this.score:.2f}")
    return table


def comparison_table(found: Contest, comparisons: Sequence[Comparison]) -> Table:
    """A row a comparison: who was better, what each order said, and why."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in ("policy", "candidates", "better", "each order said", "why"):
        table.add_column(name, overflow="fold")
    for one in comparisons:
        pair = " : ".join(map(found.name, one.pair))
        said = f"{_said(found, one.pair, one.forth)}, {_said(found, one.pair[::-1], one.back)}"
        style = "" if one.agrees else "yellow"
        table.add_row(Text(one_line(one.policy)), pair, _better(found, one), Text(said, style), one_line(one.why, 200))
    return table


def _better(found: Contest, one: Comparison) -> str:
    if one.choice is None:
        return "–"
    return "=" if one.choice is Choice.TIE else found.name(one.pair[SIDES[one.choice]])


def _said(found: Contest, shown: Sequence[str], answer: Answer) -> str:
    """The candidate that an order preferred."""
    if isinstance(answer, Abstention):
        return answer.kind.value
    return "=" if answer.choice is Choice.TIE else found.name(shown[SIDES[answer.choice]])


def tournament_table(found: Tournaments) -> Group:
    """A row a policy that has compared; below, who has not, those with one story in one line."""
    table = columns("policy", "compared", "ties", "orders disagree", "first shown wins")
    for row in found.policies:
        shares = (share(row.disagreement), share(row.first_share))
        table.add_row(Text(one_line(row.policy)), f"{row.compared:,}", f"{row.ties:,}", *shares)
    return Group(*([table] if any(row.compared for row in found.policies) else []), *_silent(found.policies))


def _silent(rows: Sequence[PolicyRow]) -> Iterator[Text]:
    stories: dict[tuple[str, str], list[str]] = {}
    for row in (row for row in rows if row.abstained):
        told = ", ".join(f"{kind} {count:,}x" for kind, count in row.abstained.items())
        what = "abstained" if row.compared else "compared nothing: the panel's score decides"
        stories.setdefault((what, f"{told}: {one_line(row.why, 200)}"), []).append(row.policy)
    for (what, told), policies in stories.items():
        yield Text(f"{', '.join(map(one_line, policies))} {what} ({told})", style="yellow")


def tournament_title(found: Tournaments) -> str:
    return f"tournaments, {number(found.held, 'job')} with more than one candidate to choose from"


def _standing_to(this: Standing) -> dict[str, Any]:
    return {name: getattr(this, name) for name in this.__dataclass_fields__}


def _comparison_to(one: Comparison) -> dict[str, Any]:
    answers = [
        {"abstains": answer.kind, "why": answer.why}
        if isinstance(answer, Abstention)
        else {"choice": answer.choice, "why": answer.why}
        for answer in (one.forth, one.back)
    ]
    plain = {"policy": one.policy, "first": one.first, "second": one.second, "choice": one.choice, "why": one.why}
    return {**plain, "answers": answers}
