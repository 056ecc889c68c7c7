"""What happens at `tertulia train`? A model is taught, watched, and summed up."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ..corpus.opening import is_run
from ..models.errors import Mistake, Stopped
from ..training.halting import Halt
from .knobs import turned
from .learned import as_json, next_steps, summary
from .lesson import Lesson
from .printing import print_json
from .terminal import terminal
from .training import view

if TYPE_CHECKING:
    from ..training.running import Finish


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    method: str
    source: str
    base: str | None
    """None: what `train sft` made of the same source."""
    output: Path | None
    typed: Mapping[str, Any]
    """Knobs that are options of the command; None where they were not given."""
    settings: Sequence[str]
    remake: bool


def teach(wanted: Wanted, *, json: bool, quiet: bool) -> int:
    """Exit code 0. Raises what the method raises, after saying how to go on."""
    console = terminal()
    knobs = turned(wanted.method, wanted.typed, wanted.settings)
    train = getattr(import_module(f"..training.methods.{wanted.method}", __package__), f"train_{wanted.method}")
    output = wanted.output or default_output(wanted.source, wanted.method)
    halt = Halt()
    watch = view(console, knobs.batch * knobs.accumulate, halt, silent=json or quiet)
    with resumable(watch.seen, output), watch:
        done: Finish = train(wanted.source, base_of(wanted), knobs, output, watch, wanted.remake, halt)
    if json:
        print_json(as_json(done))
    elif not quiet:
        console.print(summary(done, watch.seen))
        for line in next_steps(done, wanted.source):
            console.print(Text(line), soft_wrap=True)
    return 0


def base_of(wanted: Wanted) -> str:
    """Raises Mistake where none is named, and none is there."""
    if wanted.base is not None:
        return wanted.base
    usual = default_output(wanted.source, "sft")
    if not usual.is_dir():
        raise Mistake(
            f"train {wanted.method}: it begins from a model that speaks, and there is none in {usual}: train one first "
            f"(`tertulia train sft {quote(wanted.source)}`), or name one by --base"
        )
    return str(usual)


def default_output(source: str, method: str) -> Path:
    """In the run's folder; in `runs/train-NAME` for a file, or a ledger in a database."""
    path = Path(source).expanduser()
    if "://" not in source and is_run(str(path)):
        return (path if path.is_dir() else path.parent) / "models" / method
    return Path("runs") / f"train-{path.stem}" / method


@contextmanager
def resumable(seen: Lesson, output: Path) -> Iterator[None]:
    """Says, when what happens within stops early, what is kept and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Stopped) as ended:
        what = "interrupted" if isinstance(ended, KeyboardInterrupt) else "stopped early"
        there = f"step {seen.kept:,} is kept in {output}; the same command goes on from there" if seen.kept else ""
        print(f"{what}: {there or 'there is no checkpoint yet; the same command begins again'}", file=sys.stderr)
        raise
