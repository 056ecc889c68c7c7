"""What does training cost beyond the arithmetic of the model itself?

sft: tokens a second of `sft`'s way of training (a Trainer under our events) against a bare PyTorch loop, on
scratch:small. hypernet: the time of a step of the hypernetwork, each row with another personality, against a step of a
plain LoRA of the same rank on the same layers. In both, the two sides take turns, step by step, on the same batches and
in the same number format, and the median of the ratios counts. Prints one JSON line.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from gauge import load, told

PAD = 0
WARM = 2
"""Steps at the beginning that don't count."""


@dataclass(frozen=True)
class Size:
    """What is trained, on how much."""

    shape: str
    """A size of `scratch`."""
    steps: int
    batch: int
    length: int
    """Tokens of each sequence."""
    rank: int = 8


@dataclass
class Pace:
    """Seconds of each step, of both sides."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Time of a step of ours to one of theirs."""
        return median(one / other for one, other in zip(self.ours[WARM:], self.theirs[WARM:], strict=True))


class Bare:
    """A PyTorch loop by hand: forward, backward, clip, step."""

    def __init__(self, model: Any, rate: float = 1e-3) -> None:
        import torch

        self.model = model.train()
        self.weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(self.weights, lr=rate, fused=True)

    def step(self, batch: dict[str, Any]) -> float:
        """Seconds that it took."""
        from torch.nn.utils import clip_grad_norm_

        began = perf_counter()
        self.model(**batch).loss.backward()
        clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return perf_counter() - began


def built(shape: str) -> tuple[Any, Any]:
    """A model that has learned nothing, and its tokenizer. Texts of random words make as many merges as it takes."""
    from tertulia.models.stream import stream
    from tertulia.training.base.scratch import build

    chance = stream(0, "benchmark")
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(6000)]
    return build(shape, [" ".join(chance.sample(words, 40)) for _ in range(400)], seed=0)


def rows_of(size: Size, vocabulary: int, kind: Callable[..., Any]) -> list[Any]:
    """One row for each place of each batch; half of the tokens are learned."""
    from tertulia.models.stream import stream

    chance = stream(0, "rows")
    learned = tuple(at % 2 == 1 for at in range(size.length))
    count = size.steps * size.batch
    return [kind(tuple(chance.choices(range(5, vocabulary), k=size.length)), learned) for _ in range(count)]


def fine_tuned(size: Size) -> dict[str, Any]:
    """A step of the Trainer, then the same one by hand, and so on: the hand's are taken while the Trainer reports."""
    from tertulia.training.data.batching import collate
    from tertulia.training.data.masking import Tokens
    from tertulia.training.event import StepDone
    from tertulia.training.knobs import Knobs
    from tertulia.training.ordering import ByLength
    from tertulia.training.running import Course, train
    from tertulia.training.taught import Taught

    model, tokenizer = built(size.shape)
    rows = rows_of(size, len(tokenizer), Tokens)
    bare, pace = Bare(built(size.shape)[0]), Pace()
    order = list(ByLength([size.length] * len(rows), size.batch, seed=0))
    began = [perf_counter()]

    def watch(event: object) -> None:
        if isinstance(event, StepDone):
            pace.ours.append(perf_counter() - began[0])
            first = size.batch * (event.step - 1)
            start = perf_counter()
            batch = collate([rows[at] for at in order[first : first + size.batch]], PAD)
            pace.theirs.append(perf_counter() - start + bare.step(batch))
            began[0] = perf_counter()

    knobs = Knobs(steps=size.steps, batch=size.batch, device="cpu", precision="float32", warmup=0.0)
    course = Course(
        model=model,
        tokenizer=tokenizer,
        train=rows,
        validation=(),
        collate=partial(collate, pad=PAD),
        learning_rate=1e-3,
    )
    with TemporaryDirectory() as folder:
        record = Taught("sft", f"scratch:{size.shape}", "", (), "", {})
        train(course, knobs, Path(folder), record, watch)
    tokens = size.batch * size.length
    return {
        "tokens_a_second": round(tokens / median(pace.ours[WARM:]), 1),
        "bare_tokens_a_second": round(tokens / median(pace.theirs[WARM:]), 1),
        "sft_ratio_to_bare": round(1 / pace.ratio, 3),
    }


def personalised(size: Size) -> dict[str, Any]:
    """A step of the hypernetwork, then one of plain LoRA, and so on."""
    from tertulia.training.data.masking import Tokens
    from tertulia.training.hypernetwork.batching import Row, collate
    from tertulia.training.hypernetwork.injecting import Personalised, find_sites
    from tertulia.training.hypernetwork.network import Hypernetwork, Shape

    base, tokenizer = built(size.shape)
    sites = find_sites(base)
    hyper = Bare(Personalised(base, Hypernetwork(sites, Shape(rank=size.rank))))
    lora = Bare(plain_lora(built(size.shape)[0], [site.name for site in sites], size.rank))
    levels = [tuple(float((row * 7 + trait * 3) % 11 - 5) for trait in range(5)) for row in range(size.batch)]
    plain, pace = rows_of(size, len(tokenizer), Tokens), Pace()
    for first in range(0, len(plain), size.batch):
        some = zip(plain[first : first + size.batch], levels, strict=True)
        batch = collate([Row(one.input_ids, one.learned, traits=traits) for one, traits in some], PAD)
        pace.ours.append(hyper.step(batch))
        del batch["traits"]
        pace.theirs.append(lora.step(batch))
    return {
        "hypernet_step_s": round(median(pace.ours[WARM:]), 3),
        "lora_step_s": round(median(pace.theirs[WARM:]), 3),
        "hypernet_ratio_to_lora": round(pace.ratio, 3),
    }


def plain_lora(base: Any, names: Sequence[str], rank: int) -> Any:
    from peft import LoraConfig, get_peft_model

    from tertulia.models.local.loading import quietly

    with quietly():
        return get_peft_model(base, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(names)))


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=14, help=f"of each side; the first {WARM} don't count")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=320, help="tokens of a sequence")
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    given = parser.parse_args()
    given.shape = "tiny" if given.quick else "small"
    if given.quick:
        given.steps, given.batch, given.length = WARM + 1, 2, 16
    return given


def main() -> None:
    from tertulia.models.local.loading import quietly

    given, began = arguments(), load()
    size = Size(given.shape, given.steps, given.batch, given.length)
    with quietly():
        fine, personal = fine_tuned(size), personalised(size)
    told({"benchmark": "training", "steps": size.steps, "batch": size.batch, "length": size.length, **fine, **personal,
          "load": [began, load()]})  # fmt: skip


if __name__ == "__main__":
    main()
