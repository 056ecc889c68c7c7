"""What can be typed? Each command imports its work when it is called."""

from pathlib import Path
from typing import Annotated, Any

import typer

from .ending import ending
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

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A YAML file, or a shipped scenario's name.")]


@app.callback()
def tertulia() -> None:
    """Persona-grounded dialogue, simulated: private personas talk, critics vote, the corpus grows."""


def example(*lines: str) -> str:
    return "Example: " + "  ·  ".join(lines)


@app.command(epilog=example("tertulia run first-meeting --output runs/demo", "the same again goes on where it stopped"))
@ending
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
    app()
