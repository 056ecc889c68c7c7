"""What is the opposite of a sentence? A language model says it; a profile must not entail it (Jandaghi et al. 2023)."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...models.client import ChatClient
from ...models.prompt import Prompts
from ...models.request import Events, Kind, Part, Role, Task, unwatched
from ...models.stream import sampling_seed
from ...models.thread import Thread
from ..asking import answers
from ..event import Progressed

PROMPTS = Prompts(Path(__file__).parent / "prompts")
TRIES = 2
"""How often a model is asked whose reply holds no negation."""

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BULLET = re.compile(r"^\s*(?:[-*•>]+|\d{1,2}[.)])\s+")
_LABEL = re.compile(
    r"^\W*(?:(?:the\s+)?(?:opposite|negation|negated|answer|reply|output)(?:\s+\w+){0,3}|sentence)\s*[*_]*:\s*[*_]*",
    re.IGNORECASE,
)
_QUOTES = "\"'“”‘’«»*_` "


class Negator:
    """Asks a language model for negations, each once."""

    def __init__(self, client: ChatClient, seed: int = 0, *, concurrency: int = 16, events: Events = unwatched) -> None:
        self._client, self._seed, self._concurrency, self._events = client, seed, concurrency, events
        self._found: dict[str, str | None] = {}

    @property
    def missing(self) -> int:
        """Sentences of which the model gave no negation."""
        return sum(found is None for found in self._found.values())

    def of(self, text: str) -> str | None:
        """The negation, if it was learned and there is one."""
        return self._found.get(text)

    async def learn(self, texts: Sequence[str]) -> None:
        """Ask for those that are new. Raises what the client raises, when the calls in flight are through."""
        new = [text for text in dict.fromkeys(texts) if text not in self._found]
        before = len(self._found)

        def came(done: int, text: str) -> None:
            self._events(Progressed("negate", before + done, before + len(new), text[:80]))

        negations = await answers(new, self._negation, self._concurrency, came)
        self._found.update(zip(new, negations, strict=True))

    async def _negation(self, text: str) -> str | None:
        question = Thread(Part(Role.USER, Kind.MATERIAL, PROMPTS.render("negate", sentence=" ".join(text.split()))))
        for number in range(TRIES):
            seed = sampling_seed(self._seed, "negate", text, number)
            client = self._client.bind(task=Task.NEGATE, seed=seed, sampling={"temperature": 0.7 if number else 0})
            completion = await client.create(question.messages())
            if found := read_negation(str(completion.content), text):
                return found
        return None


def read_negation(reply: str, sentence: str) -> str | None:
    """The first line of a reply that is a sentence of its own, and not the sentence itself."""
    for line in _lines(reply):
        if any(letter.isalpha() for letter in line) and _folded(line) != _folded(sentence) and line[-1] != ":":
            return line
    return None


def _lines(reply: str) -> Iterator[str]:
    for line in reply.splitlines():
        if not _FENCE.match(line) and (bare := _LABEL.sub("", _BULLET.sub("", line)).strip().strip(_QUOTES)):
            yield bare


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
