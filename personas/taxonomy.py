"""What can a profile sentence be about? A tree of categories, each with the key of its entity."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path


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
    """What its entity is called in prompts and replies, such as `book author`."""
    family: Family
    single: bool
    """Whether a person can have only one value at a time (birthplace, age), or several (foods)."""
    examples: tuple[str, ...] = ()
    """Entities."""
    gloss: str = ""
    """What it covers, in one line; for prompts and for telling it from its neighbours."""


@dataclass(frozen=True)
class Taxonomy:
    """Categories in order, unique by path (compared without case and spaces around bars)."""

    categories: tuple[Category, ...]

    def get(self, path: str) -> Category | None:
        """The category of that path, however its bars are spaced."""
        return self._by_path.get(_canonical(path))

    def of(self, family: Family) -> tuple[Category, ...]:
        return tuple(category for category in self.categories if category.family is family)

    @cached_property
    def _by_path(self) -> Mapping[str, Category]:
        return {_canonical(category.path): category for category in self.categories}


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """The shipped 51 categories; with `path` a user's file on top of them, which may add and replace. Raises Mistake."""
    raise NotImplementedError


def _canonical(path: str) -> str:
    return "|".join(part.strip().casefold() for part in path.split("|"))
