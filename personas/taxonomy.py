"""What can a profile sentence be about? A tree of categories, each with the key of its entity."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from ..models.errors import Mistake
from ..models.suggesting import closest
from .persona import ProfileSentence


class Family(StrEnum):
    """The three kinds of categories (Lee et al. 2022)."""

    DEMOGRAPHIC = "demographic"
    PSYCHOGRAPHIC = "psychographic"
    WELLNESS = "wellness"


@dataclass(frozen=True)
class Category:
    """One kind of fact: `Preference | Book | Author`, whose entity is a `book author`."""

    path: str
    key: str
    """What its entity is called in prompts and replies, such as `book author`; two categories may share one."""
    family: str
    """One of Family, or a family of the user's own."""
    single: bool
    """Whether a person can have only one value at a time (birthplace, age), or several (foods)."""
    examples: tuple[str, ...] = ()
    """Entities."""
    gloss: str = ""
    """What it covers, in one line; for prompts and for telling it from its neighbours."""
    sentences: tuple[ProfileSentence, ...] = ()
    """Sentences of the category, each with its entity; shown to a language model as examples, and to an embedder."""


@dataclass(frozen=True)
class Taxonomy:
    """Categories in order, unique by path (compared without case and spaces around bars)."""

    categories: tuple[Category, ...]

    def get(self, path: str) -> Category | None:
        """The category of that path, however its bars are spaced."""
        return self._by_path.get(canonical(path))

    def of(self, family: str) -> tuple[Category, ...]:
        return tuple(category for category in self.categories if category.family == family)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Each family once, in the order of its first category."""
        return tuple(dict.fromkeys(category.family for category in self.categories))

    @cached_property
    def _by_path(self) -> Mapping[str, Category]:
        return {canonical(category.path): category for category in self.categories}


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """The shipped 51 categories; with `path` a user's file on top of them, which may add and replace.

    The same unchanged file gives the same object again. Raises Mistake with all that is wrong in the file.
    """
    if path is None:
        return _shipped()
    try:
        state = path.stat()
    except OSError as error:
        why = error.strerror or str(error)
        raise Mistake(f"{path}: can't be read ({why}); check the path and its permissions") from error
    return _read(path.resolve(), state.st_mtime_ns, state.st_size)


def taxonomy_of_text(text: str) -> Taxonomy:
    """What `read_taxonomy` makes of a file with this text, where the file itself is not at hand. Raises Mistake."""
    from .taxonomy_file import read_text

    return Taxonomy(read_text(text, on=_shipped().categories))


def select(taxonomy: Taxonomy, names: Iterable[str]) -> tuple[Category, ...]:
    """The named categories in the order of the taxonomy; all of them where nothing is named.

    A name is a path (that one category), else the beginning of paths (`Preference | Book`: all under it), else a key
    (`book author`), else a family (`wellness`). Raises Mistake.
    """
    wanted = list(names)
    chosen = {category.path for name in wanted for category in _named(taxonomy, name)}
    return tuple(category for category in taxonomy.categories if not wanted or category.path in chosen)


def canonical(path: str) -> str:
    """A path for comparing: `preference|book`."""
    return "|".join(part.strip().casefold() for part in path.strip().strip("|").split("|"))


def _named(taxonomy: Taxonomy, name: str) -> list[Category]:
    wanted = canonical(name)
    if exact := taxonomy.get(name):
        return [exact]
    return next((found for found in _ways(taxonomy, wanted) if found), []) or _unknown(taxonomy, name)


def _ways(taxonomy: Taxonomy, wanted: str) -> Iterator[list[Category]]:
    yield [category for category in taxonomy.categories if canonical(category.path).startswith(f"{wanted}|")]
    yield [category for category in taxonomy.categories if category.key.casefold() == wanted]
    yield [category for category in taxonomy.categories if category.family == wanted]


def _unknown(taxonomy: Taxonomy, name: str) -> list[Category]:
    parts = [category.path.split(" | ") for category in taxonomy.categories]
    beginnings = [" | ".join(path[:length]) for path in parts for length in range(1, len(path) + 1)]
    keys = (category.key for category in taxonomy.categories)
    meant = closest(name, dict.fromkeys([*beginnings, *keys, *taxonomy.families]))
    hint = f"did you mean {meant!r}? " if meant else ""
    raise Mistake(
        f"no category is called {name!r}; {hint}"
        "name a family, a path, the beginning of a path, or a key; "
        f"families: {', '.join(taxonomy.families)}; paths begin with: {', '.join(dict.fromkeys(p[0] for p in parts))}"
    )


@lru_cache(maxsize=1)
def _shipped() -> Taxonomy:
    from .taxonomy_file import read

    return Taxonomy(read(Path(str(files(__package__) / "taxonomy.yaml")), on=()))


@lru_cache(maxsize=32)
def _read(path: Path, modified: int, size: int) -> Taxonomy:
    from .taxonomy_file import read

    return Taxonomy(read(path, on=_shipped().categories))
