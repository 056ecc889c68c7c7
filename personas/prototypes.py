"""How near is a sentence to each category? By cosines with the sentences, entities and glosses of the taxonomy."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..models.scorer import Embedder
from .persona import ProfileSentence
from .taxonomy import Category, Taxonomy

Array = NDArray[np.float32]

_ASIDE: Final = re.compile(
    r",? (?:and|but|so|because|which|who|where|when|since|though|although|as|until|if|while)\b|[,;:]"
)
_SHORT: Final = 12
"""Letters that a main clause has at least, and three words."""

_CENTROID: Final = 0.7
"""Weight of the centroid; the three nearest prototypes have the rest. Not chosen on the library, which measures it."""
_NEAREST: Final = 3
_ENTITY: Final = 0.5
"""Weight of the entity, where one is known, beside the sentence's 1."""
_TEMPERATURES: Final = np.geomspace(0.003, 0.3, 40)
_LOWEST: Final = 2.0
"""Percentile of the taxonomy's own sentences that lies below the floor."""


@dataclass(frozen=True)
class _Prototype:
    text: str
    owner: int
    """Index of its category."""
    frame: int
    """Number of the sentence that it was made from; -1 for a gloss."""


@dataclass(frozen=True, eq=False)
class Prototypes:
    """A taxonomy as an embedder sees it."""

    embedder: Embedder
    made: tuple[_Prototype, ...]
    vectors: Array
    """(prototypes, dimensions), unit vectors."""
    entities: Array
    """(categories, dimensions): the middle of each category's entities."""

    async def scores(self, sentences: Sequence[ProfileSentence]) -> Array:
        """(sentences, categories), -1 to 1: how near each sentence is, with its entity where it has one."""
        near = self._near(await _clauses(self.embedder, [sentence.text for sentence in sentences]))
        known = [index for index, sentence in enumerate(sentences) if sentence.entity]
        if known:
            entities = await self.embedder.embed([str(sentences[index].entity) for index in known])
            near[known] = (near[known] + _ENTITY * entities @ self.entities.T) / (1 + _ENTITY)
        return near

    def shares(self, scores: Array) -> Array:
        """(sentences, categories), rows sum to 1: softmax of scores at the temperature that fits this embedder."""
        return _softmax(scores, self.temperature)

    @cached_property
    def temperature(self) -> float:
        """At which the taxonomy's own sentences, each scored as if its kind were not there, are most likely."""
        scores, owners = self._held_out
        if not len(owners):
            return 0.05
        fits = [np.log(_softmax(scores, warm)[range(len(owners)), owners] + 1e-9).mean() for warm in _TEMPERATURES]
        return float(_TEMPERATURES[int(np.argmax(fits))])

    @cached_property
    def floor(self) -> float:
        """Score below which a sentence belongs nowhere: hardly one of the taxonomy's own sentences lies there."""
        scores, owners = self._held_out
        return float(np.percentile(scores[range(len(owners)), owners], _LOWEST)) if len(owners) else 0.0

    @cached_property
    def _owners(self) -> NDArray[np.int64]:
        return np.array([prototype.owner for prototype in self.made])

    @cached_property
    def _groups(self) -> list[Array]:
        """The vectors of each category."""
        return [self.vectors[self._owners == owner] for owner in range(len(self.entities))]

    @cached_property
    def _held_out(self) -> tuple[Array, NDArray[np.int64]]:
        frames = np.array([prototype.frame for prototype in self.made])
        first = [index for index, frame in enumerate(frames) if frame >= 0 and frame not in frames[:index]]
        scores = self._near(self.vectors[first])
        for row, index in enumerate(first):
            others = self.vectors[(self._owners == self.made[index].owner) & (frames != frames[index])]
            scores[row, self.made[index].owner] = _nearness(self.vectors[[index]], others)[0]
        return scores, self._owners[first]

    def _near(self, vectors: Array) -> Array:
        found = [_nearness(vectors, group) for group in self._groups]
        return np.stack(found, axis=1)


async def prototypes(taxonomy: Taxonomy, embedder: Embedder) -> Prototypes:
    """Embed the taxonomy: about 1,500 short texts for the shipped one."""
    made = [made for index, category in enumerate(taxonomy.categories) for made in _made(index, category)]
    vectors = await _clauses(embedder, [prototype.text for prototype in made])
    groups = [_entities(category) for category in taxonomy.categories]
    embedded = await embedder.embed([entity for group in groups for entity in group])
    ends = np.cumsum([len(group) for group in groups])
    middles = [_unit(part.mean(axis=0, keepdims=True))[0] for part in np.split(embedded, ends[:-1])]
    return Prototypes(embedder, tuple(made), vectors, np.stack(middles))


def main_clause(text: str) -> str:
    """What comes before the first aside: `I am a baker` of `I am a baker, so my day ends when yours begins.`"""
    cut = _ASIDE.search(text, _SHORT)
    clause = text[: cut.start()] if cut else text
    return clause if len(clause.split()) >= 3 else text


def _made(owner: int, category: Category) -> list[_Prototype]:
    """The sentences, then each example in one of them in turn, then the gloss."""
    frames = [(sentence.text, sentence.entity or "") for sentence in category.sentences]
    frames = frames or [(f"My {category.key} is {entity}.", entity) for entity in category.examples[:1]]
    number = [owner * 1000 + index for index in range(len(frames))]
    made = [_Prototype(text, owner, frame) for (text, _), frame in zip(frames, number, strict=True)]
    for index, entity in enumerate(category.examples if frames else ()):
        text, marked = frames[index % len(frames)]
        made.append(_Prototype(text.replace(marked, entity), owner, number[index % len(frames)]))
    return [*made, _Prototype(category.gloss or f"My {category.key}.", owner, -1)]


def _entities(category: Category) -> list[str]:
    return [*category.examples, *(str(sentence.entity) for sentence in category.sentences)] or [category.key]


async def _clauses(embedder: Embedder, texts: Sequence[str]) -> Array:
    """Unit vectors halfway between a sentence and its main clause, because asides lead astray."""
    wanted = list(dict.fromkeys([*texts, *map(main_clause, texts)]))
    place = {text: index for index, text in enumerate(wanted)}
    vectors = await embedder.embed(wanted)
    whole, clause = ([place[of(text)] for text in texts] for of in (str, main_clause))
    return _unit(vectors[whole] + vectors[clause])


def _nearness(vectors: Array, of: Array) -> Array:
    if not len(of):
        return np.zeros(len(vectors), dtype=np.float32)
    near = vectors @ of.T
    best = np.partition(near, max(0, near.shape[1] - _NEAREST), axis=1)[:, -_NEAREST:].mean(axis=1)
    middle = _unit(of.mean(axis=0, keepdims=True))[0]
    return np.asarray(_CENTROID * (vectors @ middle) + (1 - _CENTROID) * best, dtype=np.float32)


def _softmax(scores: Array, temperature: float) -> Array:
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _unit(vectors: Array) -> Array:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(vectors / lengths, dtype=np.float32)
