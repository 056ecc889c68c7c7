"""What is a dialogue that comes from a file, and what in the file was odd?"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from ...agents import Dialogue, Member, Turn
from ...models.errors import Mistake

OnOdd = Callable[[str, str], None]
"""Called with (where, what) for whatever an import had to put right: `data.csv:17`, `no speaker's label: ...`."""


def unnoticed(where: str, what: str, /) -> None:
    """The reader who minds nothing."""


class Spot(NamedTuple):
    """Where in a file something stands."""

    path: Path
    line: int
    """From 1; for Parquet the number of the row."""

    @property
    def source(self) -> str:
        """For `Dialogue.source`: no folder, so that an export tells nothing of the machine."""
        return f"{self.path.name}:{self.line}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def text_lines(path: Path) -> Iterator[tuple[Spot, str]]:
    """Each line of a UTF-8 file, its end kept. Raises Mistake with `file:line` for another encoding."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            spot = Spot(path, number)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise Mistake(f"{spot}: not UTF-8 at byte {error.start + 1}; save the file as UTF-8") from error
            yield spot, text


def imported(cast: Iterable[Member], turns: Iterable[Turn], spot: Spot, number: int, id: str = "") -> Dialogue:
    """A dialogue from a file. Without an id of its own it gets one made from its content and its `number` there."""
    cast, turns = tuple(cast), tuple(turns)
    return Dialogue(
        id=id or _content_id(cast, turns, number),
        cast=cast,
        turns=turns,
        language=cast[0].persona.language if cast else "en",
        source=spot.source,
    )


def user_name(number: int) -> str:
    """What people are called whose names the file doesn't give: `User 1`, `User 2`."""
    return f"User {number}"


def _content_id(cast: tuple[Member, ...], turns: tuple[Turn, ...], number: int) -> str:
    digest = blake2b(str(number).encode(), digest_size=8)
    for member in cast:
        digest.update(f"\x1e{member.seat}\x1f{member.persona.id}".encode("utf-8", "surrogatepass"))
    for turn in turns:
        digest.update(f"\x1e{turn.seat}\x1f{turn.text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def shortened(text: str, limit: int = 60) -> str:
    """For messages: one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
