"""What does a model get to see that learns from preferences? Both sides of each, as tokens, by part."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...models.errors import Mistake
from ..event import DataReady
from ..example import Example, Message, Preference, Speaker, System
from ..knobs import Knobs
from .masking import Tokens, tokenise
from .material import Material
from .preferring import Rivals, Span, nothing_common, own_turns, preferring
from .preparing import counted, too_long
from .splitting import Shares, Split, met, split

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Pair:
    """A preference with the tokens of both conversations, prompt included; own turns of the prompt are not learned."""

    preference: Preference
    chosen: Tokens
    rejected: Tokens


@dataclass(frozen=True)
class PreparedPairs:
    """All that a training on preferences needs of its data."""

    train: tuple[Pair, ...]
    validation: tuple[Pair, ...]
    test: tuple[Pair, ...]
    ready: DataReady
    """Its examples are pairs, its tokens those of both sides."""
    split: Split


def prepare_pairs(
    material: Material,
    rivals: Sequence[Rivals],
    tokenizer: "PreTrainedTokenizerBase",
    knobs: Knobs,
    *,
    speaker: Speaker = Speaker.BOTH,
    system: System = System.PERSONA,
    span: Span = "rest",
    length: int,
    shares: Shares | None = None,
    parts: Split | None = None,
) -> PreparedPairs:
    """Preferences by the split of the accepted dialogues of the same run, which is that of `prepare`.

    A job is in the part of its accepted dialogue; one without is learned from if nobody of the other parts is in it.
    `length`: most tokens of each side. Raises Mistake as `split` and `tokenise`, and where nothing is left to learn.
    """
    parts = parts or split(material.dialogues, shares, knobs.seed)
    kept = apart(rivals, parts)
    told = [preferring(each, speaker, system, span) for each in kept]
    if kept[0] and not told[0]:
        raise nothing_common(material.source, len(kept[0]), speaker)
    if not told[0]:
        raise Mistake(
            f"{material.source}: every preference is of people who are kept out of training, for the test; let the run "
            "make more dialogues, or ask for smaller parts: `--set test=0.05`, `--set validation=0`"
        )
    train, validation, test = (tuple(_pairs(each, tokenizer, length)) for each in told)
    if not train:
        raise too_long(material.source, [_side(one, one.chosen) for one in told[0]], tokenizer, length)
    read = [tokens for pair in train for tokens in (pair.chosen, pair.rejected)]
    sizes = len(train), len(validation), len(test)
    ready = counted(material.source, sizes, parts, read, len(told[0]) - len(train), length)
    return PreparedPairs(train, validation, test, ready, parts)


def apart(rivals: Iterable[Rivals], parts: Split) -> tuple[list[Rivals], list[Rivals], list[Rivals]]:
    """Those of training, validation and test. Nobody whose profile is in the other two is in training."""
    rivals = list(rivals)
    held = [{dialogue.id for dialogue in part} for part in (parts.validation, parts.test)]
    away = {dialogue.id for dialogue in (*parts.validation, *parts.test, *parts.dropped, *parts.repeated)}
    everybody = [dialogue for pair in rivals for dialogue in (pair.chosen, pair.rejected)]
    away |= {dialogue.id for dialogue in met((*parts.validation, *parts.test), everybody)}
    train = [pair for pair in rivals if away.isdisjoint((pair.chosen.id, pair.rejected.id))]
    validation, test = ([pair for pair in rivals if ids & {pair.chosen.id, pair.rejected.id}] for ids in held)
    return train, validation, test


def _pairs(told: Iterable[Preference], tokenizer: "PreTrainedTokenizerBase", length: int) -> Iterator[Pair]:
    for one in told:
        sides = (_side(one, messages) for messages in (one.chosen, one.rejected))
        chosen, rejected = (tokenise(example, tokenizer, length, since=since) for example, since in sides)
        if chosen and rejected:
            yield Pair(one, chosen, rejected)


def _side(one: Preference, messages: tuple[Message, ...]) -> tuple[Example, int]:
    """One of the two conversations, and how many own turns of it are the prompt's."""
    return Example(one.dialogue, one.seat, (*one.prompt, *messages), one.persona), own_turns(one.prompt)
