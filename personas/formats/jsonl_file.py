"""How do personas stand in JSONL? One object a line."""

import json
from collections.abc import Iterable, Iterator

from ..persona import Persona
from .entry import Entry, Found, Problem, decoded
from .plain import plain


def read(lines: Iterable[bytes]) -> Found:
    for number, line in enumerate(decoded(lines), start=1):
        if line.strip():
            yield _entry(number, line)


def _entry(number: int, line: str) -> Entry | Problem:
    try:
        return Entry(number, json.loads(line.rstrip()))
    except json.JSONDecodeError as error:
        return Problem(number, f"broken JSON at column {error.colno}: {error.msg}; write one whole object on each line")
    except (RecursionError, ValueError) as error:
        return Problem(number, f"JSON that can't be taken: {error}; write one plain object on each line")


def written(personas: Iterable[Persona]) -> Iterator[str]:
    for persona in personas:
        yield json.dumps(plain(persona), ensure_ascii=False) + "\n"
