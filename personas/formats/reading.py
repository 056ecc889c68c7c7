"""Who stands in a file? Its personas one by one, or one message with all its mistakes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ...models.errors import Mistake
from ..persona import Persona
from .checking import checked
from .entry import Entry, Found, Problem, Unreadable, read_lines
from .registry import Format, format_of

CAP = 20
"""How many mistakes of a file are told at once."""


def read_personas(path: Path, format: str | None = None) -> Iterator[Persona]:
    """The personas of a file or of a dataset's folder, in its order; `format` is one of FORMATS, by default what the
    suffix means.

    Reads as it goes, and keeps nothing but the ids (YAML is read whole: 10,000 personas take 330 MB). From the first
    mistake on it yields nothing more, and at the end raises one Mistake that lists up to 20 of them with their lines
    (in tables: rows); of a pool of sentences it says that it is one.
    """
    path = Path(path)
    return _read(path, format_of(path, format))


def _read(path: Path, format: Format) -> Iterator[Persona]:
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for entry in found(path, format.read):
        persona = [entry] if isinstance(entry, Problem) else _new(entry, lines, format.step)
        if isinstance(persona, Persona):
            if not problems:
                yield persona
            continue
        if not problems and not lines:
            _refuse_pool(path)
        problems += persona
        if len(problems) > CAP:
            break
    if not problems and not lines:
        problems = [Problem(1, "no persona in it; write at least one with a `name` and a `profile`")]
    if problems:
        raise mistake(path, problems)


def _refuse_pool(path: Path) -> None:
    """Raises Mistake where a file holds sentences that nobody has yet: else each line would be told as no persona."""
    from ..pool import is_pool  # a pool may also be read from a file of people

    if is_pool(path):
        make = f"`tertulia personas assemble {path} --output people.yaml`"
        raise Mistake(f"{path} is a pool of sentences, not people: {make} makes people of it")


def entries(path: Path, read: Callable[[Iterable[bytes]], Found]) -> Found:
    """What a reader of lines finds in a file. Raises Mistake where it can't be opened."""
    return found(path, partial(read_lines, read))


def found(path: Path, read: Callable[[Path], Found]) -> Found:
    """What a format finds in a file or folder. Raises Mistake where it can't be opened."""
    try:
        yield from read(path)
    except Unreadable as error:
        yield error.problem
    except OSError as error:
        why = error.strerror or str(error)
        raise Mistake(f"{path}: can't be read ({why}); check the path and its permissions") from error


def _new(entry: Entry, lines: dict[str, int], step: str) -> Persona | list[Problem]:
    persona = checked(entry)
    if not isinstance(persona, Persona):
        return persona
    if persona.id in lines:
        return [Problem(entry.line, _taken(entry, persona, f"{step} {lines[persona.id]}"))]
    lines[persona.id] = entry.line
    return persona


def _taken(entry: Entry, persona: Persona, first: str) -> str:
    if entry.value.get("id"):
        return f"id: {persona.id!r} is taken by {first}; give each persona an id of its own"
    return f"id: the same name and profile as {first}; remove one, or give each an id of its own"


def mistake(path: Path, problems: Sequence[Problem]) -> Mistake:
    """One error that tells the first 20 problems of a file, each with its line."""
    told = [f"{path}:{problem.line}: {problem.what}" for problem in problems[:CAP]]
    return Mistake("\n".join(told + [f"{path}: and more; mend these first"] * (len(problems) > CAP)))
