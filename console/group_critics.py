"""What can be typed after `tertulia critics`?"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .option import Json, Quiet, Run, example

critics = typer.Typer(help="Who judges: list, try, write and calibrate critics.", no_args_is_help=True)

Critic = Annotated[
    str, typer.Argument(metavar="NAME", help="A critic's name, package.module:Class, or a rubric file (.md).")
]


@critics.command("list", epilog=example("tertulia critics list"))
def critics_list(json: Json = False) -> int:
    """Every critic that a scenario can name.

    Built-in ones, and those of installed packages.
    """
    from .critics import list_critics
    from .terminal import terminal

    return list_critics(terminal(), json)


@critics.command("show", epilog=example("tertulia critics show copy-paste"))
def critics_show(name: Critic, json: Json = False) -> int:
    """What one critic checks, and its options."""
    from .critics import show_critic
    from .terminal import terminal

    return show_critic(terminal(), name, json)


@critics.command(
    "try",
    epilog=example(
        "tertulia critics try copy-paste data.csv --option threshold=0.7 -n 20",
        "tertulia critics try toxicity data.csv -s critics.scorers.toxicity=unbiased",
    ),
)
def critics_try(
    name: Critic,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Dialogues, in any format that can be imported.")],
    option: Annotated[
        list[str] | None, typer.Option("--option", "-O", metavar="KEY=VALUE", help="An option of the critic.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="Dialogues that are judged.")] = 10,
    objects: Annotated[bool, typer.Option("--rejected", help="Show those alone that it doesn't approve.")] = False,
    format: Annotated[str | None, typer.Option("--format", "-f", metavar="F", help="Of the file, if unclear.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Answers a critic that asks a language model.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar="KEY=VALUE", help="A local model: critics.scorers.nli=FOLDER, ..."),
    ] = None,
    json: Json = False,
) -> int:
    """Let one critic judge dialogues of a file.

    Its findings stand beside the text.
    """
    from .terminal import terminal
    from .trying import Trial, try_critic

    trial = Trial(name, tuple(option or ()), file, limit, format, model, tuple(settings or ()))
    return try_critic(terminal(), trial, objects, json)


@critics.command(
    "new", epilog=example("tertulia critics new politeness", "tertulia critics new kindness --kind rubric")
)
def critics_new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called on a panel: good-manners, ...")],
    kind: Annotated[
        Literal["class", "agent", "rubric"], typer.Option("--kind", help="Python, an AutoGen agent, a rubric alone.")
    ] = "class",
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the files go.")] = Path(),
) -> int:
    """Begin a critic of your own.

    Writes a small package with the critic, its test and its entry point, that works as written.
    """
    from ..critics.scaffolding import Kind
    from .beginning import new_critic
    from .terminal import terminal

    return new_critic(terminal(), name, Kind(kind), output)


Panel = Annotated[
    str | None, typer.Option("--panel", metavar="ID", help="Another panel's reviews, by its fingerprint (see `show`).")
]


@critics.command(
    "calibrate", epilog=example("tertulia critics calibrate runs/first-meeting labels.csv --output weights.yaml")
)
def critics_calibrate(
    run: Run,
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS", help="CSV or JSON lines: dialogue, label, and maybe annotator.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the learned weights there.")
    ] = None,
    accept_from: Annotated[
        float | None,
        typer.Option("--accept-from", metavar="X", help="Scores that accept.", show_default="the middle, and above"),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option("--precision", metavar="P", min=0.0, max=1.0, help="Share of the accepted that has to be good."),
    ] = None,
    folds: Annotated[int, typer.Option("--folds", metavar="K", min=2, help="Of the cross-validation.")] = 5,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Deals the folds.")] = 0,
    every: Annotated[bool, typer.Option("--all", help="Let vetoes and advisers vote, too.")] = False,
    panel: Panel = None,
    json: Json = False,
) -> int:
    """Hold critics against people's labels.

    How often each is right, and a vote that is learned: non-negative weights, for `voting: {rule: learned}`. RUN may be
    a reviewed file's folder.
    """
    from ..corpus.calibration.calibrating import Wanted
    from .calibrating import calibrate_critics
    from .terminal import terminal

    wanted = Wanted(accept_from, precision, folds, seed, every)
    return calibrate_critics(terminal(), run, labels, wanted, panel, output, json)


@critics.command("agreement", epilog=example("tertulia critics agreement runs/first-meeting"))
def critics_agreement(run: Run, panel: Panel = None, json: Json = False) -> int:
    """Hold the critics of a run against one another.

    Who agrees with whom, who is redundant, who vetoes alone, and what would be accepted without each: from the stored
    verdicts, without a call.
    """
    from .agreement import agreement
    from .terminal import terminal

    return agreement(terminal(), run, panel, json)


@critics.command(
    "assess",
    epilog=example(
        "tertulia critics assess hamlet.txt --model ollama:llama3.1",
        "tertulia critics assess dialogues.csv --by dialogue -n 100 --model openai:gpt-4o-mini",
    ),
)
def critics_assess(
    file: Annotated[
        Path, typer.Argument(metavar="FILE|RUN", help="A script, dialogues in any import format, or a run.")
    ],
    by: Annotated[
        Literal["speaker", "dialogue"],
        typer.Option("--by", help="All that a speaker says, or each dialogue by itself."),
    ] = "speaker",
    model: Annotated[str | None, typer.Option("--model", "-m", metavar="MODEL", help="Who reads.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The set.", show_default="NAME.personality.jsonl"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="Speakers to assess.", show_default="all")
    ] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", metavar="F", help="Of the file, if unclear.")] = None,
    size: Annotated[
        int, typer.Option("--at-once", metavar="N", min=200, help="Tokens of talk that are read in one call.")
    ] = 3_000,
    combine: Annotated[
        Literal["median", "mean"], typer.Option("--combine", help="Of what was read in several calls.")
    ] = "median",
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", metavar="N", min=1, help="Calls at once.")] = 8,
    usd: Annotated[float | None, typer.Option("--usd", metavar="X", min=0, help="Most to be spent.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", metavar="N", min=0, help="Most to be used.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="N", min=0, help="Most to be taken.")] = None,
    remake: Annotated[bool, typer.Option("--remake", help="Replace an output made with other settings.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Read the Big Five of those who speak.

    From -5 to 5 each, by a guide, from nothing but what is said; a set of dialogues with personalities is written. The
    same command again goes on where it stopped, and pays for nothing twice.
    """
    from .assessing import Wanted, assess_file
    from .desk import Limit

    budget = Limit(usd, tokens, minutes)
    wanted = Wanted(file, by, model, output, limit, format, size, combine, concurrency, budget)
    return assess_file(wanted, remake=remake, json=json, quiet=quiet)
