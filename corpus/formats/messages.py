"""`messages`: chat messages as fine-tuning takes them, one line for each dialogue and seat.

{"id": ..., "seat": ..., "messages": [{"role": "system" | "user" | "assistant", "content": ...}, ...]}
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Any, ClassVar

from ...agents import Dialogue, SeatRole
from ...models.errors import Mistake
from ...models.request import Role
from ...personas.description import undescribed
from ..record import Record
from .imported import OnOdd, Spot, imported, user_name
from .jsonlines import as_line, objects
from .telling import Telling, retell, speakers, tell

Line = tuple[Spot, dict[str, Any]]


@dataclass(frozen=True)
class Messages:
    """A file of chat messages, each line from one seat's side. A seat that never spoke has no line."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl",)
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        for record in records:
            for seat in speakers(record.dialogue):
                messages = tell(record.dialogue, seat)
                file.write(as_line({"id": record.dialogue.id, "seat": seat, "messages": messages}))

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        """Neighbouring lines of one id are one dialogue, told from several sides."""
        for number, lines in enumerate(told_together(self.path)):
            spot, first = lines[0]
            tellings: dict[str, Telling] = {}
            for where, line in lines:
                telling = _telling(where, line, on_odd)
                if tellings.setdefault(telling.seat, telling) is not telling:
                    on_odd(where.source, "a second line of the same id and seat is left out")
            yield imported(*retell(list(tellings.values())), spot, number, str(first.get("id") or ""))


def told_together(path: Path) -> Iterator[list[Line]]:
    """The lines of each dialogue: neighbours of one id. A line without one, or without a seat, stands alone."""
    for _, group in groupby(enumerate(objects(path)), _dialogue):
        yield [line for _, line in group]


def _dialogue(item: tuple[int, Line]) -> str | int:
    number, (_, values) = item
    return str(values["id"]) if values.get("id") and values.get("seat") else number


def _telling(spot: Spot, line: Mapping[str, Any], on_odd: OnOdd) -> Telling:
    seat = str(line.get("seat") or Role.ASSISTANT)
    return as_telling(spot, pairs(spot, line.get("messages"), "messages", ("role", "content")), seat, on_odd)


def pairs(spot: Spot, listed: Any, field: str, keys: tuple[str, str]) -> list[tuple[str, str]]:
    """(role, content) of each message. Raises Mistake for another form."""
    if not isinstance(listed, list):
        raise Mistake(f"{spot}: {field!r} has to be a list of objects with {' and '.join(map(repr, keys))}")
    first, second = keys
    return [(_text(spot, m, field, first, n), _text(spot, m, field, second, n)) for n, m in enumerate(listed)]


def as_telling(spot: Spot, messages: list[tuple[str, str]], seat: str, on_odd: OnOdd) -> Telling:
    """What a model is trained on, as the telling of the seat that the model takes."""
    lines: list[tuple[bool, str]] = []
    system: list[str] = []
    for role, content in messages:
        if role in (Role.USER, Role.ASSISTANT):
            lines.append((role == Role.ASSISTANT, content))
        elif role == Role.SYSTEM:
            system.append(content)
        else:
            on_odd(spot.source, f"a message of role {role!r} is left out")
    me = undescribed("\n".join(system), user_name(1 if lines and lines[0][0] else 2))
    plain = seat == Role.ASSISTANT
    roles = (SeatRole.ASSISTANT, SeatRole.USER) if plain else (None, None)
    return Telling(tuple(lines), seat, me, other="user" if plain else "other", roles=roles)


def _text(spot: Spot, item: Any, field: str, key: str, number: int) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    if isinstance(value, list):
        value = "".join(str(part.get("text", "")) for part in value if isinstance(part, dict))
    if not isinstance(value, str):
        raise Mistake(f"{spot}: {field}[{number}] has no text in {key!r}; each needs one")
    return value
