"""What can be typed? Each command imports its work when it is called."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from .option import Concurrency, Json, Model, Output, Quiet, Seed, Settings

app = typer.Typer(
    name="tertulia",
    help="Persona-grounded dialogue, simulated: private personas talk, critics vote, the corpus grows.",
    epilog="Begin with: tertulia run first-meeting",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

DONE, NOTHING_ACCEPTED, MISTAKE, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A YAML file, or a shipped scenario's name.")]


def example(*lines: str) -> str:
    return "Example: " + "  ·  ".join(lines)


@app.command(epilog=example("tertulia run first-meeting --output runs/demo", "the same again goes on where it stopped"))
def run(
    scenario: ScenarioName,
    output: Output = None,
    model: Model = None,
    settings: Settings = None,
    seed: Seed = None,
    concurrency: Concurrency = None,
    join: Annotated[str | None, typer.Option("--join", metavar="SEAT", help="Take this seat yourself.")] = None,
    remake: Annotated[
        bool, typer.Option("--remake", help="Make dialogues anew whose cast, stage, models or prompts changed.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Simulate a scenario, or go on with it: what is in its ledger is never made or paid for twice."""
    from .running import run_scenario

    wanted = _scenario(scenario, output, model, settings, seed, concurrency)
    return run_scenario(wanted, join=join, remake=remake, json=json, quiet=quiet)


def _scenario(
    name: str,
    output: Path | None,
    model: str | None,
    settings: list[str] | None,
    seed: int | None,
    concurrency: int | None,
) -> Any:
    from ..scenarios.loading import load

    given = {"output": str(output) if output else None, "concurrency": concurrency}
    overrides = [*(settings or []), *(f"{key}={value}" for key, value in given.items() if value is not None)]
    return load(name, overrides=overrides, model=model, seed=seed)


def main() -> None:
    """The `tertulia` command."""
    sys.exit(called(lambda: app(standalone_mode=False)))


def called(command: Callable[[], Any]) -> int:
    """The exit code of a command; a mistake or an early stop is told in one message, without a traceback."""
    from ..models.errors import Mistake, Stopped

    try:
        code = command()
    except Mistake as mistake:
        return _told("mistake", mistake, MISTAKE)
    except Stopped as stopped:
        return _told("stopped", stopped, STOPPED)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as mistake:
        mistake.show()
        return MISTAKE
    except (KeyboardInterrupt, click.exceptions.Abort):
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def _told(kind: str, error: Exception, code: int) -> int:
    print(f"{kind}: {error}", file=sys.stderr)
    return code
