"""What can be typed? Each command imports its work when it is called."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from .calling import called
from .group_critics import critics
from .group_personas import personas
from .group_train import train
from .option import Concurrency, Json, Model, Output, Quiet, Run, Seed, Settings, example

app = typer.Typer(
    name="tertulia",
    help="Persona-grounded dialogue, simulated: private personas talk, critics vote, the corpus grows.",
    epilog="Begin with: tertulia run first-meeting",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(critics, name="critics")
app.add_typer(personas, name="personas")
app.add_typer(train, name="train")

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A YAML file, or a shipped scenario's name.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", metavar="O", help="accepted, rejected, ...; may be given again.")
]
WHICH = "An id, the beginning of one, or a place: 2/17 (round/index), 2/17/0 (its first try)."


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        print(f"tertulia {__version__}")
        raise typer.Exit


@app.callback()
def tertulia(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Persona-grounded dialogue, simulated: private personas talk, critics vote, the corpus grows."""


@app.command(epilog=example("tertulia run first-meeting", "tertulia run cafe.yaml --set rounds.dialogues=3"))
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
    """Simulate a scenario, or go on with it.

    What is in its ledger is never made or paid for twice: after an interruption, give the same command again.
    """
    from .running import run_scenario

    wanted = _scenario(scenario, output, model, settings, seed, concurrency)
    return run_scenario(wanted, join=join, remake=remake, json=json, quiet=quiet)


@app.command(epilog=example("tertulia preview first-meeting -n 3 --output runs/look"))
def preview(
    scenario: ScenarioName,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, help="How many dialogues.")] = 3,
    prompts: Annotated[bool, typer.Option("--prompts/--no-prompts", help="With every request as it was sent.")] = True,
    output: Output = None,
    model: Model = None,
    settings: Settings = None,
    seed: Seed = None,
) -> int:
    """Make the first dialogues, and show everything.

    With their prompts as sent, and with their verdicts. They are kept: the run goes on from them.
    """
    from .previewing import preview
    from .terminal import terminal

    return preview(terminal(), _scenario(scenario, output, model, settings, seed, None), count, prompts)


@app.command(epilog=example("tertulia plan personachatgen --model openai:gpt-4o-mini"))
def plan(
    scenario: ScenarioName,
    output: Output = None,
    model: Model = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Estimate calls, tokens and money before a run.

    And say what is missing, before anything is paid for.
    """
    from .planning import show_plan
    from .terminal import terminal

    return show_plan(terminal(), _scenario(scenario, output, model, settings, None, None), json)


@app.command(
    epilog=example(
        "tertulia review dialogues.csv --output runs/review", "tertulia review runs/first-meeting --panel psydial"
    )
)
def review(
    source: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="Dialogues in any import format, or a run.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", show_default="runs/review-NAME")
    ] = None,
    panel: Annotated[
        str, typer.Option("--panel", metavar="SCENARIO", help="The scenario whose critics judge.")
    ] = "first-meeting",
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="F", help="Format of the file.", show_default="by suffix")
    ] = None,
    model: Model = None,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Let a panel judge dialogues that are there.

    What would fall, at which critic, in which turn. The same command again goes on where it stopped.
    """
    from .reviewing import review
    from .terminal import terminal

    return review(terminal(), source, _scenario(panel, None, model, settings, None, None), output, format, json)


@app.command(
    epilog=example(
        "tertulia show runs/first-meeting --outcome rejected", "tertulia show runs/first-meeting 2/17 --prompts"
    )
)
def show(
    run: Run,
    dialogue: Annotated[str | None, typer.Argument(metavar="DIALOGUE", help=WHICH)] = None,
    prompts: Annotated[bool, typer.Option("--prompts", help="With every request, exactly as it was sent.")] = False,
    personas: Annotated[bool, typer.Option("--personas", help="With the personas, private part included.")] = False,
    every: Annotated[bool, typer.Option("--all", help="All outcomes, all rows; of a job, all its tries.")] = False,
    outcome: Outcomes = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="Rows of the table.")] = None,
    json: Json = False,
) -> int:
    """List a run's dialogues, or show one with its verdicts.

    With DIALOGUE: what was said, how it was made, and what each panel found.
    """
    from .showing import Shown, show, show_all
    from .terminal import outcomes, terminal

    if dialogue is None:
        return show_all(terminal(), run, outcomes(outcome), limit, every, json)
    return show(terminal(), run, dialogue, Shown(prompts, personas), every, json)


@app.command(epilog=example("tertulia replay runs/first-meeting", "tertulia replay runs/first-meeting 2/17 --pace 0"))
def replay(
    run: Run,
    dialogues: Annotated[list[str] | None, typer.Argument(metavar="DIALOGUE", help=WHICH)] = None,
    pace: Annotated[
        float | None,
        typer.Option(
            "--pace", metavar="SECONDS", min=0, help="A turn; 0: at once.", show_default="0.8 on a terminal, else 0"
        ),
    ] = None,
) -> int:
    """Play dialogues turn by turn, as they were spoken.

    All accepted ones, or those that are named. Ctrl-C ends it.
    """
    from .replaying import replay
    from .terminal import terminal

    return replay(terminal(), run, dialogues or [], pace)


@app.command(
    epilog=example(
        "tertulia export runs/first-meeting --format messages",
        "tertulia export runs/first-meeting -f parlai -o data.txt",
    )
)
def export(
    run: Run,
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="F", help="messages, sharegpt, parlai, spc, provenance, ...")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Or a folder.", show_default="RUN/FORMAT.*")
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option("--include", metavar="O", help="Beside the accepted: rejected, passed-over, ...")
    ] = None,
    json: Json = False,
) -> int:
    """Write the accepted dialogues for training.

    A file of the format, with a dataset card beside it. Without --format, says which formats there are.
    """
    from .exporting import export
    from .terminal import outcomes, terminal

    return export(terminal(), run, format, output, outcomes(include), json)


@app.command(epilog=example("tertulia stats runs/first-meeting --rounds"))
def stats(
    run: Run,
    rounds: Annotated[bool, typer.Option("--rounds", help="Also each round, and how it differs.")] = False,
    json: Json = False,
) -> int:
    """Tell a run in numbers.

    Lengths, diversity, openers, what each critic lets through, what models were asked and cost.
    """
    from .statistics import stats
    from .terminal import terminal

    return stats(terminal(), run, rounds, json)


@app.command(
    epilog=example(
        "tertulia evaluate runs/first-meeting/models/sft",
        "tertulia evaluate runs/a/models/sft runs/b/models/sft --on real.csv",
    )
)
def evaluate(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Trained folders, hub names; NAME=MODEL names a row.")
    ],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="DATA", help="A run or a file; again for more.", show_default="own test part"),
    ] = None,
    measures: Annotated[
        str | None, typer.Option("--measures", metavar="A,B", help="These alone.", show_default="all there can be")
    ] = None,
    preset: Annotated[
        Literal["psydial", "personachatgen", "dpg"] | None, typer.Option("--preset", help="Lay it out as a paper did.")
    ] = None,
    base: Annotated[bool, typer.Option("--base/--no-base", help="With the model that they began from, first.")] = True,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="Most dialogues.", show_default="100")
    ] = None,
    replies: Annotated[
        int | None, typer.Option("--replies", metavar="N", min=1, help="Most it writes a measure.", show_default="200")
    ] = None,
    nli: Annotated[
        str | None, typer.Option("--nli", metavar="MODEL", help="For the C-score: a folder, a hub name, lexical.")
    ] = None,
    embedder: Annotated[
        str | None, typer.Option("--embedder", metavar="MODEL", help="Extraction by meaning: auto, or a name.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--reader", metavar="MODEL", help="Reads traits: a trained classifier, a chat model.")
    ] = None,
    batch: Annotated[
        int | None, typer.Option("--batch", metavar="N", min=1, help="Conversations at once.", show_default="16")
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="D", help="auto, cpu, cuda, mps.", show_default="auto")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Of what is sampled.", show_default="0")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="KEY=VALUE", help="Also: ranked, resamples, speaker, system, format."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where the tables go.", show_default="MODEL/evaluation"),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say below what each measure is.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say in a table whether a training helped.

    Perplexity with and without the persona, overlap, ranking, consistency, traits: models side by side, each value with
    its 95 % interval, compared dialogue by dialogue. Also written as JSON, CSV and Markdown.
    """
    from .evaluating import Asked, show_evaluation

    typed: dict[str, Any] = {
        "preset": preset,
        "base": base,
        "limit": limit,
        "replies": replies,
        "nli": nli,
        "embedder": embedder,
    }
    typed |= {"reader": reader, "batch": batch, "device": device, "seed": seed}
    typed["measures"] = measures and tuple(name.strip() for name in measures.split(","))
    return show_evaluation(Asked(models, on or (), typed, settings or (), output, explain), json=json, quiet=quiet)


@app.command(epilog=example("tertulia audit runs/first-meeting"))
def audit(run: Run, json: Json = False) -> int:
    """Search every request of a run for leaks.

    A leak is private text of another seat, in anything but a turn that its owner has spoken. Exit code 1 if there is
    one.
    """
    from .auditing import audit
    from .terminal import terminal

    return audit(terminal(), run, json)


@app.command(epilog=example("tertulia doctor", "tertulia doctor --model vllm:Qwen/Qwen2.5-7B-Instruct"))
def doctor(
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Is this model there, and its key?")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Import torch, and look for devices.")] = False,
    json: Json = False,
) -> int:
    """Look this machine over.

    Versions, extras, shipped scenarios, keys, model servers. Exit code 1 if something is amiss.
    """
    from .examining import doctor
    from .terminal import terminal

    return doctor(terminal(), model, deep, json)


def _scenario(
    name: str,
    output: Path | None,
    model: str | None,
    settings: list[str] | None,
    seed: int | None,
    concurrency: int | None,
) -> Any:
    from ..scenarios.loading import load

    folder = str(output) if output else None
    return load(name, overrides=settings or (), model=model, seed=seed, output=folder, concurrency=concurrency)


def typed(words: list[str] | None = None) -> int:
    """The exit code of `tertulia WORDS`; None: what the process was started with."""
    return called(lambda: app(words, prog_name="tertulia", standalone_mode=False))


def main() -> None:
    """The `tertulia` command."""
    sys.exit(typed())
