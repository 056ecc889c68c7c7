"""Which tokens of a conversation are learned? Those of the speaker's own turns, and what ends each of them."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ...models.errors import Mistake
from ...models.request import Role
from ..example import Example, Message
from .framing import Framed, Span, framing_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LONE = re.compile(r"[\ud800-\udfff]")
"""Half a character, which files hold now and then, and no tokenizer takes."""
PROBE = "Hello"
"""Stands where the next reply begins, to see which tokens come before it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An example as a model reads it."""

    input_ids: tuple[int, ...]
    learned: tuple[bool, ...]
    """Of each token, whether it counts in the loss."""
    dropped_turns: int = 0
    """Messages at the end that did not fit."""


def tokenise(
    example: Example, tokenizer: "PreTrainedTokenizerBase", length: int | None = None, *, since: int = 0
) -> Tokens | None:
    """At most `length` tokens: messages that don't fit are left out, from the end, and never in part.

    Learned is each token that holds a letter of an own turn or a blank right before it, and what follows up to the
    first special token, such as the end of the turn; nothing of the first `since` own turns. None where not even the
    first turn to be learned fits. Raises Mistake for a template whose turns can't be told from the rest, and a
    tokenizer that tells no positions.
    """
    messages = example.messages
    tokens = _tokens(messages, tokenizer, since)
    if length is not None and len(tokens.input_ids) > length:
        counts = _ends(messages, since)
        fit = bisect_right(counts, length, key=lambda n: len(_tokens(messages[:n], tokenizer, since).input_ids))
        if not fit:
            return None
        part = _tokens(messages[: counts[fit - 1]], tokenizer, since)
        tokens = Tokens(part.input_ids, part.learned, len(messages) - counts[fit - 1])
    return tokens if any(tokens.learned) else None


def least(example: Example, tokenizer: "PreTrainedTokenizerBase", *, since: int = 0) -> int:
    """Tokens of the shortest part of an example from which something is learned."""
    count = min(_ends(example.messages, since), default=len(example.messages))
    return len(_tokens(example.messages[:count], tokenizer, since).input_ids)


def prompt_of(
    messages: Sequence[Message], tokenizer: "PreTrainedTokenizerBase", length: int | None = None
) -> tuple[int, ...]:
    """The tokens up to where the next reply begins, as they stand in an example that goes on there.

    At most `length`: the oldest messages are left out, a reply with what it answers, but never the system message.
    Raises Mistake as `tokenise`, and where the system message and the last message don't fit.
    """
    about = [message for message in messages[:1] if message["role"] == Role.SYSTEM]
    rest = list(messages[len(about) :])
    while True:
        ids = _before_reply([*about, *rest], tokenizer)
        if length is None or len(ids) <= length:
            return ids
        later = next((at for at, m in enumerate(rest[1:], 1) if m["role"] == Role.USER), 0)
        if not later:
            raise Mistake(
                f"{len(ids)} tokens of persona and last utterance don't fit into {length}: take a base that reads "
                "more, or shorter personas"
            )
        rest = rest[later:]


def _before_reply(messages: Sequence[Message], tokenizer: "PreTrainedTokenizerBase") -> tuple[int, ...]:
    framed = framing_of(tokenizer).write([*messages, {"role": Role.ASSISTANT.value, "content": PROBE}])
    ids, offsets = _encoded(framed.text, tokenizer)
    return tuple(ids[: _first_after(offsets, _begin(framed, framed.spans[-1]))])


def _ends(messages: Sequence[Message], since: int) -> list[int]:
    """How many messages there are up to each own turn that is learned."""
    own = [at for at, message in enumerate(messages, 1) if message["role"] == Role.ASSISTANT]
    return own[since:]


def _tokens(messages: Sequence[Message], tokenizer: "PreTrainedTokenizerBase", since: int) -> Tokens:
    framed = framing_of(tokenizer).write(messages)
    ids, offsets = _encoded(framed.text, tokenizer)
    return Tokens(tuple(ids), tuple(_mask(framed, ids, offsets, _special(tokenizer), since)))


def _mask(
    framed: Framed, ids: Sequence[int], offsets: Sequence[tuple[int, int]], special: frozenset[int], since: int
) -> list[bool]:
    learned = [False] * len(ids)
    limits = [*(span.start for span in framed.spans[1:]), len(framed.text)]
    own = [(span, limit) for span, limit in zip(framed.spans, limits, strict=True) if span.role == Role.ASSISTANT]
    for span, limit in own[since:]:
        at = first = _first_after(offsets, _begin(framed, span))
        while at < len(ids) and offsets[at][0] < span.end:
            at += 1
        ends = range(at, _first_after(offsets, limit))
        end = next((token + 1 for token in ends if ids[token] in special), at)
        learned[first:end] = [True] * (end - first)
    return learned


def _begin(framed: Framed, span: Span) -> int:
    """Where a reply begins: with the blanks before it, which are one token with its first word, or else would be now
    the prompt's and now the reply's."""
    return len(framed.text[: span.start].rstrip(" "))


def _first_after(offsets: Sequence[tuple[int, int]], place: int) -> int:
    """The first token with a letter at this place or after it."""
    return bisect_right(offsets, place, key=lambda offset: offset[1])


def _encoded(text: str, tokenizer: "PreTrainedTokenizerBase") -> tuple[list[int], list[tuple[int, int]]]:
    """The template has written all special tokens: none is added. Raises Mistake for one without offsets."""
    if not tokenizer.is_fast:
        raise Mistake(
            f"the tokenizer of {tokenizer.name_or_path!r} does not tell where its tokens stand in a text: take a base "
            "with a tokenizer.json"
        )
    found = tokenizer(LONE.sub("\ufffd", text), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return found["input_ids"], found["offset_mapping"]


@lru_cache(maxsize=8)
def _special(tokenizer: "PreTrainedTokenizerBase") -> frozenset[int]:
    """Tokens that are not text: ends of turns are among them, whether or not the model knows them as its end."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    return frozenset([*tokenizer.all_special_ids, *(id for id, token in added.items() if token.special)])
