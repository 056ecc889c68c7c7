"""How far does a set of sentences reach? The four numbers by which an expansion is measured, beside the paper's."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from .clustering import Indices, Vectors, cluster_statistics


@dataclass(frozen=True)
class Portrait:
    """A set of profile sentences in numbers."""

    sentences: int
    clusters: int
    mean_distance: float
    """Mean cosine distance, in [0, 2], between the centroids of two different clusters."""
    mean_words: float
    """Words a sentence; after an expansion those of the new ones alone, as the paper counts."""


PAPER_BEFORE = Portrait(4_723, 323, 0.836, 7.65)
PAPER_AFTER = Portrait(10_371, 553, 0.863, 15.9)
"""Persona-Chat and Synthetic-Persona-Chat (Jandaghi et al. 2023, table 2)."""
PAPER_FACTOR = PAPER_AFTER.sentences / PAPER_BEFORE.sentences


def portrait(vectors: Vectors, labels: Indices, counted: Sequence[str]) -> Portrait:
    """Of unit vectors (n, d) and their clusters; the words are those of the texts `counted`, 0 without any."""
    statistics = cluster_statistics(vectors, labels)
    words = fmean(len(text.split()) for text in counted) if counted else 0.0
    return Portrait(len(vectors), statistics.clusters, statistics.mean_distance, words)
