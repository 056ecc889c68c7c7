"""Where do profile sentences lie before anyone has them? In a pool: one sentence a line, with its category."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .formats.checking import problems, short
from .formats.entry import Entry, Found, Problem, Unreadable, read_lines
from .formats.jsonl_file import read
from .formats.reading import CAP, found, mistake, read_personas
from .formats.registry import TABLES, by_suffix
from .formats.sink import opened_text
from .formats.table import holds_pool, sentence_batches, sentence_rows, sentence_schema
from .formats.writing import write_pieces
from .persona import ProfileSentence

EXAMPLE = 'write one object a line, such as {"text": "I have two cats.", "category": "Possession | Animal"}'


def read_pool(path: Path) -> Iterator[ProfileSentence]:
    """The sentences of a pool, or those of the people in any persona file; each text once, in order.

    A pool is JSONL (an object with `text` on each line, `category` and `entity` if known), or Parquet or a dataset's
    folder with such columns. Streams. From the first mistake on it yields nothing more, and at the end raises one
    Mistake with file and lines.
    """
    path = Path(path)
    seen: set[str] = set()
    for sentence in _sentences(path) if is_pool(path, in_doubt=True) else _of_people(path):
        if sentence.text not in seen:
            seen.add(sentence.text)
            yield sentence


def write_pool(sentences: Iterable[ProfileSentence], path: Path, format: str | None = None) -> int:
    """Write a pool whole or not at all, and return how many sentences are in it. Raises Mistake.

    Without a `format`: Parquet or a dataset's folder where the path means one, else JSONL.
    """
    path, count = Path(path), 0
    name = format or by_suffix(path)

    def counted() -> Iterator[ProfileSentence]:
        nonlocal count
        for sentence in sentences:
            count += 1
            yield sentence

    if name in TABLES:
        write_pieces(
            lambda: sentence_batches(counted()), path, lambda part: _module(name).opened(part, sentence_schema())
        )
    else:
        write_pieces(lambda: map(_line, counted()), path, opened_text)
    return count


def _line(sentence: ProfileSentence) -> str:
    return json.dumps(sentence.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"


def is_pool(path: Path, *, in_doubt: bool = False) -> bool:
    """Whether a file or folder holds sentences rather than people, by the first line of JSONL and by the columns of a
    table; `in_doubt` where that line tells neither. False where a table can't be read."""
    name = by_suffix(path)
    if name in TABLES:
        with suppress(Unreadable, OSError), _module(name).table(path) as rows:
            return holds_pool(rows.columns)
        return False
    return name == "jsonl" and path.is_file() and _begins_with_sentence(path, in_doubt)


def _begins_with_sentence(path: Path, in_doubt: bool) -> bool:
    first = next((entry.value for entry in found(path, _lines) if isinstance(entry, Entry)), None)
    keys = first.keys() if isinstance(first, dict) else set()
    return not {"profile", "name"} & keys and ("text" in keys or in_doubt)


def _of_people(path: Path) -> Iterator[ProfileSentence]:
    for persona in read_personas(path):
        yield from persona.profile


def _sentences(path: Path) -> Iterator[ProfileSentence]:
    wrong: list[Problem] = []
    empty = True
    for entry in found(path, _rows if by_suffix(path) in TABLES else _lines):
        empty = False
        sentence = [entry] if isinstance(entry, Problem) else _checked(entry)
        if isinstance(sentence, list):
            wrong += sentence
            if len(wrong) > CAP:
                break
        elif not wrong:
            yield sentence
    if empty:
        wrong = [Problem(1, f"no sentence in it; {EXAMPLE}")]
    if wrong:
        raise mistake(path, wrong)


def _lines(path: Path) -> Found:
    return read_lines(read, path)


def _rows(path: Path) -> Found:
    with _module(by_suffix(path)).table(path) as rows:
        yield from sentence_rows(rows)


def _module(name: str | None) -> Any:
    """Of a table's format; it imports what an extra brings."""
    return import_module(f".formats.{name}_file", __package__)


def _checked(entry: Entry) -> ProfileSentence | list[Problem]:
    if not isinstance(entry.value, dict):
        return [Problem(entry.line, f"{short(entry.value)} is no sentence; {EXAMPLE}")]
    try:
        return ProfileSentence.model_validate(entry.value)
    except ValidationError as error:
        return list(problems(entry, error, ProfileSentence))
