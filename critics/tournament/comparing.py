"""Which of two dialogues has more of one quality? A language model reads both."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient

from ...agents import Dialogue
from ...models.request import Task
from ..agent import bound, consult
from ..case import Case, Sees, cases
from ..material import Material, material
from ..policy import Policy
from ..prompt import render
from ..verdict import Abstention, Preference
from .reading import read_choice


@dataclass(frozen=True)
class PolicyComparer:
    """Of two dialogues one has more of the quality that a policy names, or neither has.

    The model is blind: it sees turns and names, no persona, no score, and not which was made first. Each is fenced by a
    word that nobody who speaks in it can know. Each order of the two is a call of its own, with a seed of its own.
    """

    policy: Policy
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)
    sees: ClassVar[Sees] = Sees.TRANSCRIPT

    async def compare(self, case: Case, first: Dialogue, second: Dialogue) -> Preference | Abstention:
        """FIRST is the one that is shown first. A reply that can't be read is asked for again once."""
        assert self.chat is not None
        name = f"compare:{self.policy.name}"
        one, other = (_material(dialogue, name) for dialogue in (first, second))
        question = render("compare-question", policy=self.policy, first=one.text, second=other.text)
        told = render("compare", policy=self.policy)
        client = bound(self.chat, case, name, task=Task.COMPARE)
        agent = AssistantAgent("judge", client, system_message=told)
        shown = Material(question, one.turns + other.turns, {**one.seats, **other.seats})
        read, again = partial(read_choice, told=told), partial(render, "compare-again", policy=self.policy)
        return await consult(agent, shown, question, read, again)


def _material(dialogue: Dialogue, name: str) -> Material:
    return material(cases(dialogue, Sees.TRANSCRIPT)[0], name)


def pair_case(first: Dialogue, second: Dialogue, sees: Sees) -> Case:
    """What a comparer may know beside the two dialogues, and where its calls get their seeds from: the place of their
    job, and their ids in the order in which they are shown. Its turns are none: they stand in the dialogues."""
    return replace(cases(first, sees)[0], id=f"{first.id}:{second.id}", turns=())
