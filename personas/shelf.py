"""Where do personas come from? From the library that ships with the package, or from a file of the user's."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from ..models.errors import Mistake
from ..models.suggesting import suggest
from .formats.registry import is_dataset
from .persona import Persona

PREFIX = "library/"
DIALOGUES = frozenset({"exemplars"})
"""Shipped files that hold dialogues, not personas."""


def shelves() -> list[str]:
    """Names of the shipped persona files, each to be used as `library/NAME`."""
    return [name for name in _names() if name not in DIALOGUES]


def shipped(name: str) -> Path:
    """The YAML of the library by its name: `library/everyday` or `everyday`. Raises Mistake."""
    wanted = name.removeprefix(PREFIX)
    if wanted not in _names():
        raise Mistake(f"no shipped file is called {name!r}{suggest(wanted, _names())}")
    return _library() / f"{wanted}.yaml"


def people(where: str, folder: Path) -> tuple[Persona, ...]:
    """The personas of `library/NAME`, or of a file: looked for in `folder` first, then in the working directory.

    The same unchanged file gives the same objects again. Raises Mistake.
    """
    path = _found(where, folder)
    state = path.stat()
    return _read(path, state.st_mtime_ns, state.st_size)


def _found(where: str, folder: Path) -> Path:
    if where.startswith(PREFIX) and not Path(where).suffix:
        return shipped(_holding_people(where))
    places = _places(where, folder)
    for place in places:
        if place.is_file() or is_dataset(place):
            return place
    raise Mistake(_not_found(where, places))


def _holding_people(where: str) -> str:
    if where.removeprefix(PREFIX) in DIALOGUES:
        raise Mistake(f"{where!r} holds dialogues, not personas{suggest('', [PREFIX + name for name in shelves()])}")
    return where


def _places(where: str, folder: Path) -> list[Path]:
    given = Path(where).expanduser()
    return list(dict.fromkeys((place / given).resolve() for place in (folder, Path.cwd())))


def _not_found(where: str, places: list[Path]) -> str:
    if any(place.is_dir() for place in places):
        return f"{where!r} is a folder; name one file of personas in it"
    looked = " and ".join(repr(str(place)) for place in places)
    shelf = suggest(where, [PREFIX + name for name in shelves()])
    return f"no persona file {where!r}: looked at {looked}; give another path, or a shipped library{shelf}"


@lru_cache(maxsize=32)
def _read(path: Path, modified: int, size: int) -> tuple[Persona, ...]:
    from .formats import read_personas

    return tuple(read_personas(path))


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return sorted(path.stem for path in _library().glob("*.yaml"))


def _library() -> Path:
    return Path(str(files(__package__) / "library"))
