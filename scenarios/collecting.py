"""How often does Python look for garbage while a run goes on?"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""Objects that are made until the young ones are looked through; Python's own 700 suits small programs."""


@contextmanager
def rarely() -> Iterator[None]:
    """What is there by now is not looked at, and what is made, seldom: else a tenth of a run's time goes into it.

    Garbage without cycles, which is nearly all of it, goes at once as ever. Afterwards everything is as before.
    """
    before = gc.get_threshold()
    if not 0 < before[0] < YOUNG:  # somebody has seen to it: another run, or the program that runs us
        yield
        return
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
