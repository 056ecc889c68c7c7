"""How is JSON printed for programs?"""

from collections.abc import Iterable
from json import dumps
from typing import Any


def print_json(value: Any) -> None:
    print(_dumped(value))


def print_array(values: Iterable[Any]) -> None:
    """One array, an element a line, each printed as it comes."""
    before = "["
    for value in values:
        print(before, _dumped(value, indent=None), sep="\n", end="")
        before = ","
    print("\n]" if before == "," else "[]")


def _dumped(value: Any, indent: int | None = 2) -> str:
    """A lone surrogate has no UTF-8: then everything is escaped."""
    text = dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return dumps(value, indent=indent)
    return text
