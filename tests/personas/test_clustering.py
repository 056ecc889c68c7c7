"""Are clusters those of scipy, whatever the data look like, and are the numbers about them right?"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder
from tertulia.personas import people, shelves
from tertulia.personas.expansion.clustering import cluster_statistics, clusters

Array = NDArray[np.float64]


def unit(rows: Array) -> Array:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def by_scipy(vectors: NDArray[np.generic], merge_above: float) -> NDArray[np.intp]:
    tree = linkage(vectors.astype(np.float64), method="average", metric="cosine")
    return by_appearance(fcluster(tree, 1 - merge_above, "distance"))


def by_appearance(labels: NDArray[np.generic]) -> NDArray[np.intp]:
    names: dict[int, int] = {}
    return np.array([names.setdefault(int(label), len(names)) for label in labels])


def clumps(count: int, dimensions: int, seed: int) -> Array:
    """Points around a tenth as many centres."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(1, count // 10), dimensions))
    return unit(centres[rng.integers(len(centres), size=count)] + 0.8 * rng.normal(size=(count, dimensions)))


def hub(count: int) -> Array:
    """Everyone's nearest is the one in the middle, which takes in one after the other."""
    around = np.random.default_rng(5).normal(size=(count, 64))
    around[:, 0] = 0
    angles = np.linspace(0.1, 1.3, count)[:, None]
    points = np.sin(angles) * unit(around)
    points[:, 0] = np.cos(angles[:, 0])
    return points


def chain(count: int) -> Array:
    """Points on an arc with growing gaps: each one's nearest is the one before."""
    angles = np.cumsum(np.linspace(0.001, 0.006, count))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize("merge_above", [0.9, 0.6, 0.3, 0.1, 0.0, -0.3])
@pytest.mark.parametrize(
    "vectors", [clumps(900, 24, 1), clumps(300, 4, 2), hub(400), chain(300)], ids=["clumps", "flat", "hub", "chain"]
)
def test_clusters_are_those_of_scipy(vectors: Array, merge_above: float) -> None:
    assert np.array_equal(clusters(vectors, merge_above), by_scipy(vectors, merge_above))


async def test_clusters_of_sentences_are_those_of_scipy() -> None:
    sentences = {text for shelf in shelves() for one in people(f"library/{shelf}", Path()) for text in one.sentences}
    vectors = await connect_embedder("lexical").embed(sorted(sentences))
    for merge_above in (0.5, 0.1):
        assert np.array_equal(clusters(vectors, merge_above), by_scipy(vectors, merge_above))


@settings(deadline=None, max_examples=60)
@given(count=st.integers(2, 60), seed=st.integers(0, 10_000), merge_above=st.floats(-0.9, 0.95))
def test_no_two_clusters_are_left_that_should_merge(count: int, seed: int, merge_above: float) -> None:
    vectors = clumps(count, 5, seed)
    labels = clusters(vectors, merge_above)
    means = np.array([vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    between = means @ means.T
    np.fill_diagonal(between, -1)
    assert between.max() <= merge_above + 1e-9
    assert np.array_equal(labels, by_scipy(vectors, merge_above))


def test_whatever_the_order_the_groups_are_the_same() -> None:
    vectors = clumps(400, 8, 3)
    order = np.random.default_rng(0).permutation(len(vectors))
    shuffled = np.empty(len(vectors), dtype=np.intp)
    shuffled[order] = clusters(vectors[order], 0.4)
    assert np.array_equal(by_appearance(shuffled), clusters(vectors, 0.4))


def test_equal_sentences_are_together_even_where_nothing_else_merges() -> None:
    vectors = np.eye(4, dtype=np.float32)[[2, 0, 2, 1, 0, 3]]
    assert clusters(vectors, 0.99).tolist() == [0, 1, 0, 2, 1, 3]


def test_what_is_equally_near_merges_the_same_way_every_time() -> None:
    square = unit(np.array([[1, 0, 1], [0, 1, 1], [-1, 0, 1], [0, -1, 1]], dtype=np.float64))
    assert clusters(square, 0.4).tolist() == clusters(square.copy(), 0.4).tolist() == [0, 0, 1, 1]


def test_the_threshold_itself_does_not_merge() -> None:
    pair = np.array([[1.0, 0.0], [0.6, 0.8]])
    assert clusters(pair, 0.6).tolist() == [0, 1]
    assert clusters(pair, 0.59).tolist() == [0, 0]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, [0])])
def test_hardly_anything_to_cluster(count: int, expected: list[int]) -> None:
    assert clusters(np.ones((count, 1)), 0.3).tolist() == expected


@pytest.mark.parametrize("merge_above", [1.0, -1.1, float("nan")])
def test_a_threshold_that_is_no_similarity(merge_above: float) -> None:
    with pytest.raises(Mistake, match="merge_above"):
        clusters(np.eye(2), merge_above)


def test_statistics_are_distances_of_centroids() -> None:
    vectors = unit(np.array([[1, 0, 0], [1, 0.2, 0], [0, 1, 0], [0, 0, 1], [0, 0.1, 1]], dtype=np.float64))
    labels = np.array([0, 0, 1, 2, 2])
    found = cluster_statistics(vectors, labels)
    centroids = unit(np.array([vectors[labels == label].sum(axis=0) for label in range(3)]))
    distances = [1 - centroids[a] @ centroids[b] for a in range(3) for b in range(a)]
    assert (found.clusters, found.sizes) == (3, (2, 1, 2))
    assert found.mean_distance == pytest.approx(np.mean(distances))


def test_statistics_of_one_cluster_and_of_none() -> None:
    assert cluster_statistics(np.eye(2), np.array([0, 0])).mean_distance == 0
    assert cluster_statistics(np.empty((0, 3)), np.empty(0, dtype=np.intp)).clusters == 0
