"""How unlikely is what was said, to a model? Nats of the learned tokens, in batches of like length."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from ...models.errors import Mistake
from ...personas import BigFive, Persona
from ..base.memory import short_of_memory
from ..data.masking import Tokens, tokenise
from ..example import Example
from ..hypernetwork.condition import batch_of

if TYPE_CHECKING:
    from ..base.base import Loaded

SCORES = 2**26
"""Scores of tokens (rows x length x vocabulary) that are held at once: 256 MB in float32."""


class Nll(NamedTuple):
    """The replies of one example, together."""

    sum: float
    """In nats: minus the log of their probability, the tokens that end the turns included."""
    tokens: int
    bytes: int
    """Of their text, in UTF-8."""


class Piece(NamedTuple):
    """A row to be scored."""

    ids: tuple[int, ...]
    learned: tuple[bool, ...]
    traits: BigFive | None


def nll(loaded: "Loaded", examples: Sequence[Example], *, batch: int, traits: Sequence[BigFive | None]) -> list[Nll]:
    """Of each example's own turns, as the training's loss counts them.

    The last turns are left out where they don't fit into what the model reads. Raises Mistake for an example of
    which nothing is left: the persona fills all, and for want of memory.
    """
    rows = [
        Piece(found.input_ids, found.learned, trait)
        for found, trait in zip(fitted(loaded, examples), traits, strict=True)
    ]
    sums = score(loaded, rows, batch)
    return [Nll(total, sum(row.learned), _bytes(loaded, row)) for total, row in zip(sums, rows, strict=True)]


def fitted(loaded: "Loaded", examples: Sequence[Example]) -> Iterator[Tokens]:
    """The tokens of examples, within what the model reads. Raises Mistake where no reply is left."""
    for example in examples:
        found = tokenise(example, loaded.tokenizer, loaded.reads)
        if found is None:
            raise too_long(loaded, example.dialogue, example.persona)
        yield found


def too_long(loaded: "Loaded", dialogue: str, persona: Persona) -> Mistake:
    """What to say where no reply fits beside the persona."""
    return Mistake(
        f"dialogue {dialogue}: the {loaded.reads} tokens that {loaded.name!r} reads are too few for the persona of "
        f"{persona.name!r} and one reply: take a base that reads more, or shorter profiles"
    )


def score(loaded: "Loaded", rows: Sequence[Piece], batch: int) -> list[float]:
    """Nats of each row's learned tokens; the first token of a row is never learned."""
    order = sorted(range(len(rows)), key=lambda at: len(rows[at].ids))
    found = [0.0] * len(rows)
    with torch.inference_mode(), enough_memory(batch):
        for places in _batches(order, rows, batch, vocabulary(loaded)):
            for place, total in zip(places, _sums(loaded, [rows[at] for at in places]), strict=True):
                found[place] = total
    return found


def continuations(loaded: "Loaded", rows: Sequence[Piece], shared: int, batch: int) -> list[float]:
    """Mean log probability of each row's learned tokens. The first `shared` tokens, alike in all rows and none of them
    learned, are read once; their keys and values serve all rows."""
    from transformers import DynamicCache

    past = DynamicCache(config=loaded.model.config)
    device = device_of(loaded)
    found: list[float] = []
    with torch.inference_mode(), enough_memory(batch):
        if shared:
            beginning = torch.tensor([rows[0].ids[:shared]], device=device)
            given = personality(loaded, [rows[0].traits])
            loaded.model(input_ids=beginning, past_key_values=past, use_cache=True, **given)
        for part in _parts(rows, batch):
            repeated = deepcopy(past)
            if shared:
                repeated.batch_repeat_interleave(len(part))
            sums = _continued(loaded, part, shared, repeated)
            found.extend(-total / sum(row.learned) for total, row in zip(sums, part, strict=True))
    return found


def vocabulary(loaded: "Loaded") -> int:
    """Scores that the model gives for each place."""
    return int(loaded.model.config.get_text_config(decoder=True).vocab_size)


def personality(loaded: "Loaded", traits: Sequence[BigFive | None]) -> dict[str, Any]:
    """What a hypernetwork is given beside the tokens: traits (rows, 5) in [-5, 5], 0 where nothing is known; for any
    other model nothing."""
    if not loaded.personality:
        return {}
    return {"traits": batch_of([one or BigFive() for one in traits], device_of(loaded))}


def device_of(loaded: "Loaded") -> torch.device:
    """Where its weights are."""
    device: torch.device = next(iter(loaded.model.parameters())).device
    return device


@contextmanager
def enough_memory(batch: int) -> Iterator[None]:
    """What to do where memory does not suffice."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if short_of_memory(error, "") is None:
            raise
        less = f"lower --batch, as in --batch {batch // 2}" if batch > 1 else "take a smaller model, or --device cpu"
        raise Mistake(f"memory does not suffice for {batch} conversations at a time; {less}") from error


def _batches(order: Sequence[int], rows: Sequence[Piece], batch: int, size: int) -> Iterator[list[int]]:
    """Places of rows that are read together; the longest ones first, so that want of memory shows at once."""
    left = list(order)
    while left:
        longest = len(rows[left[-1]].ids)
        count = max(1, min(batch, SCORES // (longest * size)))
        left, taken = left[:-count], left[-count:]
        yield taken


def _parts(rows: Sequence[Piece], batch: int) -> Iterator[Sequence[Piece]]:
    """As few as may be, of about the same size."""
    count = -(-len(rows) // max(batch, 1))
    size = -(-len(rows) // count)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _sums(loaded: "Loaded", rows: Sequence[Piece]) -> list[float]:
    """Nats a row, padded on the right, where no token sees the padding."""
    ids = padded(loaded, [row.ids for row in rows])
    given = personality(loaded, [row.traits for row in rows])
    logits = loaded.model(input_ids=ids, use_cache=False, **given).logits
    return _nats(logits, ids, padded(loaded, [row.learned for row in rows]))


def _continued(loaded: "Loaded", rows: Sequence[Piece], shared: int, past: Any) -> list[float]:
    ids = padded(loaded, [row.ids[shared:] for row in rows])
    given = personality(loaded, [row.traits for row in rows])
    logits = loaded.model(input_ids=ids, past_key_values=past, use_cache=True, **given).logits
    return _nats(logits, ids, padded(loaded, [row.learned[shared:] for row in rows]))


def _nats(logits: torch.Tensor, ids: torch.Tensor, learned: torch.Tensor) -> list[float]:
    """Of the learned tokens of each row; each is told by the scores of the place before it."""
    rows, places = learned[:, 1:].nonzero(as_tuple=True)
    losses = torch.nn.functional.cross_entropy(logits[rows, places].float(), ids[rows, places + 1], reduction="none")
    sums = torch.zeros(len(ids), dtype=torch.float64, device=ids.device)
    return [float(total) for total in sums.index_add_(0, rows, losses.double())]


def padded(loaded: "Loaded", rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """(rows, longest), filled with 0 on the right. No mask is needed: what is read does not see what comes later."""
    longest = max(map(len, rows))
    filled = [[*row, *[0] * (longest - len(row))] for row in rows]
    return torch.tensor(filled, dtype=torch.long, device=device_of(loaded))


def _bytes(loaded: "Loaded", row: Piece) -> int:
    ids = [token for token, learned in zip(row.ids, row.learned, strict=True) if learned]
    return len(str(loaded.tokenizer.decode(ids, skip_special_tokens=True)).encode())
