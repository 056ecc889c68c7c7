"""What does a piece of work cost: time, processor, memory? And how is it run in a fresh process?"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, run
from time import perf_counter, process_time
from typing import Any

STATUS = Path("/proc/self/status")
HERE = Path(__file__).parent


@dataclass
class Cost:
    """Seconds on the clock, and processor seconds of all threads of this process."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Cost]:
    """What the block costs; filled in when it ends."""
    cost = Cost()
    began, used = perf_counter(), process_time()
    yield cost
    cost.seconds, cost.cpu = perf_counter() - began, process_time() - used


def peak_bytes() -> int:
    """The most memory that this process had resident at a time. Where `/proc` is, without what it had before `exec`."""
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def load() -> float:
    """Processes that want a core, on average over the last minute: what a number measured now has to be read with."""
    return round(os.getloadavg()[0], 2)


def apart(program: str, *arguments: object) -> dict[str, Any]:
    """The JSON line that one of these programs prints, run in a process of its own."""
    command = [sys.executable, str(HERE / program), *map(str, arguments)]
    done = run(command, stdout=PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def told(result: object) -> None:
    """Print the one JSON line."""
    print(json.dumps(result), flush=True)
