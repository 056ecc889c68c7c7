"""Do two sentences say different things although they are near? Those with other numbers, and a yes and a no."""

import re

_NUMBER = re.compile(r"\d+")
_NO = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|(?:do|does|did|is|are|was|ca|wo)nt)\b",
    re.IGNORECASE,
)


def claim(text: str) -> tuple[tuple[str, ...], bool]:
    """(its numbers in order, whether it denies something): sentences of which this differs are no duplicates, however
    near an embedder finds them."""
    return tuple(_NUMBER.findall(text)), _NO.search(text) is not None
