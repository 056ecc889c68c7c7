"""What happens at `tertulia evaluate`? Models are measured, watched, and set side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ..critics.option import checked
from ..models.errors import Mistake
from ..training.evaluation.comparison import Comparison
from ..training.evaluation.evaluating import Wanted, ask, evaluate
from ..training.evaluation.layout import draw_heat_maps
from ..training.evaluation.saving import write
from ..training.needing import need_extra
from .comparing import SideBySide, explained, footnotes
from .knobs import gathered
from .measuring import view
from .printing import print_json
from .terminal import terminal
from .text import duration, one_line


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    models: Sequence[str]
    on: Sequence[str]
    typed: Mapping[str, Any]
    """Fields of `Wanted` that are options of the command; None where they were not given."""
    settings: Sequence[str]
    output: Path | None
    explain: bool


def show_evaluation(asked: Asked, *, json: bool, quiet: bool) -> int:
    """Exit code 0; 1 where nothing could be measured. Raises Mistake."""
    console = terminal()
    wanted = read_wanted(asked.typed, asked.settings)
    if wanted.reader:
        need_extra("matplotlib")
    output = asked.output or default_output(asked.models[0])
    with view(console, silent=json or quiet) as watch:
        found = evaluate(asked.models, asked.on, wanted, events=watch)
    written = keep(found, output)
    if json:
        print_json({**found.to_dict(), "written": [str(path) for path in written]})
    else:
        report(console, found, asked.explain)
        if not quiet:
            names = ", ".join(path.name for path in written)
            line = f"written to {output}: {names} · {duration(watch.seen.seconds)}"
            console.print(Text(line, style="dim"), soft_wrap=True)
    return 0 if any(row.cells for row in found.rows) else 1


def read_wanted(typed: Mapping[str, Any], settings: Sequence[str]) -> Wanted:
    """Raises Mistake, all that is wrong at once."""
    values, wrong = checked(Wanted, gathered(typed, settings))
    if wrong:
        raise Mistake(f"evaluate: {'; '.join(wrong)}")
    return Wanted(**values)


def default_output(model: str) -> Path:
    """In the folder of the first model; for one of the hub in `runs`. Raises Mistake for what names no model."""
    name = ask(model).name
    folder = Path(name).expanduser()
    return folder / "evaluation" if folder.is_dir() else Path("runs") / f"evaluate-{name.rpartition('/')[2]}"


def keep(found: Comparison, output: Path) -> list[Path]:
    """The tables, and a picture of each test with trait levels. Raises Mistake where they can't be written."""
    tables = [output / f"evaluation{suffix}" for suffix in (".json", ".csv", ".md")]
    for path in tables:
        write(found, path)
    return [*tables, *draw_heat_maps(found, output)]


def report(console: Console, found: Comparison, explain: bool) -> None:
    """The table, and what is to be known of it."""
    console.print(Text(one_line(found.title), style="bold"))
    console.print(SideBySide(found) if found.columns else Text("nothing could be measured", style="yellow"))
    for line in footnotes(found):
        console.print(line)
    for line in explained(found) if explain else ():
        console.print(line)
