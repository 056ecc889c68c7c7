"""Where do profile sentences lie before anyone has them? In a pool: one sentence a line, with its category."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from .formats.checking import problems, short
from .formats.entry import Entry, Problem
from .formats.jsonl_file import read
from .formats.reading import entries, mistake, read_personas
from .formats.registry import FORMATS
from .formats.writing import replacing, telling
from .persona import ProfileSentence

EXAMPLE = 'write one object a line, such as {"text": "I have two cats.", "category": "Possession | Animal"}'


def read_pool(path: Path) -> Iterator[ProfileSentence]:
    """The sentences of a pool (JSONL, an object with `text` on each line, `category` and `entity` if known), or those
    of the people in any persona file; each text once, in order.

    Streams. From the first mistake on it yields nothing more, and at the end raises one Mistake with file and lines.
    """
    path = Path(path)
    found = _sentences(path) if _is_pool(path) else _of_people(path)
    seen: set[str] = set()
    for sentence in found:
        if sentence.text not in seen:
            seen.add(sentence.text)
            yield sentence


def write_pool(sentences: Iterable[ProfileSentence], path: Path) -> int:
    """Write a pool whole or not at all, and return how many sentences are in it. Raises Mistake."""
    path, count = Path(path), 0
    with replacing(path) as file:
        for sentence in sentences:
            line = json.dumps(sentence.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
            with telling(path):
                file.write(line + "\n")
            count += 1
    return count


def _is_pool(path: Path) -> bool:
    """Whether the first line of a JSONL file, where it is an object, is one of a sentence rather than of a person."""
    if path.suffix.lower() not in FORMATS["jsonl"] or not path.is_file():
        return False
    first = next((entry for entry in entries(path, read) if isinstance(entry, Entry)), None)
    return first is None or not isinstance(first.value, dict) or not {"profile", "name"} & first.value.keys()


def _of_people(path: Path) -> Iterator[ProfileSentence]:
    for persona in read_personas(path):
        yield from persona.profile


def _sentences(path: Path) -> Iterator[ProfileSentence]:
    wrong: list[Problem] = []
    empty = True
    for entry in entries(path, read):
        empty = False
        sentence = [entry] if isinstance(entry, Problem) else _checked(entry)
        if isinstance(sentence, list):
            wrong += sentence
        elif not wrong:
            yield sentence
    if empty:
        wrong = [Problem(1, f"no sentence in it; {EXAMPLE}")]
    if wrong:
        raise mistake(path, wrong)


def _checked(entry: Entry) -> ProfileSentence | list[Problem]:
    if not isinstance(entry.value, dict):
        return [Problem(entry.line, f"{short(entry.value)} is no sentence; {EXAMPLE}")]
    try:
        return ProfileSentence.model_validate(entry.value)
    except ValidationError as error:
        return list(problems(entry, error, ProfileSentence))
