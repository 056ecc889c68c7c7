"""How is a model asked for profile sentences? One-shot: a block of another category, then the wanted one, left open.

The prompt and its sampling are those of PersonaChatGen (Lee et al. 2022), in our own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.client import ChatClient
from ...models.errors import Mistake
from ...models.prompt import Prompts
from ...models.request import Events, Kind, Part, Role, Task, unwatched
from ...models.spec import ModelSpec
from ...models.stream import sampling_seed, stream
from ...models.thread import Thread
from ..asking import answers
from ..event import Progressed
from ..taxonomy import Category, Taxonomy

PURPOSE = "profile"
SAMPLING: Mapping[str, Any] = {
    "temperature": 0.7, "max_tokens": 128, "frequency_penalty": 0.4, "presence_penalty": 0.4,
}  # fmt: skip
"""The paper's. 128 tokens may cut the fifth sentence off; what stands in the model's spec comes first."""
SHOWN = 3
"""Entities of the wanted category that the prompt names, others in each call."""

PROMPTS = Prompts(Path(__file__).parent / "prompts")


@dataclass(frozen=True)
class Call:
    """One call to make: which category, and its number among the calls of that category, from 0."""

    category: Category
    number: int


def thread(call: Call, taxonomy: Taxonomy, seed: int) -> Thread:
    """What the model is shown; a function of the seed and the call's place. Raises Mistake."""
    rng = stream(seed, PURPOSE, call.category.path, call.number)
    example = rng.choice(_others(call.category, taxonomy))
    entities = rng.sample(call.category.examples, min(SHOWN, len(call.category.examples)))
    shown = PROMPTS.render("block", category=example, entities=(), sentences=example.sentences)
    wanted = PROMPTS.render("block", category=call.category, entities=entities, sentences=())
    return Thread(
        Part(Role.SYSTEM, Kind.INSTRUCTIONS, PROMPTS.render("instructions")),
        Part(Role.USER, Kind.EXEMPLAR, shown),
        Part(Role.USER, Kind.MATERIAL, wanted),
    )


def sampling(spec: ModelSpec, wanted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The paper's sampling parameters, under those that the model's spec sets, under those that are wanted here."""
    said = {name: value for name, value in spec.sampling.items() if name in spec.model_fields_set}
    return {**SAMPLING, **said, **(wanted or {})}


async def ask(
    client: ChatClient,
    calls: Sequence[Call],
    taxonomy: Taxonomy,
    seed: int,
    concurrency: int,
    events: Events = unwatched,
) -> list[str | None]:
    """The replies, in the order of the calls; None where the model refused. At most `concurrency` calls at once."""

    async def reply(call: Call) -> str:
        seeded = sampling_seed(seed, PURPOSE, call.category.path, call.number)
        completion = await client.bind(task=Task.PROFILE, seed=seeded).create(thread(call, taxonomy, seed).messages())
        return str(completion.content)

    def came(done: int, call: Call) -> None:
        events(Progressed("ask", done, len(calls), call.category.path))

    return await answers(calls, reply, concurrency, came)


def _others(category: Category, taxonomy: Taxonomy) -> list[Category]:
    """Categories that can stand as the example."""
    others = [other for other in taxonomy.categories if other.sentences and other.path != category.path]
    if not others:
        raise Mistake(f"no category beside {category.path!r} has example sentences; give another one `sentences`")
    return others
