"""What can be typed after `tertulia critics`?"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .option import Json, example

critics = typer.Typer(help="Who judges: list the critics, look at one, try it on a file.", no_args_is_help=True)

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


@critics.command("try", epilog=example("tertulia critics try copy-paste data.csv --option threshold=0.7 -n 20"))
def critics_try(
    name: Critic,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Dialogues, in any format that can be imported.")],
    option: Annotated[
        list[str] | None, typer.Option("--option", "-s", metavar="KEY=VALUE", help="An option of the critic.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="Dialogues that are judged.")] = 10,
    objects: Annotated[bool, typer.Option("--rejected", help="Show those alone that it doesn't approve.")] = False,
    format: Annotated[str | None, typer.Option("--format", "-f", metavar="F", help="Of the file, if unclear.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Answers a critic that asks a language model.")
    ] = None,
    json: Json = False,
) -> int:
    """Let one critic judge dialogues of a file.

    Its findings stand beside the text.
    """
    from .terminal import terminal
    from .trying import Trial, try_critic

    return try_critic(terminal(), Trial(name, tuple(option or ()), file, limit, format, model), objects, json)


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
