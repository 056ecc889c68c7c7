"""How is the chat server started beside the program that is measured, and asked what it saw?"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.request import urlopen

from server import Manners

PROGRAM = Path(__file__).parent / "server.py"


@dataclass(frozen=True)
class Served:
    """A running server."""

    url: str

    @property
    def model(self) -> str:
        """As a scenario names it."""
        return f"vllm:bench@{self.url}"

    def stats(self) -> dict[str, Any]:
        """Since it began: requests, distinct, bytes, faults by kind, cpu (seconds)."""
        with urlopen(f"{self.url}/stats") as answer:
            stats: dict[str, Any] = json.load(answer)
        return stats


@contextmanager
def served(manners: Manners) -> Iterator[Served]:
    """A server in another process, for as long as the block runs."""
    with Popen([sys.executable, str(PROGRAM), json.dumps(asdict(manners))], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Served(process.stdout.readline().strip())
        finally:
            process.terminate()
