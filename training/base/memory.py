"""Does an error say that memory ran out? Libraries say it in several ways."""

from pathlib import Path

from ...models.errors import Mistake

SAID = ("out of memory", "can't allocate memory", "not enough memory")
"""In the RuntimeErrors of torch's allocators of cpu and mps."""


def short_of_memory(error: BaseException, what: str, kept: Path | None = None) -> Mistake | None:
    """The Mistake to raise, its cause included, where memory did not suffice `what`; None for any other error.

    `kept`: the checkpoint that is there already.
    """
    import torch

    said = isinstance(error, RuntimeError) and any(words in str(error).lower() for words in SAID)
    if not said and not isinstance(error, torch.OutOfMemoryError | MemoryError):
        return None
    after = f"; {kept} is kept, and the same command goes on from it; with other knobs begin anew, by --remake"
    mistake = Mistake(
        f"memory does not suffice {what}: lower --batch (a higher --accumulate keeps the steps as they are) or "
        f"--length, take --precision bfloat16, or train an adapter instead of all weights (--lora 8)"
        f"{after if kept else ''}"
    )
    mistake.__cause__ = error
    return mistake
