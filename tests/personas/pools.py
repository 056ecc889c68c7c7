"""Pools of sentences, and scorers that know what the test tells them."""

from collections.abc import Callable, Sequence

import numpy as np

from tertulia.models.scorer import Inference, Pair
from tertulia.personas import ProfileSentence
from tertulia.personas.taxonomy import Category, Taxonomy

FAMILIES = {
    "demographic": ("Age", "Job", "Town", "School"),
    "psychographic": ("Food", "Hobby", "Book"),
    "wellness": ("Ill", "Sore"),
}
SINGLE = {"Age", "Town"}
TAXONOMY = Taxonomy(
    tuple(Category(path, path.lower(), family, path in SINGLE) for family, paths in FAMILIES.items() for path in paths)
)


def sentence(path: str, number: int, entity: str = "") -> ProfileSentence:
    value = entity or f"{path.lower()}-{number}"
    return ProfileSentence(text=f"{path} number {number}: I say {value}.", category=path, entity=value)


def pool(each: int, paths: Sequence[str] | None = None) -> list[ProfileSentence]:
    """So many sentences of every category."""
    wanted = paths or [category.path for category in TAXONOMY.categories]
    return [sentence(path, number) for path in wanted for number in range(each)]


class Knows:
    """NLI that contradicts where it is told so, in one direction only, and remembers what it was asked."""

    name = "knows"

    def __init__(
        self, contradicts: Callable[[str, str], bool] = lambda a, b: False, *, entails: Sequence[Pair] = ()
    ) -> None:
        self.contradicts, self.entailed = contradicts, set(entails)
        self.calls: list[int] = []
        self.asked: set[Pair] = set()

    async def infer(self, pairs: Sequence[Pair]) -> list[Inference]:
        self.calls.append(len(pairs))
        self.asked.update(pairs)
        return [self._infer(pair) for pair in pairs]

    def _infer(self, pair: Pair) -> Inference:
        if pair in self.entailed:
            return Inference(0.9, 0.1, 0.0)
        clash = pair[0] < pair[1] and self.contradicts(*pair)
        return Inference(0.0, 0.05, 0.95) if clash else Inference(0.0, 0.9, 0.1)


class Spells:
    """Embeds a text by its letters alone: texts of the same letters are alike, others hardly."""

    name = "spells"
    merge_above = 0.99

    async def embed(self, texts: Sequence[str]) -> "np.ndarray":
        rows = np.stack([np.random.default_rng([ord(c) for c in sorted(text)]).normal(size=64) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
