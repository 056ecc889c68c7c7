"""Tertulia: persona-grounded dialogue, simulated. Private personas talk, critics vote, the corpus grows."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("tertulia")
    raise AttributeError(f"module 'tertulia' has no attribute {name!r}")
