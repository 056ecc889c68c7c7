"""What does a model get to see? Dialogues, split; examples of each part; and their tokens, counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...agents import Dialogue
from ...models.errors import Mistake
from ..event import DataReady
from ..example import Example, Form, Speaker, System
from ..knobs import Knobs
from .conversing import examples
from .masking import LONE, Tokens, least, tokenise
from .material import Material
from .splitting import Shares, Split, split

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Part:
    """Examples with their tokens, one for one; those of which nothing was left are gone."""

    examples: tuple[Example, ...] = ()
    tokens: tuple[Tokens, ...] = ()

    def __len__(self) -> int:
        return len(self.examples)


@dataclass(frozen=True)
class Prepared:
    """All that a training on examples needs of its data."""

    train: Part
    validation: Part
    test: Part
    ready: DataReady
    split: Split


def prepare(
    material: Material,
    tokenizer: "PreTrainedTokenizerBase",
    knobs: Knobs,
    *,
    form: Form = Form.CHAT,
    speaker: Speaker = Speaker.BOTH,
    system: System = System.PERSONA,
    length: int,
    shares: Shares | None = None,
    parts: Split | None = None,
) -> Prepared:
    """Split (unless `parts` is that already), told and tokenised; `length`: most tokens of an example.

    Raises Mistake as `split` and `tokenise`, and where nothing is left of any training example.
    """
    parts = parts or split(material.dialogues, shares, knobs.seed)
    told = [
        tuple(examples(dialogues, form=form, speaker=speaker, system=system))
        for dialogues in (parts.train, parts.validation, parts.test)
    ]
    if not told[0]:
        raise _nothing_said(parts, material.source, form, speaker)
    train, validation, test = (_part(each, tokenizer, length) for each in told)
    if not train:
        raise too_long(material.source, [(example, 0) for example in told[0]], tokenizer, length)
    sizes = len(train), len(validation), len(test)
    ready = counted(material.source, sizes, parts, train.tokens, len(told[0]) - len(train), length)
    return Prepared(train, validation, test, ready, parts)


def texts(
    dialogues: Iterable[Dialogue],
    *,
    form: Form = Form.CHAT,
    speaker: Speaker = Speaker.BOTH,
    system: System = System.PERSONA,
) -> Iterator[str]:
    """What stands in the examples of these dialogues, for a tokenizer that is built from them."""
    for example in examples(dialogues, form=form, speaker=speaker, system=system):
        yield from (LONE.sub("\ufffd", message["content"]) for message in example.messages)


def counted(
    source: str, sizes: tuple[int, int, int], parts: Split, read: Sequence[Tokens], left_out: int, length: int
) -> DataReady:
    """`sizes`: examples of training, validation and test; `read`: all that is learned from; `left_out`: examples of
    training of which nothing fits."""
    return DataReady(
        source,
        *sizes,
        dialogues=len(parts.train),
        dropped=len(parts.dropped),
        repeated=len(parts.repeated),
        tokens=sum(len(tokens.input_ids) for tokens in read),
        learned=sum(sum(tokens.learned) for tokens in read),
        truncated=sum(tokens.dropped_turns > 0 for tokens in read),
        left_out=left_out,
        length=length,
    )


def too_long(
    source: str, told: Sequence[tuple[Example, int]], tokenizer: "PreTrainedTokenizerBase", length: int
) -> Mistake:
    """That none of the examples fits. `told`: each with the number of its first own turns that are not learned."""
    longest = max(len(tokenizer(example.system, add_special_tokens=False)["input_ids"]) for example, _ in told)
    shortest = min(least(example, tokenizer, since=since) for example, since in told)
    return Mistake(
        f"{source}: no example fits into {length} tokens: the longest persona takes {longest}, and a persona with the "
        f"first turn to be learned at least {shortest}; set a larger length (`--set length={_round(shortest)}`, if the "
        "base reads so much), tell less of the persona (`--system traits`, `--system none`), or take another base"
    )


def _part(told: Iterable[Example], tokenizer: "PreTrainedTokenizerBase", length: int) -> Part:
    found = [(example, tokens) for example in told if (tokens := tokenise(example, tokenizer, length))]
    return Part(tuple(example for example, _ in found), tuple(tokens for _, tokens in found))


def _nothing_said(parts: Split, source: str, form: Form, speaker: Speaker) -> Mistake:
    lacking = "a profile" if form is Form.PROFILE else "a turn" if form is Form.CHAT else "a reply"
    return Mistake(
        f"{source}: none of the {len(parts.train)} dialogues of the training part has {lacking} of {speaker} speakers "
        "to be learned; take `--speaker both`, or other data"
    )


def _round(tokens: int) -> int:
    """The next power of two: what lengths are like."""
    return 1 << (tokens - 1).bit_length()
