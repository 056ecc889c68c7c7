"""Can anything be made of a pool? Told before anything is scored, with the name of what is missing."""

from collections.abc import Iterable, Iterator, Sequence

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..persona import ProfileSentence
from ..taxonomy import Taxonomy
from .draft import Supply
from .recipe import Recipe

TOLD = 5
"""Categories in one message."""
LIKE = 60.0
"""Similarity, 0 to 100, from which a category may have been meant."""
ASIDE = "`tertulia personas generate` writes more"


def distinct(pool: Iterable[ProfileSentence]) -> tuple[ProfileSentence, ...]:
    """Each text once, however it is spaced and written, by category and text: what is drawn does not depend on the
    order of the pool. Sentences without a category come last. Raises Mistake where there is none."""
    found: dict[str, ProfileSentence] = {}
    for sentence in sorted(pool, key=_place):
        found.setdefault(" ".join(sentence.text.casefold().split()), sentence)
    if not found:
        raise Mistake(f"the pool is empty: no profile sentence in it; {ASIDE}")
    return tuple(found.values())


def _place(sentence: ProfileSentence) -> tuple[bool, str, str, str, str]:
    return not sentence.category, sentence.category or "", sentence.text, sentence.entity or "", sentence.origin


def check_categories(sentences: Iterable[ProfileSentence], taxonomy: Taxonomy, where: str = "the pool") -> None:
    """Raises Mistake for categories that the taxonomy lacks, each with its first sentence and the nearest paths."""
    owners: dict[str, list[str]] = {}
    for sentence in sentences:
        if sentence.category and taxonomy.get(sentence.category) is None:
            owners.setdefault(sentence.category, []).append(sentence.text)
    if not owners:
        return
    lines = [_lacking(path, texts, taxonomy) for path, texts in list(owners.items())[:TOLD]]
    more = f"\n  and {len(owners) - TOLD} more categories" if len(owners) > TOLD else ""
    what = f"{where}: the taxonomy lacks the categories of some sentences; mend them, or give their own --taxonomy"
    raise Mistake("\n".join([f"{what}:", *lines]) + more)


def _lacking(path: str, texts: Sequence[str], taxonomy: Taxonomy) -> str:
    near = nearest(path, [category.path for category in taxonomy.categories])
    meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    others = f" and {len(texts) - 1:,} more" if len(texts) > 1 else ""
    return f"  {path!r} of {texts[0]!r}{others}{meant}"


def nearest(word: str, choices: Sequence[str]) -> list[str]:
    """The choices that are most like a word, at most three; none where none is like it."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        word, choices, scorer=fuzz.token_sort_ratio, processor=utils.default_process, limit=3, score_cutoff=LIKE
    )
    return [str(choice) for choice, *_ in found]


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
