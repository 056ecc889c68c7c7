"""What is somebody like, by nothing but what they say? A language model reads their Big Five."""

from dataclasses import replace
from functools import partial

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient

from ..agents import Turn
from ..models.request import Task
from .agent import bound, consult
from .assessment import Assessment
from .case import Case, Chair, Limits
from .levels import read_levels
from .material import material
from .prompt import render
from .verdict import Abstention, Why


def blind(case: Case) -> Case:
    """The case with names and turns alone: no persona, no role, no setting, not even whose case it is."""
    return replace(
        case,
        turns=tuple(Turn(turn.seat, turn.text) for turn in case.turns),
        chairs=tuple(Chair(chair.seat, chair.name) for chair in case.chairs),
        limits=Limits(),
        setting="",
        seat=None,
    )


async def assess(case: Case, seat: str, chat: ChatCompletionClient) -> Assessment | Abstention:
    """The Big Five of one seat, each from -5 to 5 or None, read by a guide (the assessor of Liu et al. 2024).

    One call a speaker: a judge that labels both at once labels them relative to each other (Han et al. 2024). It is
    shown a blind case, so that it can't repeat what was assigned. A reply that can't be read is asked for again once.
    Raises NoJudge, and what stops the run.
    """
    if not any(c.isalnum() for _, text in case.said_by(seat) for c in text):
        return Abstention(Why.NOT_APPLICABLE, f"{case.name_of(seat)} says nothing")
    critic = f"assess:{seat}"
    shown = material(blind(case), critic)
    name = next(label for label, known in shown.seats.items() if known == seat)
    told = render("assess")
    agent = AssistantAgent("assessor", bound(chat, case, critic, task=Task.ASSESS), system_message=told)
    question = render("assess-question", material=shown.text, name=name)
    again = partial(render, "assess-again", name=name)
    return await consult(agent, shown, question, partial(read_levels, name=name, told=told), again)
