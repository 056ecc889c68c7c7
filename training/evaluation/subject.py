"""How is a model asked that is measured: what of the persona is it told, how much of the conversation does it see?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...models.request import Role
from ...personas import BigFive, Persona
from ..data.conversing import system_message
from ..example import Example, Form, Message, System
from .bench import Cue

if TYPE_CHECKING:
    from ..base.base import Loaded
    from ..taught import Taught
    from .scoring import Nll

REPLY_TOKENS = 48
"""Most tokens of a reply that is written for a measure."""


@dataclass(eq=False)
class Subject:
    """A loaded model with how it is to be asked; it remembers what it has answered."""

    label: str
    """What it is called in the table."""
    loaded: "Loaded"
    system: System = System.PERSONA
    form: Form = Form.CHAT
    taught: "Taught | None" = None
    """None for a model that was not trained here."""
    batch: int = 16
    """Rows that it reads at once."""
    _answers: dict[tuple[str, BigFive | None, int], str] = field(default_factory=dict, repr=False)

    @property
    def length(self) -> int:
        """Most tokens of a conversation that it has learned to read, or else of its context."""
        learned = self.taught.knobs.get("length") if self.taught else None
        return min(self.loaded.reads, learned or self.loaded.reads)

    def told(self, example: Example, persona: Persona | None = None) -> Example:
        """An example of `Bench.examples` under the system message that this model knows; `persona`: somebody else's, in
        place of its own."""
        other = replace(example, persona=persona) if persona else example
        return other.told(system_message(other.persona, self.system, named=bool(example.system)))

    def prompt(self, cue: Cue) -> tuple[Message, ...]:
        """What comes before a reply, as this model was taught to see it: all, or the last utterance alone."""
        heard = cue.messages[-1:] if self.form is Form.PAIRS else cue.messages
        about = system_message(cue.persona, self.system, named=cue.named)
        first: tuple[Message, ...] = ({"role": Role.SYSTEM.value, "content": about},) if about else ()
        return (*first, *heard)

    def nll(self, examples: Sequence[Example], traits: Sequence[BigFive | None] | None = None) -> "list[Nll]":
        """How unlikely the replies of each example are, as it stands; see `scoring.nll`."""
        from .scoring import nll

        levels = [example.persona.traits for example in examples] if traits is None else traits
        return nll(self.loaded, examples, batch=self.batch, traits=levels)

    def replies(
        self,
        prompts: Sequence[Sequence[Message]],
        *,
        max_tokens: int = REPLY_TOKENS,
        seed: int = 0,
        temperature: float = 0.0,
        traits: Sequence[BigFive | None] | None = None,
    ) -> list[str]:
        """What the model writes next, a text a prompt; see `writing.write`."""
        from .writing import write

        return write(
            self.loaded,
            prompts,
            batch=self.batch,
            max_tokens=max_tokens,
            seed=seed,
            temperature=temperature,
            traits=traits,
        )

    def answers(self, cues: Sequence[Cue], max_tokens: int = REPLY_TOKENS) -> list[str]:
        """What it says in place of each real reply, greedily; what was asked once is not written again."""
        prompts = [self.prompt(cue) for cue in cues]
        keys = [(repr(prompt), cue.persona.traits, max_tokens) for prompt, cue in zip(prompts, cues, strict=True)]
        new = {key: at for at, key in enumerate(keys) if key not in self._answers}
        texts = self.replies(
            [prompts[at] for at in new.values()],
            max_tokens=max_tokens,
            traits=[cues[at].persona.traits for at in new.values()],
        )
        self._answers.update(zip(new, texts, strict=True))
        return [self._answers[key] for key in keys]
