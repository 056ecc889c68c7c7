"""Trainers collect garbage when they end: what was imported before them is not looked through each time."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _libraries_are_no_garbage() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()
