"""How is a model asked in an expansion? Each call has a seed of its own, so it matters not how many are in flight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.client import ChatClient
from ...models.prompt import Prompts
from ...models.request import Kind, Part, Role, Task
from ...models.spec import ModelSpec
from ...models.stream import sampling_seed
from ...models.thread import Thread
from ..asking import answers

SAMPLING: Mapping[str, Any] = {"temperature": 0.7, "top_k": 40}
"""Jandaghi et al. 2023. What the model's spec sets comes first; hosted servers refuse `top_k`, and are spared it."""

PROMPTS = Prompts(Path(__file__).parent / "prompts")


@dataclass(frozen=True)
class Call:
    """One thing to ask: its number among those of its task gives it a sampling seed of its own."""

    task: Task
    number: int
    text: str


@dataclass(frozen=True)
class Asker:
    """Asks a model, a wave of calls at a time."""

    client: ChatClient
    seed: int
    concurrency: int

    async def replies(
        self, calls: Sequence[Call], came: Callable[[int, Call], None] = lambda done, call: None
    ) -> list[str | None]:
        """In the order of the calls; None where the model refused. `came` is told at each how many are there."""
        return await answers(calls, self._reply, self.concurrency, came)

    async def _reply(self, call: Call) -> str:
        seed = sampling_seed(self.seed, call.task, call.number)
        bound = self.client.bind(task=call.task, seed=seed, sampling=sampling(self.client.spec))
        completion = await bound.create(Thread(Part(Role.USER, Kind.MATERIAL, call.text)).messages())
        return str(completion.content)


def sampling(spec: ModelSpec) -> dict[str, Any]:
    """The paper's sampling, under what the model's spec sets itself."""
    known = {name: value for name, value in SAMPLING.items() if name != "top_k" or spec.preset.local}
    return {**known, **{name: value for name, value in spec.sampling.items() if name in known}}
