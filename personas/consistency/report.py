"""What came of an assembly: what was scored by whom, what was found, and why there are no more?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

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
    left: int = 0
    """Conflicts inside the personas: none, since every pair of each was scored."""
    scarce: str = ""
    """Which family is used most where others have unused sentences: `wellness: 9 sentences for 20 personas`."""
    negations: bool = False
    """Whether negations were looked for: by the builder `profile`, unless the scorer knows no entailment."""
    unnegated: int = 0
    """Sentences of which the language model gave no negation."""
    why: str = ""
    """Why there are not as many as wanted."""


def report_of(
    recipe: Recipe,
    supply: Supply,
    conflicts: Conflicts,
    failures: Counter[str],
    profiles: Sequence[Sequence[int]],
) -> Report:
    """The report of an assembly that is over."""
    scorer, uses, built = conflicts.scorer, supply.tray.uses, len(profiles)
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
        cached=conflicts.cached,
        conflicts={kind.value: finding(conflicts, kind, supply) for kind in Conflict if conflicts.found(kind)},
        replaced=supply.replaced.total(),
        dropped=dict(supply.dropped.most_common()),
        used=sum(count > 0 for count in uses),
        most_used=max(uses),
        left=sum(conflicts.between(a, b) for profile in profiles for a, b in combinations(profile, 2)),
        scarce=scarce(supply, built) if recipe.builder == "conl" else "",
        negations=conflicts.negations,
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


def scarce(supply: Supply, built: int) -> str:
    """Why a sentence is in several personas although others are in none."""
    uses = supply.tray.uses
    most = uses.index(max(uses))
    family = supply.families[most]
    there = sum(one == family for one in supply.families)
    if uses[most] < 2 or 0 not in uses:
        return ""
    return f"{family}: {_counted(there, 'sentence')} for {_counted(built, 'persona')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def why(recipe: Recipe, failures: Counter[str]) -> str:
    """Which family ran out, or whether all there can be exist already."""
    told = [f"{_reason(what)} ({count} {'try' if count == 1 else 'tries'})" for what, count in failures.most_common()]
    limit = f"; a sentence may be in at most {_counted(recipe.reuse, 'persona')}" if recipe.reuse else ""
    return "; ".join(told) + limit


def _reason(what: str) -> str:
    if what == REPEATED:
        return "only personas that exist already could be drawn"
    family = "" if what == "pool" else f"{what} "
    return f"no {family}sentence was left that goes with the others"
