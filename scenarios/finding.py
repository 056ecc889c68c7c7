"""Where is a file that a scenario names? Beside the scenario first, then in the shipped library."""

from pathlib import Path

from ..models.errors import Mistake
from ..personas.shelf import PREFIX
from ..personas.shelf import shipped as from_library
from ..personas.taxonomy import Taxonomy, read_taxonomy
from .scenario import Scenario


def seed_path(scenario: Scenario) -> Path | None:
    """The file of exemplars to begin with, or None where the scenario names none. Raises Mistake."""
    name = scenario.exemplars.seed_file
    return located(name, scenario.folder) if name else None


def taxonomy_of(scenario: Scenario) -> Taxonomy:
    """The categories of a scenario. Raises Mistake."""
    name = scenario.cast.taxonomy
    return read_taxonomy(located(name, scenario.folder) if name else None)


def located(name: str, folder: Path) -> Path:
    """The file of that name: in the folder, in the working directory, or `library/NAME`. Raises Mistake."""
    given = Path(name).expanduser()
    for path in (folder / given, given):
        if path.is_file():
            return path
    if name.startswith(PREFIX):
        return from_library(name)
    looked = " and ".join(dict.fromkeys(repr(str(place.resolve())) for place in (folder, Path())))
    raise Mistake(f"no file {name!r} in {looked}")
