"""What can be typed after `tertulia train`?"""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from .option import Json, Quiet, example

train = typer.Typer(help="What a corpus teaches: fine-tune a model on a run or a file.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="A run, or dialogues in any import format.")]
BaseModel = Annotated[
    str,
    typer.Option("--base", "-b", metavar="MODEL", help="A hub name, a folder, scratch:tiny, scratch:small."),
]
Taught = Annotated[
    str | None,
    typer.Option(
        "--base", "-b", metavar="MODEL", help="A model that speaks: folder, hub name.", show_default="RUN/models/sft"
    ),
]
Reader = Annotated[
    str,
    typer.Option("--base", "-b", metavar="MODEL", help="words (n-grams, a linear model), a hub name, or a folder."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="The model's folder.", show_default="RUN/models/METHOD"),
]
Whose = Annotated[
    Literal["user", "assistant", "both"] | None,
    typer.Option("--speaker", help="Whose turns are learned: user makes a simulator.", show_default="both"),
]
Told = Annotated[
    Literal["persona", "traits", "none"] | None,
    typer.Option("--system", help="What the system message tells of the speaker.", show_default="persona"),
]
Untold = Annotated[
    Literal["persona", "none"] | None,
    typer.Option("--system", help="What is told beside the traits, which are not.", show_default="none"),
]
Shape = Annotated[
    Literal["chat", "pairs", "profile"] | None,
    typer.Option("--form", help="Dialogues, single turns, or what was said -> profile.", show_default="chat"),
]
Lora = Annotated[
    int | None,
    typer.Option("--lora", metavar="RANK", min=0, help="Train a LoRA adapter alone.", show_default="the whole model"),
]
Epochs = Annotated[
    float | None,
    typer.Option(
        "--epochs", metavar="N", help="How often all is seen.", show_default="3; from scratch 300 steps or more"
    ),
]
Steps = Annotated[int | None, typer.Option("--steps", metavar="N", min=1, help="In place of --epochs.")]
Batch = Annotated[int | None, typer.Option("--batch", metavar="N", min=1, help="Read at once.", show_default="8")]
Accumulate = Annotated[
    int | None,
    typer.Option("--accumulate", metavar="N", min=1, help="Batches that make one step.", show_default="1"),
]
Precision = Annotated[
    Literal["auto", "float32", "bfloat16"] | None,
    typer.Option("--precision", help="Of the computation.", show_default="auto"),
]
Rate = Annotated[
    float | None,
    typer.Option("--learning-rate", metavar="X", help="At its highest.", show_default="by method and base"),
]
Length = Annotated[
    int | None,
    typer.Option("--length", metavar="N", help="Most tokens of an example.", show_default="what the base reads"),
]
Validation = Annotated[
    float | None,
    typer.Option("--validation", metavar="X", help="Share of the dialogues to choose by.", show_default="0.1"),
]
Test = Annotated[
    float | None,
    typer.Option("--test", metavar="X", help="Share that is held out for `evaluate`.", show_default="0.1"),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Of split and order.", show_default="0")]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, cuda, mps.", show_default="auto")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", metavar="KEY=VALUE", help="Any other knob: see `tertulia train knobs`."),
]
Remake = Annotated[bool, typer.Option("--remake", help="Begin anew, whatever is in the folder.")]


@train.command(
    "sft",
    epilog=example(
        "tertulia train sft runs/first-meeting --base scratch:tiny",
        "tertulia train sft runs/cafe -b Qwen/Qwen2.5-0.5B-Instruct --lora 16",
    ),
)
def train_sft(
    source: Source,
    base: BaseModel = "scratch:small",
    output: Output = None,
    speaker: Whose = None,
    system: Told = None,
    form: Shape = None,
    lora: Lora = None,
    epochs: Epochs = None,
    steps: Steps = None,
    batch: Batch = None,
    accumulate: Accumulate = None,
    learning_rate: Rate = None,
    length: Length = None,
    validation: Validation = None,
    test: Test = None,
    seed: Seed = None,
    device: Device = None,
    precision: Precision = None,
    settings: Settings = None,
    remake: Remake = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Fine-tune on the turns of one side, or of both.

    The whole model, or a LoRA adapter. The same command again goes on from the last checkpoint.
    """
    typed: dict[str, Any] = {
        "speaker": speaker,
        "system": system,
        "form": form,
        "lora": lora,
        "epochs": epochs,
        "steps": steps,
    }
    typed |= {"batch": batch, "learning_rate": learning_rate, "length": length, "seed": seed, "device": device}
    typed |= {"validation": validation, "test": test, "accumulate": accumulate, "precision": precision}
    return _taught("sft", source, base, output, typed, settings, remake, json, quiet)


@train.command(
    "dpo",
    epilog=example(
        "tertulia train dpo runs/cafe", "tertulia train dpo runs/cafe --base Qwen/Qwen2.5-0.5B-Instruct --lora 16"
    ),
)
def train_dpo(
    source: Source,
    base: Taught = None,
    output: Output = None,
    speaker: Whose = None,
    system: Told = None,
    lora: Lora = None,
    epochs: Epochs = None,
    steps: Steps = None,
    batch: Batch = None,
    accumulate: Accumulate = None,
    learning_rate: Rate = None,
    length: Length = None,
    validation: Validation = None,
    test: Test = None,
    seed: Seed = None,
    device: Device = None,
    precision: Precision = None,
    settings: Settings = None,
    remake: Remake = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Prefer what the critics accepted.

    Pairs of an accepted dialogue with a rejected one of the same job, or with one that lost a comparison. Best after
    sft, with its folder as --base.
    """
    typed: dict[str, Any] = {
        "speaker": speaker,
        "system": system,
        "lora": lora,
        "epochs": epochs,
        "steps": steps,
        "batch": batch,
    }
    typed |= {"learning_rate": learning_rate, "length": length, "seed": seed, "device": device}
    typed |= {"validation": validation, "test": test, "accumulate": accumulate, "precision": precision}
    return _taught("dpo", source, base, output, typed, settings, remake, json, quiet)


@train.command(
    "hypernet",
    epilog=example(
        "tertulia train hypernet runs/psydial", "tertulia train hypernet hamlet.personality.jsonl --base models/sft"
    ),
)
def train_hypernet(
    source: Source,
    base: Taught = None,
    output: Output = None,
    speaker: Whose = None,
    system: Untold = None,
    rank: Annotated[
        int | None, typer.Option("--rank", metavar="N", min=1, help="Of the adapters.", show_default="8")
    ] = None,
    epochs: Epochs = None,
    steps: Steps = None,
    batch: Batch = None,
    accumulate: Accumulate = None,
    learning_rate: Rate = None,
    length: Length = None,
    validation: Validation = None,
    test: Test = None,
    seed: Seed = None,
    device: Device = None,
    precision: Precision = None,
    settings: Settings = None,
    remake: Remake = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Learn to turn any Big Five vector into an adapter.

    The base stays as it is; small networks make LoRA matrices of five levels from -5 to 5 (Liu et al. 2024).
    """
    typed: dict[str, Any] = {
        "speaker": speaker,
        "system": system,
        "rank": rank,
        "epochs": epochs,
        "steps": steps,
        "batch": batch,
    }
    typed |= {"learning_rate": learning_rate, "length": length, "seed": seed, "device": device}
    typed |= {"validation": validation, "test": test, "accumulate": accumulate, "precision": precision}
    return _taught("hypernet", source, base, output, typed, settings, remake, json, quiet)


@train.command(
    "classifier",
    epilog=example("tertulia train classifier runs/psydial", "tertulia train classifier runs/cafe --labels labels.csv"),
)
def train_classifier(
    source: Source,
    base: Reader = "words",
    output: Output = None,
    targets: Annotated[
        Literal["traits", "labels"] | None,
        typer.Option("--targets", help="What is learned.", show_default="traits, or the labels that are given"),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", help="Learn these instead of traits: CSV or JSON lines."),
    ] = None,
    epochs: Epochs = None,
    batch: Batch = None,
    accumulate: Accumulate = None,
    learning_rate: Rate = None,
    validation: Validation = None,
    test: Test = None,
    seed: Seed = None,
    device: Device = None,
    precision: Precision = None,
    settings: Settings = None,
    remake: Remake = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Learn to read traits, or labels of your own.

    From what a speaker says alone: the reader behind P-ACC and trait error, and a critic's classifier.
    """
    typed: dict[str, Any] = {
        "targets": targets or (labels and "labels"),
        "labels": labels and str(labels),
        "epochs": epochs,
        "batch": batch,
    }
    typed |= {"learning_rate": learning_rate, "seed": seed, "device": device}
    typed |= {"validation": validation, "test": test, "accumulate": accumulate, "precision": precision}
    return _taught("classifier", source, base, output, typed, settings, remake, json, quiet)


@train.command(
    "data",
    epilog=example(
        "tertulia train data runs/first-meeting --form preferences -o pairs.jsonl",
        "tertulia train data dialogues.csv --form profile -o profiles.jsonl",
    ),
)
def train_data(
    source: Source,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="JSON lines.")],
    form: Annotated[
        Literal["chat", "pairs", "profile", "preferences"], typer.Option("--form", help="What a line is.")
    ] = "chat",
    speaker: Annotated[Literal["user", "assistant", "both"], typer.Option("--speaker", help="Whose turns.")] = "both",
    system: Annotated[
        Literal["persona", "traits", "none"], typer.Option("--system", help="What it is told of the speaker.")
    ] = "persona",
    json: Json = False,
) -> int:
    """Write what a model would learn from, for other programs.

    A line an example: `messages`; or a preference: `prompt`, `chosen`, `rejected`, as trl takes them.
    """
    from .handing import hand_out
    from .terminal import terminal

    return hand_out(terminal(), source, output, form, speaker, system, json)


@train.command("knobs", epilog=example("tertulia train knobs sft"))
def train_knobs(
    method: Annotated[str | None, typer.Argument(metavar="METHOD", help="sft, dpo, hypernet, classifier.")] = None,
    json: Json = False,
) -> int:
    """All that can be set on a method, with --set."""
    from .knobs import show_knobs
    from .terminal import terminal

    return show_knobs(terminal(), method, json)


@train.command(
    "export",
    epilog=example("tertulia train export runs/a/models/hypernet --traits openness=4 -o open"),
)
def train_export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `tertulia train hypernet` wrote.")],
    traits: Annotated[
        str, typer.Option("--traits", metavar="TRAIT=LEVEL,...", help="-5 to 5 each; those left out are 0.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the adapter goes.")],
    json: Json = False,
) -> int:
    """Write one personality of a hypernet as a LoRA adapter.

    An ordinary peft folder, for every program that reads those.
    """
    from .adapting import export_traits
    from .terminal import terminal

    return export_traits(terminal(), folder, traits, output, json)


def _taught(
    method: str,
    source: str,
    base: str | None,
    output: Path | None,
    typed: dict[str, Any],
    settings: list[str] | None,
    remake: bool,
    json: bool,
    quiet: bool,
) -> int:
    from .teaching import Wanted, teach

    return teach(Wanted(method, source, base, output, typed, settings or (), remake), json=json, quiet=quiet)
