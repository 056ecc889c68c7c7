"""What happens at `tertulia train export`? One personality of a hypernetwork becomes an ordinary LoRA adapter."""

from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.text import Text

from ..models.errors import Mistake
from ..models.suggesting import suggest
from ..personas import Trait
from .printing import print_json
from .text import listed

USAGE = 'write "extraversion=4,neuroticism=-2", each from -5 to 5; those left out are 0'


def export_traits(console: Console, folder: Path, told: str, output: Path, json: bool) -> int:
    """Exit code 0. Raises Mistake for what is no trait, no level, and no hypernetwork."""
    levels = read_levels(told)
    from ..training.hypernetwork.exporting import export

    written = export(folder, tuple(levels.values()), output)
    if json:
        print_json({"output": str(written), "traits": {trait.value: level for trait, level in levels.items()}})
        return 0
    traits = listed(f"{trait.value} {level:+g}" for trait, level in levels.items() if level)
    console.print(Text.assemble(traits, " as a LoRA adapter in ", (str(written), "bold")), soft_wrap=True)
    model = quote(f"transformers:{written}")
    console.print(Text(f"speak: tertulia run first-meeting --model {model} --output runs/spoken"), soft_wrap=True)
    return 0


def read_levels(told: str) -> dict[Trait, float]:
    """All five, in their order. Raises Mistake for what is no trait and no number."""
    given = dict(_read(part) for part in told.split(",") if part.strip())
    if not given:
        raise Mistake(f"--traits names none: {USAGE}")
    return {trait: given.get(trait, 0.0) for trait in Trait}


def _read(part: str) -> tuple[Trait, float]:
    name, _, level = (word.strip() for word in part.partition("="))
    if name not in list(Trait):
        raise Mistake(f"--traits: no trait {name!r}{suggest(name, list(Trait))}")
    try:
        return Trait(name), float(level)
    except ValueError:
        raise Mistake(f"--traits {part.strip()!r}: {USAGE}") from None
