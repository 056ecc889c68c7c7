"""What came of an assembly: what was scored by whom, what was found, and why there are no more?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .conflict import Conflict, Conflicts
from .draft import Supply
from .recipe import Recipe

EXAMPLES = 3
REPEATED = "repeated"
"""Stands among what ran out where only personas that exist already could be drawn."""


@dataclass(frozen=True)
class Example:
    """Two sentences that can't be said by one person."""

    first: str
    second: str
    score: float
    across: bool
    """Whether they are of two categories."""


@dataclass(frozen=True)
class Finding:
    """What was found of one kind of conflict."""

    count: int
    across: int
    """How many of them are across categories."""
    examples: tuple[Example, ...]
    """The surest first, at most one for each pair of categories."""


@dataclass(frozen=True)
class Report:
    """An assembly in numbers."""

    wanted: int
    built: int
    builder: str
    scorer: str
    embedder: str
    threshold: float
    pool: int
    """Distinct sentences."""
    uncategorised: int
    """Sentences without a category, which `conl` can't draw."""
    scored: int
    """Unordered pairs that the scorer was asked about."""
    cached: int
    """Unordered pairs that were wanted again, and not scored again."""
    conflicts: Mapping[str, Finding]
    """By kind of conflict; among the pairs that were scored."""
    replaced: int
    """Draws that were taken out for a conflict."""
    dropped: Mapping[str, int]
    """Category -> for how many drafts each of its sentences was tried in vain."""
    used: int
    """Sentences that are in a persona."""
    most_used: int
    """Personas that the most used sentence is in."""
    unnegated: int = 0
    """Sentences of which the language model gave no negation."""
    why: str = ""
    """Why there are not as many as wanted."""


def report_of(recipe: Recipe, supply: Supply, conflicts: Conflicts, failures: Counter[str], built: int) -> Report:
    """The report of an assembly that is over."""
    scorer, uses = conflicts.scorer, supply.tray.uses
    return Report(
        wanted=recipe.count,
        built=built,
        builder=recipe.builder,
        scorer=scorer.name,
        embedder=scorer.embedder.name,
        threshold=recipe.thresholds.contradiction,
        pool=len(supply.sentences),
        uncategorised=supply.paths.count(""),
        scored=scorer.asked,
        cached=scorer.cached,
        conflicts={kind.value: finding(conflicts, kind, supply) for kind in Conflict if conflicts.found(kind)},
        replaced=supply.replaced.total(),
        dropped=dict(supply.dropped.most_common()),
        used=sum(count > 0 for count in uses),
        most_used=max(uses),
        unnegated=conflicts.unnegated,
        why=why(recipe, failures) if built < recipe.count else "",
    )


def finding(conflicts: Conflicts, kind: Conflict, supply: Supply) -> Finding:
    """How many, and some of them."""
    edges, examples, shown = conflicts.found(kind), list[Example](), set[frozenset[str]]()
    for (a, b), score in edges:
        about = frozenset((supply.paths[a], supply.paths[b]))
        if about not in shown and len(examples) < EXAMPLES:
            shown.add(about)
            texts = (conflicts.sentences[a].text, conflicts.sentences[b].text)
            examples.append(Example(*texts, score=score, across=len(about) > 1))
    across = sum(supply.paths[a] != supply.paths[b] for (a, b), _ in edges)
    return Finding(len(edges), across, tuple(examples))


def why(recipe: Recipe, failures: Counter[str]) -> str:
    """Which family ran out, or whether all there can be exist already."""
    told = [f"{_reason(what)} ({count} tries)" for what, count in failures.most_common()]
    limit = f"; a sentence may be in at most {recipe.reuse} personas" if recipe.reuse else ""
    return "; ".join(told) + limit


def _reason(what: str) -> str:
    if what == REPEATED:
        return "only personas that exist already could be drawn"
    family = "" if what == "pool" else f"{what} "
    return f"no {family}sentence was left that goes with the others"
