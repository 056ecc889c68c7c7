"""What does a chat template write around the turns, and where do the turns stand in it?

Whatever the template is: the conversation is written once with a mark in the place of each turn, and what stands
between the marks is the frame. Frames and turns together must give the conversation as the template really writes it,
letter by letter, but for blanks at the ends of a turn, which many templates cut off.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ...models.errors import Mistake
from ...models.local.templating import MARK, Template
from ..example import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Span(NamedTuple):
    """Where a turn stands in a text, in characters."""

    role: str
    start: int
    end: int


class Framed(NamedTuple):
    """A conversation as a template writes it."""

    text: str
    spans: tuple[Span, ...]
    """In order. There may be fewer than messages: a template that takes no system message has it in the first turn."""


class Refused(Exception):
    """The template does not take the messages in this form; the message says why."""


class Framing:
    """One tokenizer's chat template."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self._tokenizer = tokenizer
        self.name = str(tokenizer.name_or_path or "the base model")
        self._template = Template(self.name, tokenizer, {})
        self._known: dict[tuple[str, ...], tuple[str, ...] | Refused] = {}

    def write(self, messages: Sequence[Message]) -> Framed:
        """With the system message as such, or else in the first turn. Raises Mistake where neither can be done."""
        whys: list[str] = []
        for form in self._template.forms(messages):
            try:
                return self._framed(form)
            except Refused as refused:
                whys.append(str(refused))
        raise Mistake(
            f"the chat template of {self.name!r} can't be used for training, since it is not known where a turn begins "
            f"and ends: {'; '.join(dict.fromkeys(whys))}; take another base, or put a plainer template into its folder "
            "as chat_template.jinja"
        )

    def _framed(self, messages: Sequence[Message]) -> Framed:
        frames = self._frames(tuple(message["role"] for message in messages))
        text = self._rendered(messages)
        spans: list[Span] = []
        at = len(frames[0]) if text.startswith(frames[0]) else len(text) + 1
        for message, frame in zip(messages, frames[1:], strict=True):
            said = next((said for said in _ways(message["content"]) if text.startswith(said + frame, at)), None)
            if said is None:
                raise Refused(f"it rewrites a turn of the {message['role']}: {message['content'][:60]!r}")
            spans.append(Span(message["role"], at, at + len(said)))
            at += len(said) + len(frame)
        if at != len(text):
            raise Refused("it writes more after the last turn than it does in other conversations of this form")
        return Framed(text, tuple(spans))

    def _frames(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        """What stands before, between and after turns of these roles, one more than there are. Raises Refused."""
        if roles not in self._known:
            try:
                self._known[roles] = self._looked_up(roles)
            except Refused as refused:
                self._known[roles] = refused
        known = self._known[roles]
        if isinstance(known, Refused):
            raise known
        return known

    def _looked_up(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        marks = [f"{MARK}-{number}-" for number in range(len(roles))]
        text = self._rendered([{"role": r, "content": m} for r, m in zip(roles, marks, strict=True)])
        for role, mark in zip(roles, marks, strict=True):
            if (count := text.count(mark)) != 1:
                raise Refused(f"it writes a turn of the {role} {count} times" if count else f"it leaves out the {role}")
        places = [text.index(mark) for mark in marks]
        if places != sorted(places):
            raise Refused("it puts the turns in another order")
        starts = [*places, len(text)]
        ends = [0, *(place + len(mark) for place, mark in zip(places, marks, strict=True))]
        return tuple(text[end:start] for end, start in zip(ends, starts, strict=True))

    def _rendered(self, messages: Sequence[Message]) -> str:
        from jinja2 import TemplateError

        try:
            return str(self._tokenizer.apply_chat_template(list(messages), tokenize=False))
        except (TemplateError, TypeError, ValueError) as error:
            raise Refused(f"it says: {' '.join(str(error).split())[:200]}") from error


def framing_of(tokenizer: "PreTrainedTokenizerBase") -> Framing:
    """The same object for the same tokenizer with the same template."""
    return _framing(tokenizer, str(tokenizer.chat_template))


@lru_cache(maxsize=8)
def _framing(tokenizer: "PreTrainedTokenizerBase", template: str) -> Framing:
    return Framing(tokenizer)


def _ways(text: str) -> dict[str, None]:
    """As it is, or without blanks at one or both ends."""
    return dict.fromkeys((text, text.strip(), text.lstrip(), text.rstrip()))
