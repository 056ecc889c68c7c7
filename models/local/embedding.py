"""How alike are sentences to a model? Unit vectors of any sentence-transformers model."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .batching import Batcher
from .languages import languages_of
from .loading import device_of, dtype_of, load_failed, quietly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

MERGE_ABOVE = 0.3
"""With MiniLM about the paper's share of clusters (323 of 4,723 attributes), where the paper's 0.1 gives one cluster.
Other models are taken to be alike until one is told better."""
MAX_BATCH = 64
REMEMBERED = 16_384
"""Texts whose vectors are kept, 25 MB with MiniLM: critics ask about the same sentences at about the same time."""


@dataclass(frozen=True)
class SentenceEmbedder:
    """A sentence-transformers model behind a batcher; texts longer than the model reads are cut by it.

    In float32 the vector of a text differs by less than 1e-4 in each number with the texts that happen to share its
    batch (order of summation in the matrix products): compare cosines with thresholds, not for equality.
    """

    name: str
    dimensions: int
    batcher: "Batcher[str, NDArray[np.float32]]"
    merge_above: float = MERGE_ABOVE
    languages: tuple[str, ...] | None = None
    """Those it was made for; None: not known."""

    async def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """(texts, dimensions), unit vectors."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack(await self.batcher.run(texts))


def load_embedder(name: str, folder: Path, device: str, dtype: str, without: str) -> SentenceEmbedder:
    """Raises Mistake for a device, a number format or a folder that won't do."""
    device, number_format = device_of(device), dtype_of(dtype)
    with quietly():
        try:
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(
                str(folder), device=device, local_files_only=True, model_kwargs={"dtype": number_format}
            ).eval()
        except Exception as error:
            raise load_failed(name, error, without) from error
    encoder = Encoder(model)
    batcher: Batcher[str, NDArray[np.float32]] = Batcher(encoder, length=len, max_batch=MAX_BATCH, name=f"embed {name}")
    return SentenceEmbedder(name, len(encoder(["."])[0]), batcher, languages=languages_of(name))


class Encoder:
    """The blocking part: a batch of texts in, a vector each out. What was asked lately is remembered."""

    def __init__(self, model: "SentenceTransformer", remembered: int = REMEMBERED) -> None:
        self._model, self._most = model, remembered
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> "list[NDArray[np.float32]]":
        import numpy as np

        wanted = dict.fromkeys(texts)
        if new := [text for text in wanted if text not in self._known]:
            self._known.update(zip(new, map(np.copy, self._vectors(new)), strict=True))
        for text in wanted:
            self._known.move_to_end(text)
        found = [self._known[text] for text in texts]
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found

    def _vectors(self, texts: list[str]) -> "NDArray[np.float32]":
        import numpy as np

        made = self._model.encode(
            texts, batch_size=len(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(made, dtype=np.float32)
