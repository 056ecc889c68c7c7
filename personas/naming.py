"""What is somebody called whom a file does not name? As a sentence says, or by a first name that fits anyone."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files

STATED = re.compile(r"\bmy (?:first )?name(?: is|'s) ([^\W\d_]{2,20})(?=[.!,;]|\s+and\b|\s*$)", re.IGNORECASE)
NO_NAMES = frozenset(
    {"common", "hidden", "long", "not", "old", "rare", "secret", "short", "strange", "unknown", "weird"}
)


def first_name(sentences: Sequence[str]) -> str:
    """Equal sentences give equal names, in whatever order they stand."""
    for sentence in sentences:
        if (match := STATED.search(sentence)) and match[1].lower() not in NO_NAMES:
            return match[1][0].upper() + match[1][1:]
    names = _names()
    return names[int.from_bytes(fingerprint(sorted(sentences)), "big") % len(names)]


def fingerprint(sentences: Sequence[str]) -> bytes:
    """Twelve bytes that tell tuples of sentences apart."""
    return blake2b("\x1f".join(sentences).encode(errors="surrogatepass"), digest_size=12).digest()


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    text = (files(__package__) / "names.yaml").read_text(encoding="utf-8")
    return tuple(line.removeprefix("- ") for line in text.splitlines() if line.startswith("- "))
