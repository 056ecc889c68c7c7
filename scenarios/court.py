"""Who judges, and sees that each review and outcome is kept?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..agents import Dialogue
from ..corpus import Record
from ..corpus.ledger import Ledger
from ..critics import Limits, Outcome, PanelMember, Review
from ..critics.panel import Panel
from ..critics.refine import Ending, Try, best
from ..critics.seating import called_for
from ..critics.tournament.seating import asking, needed
from ..critics.tournament.tournament import Tournament
from ..models.request import Events
from .connecting import Connections
from .equipping import CHAT, Equipment
from .event import JobDone, Reviewed
from .limiting import Spending
from .scenario import Scenario

NO_COMPARER = "no language model to compare with, the panel's score decides; give `models.judge`"


@dataclass(frozen=True)
class Court:
    """A panel with the ledger that its reviews go to."""

    panel: Panel
    ledger: Ledger
    events: Events
    judging: str
    """Fingerprint under which reviews and outcomes are kept: the panel's, and that of all else that decides."""
    limits: Limits
    spending: Spending
    final: bool = True
    """Whether a job is done once it is settled: not in a review, which is made while more tries may still come."""
    tournament: Tournament | None = None
    """Finds the best of several candidates; without, the panel's score does."""
    unheld: str = ""
    """Why no tournament is held, where one is wanted."""

    async def judge(self, dialogue: Dialogue) -> Review:
        """The panel's review, committed."""
        return await self.keep(dialogue, await self.panel.review(dialogue, self.limits))

    async def keep(self, dialogue: Dialogue, review: Review) -> Review:
        """Commit a review, and tell of it."""
        kept = replace(review, panel=self.judging)
        await self.ledger.keep_review(kept)
        assert dialogue.place is not None
        self.events(Reviewed(dialogue.place, kept))
        return kept

    async def choose(self, tries: Sequence[Try]) -> Try:
        """The best of one attempt's tries that the panel accepts; what was compared for it is committed."""
        place = tries[0].dialogue.place
        if self.tournament is None or place is None:
            return best(tries)
        held = await self.tournament.hold(tries, self.ledger.comparisons(place.round, place.index, self.judging))
        if held.made:
            await self.ledger.keep_comparisons(place.round, place.index, self.judging, held.made)
        return held.winner

    async def settle(self, round: int, index: int, ending: Ending) -> None:
        """Commit what became of a job's tries; its replies need not be at hand any more."""
        ending = self._explained(round, index, ending)
        await self.ledger.settle(round, index, self.judging, ending.outcomes(), self.final)
        self.ledger.replies.forget(f"{round}/{index}")
        await self.spending.now_and_then()
        self.events(JobDone(round, index, outcome_of(ending), ending.attempts))

    def _explained(self, round: int, index: int, ending: Ending) -> Ending:
        """With the reason why each other candidate was passed over."""
        if self.tournament is None or ending.chosen is None or len(ending.rivals) < 2:
            return ending
        compared = self.ledger.comparisons(round, index, self.judging)
        return replace(ending, lost=self.tournament.reasons(ending.chosen, ending.rivals, compared))

    def tries(self, round: int, index: int) -> list[Try]:
        """A job's tries as the ledger has them."""
        return [tried(record) for record in self.ledger.tries(round, index, self.judging)]

    def tries_of(self, round: int, indices: Sequence[int]) -> Iterator[list[Try]]:
        """The same of several jobs, in the order of `indices`; for less than one by one."""
        for records in self.ledger.tries_of(round, indices, self.judging):
            yield [tried(record) for record in records]


def panel_of(scenario: Scenario, connections: Connections, equipment: Equipment, events: Events) -> Panel:
    """The scenario's panel. A judge's model is connected where a critic needs one."""
    critics, services = scenario.critics, dict(equipment.scorers)
    if any(asks_model(member, scenario) for member in critics.panel):
        services[CHAT] = connections.task("judge")
    return Panel(critics.panel, critics.voting, services, events, scenario.folder)


def tournament_of(
    scenario: Scenario, connections: Connections, equipment: Equipment, events: Events
) -> Tournament | None:
    """The scenario's tournament, where a job has several candidates and it wants one."""
    if (setting := scenario.tournament) is None:
        return None
    asks = CHAT in needed(setting, scenario.folder)
    services = {**equipment.scorers, **({CHAT: connections.task("judge")} if asks else {})}
    return Tournament(setting, services, events, scenario.folder)


def unheld(scenario: Scenario) -> str:
    """Why a tournament that is wanted can't be held: all who compare ask a language model, and there is none."""
    setting = scenario.tournament
    if setting is None or scenario.spec_for("judge").provider != "rehearsal":
        return ""
    return NO_COMPARER if asking(setting, scenario.folder) == len(setting.policies) else ""


def asks_model(member: PanelMember, scenario: Scenario) -> bool:
    """Whether a critic of the panel asks a language model. One that can't be had asks nobody."""
    return CHAT in called_for(member, scenario.folder)


def tried(record: Record) -> Try:
    """A try as the ledger has it."""
    return Try(record.dialogue, record.review)


def outcome_of(ending: Ending) -> Outcome:
    """What became of the job: that of its chosen try, or of its last."""
    return (ending.chosen or ending.tries[-1]).outcome
