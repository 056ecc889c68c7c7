"""How is a model brought into this process: on which device, in which number format, and without noise?"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from ..errors import Mistake
from ..suggesting import suggest

if TYPE_CHECKING:
    import torch

DTYPES = ("float32", "float16", "bfloat16")
NOISY = ("transformers", "sentence_transformers", "huggingface_hub")


def device_of(device: str) -> str:
    """`auto` is the first of cuda, mps, cpu that is there. Raises Mistake for a device that is not there."""
    import torch

    there = ["cpu"]
    if torch.backends.mps.is_available():
        there.insert(0, "mps")
    if torch.cuda.is_available():
        there[:0] = ["cuda", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    if device == "auto":
        return there[0]
    if device not in there:
        raise Mistake(f"this machine has no device {device!r}{suggest(device, ['auto', *there])}")
    return device


def dtype_of(dtype: str) -> "torch.dtype":
    """`auto` is float32, in which a result hardly depends on its batch. Raises Mistake for an unknown name."""
    import torch

    name = "float32" if dtype == "auto" else dtype
    if name not in DTYPES:
        raise Mistake(f"no number format is called {dtype!r}{suggest(dtype, ['auto', *DTYPES])}")
    found: torch.dtype = getattr(torch, name)
    return found


@contextmanager
def quietly() -> Iterator[None]:
    """Libraries load without progress bars, warnings and reports, and are as loud as before afterwards."""
    from transformers.utils import logging as reports

    loggers = [logging.getLogger(name) for name in NOISY]
    levels = [logger.level for logger in loggers]
    bars = reports.is_progress_bar_enabled()
    reports.disable_progress_bar()  # type: ignore[no-untyped-call]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with catch_warnings():
            simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            reports.enable_progress_bar()  # type: ignore[no-untyped-call]


def load_failed(name: str, error: Exception, without: str) -> Mistake:
    """What to say where a folder looked complete and can't be loaded all the same."""
    said = " ".join(str(error).split())[:300]
    return Mistake(f"{name!r} can't be loaded: {type(error).__name__}: {said}; is its folder whole? {without}")
