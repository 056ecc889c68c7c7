"""How do the people of a job come by their personality, and by the sentence that fits it?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..agents import Job, Member
from ..agents.speaker import PERSON
from ..agents.staging import language_name
from ..models.client import ChatClient
from ..models.request import Events
from ..personas.personality.selecting import select, selectable
from ..personas.personality.setting import Setting
from ..personas.personality.statements import read_statements
from .event import Selected
from .finding import located
from .scenario import Scenario


def setting_of(scenario: Scenario) -> Setting | None:
    """How the scenario gives out personalities; None where it doesn't. Raises Mistake for its file of statements."""
    wanted = scenario.cast.personality
    if wanted is None:
        return None
    return Setting(
        traits=wanted.trait,
        statements=read_statements(statements_path(scenario)),
        kind=wanted.setting,
        magnitude=wanted.magnitude,
        facets=wanted.style == "random",
        style=scenario.stage.style,
    )


def statements_path(scenario: Scenario) -> Path | None:
    """The user's file of statements, if the scenario names one. Raises Mistake."""
    wanted = scenario.cast.personality
    return located(wanted.statements, scenario.folder) if wanted and wanted.statements else None


def selects(scenario: Scenario) -> bool:
    """Whether a sentence is selected for each seat before a dialogue."""
    return scenario.cast.personality is not None and scenario.cast.personality.select


async def fitted(job: Job, scenario: Scenario, client_of: Callable[[str], ChatClient], events: Events) -> Job:
    """The job, each of whose people knows what to let come up: chosen by the seat's own model from its own persona.

    A seat that a person takes chooses for itself. Raises a subclass of TertuliaError.
    """
    cast = [await _fitted(member, job, scenario, client_of, events) for member in job.cast]
    return replace(job, cast=tuple(cast))


def unfitted(job: Job) -> tuple[Member, ...]:
    """The cast as it was before anything was selected."""
    return tuple(replace(m, persona=m.persona.model_copy(update={"focus": None})) for m in job.cast)


async def _fitted(
    member: Member, job: Job, scenario: Scenario, client_of: Callable[[str], ChatClient], events: Events
) -> Member:
    if member.model == PERSON or not selectable(member.persona):
        return member
    found = await select(
        member.persona,
        client_of(member.seat),
        seat=member.seat,
        language=language_name(scenario.stage.language),
        seed=scenario.seed,
        round=job.round,
        index=job.index,
    )
    events(Selected(job.round, job.index, member.seat, member.name, found.sentence, found.read))
    return replace(member, persona=member.persona.model_copy(update={"focus": found.sentence}))
