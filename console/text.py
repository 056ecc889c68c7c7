"""How does a model's text reach the screen? As plain text: no markup, no control characters."""

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from ..agents import Member

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BLANK = re.compile(r"\s+")

COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta")
"""One a seat, in seat order."""


def clean(text: str) -> str:
    """Without terminal commands, control characters, direction marks and lone surrogates; line breaks stay."""
    return _CONTROL.sub("", _ESCAPE.sub("", text).replace("\r\n", "\n").replace("\t", " "))


def one_line(text: str, width: int | None = None) -> str:
    """Cleaned, on one line, cut to `width` columns of the screen with an ellipsis."""
    line = _BLANK.sub(" ", clean(text)).strip()
    if width is None or cell_len(line) <= width:
        return line
    return _cut(line, max(width - 1, 0)) + "…"


def _cut(line: str, width: int) -> str:
    """As many whole characters as fit; many scripts take two columns for each."""
    cut = line[:width]
    while cell_len(cut) > width:
        cut = cut[:-1]
    return cut.rstrip()


def said(name: str, text: str, colour: str) -> Text:
    """One utterance: the name in its seat's colour, the words as they are."""
    return Text.assemble((f"{one_line(name)}: ", f"bold {colour}"), clean(text))


def seat_colours(cast: Sequence[Member]) -> dict[str, str]:
    return {member.seat: COLOURS[number % len(COLOURS)] for number, member in enumerate(cast)}


def listed(parts: Iterable[str], otherwise: str = "–") -> str:
    """`one · two · three`, without empty ones."""
    return " · ".join(filter(None, parts)) or otherwise


def number(count: int, noun: str, nouns: str = "") -> str:
    """`1 dialogue`, `1,200 dialogues`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def duration(seconds: float) -> str:
    """`0:07`, `12:30`, `3 h 05`."""
    whole = max(0, round(seconds))
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"


def money(usd: float) -> str:
    """US dollars, with more decimals the less it is."""
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def percent(part: float, whole: float) -> str:
    return "–" if not whole else f"{100 * part / whole:.0f} %"


def share(value: float | None) -> str:
    """A share of 0 to 1, with the decimal that tells a rare thing from none."""
    return "–" if value is None else f"{100 * value:.1f} %"
