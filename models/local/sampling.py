"""Which token comes next? The choice of one row, from its own scores, settings, seed and position alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

from ..errors import Mistake
from ..suggesting import suggest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST_LOOK = 64
"""Tokens among which a nucleus is looked for before all are sorted."""


@dataclass(frozen=True)
class SamplingParameters:
    """How one reply is drawn, by the parameters' OpenAI names; what is None is the model's own setting or off."""

    temperature: float | None = None
    """0 takes the most likely token; None is the model's own temperature, 1 where it names none."""
    top_p: float | None = None
    top_k: int | None = None
    """0 and -1: all tokens, as on common servers."""
    max_tokens: int | None = None
    """None: as many as fit."""
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    stop: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From a request's sampling parameters. Raises Mistake for one that isn't known."""
        known = [field.name for field in fields(cls)]
        for name in given:
            if name not in known:
                raise Mistake(f"'transformers' knows no sampling parameter {name!r}{suggest(name, known)}")
        named = {name: value for name, value in given.items() if value is not None}
        if "stop" in named:
            stops = (named["stop"],) if isinstance(named["stop"], str) else tuple(named["stop"])
            named["stop"] = tuple(filter(None, stops))
        return cls(**named)

    def over(self, defaults: Mapping[str, Any]) -> Self:
        """With a model's own `temperature`, `top_p` and `top_k` where none is given; without one, temperature 1."""
        usual = {"temperature": 1.0, **defaults}
        return replace(self, **{name: value for name, value in usual.items() if getattr(self, name) is None})


def draw(
    logits: "NDArray[np.float32]", sampling: SamplingParameters, counts: Mapping[int, int], *, seed: int, position: int
) -> int:
    """The token that wins, for one row (vocabulary,) of scores.

    `counts`: how often each token was drawn in this reply before. Noise from Gumbel's distribution is added to the log
    probabilities, and the largest sum wins, which draws from the distribution (Gumbel 1954). The noise of a token is
    a function of seed, position and token. Raises Mistake for scores that are no numbers.
    """
    import numpy as np

    scores = _penalised(logits, sampling, counts)
    best = int(scores.argmax())
    if not np.isfinite(scores[best]):
        raise Mistake("the model's scores are no numbers: float16 may overflow; take dtype=bfloat16 or float32")
    if not sampling.temperature:
        return best
    scores = (scores - scores[best]) / sampling.temperature
    kept = _kept(scores, sampling.top_k or 0, 1.0 if sampling.top_p is None else sampling.top_p)
    noise = gumbel(seed, position, len(scores))
    if kept is None:
        return int((scores + noise).argmax())
    return int(kept[(scores[kept] + noise[kept]).argmax()])


def gumbel(seed: int, position: int, size: int) -> "NDArray[np.float32]":
    """The noise of one position of one reply, a number a token: the same wherever and whenever it is asked for."""
    import numpy as np

    bits = np.random.Philox(key=seed % 2**128, counter=position << 192)
    waits = np.random.Generator(bits).standard_exponential(size, dtype=np.float32)
    return -np.log(np.maximum(waits, np.finfo(np.float32).tiny))


def cut_at(text: str, stops: Sequence[str]) -> str | None:
    """What stands before the first of the stop strings; None if none of them is there."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else None


def _penalised(
    logits: "NDArray[np.float32]", sampling: SamplingParameters, counts: Mapping[int, int]
) -> "NDArray[np.float32]":
    """Less `count * frequency_penalty + (count > 0) * presence_penalty`, as OpenAI defines it, before temperature."""
    import numpy as np

    if not counts or not (sampling.frequency_penalty or sampling.presence_penalty):
        return logits
    tokens = np.fromiter(counts.keys(), dtype=np.int64)
    often = np.fromiter(counts.values(), dtype=np.float32)
    scores = logits.copy()
    scores[tokens] -= often * np.float32(sampling.frequency_penalty) + np.float32(sampling.presence_penalty)
    return scores


def _kept(scores: "NDArray[np.float32]", top_k: int, top_p: float) -> "NDArray[np.int64] | None":
    """The tokens that may win; None for all. `top_p` counts what is left by `top_k`."""
    import numpy as np

    kept = _largest(scores, top_k) if 0 < top_k < len(scores) else None
    if top_p >= 1:
        return kept
    weights = np.exp(scores.astype(np.float64))
    mass = top_p * float((weights if kept is None else weights[kept]).sum())
    size = min(FIRST_LOOK, len(scores)) if kept is None else len(kept)
    while True:
        order = _largest(scores, size) if kept is None else kept
        reached = int(np.searchsorted(np.cumsum(weights[order]), mass)) + 1
        if reached <= size or size == len(scores) or kept is not None:
            return order[:reached]
        size = min(size * 16, len(scores))


def _largest(scores: "NDArray[np.float32]", size: int) -> "NDArray[np.int64]":
    """The tokens of the largest scores, largest first; of equal ones the first token comes first."""
    import numpy as np

    found = np.argpartition(-scores, size - 1)[:size] if size < len(scores) else np.arange(len(scores))
    found.sort()
    return found[np.argsort(-scores[found], kind="stable")]
