"""Which scenario is measured? One for all benchmarks, with settings laid over it."""

from pathlib import Path
from typing import Any

from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario

FILE = Path(__file__).parent / "scene.yaml"


def scene(model: str, **settings: Any) -> Scenario:
    """`settings` by dotted key, with two underscores for the dot: `rounds__dialogues=8`."""
    overrides = [f"{key.replace('__', '.')}={value}" for key, value in settings.items()]
    return load(FILE, model=model, overrides=overrides)
