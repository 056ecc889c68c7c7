"""How do personas stand in a table? A row each, all their fields as columns; other people's tables have less."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...models.errors import Mistake
from ..persona import Persona, ProfileSentence, Statement
from ..traits import BigFive
from .checking import short
from .entry import Entry, Found, Problem, Unreadable
from .spc_file import COLUMNS as PAIR
from .unnamed import first_appearances

GROUP = 1000
"""Rows that are in memory at a time."""
PROFILES = ("profile", "persona", "personas")
"""Columns that may hold the sentences of one person: a list, or a text with a sentence a line."""
NEEDED = (
    "'profile', 'persona' or 'personas' (a list of sentences, or a text with one a line), or "
    f"{' and '.join(map(repr, PAIR))}; in a pool of sentences 'text'"
)


@dataclass(frozen=True)
class Table:
    """An opened table."""

    columns: Sequence[str]
    batches: Callable[[Sequence[str]], Iterator[Any]]
    """Arrow record batches of those columns, in the order of the rows."""


def people(table: Table) -> Found:
    """Personas of our own tables and of published ones; columns that are none of a persona's are passed over.

    Without an id and a name, each tuple of sentences counts once. Raises Unreadable where no column has sentences.
    """
    known = {name.strip().lower(): name for name in table.columns}
    held = [name for name in PROFILES if name in known][:1] or [name for name in PAIR if name in known]
    if not held:
        raise Unreadable(1, f"no column of profile sentences: found {_listed(table.columns)}; needed: {NEEDED}")
    own = [] if held[0] in PAIR else [name for name in Persona.model_fields if name in known and name != "profile"]
    columns = {name: known[name] for name in (*held, *own)}
    found = _people(table, columns, held)
    return found if {"id", "name"} & columns.keys() else first_appearances(found)


def _people(table: Table, columns: dict[str, str], held: Sequence[str]) -> Found:
    for number, row in _rows(table, list(columns.values())):
        values = {name: _told(row[column]) for name, column in columns.items()}
        given = {name: value for name, value in values.items() if name not in held and value not in (None, {})}
        if isinstance(given.get("id"), int):
            given["id"] = str(given["id"])
        for name in held:
            profile = _sentences(values[name])
            if not isinstance(profile, list):
                yield Problem(number, f"{name}: {short(profile)} is no list of sentences, and no text")
            elif profile or "name" in given:
                yield Entry(number, {**given, "profile": profile})
            elif name not in PAIR:
                yield Problem(number, f"{name}: is empty; write at least one sentence, or leave the row out")


def sentence_rows(table: Table) -> Found:
    """Profile sentences, one a row; columns that are none of a sentence's are passed over."""
    columns = [name for name in ProfileSentence.model_fields if name in table.columns]
    for number, row in _rows(table, columns):
        yield Entry(number, _told(row))


def holds_pool(columns: Iterable[str]) -> bool:
    """Whether the rows are sentences rather than people."""
    names = set(columns)
    return "text" in names and not names & {*PROFILES, *PAIR, "name"}


def _rows(table: Table, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its number, from 1. Raises Unreadable where the rest can't be read."""
    from pyarrow import ArrowException

    number = 0
    try:
        for batch in table.batches(columns):
            for start in range(0, batch.num_rows, GROUP):
                for row in batch.slice(start, GROUP).to_pylist():
                    number += 1
                    yield number, row
    except (ArrowException, ValueError, OSError) as error:
        raise Unreadable(number + 1, f"broken from here on: {error}; get or write the file again") from error


def _told(value: Any) -> Any:
    """Without nulls, which a table has where a file says nothing."""
    if isinstance(value, dict):
        return {key: _told(part) for key, part in value.items() if part is not None}
    return [_told(part) for part in value if part is not None] if isinstance(value, list) else value


def _sentences(value: Any) -> Any:
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return [] if value is None else value


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(repr, columns)) or "no column"


def written(personas: Iterable[Persona]) -> Iterator[Any]:
    """Record batches of personas."""
    return batches((persona.model_dump(mode="json") for persona in personas), persona_schema())


def sentence_batches(sentences: Iterable[ProfileSentence]) -> Iterator[Any]:
    """Record batches of a pool."""
    return batches((sentence.model_dump(mode="json") for sentence in sentences), sentence_schema())


def batches(rows: Iterable[dict[str, Any]], schema: Any) -> Iterator[Any]:
    """Arrow record batches of up to GROUP rows, each made when it is asked for."""
    from pyarrow import RecordBatch

    rest = iter(rows)
    while group := list(islice(rest, GROUP)):
        yield RecordBatch.from_pylist(group, schema)


def persona_schema() -> Any:
    """One column a field of Persona."""
    import pyarrow as arrow

    text = arrow.string()
    kinds = {
        "profile": arrow.list_(struct_of(ProfileSentence)),
        "traits": arrow.struct(dict.fromkeys(BigFive.model_fields, arrow.int8())),
        "statements": arrow.list_(struct_of(Statement)),
        "style": arrow.list_(text),
    }
    return arrow.schema({name: kinds.get(name, text) for name in Persona.model_fields})


def struct_of(model: type[ProfileSentence] | type[Statement]) -> Any:
    """All fields as text."""
    import pyarrow as arrow

    return arrow.struct(dict.fromkeys(model.model_fields, arrow.string()))


def sentence_schema() -> Any:
    """One column a field of ProfileSentence."""
    import pyarrow as arrow

    return arrow.schema(list(struct_of(ProfileSentence)))


def needed(library: str, extra: str) -> Mistake:
    """What to say where a library of an extra is not installed."""
    return Mistake(f"format {extra!r} needs {library}; install it with: pip install 'tertulia[{extra}]'")
