"""Can anything be made of a pool? Told before anything is scored, with the name of what is missing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..persona import ProfileSentence
from ..taxonomy import Taxonomy
from .draft import Supply
from .recipe import Recipe

ASIDE = "`tertulia personas generate` writes more"


def distinct(pool: Iterable[ProfileSentence]) -> tuple[ProfileSentence, ...]:
    """Each text once, however it is spaced and written. Raises Mistake where there is none."""
    found: dict[str, ProfileSentence] = {}
    for sentence in pool:
        found.setdefault(" ".join(sentence.text.casefold().split()), sentence)
    if not found:
        raise Mistake(f"the pool is empty: no profile sentence in it; {ASIDE}")
    return tuple(found.values())


def check_categories(sentences: Iterable[ProfileSentence], taxonomy: Taxonomy) -> None:
    """Raises Mistake for categories that the taxonomy lacks."""
    given = Counter(sentence.category for sentence in sentences if sentence.category)
    unknown = [path for path in given if taxonomy.get(path) is None]
    if unknown:
        some = ", ".join(f"{path!r} ({given[path]}x)" for path in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        known = suggest(unknown[0], [category.path for category in taxonomy.categories])
        raise Mistake(f"the pool has categories that the taxonomy lacks: {some}; give the taxonomy of the pool{known}")


def check_supply(supply: Supply, recipe: Recipe) -> None:
    """Raises Mistake where not even one persona could be drawn."""
    if recipe.builder == "profile":
        if len(supply.sentences) < recipe.size:
            raise Mistake(f"the pool has {len(supply.sentences)} sentences, and a profile wants {recipe.size}; {ASIDE}")
        return
    if not supply.by_category:
        raise Mistake(
            "no sentence of the pool has a category, and `conl` draws by category; take the builder `profile`"
        )
    if missing := list(_missing(supply, recipe)):
        raise Mistake("\n".join(missing))


def _missing(supply: Supply, recipe: Recipe) -> Iterator[str]:
    for family, wanted in recipe.quota.items():
        if family not in supply.taxonomy.families:
            yield f"quota: no family {family!r}{suggest(family, supply.taxonomy.families)}"
            continue
        there = [c.path for c in supply.taxonomy.of(family) if c.path in supply.by_category]
        if len(there) < wanted:
            lacking = [c.path for c in supply.taxonomy.of(family) if c.path not in supply.by_category]
            yield f"quota: {family}={wanted}, and the pool {_has(there)} of that family; {_advice(lacking)}"


def _has(there: Sequence[str]) -> str:
    return f"has sentences of only {', '.join(map(repr, there))}" if there else "has no sentence"


def _advice(lacking: Sequence[str]) -> str:
    if not lacking:
        return "set a smaller quota"
    some = ", ".join(map(repr, lacking[:4])) + (", ..." if len(lacking) > 4 else "")
    return f"add sentences of {some}, or set a smaller quota"
