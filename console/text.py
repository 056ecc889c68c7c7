"""How does a model's text reach the screen? As plain text: no markup, no control characters."""

import re

from rich.text import Text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANK = re.compile(r"\s+")

COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta")
"""One a seat, in seat order."""


def clean(text: str) -> str:
    """Without control characters, direction marks and lone surrogates; line breaks stay."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def one_line(text: str, width: int | None = None) -> str:
    """Cleaned, on one line, cut to `width` columns with an ellipsis."""
    line = _BLANK.sub(" ", clean(text)).strip()
    if width is not None and len(line) > width:
        return line[: max(width - 1, 0)] + "…"
    return line


def said(name: str, text: str, colour: str) -> Text:
    """One utterance: the name in its seat's colour, the words as they are."""
    return Text.assemble((f"{one_line(name)}: ", f"bold {colour}"), clean(text))


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
