"""How does a taxonomy stand in a file? YAML with `categories:`, laid on top of the shipped ones (docs/taxonomy.md)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from ..models.suggesting import suggest
from .formats.checking import problems, short
from .formats.entry import Entry, Found, Problem, decoded
from .formats.reading import entries, mistake
from .formats.yaml_file import located, parsed
from .persona import NOT_BLANK, ProfileSentence
from .taxonomy import Category, Family, canonical

_MARKED = re.compile(r"\[([^\[\]]+)\]")
_FORBIDDEN = re.compile(r"[:()\[\]\n]")


def _key(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise PydanticCustomError("key", "stands before a colon in prompts; leave out colons and brackets")
    return " ".join(text.split())


def _path(text: str) -> str:
    parts = [" ".join(part.split()) for part in text.split("|")]
    if not all(parts):
        raise PydanticCustomError("path", "has a bar with nothing on one side; write it like `Preference | Book`")
    return " | ".join(parts)


def _sentence(text: str) -> str:
    if len(_MARKED.findall(text)) != 1:
        raise PydanticCustomError(
            "sentence", "must have its entity in brackets, once; write it like `I have [two cats].`"
        )
    return text


Text = Annotated[str, Field(pattern=NOT_BLANK)]


class CategoryRow(BaseModel):
    """A category as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[Text, AfterValidator(_path)]
    key: Annotated[Text, AfterValidator(_key)]
    family: Annotated[Text, AfterValidator(canonical)]
    single: Annotated[bool, Field(strict=True)] = False
    gloss: str = ""
    examples: tuple[Text, ...] = ()
    sentences: tuple[Annotated[Text, AfterValidator(_sentence)], ...] = ()


class TaxonomyHead(BaseModel):
    """What a file says of the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Literal["shipped", "none"] = "shipped"
    families: tuple[Annotated[Text, AfterValidator(canonical)], ...] = ()
    categories: tuple[Any, ...] = ()


def read(path: Path, on: Sequence[Category]) -> tuple[Category, ...]:
    """The categories of the file, laid on top of those of `on`. Raises one Mistake with all that is wrong."""
    return _read(path, entries(path, _whole), on)


def read_text(text: str, on: Sequence[Category]) -> tuple[Category, ...]:
    """The same from the text of a file. Raises Mistake."""
    return _read(Path("taxonomy"), _whole([text.encode()]), on)


def _read(path: Path, wholes: Found, on: Sequence[Category]) -> tuple[Category, ...]:
    found = [part for whole in wholes for part in ([whole] if isinstance(whole, Problem) else _parts(whole, on))]
    if wrong := [part for part in found if isinstance(part, Problem)]:
        raise mistake(path, sorted(wrong, key=lambda problem: problem.line))
    return tuple(part for part in found if isinstance(part, Category))


def _whole(lines: Iterable[bytes]) -> Found:
    value, node = parsed("".join(decoded(lines)))
    yield Entry(1, {} if value is None else value, partial(located, node))


def _parts(whole: Entry, on: Sequence[Category]) -> Iterator[Category | Problem]:
    if not isinstance(whole.value, dict):
        yield Problem(1, f"{short(whole.value)} is no taxonomy; write `categories:` and a list under it")
        return
    head, wrong = _head(whole)
    yield from (problem for _, problem in wrong)
    if not wrong and not head.categories:
        yield Problem(1, "no categories in it; write at least one under `categories:`, with `path`, `key` and `family`")
    below = on if head.base == "shipped" else ()
    families = [*Family, *(category.family for category in on), *head.families]
    yield from _laid(_rows(whole, head), below, [] if "families" in dict(wrong) else families)


def _head(whole: Entry) -> tuple[TaxonomyHead, list[tuple[str, Problem]]]:
    """What the file says of the whole, without the keys that are wrong; and these, each with a problem."""
    try:
        return TaxonomyHead.model_validate(whole.value), []
    except ValidationError as error:
        keys = [str(detail["loc"][0]) for detail in error.errors()]
        sound = {key: value for key, value in whole.value.items() if str(key) not in keys}
        wrong = list(zip(keys, problems(whole, error, TaxonomyHead), strict=True))
        return TaxonomyHead.model_validate(sound), wrong


def _laid(rows: Iterable[Entry], below: Sequence[Category], families: Sequence[str]) -> Iterator[Category | Problem]:
    found = {canonical(category.path): category for category in below}
    lines: dict[str, int] = {}
    for entry in rows:
        category = _category(entry, families)
        if not isinstance(category, Category):
            yield from category
            continue
        path = canonical(category.path)
        if path in lines:
            yield Problem(entry.line, f"path: {category.path!r} is taken by line {lines[path]}; keep one of them")
        lines.setdefault(path, entry.line)
        found[path] = category
    yield from found.values()


def _rows(whole: Entry, head: TaxonomyHead) -> Iterator[Entry]:
    for index, value in enumerate(head.categories):
        place = ("categories", index)
        yield Entry(whole.line_of(place), value, lambda inner, place=place: whole.line_of((*place, *inner)))  # type: ignore[misc]


def _category(entry: Entry, families: Sequence[str]) -> Category | list[Problem]:
    if not isinstance(entry.value, dict):
        return [
            Problem(entry.line, f"{short(entry.value)} is no category; write a mapping with `path`, `key`, `family`")
        ]
    try:
        row = CategoryRow.model_validate(entry.value)
    except ValidationError as error:
        return [*problems(entry, error, CategoryRow), *_strange(entry, families)]
    if strange := list(_strange(entry, families)):
        return strange
    sentences = tuple(_marked(text, row.path) for text in row.sentences)
    return Category(row.path, row.key, row.family, row.single, row.examples, row.gloss, sentences)


def _strange(entry: Entry, families: Sequence[str]) -> Iterator[Problem]:
    """Whether its family is one that nobody knows; `families` is empty where that can't be told."""
    given = entry.value.get("family")
    family = canonical(given) if isinstance(given, str) else ""
    if family and families and family not in families:
        known = suggest(family, families)
        what = f"family: {family!r} is unknown{known}; a new one has to stand in `families:` at the top of the file"
        yield Problem(entry.line_of(("family",)), what)


def _marked(text: str, path: str) -> ProfileSentence:
    return ProfileSentence(
        text=" ".join(_MARKED.sub(r"\1", text).split()), category=path, entity=_MARKED.findall(text)[0].strip()
    )
