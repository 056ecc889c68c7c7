"""What stands where in a prompt? Lists and lines, found by the words before them; the last ones count."""

import re
from typing import Final

_BULLET: Final = re.compile(r"^[ \t]*[-*] (.+?)[ \t]*$", re.M)
_NUMBERED: Final = re.compile(r"^[ \t]*(\d+)\. (.+?)[ \t]*$", re.M)


def bullets(prompt: str, heading: str) -> list[str]:
    """The lines `- ...` under a heading such as `Sentences:`."""
    return _BULLET.findall(_under(prompt, heading))


def numbered(prompt: str, heading: str) -> dict[int, str]:
    """The lines `1. ...` under a heading, by their numbers."""
    return {int(number): text for number, text in _NUMBERED.findall(_under(prompt, heading))}


def line(prompt: str, label: str) -> str:
    """What stands after `Question:`, to the end of the line; empty where there is none."""
    found = re.findall(rf"^[ \t]*{re.escape(label)}: *(\S[^\n]*?)[ \t]*$", prompt, re.M)
    return str(found[-1]) if found else ""


def _under(prompt: str, heading: str) -> str:
    blocks = re.split(rf"^[ \t]*{re.escape(heading)}:[ \t]*$", prompt, flags=re.M)
    if len(blocks) == 1:
        return ""
    found = re.match(r"(?:[ \t]*(?:(?:[-*]|\d+\.) [^\n]*)?(?:\n|\Z))+", blocks[-1])
    return found[0] if found else ""
