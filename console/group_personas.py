"""What can be typed after `tertulia personas`?"""

from typing import Annotated

import typer

from .option import Json, example

personas = typer.Typer(help="Who speaks: make personas, look at them, count them.", no_args_is_help=True)


@personas.command("list", epilog=example("tertulia personas list", "tertulia personas list my-people.yaml"))
def personas_list(
    where: Annotated[str | None, typer.Argument(metavar="LIBRARY|FILE", show_default="all shipped libraries")] = None,
    json: Json = False,
) -> int:
    """The personas of a library or a file."""
    from .personas import list_personas
    from .terminal import terminal

    return list_personas(terminal(), where, json)


@personas.command("show", epilog=example("tertulia personas show mara-lindqvist"))
def personas_show(
    id: Annotated[str, typer.Argument(metavar="ID", help="An id, the beginning of one, or a name.")],
    library: Annotated[
        str | None,
        typer.Option("--library", "-l", metavar="LIBRARY|FILE", show_default="all shipped libraries"),
    ] = None,
    json: Json = False,
) -> int:
    """One persona on a card.

    The public face above, the private profile below.
    """
    from .personas import show_persona
    from .terminal import terminal

    return show_persona(terminal(), id, library, json)
