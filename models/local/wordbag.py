"""What do the words of a text add up to? TF-IDF of words and pieces of words, times weights that were learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

WORD = r"\w+|[^\w\s]"
"""A word, or a sign: somebody who is lively writes more `!`."""
WORDS, PIECES = (1, 2), (2, 4)
"""Lengths of the n-grams: of words, and of characters within a word."""
MOST = 20_000
"""N-grams of each kind, the most frequent."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Bag:
    """N-grams with their weights."""

    words: TfidfVectorizer
    pieces: TfidfVectorizer
    weights: Array
    """(n-grams, outputs), those of words first."""
    bias: Array
    """(outputs,)"""

    def __call__(self, texts: Sequence[str]) -> Array:
        """(texts, outputs)"""
        if not texts:
            return np.zeros((0, len(self.bias)))
        return np.asarray(features(self.words, self.pieces, texts) @ self.weights + self.bias)

    def save(self, file: Path) -> dict[str, Any]:
        """Writes the numbers; what is given back belongs into the settings."""
        from safetensors.numpy import save_file

        numbers = {"weights": self.weights, "bias": self.bias, "words": self.words.idf_, "pieces": self.pieces.idf_}
        save_file({name: np.ascontiguousarray(held, dtype=np.float64) for name, held in numbers.items()}, file)
        return {"words": list(self.words.get_feature_names_out()), "pieces": list(self.pieces.get_feature_names_out())}


def load_bag(file: Path, settings: Mapping[str, Any]) -> Bag:
    """Raises ValueError, KeyError or OSError where the parts don't fit together."""
    from safetensors.numpy import load_file

    held = load_file(file)
    words, pieces = vectorizers(1, settings["words"], settings["pieces"])
    words.idf_, pieces.idf_ = held["words"], held["pieces"]
    shape = (len(settings["words"]) + len(settings["pieces"]), len(settings["outputs"]))
    if held["weights"].shape != shape:
        raise ValueError(f"weights of {held['weights'].shape}, and the n-grams and outputs are {shape}")
    return Bag(words, pieces, held["weights"], held["bias"])


def vectorizers(
    least: int, words: Sequence[str] | None = None, pieces: Sequence[str] | None = None
) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """For words and for pieces. `least`: in how many texts an n-gram has to occur to be learned."""
    common: dict[str, Any] = {"sublinear_tf": True, "min_df": least, "max_features": MOST, "dtype": np.float64}
    return (
        TfidfVectorizer(token_pattern=WORD, ngram_range=WORDS, vocabulary=words, **common),
        TfidfVectorizer(analyzer="char_wb", ngram_range=PIECES, vocabulary=pieces, **common),
    )


def features(words: TfidfVectorizer, pieces: TfidfVectorizer, texts: Sequence[str]) -> csr_matrix:
    """(texts, n-grams), sparse; both parts of a row are unit vectors."""
    return csr_matrix(hstack([words.transform(texts), pieces.transform(texts)]))
