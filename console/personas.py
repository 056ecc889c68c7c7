"""What happens at `tertulia personas list` and `show`? People are found on a shelf or in a file, and shown."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..models.errors import Mistake
from ..models.suggesting import suggest
from ..personas import Persona, people, shelves
from ..personas.shelf import PREFIX
from .card import card, shelf
from .printing import print_array, print_json
from .text import number


def list_personas(console: Console, where: str | None, json: bool) -> int:
    """The people of one library or file, or of all shipped libraries. Raises Mistake."""
    if json:
        print_array(persona.model_dump(mode="json") for _, found in _shelves(where) for persona in found)
        return 0
    for name, found in _shelves(where):
        console.print(Text.assemble((name, "bold"), f" · {number(len(found), 'persona')}"))
        console.print(shelf(found))
    hint = f"one of them: tertulia personas show ID{f' --library {where}' if where else ''}"
    console.print(Text(f"\n{hint}", style="dim"))
    return 0


def show_persona(console: Console, wanted: str, where: str | None, json: bool) -> int:
    """Whoever has that id or name, or the only one whose id or name begins so. Raises Mistake."""
    library, persona = find(wanted, list(_shelves(where)))
    if json:
        print_json(persona.model_dump(mode="json"))
    else:
        console.print(card(persona, aside=library))
    return 0


def find(wanted: str, libraries: Sequence[tuple[str, Sequence[Persona]]]) -> tuple[str, Persona]:
    """(library, persona). Raises Mistake where there is none, or several."""
    everyone = [(library, persona) for library, found in libraries for persona in found]
    same = [one for one in everyone if one[1].id == wanted]
    close = (
        same
        or [one for one in everyone if one[1].name == wanted]
        or [one for one in everyone if _begins(one[1], wanted.casefold())]
    )
    if not close:
        ids = [persona.id for _, persona in everyone]
        known = suggest(wanted, [*ids, *(persona.name for _, persona in everyone)]).partition(" known: ")[0]
        raise Mistake(f"no persona {wanted!r}{known.rstrip(';')}; `tertulia personas list` shows all {len(ids)}")
    if len(close) > 1:
        some = ", ".join(persona.id for _, persona in close[:8]) + (", ..." if len(close) > 8 else "")
        raise Mistake(f"{wanted!r} may be any of {len(close)}: give an id, such as {some}")
    return close[0]


def _begins(persona: Persona, start: str) -> bool:
    return persona.id.casefold().startswith(start) or persona.name.casefold().startswith(start)


def _shelves(where: str | None) -> Iterator[tuple[str, Sequence[Persona]]]:
    names = [PREFIX + name for name in shelves()]
    if where is not None:
        names = [PREFIX + where] if PREFIX + where in names else [where]
    return ((name, people(name, Path())) for name in names)
