"""Where is a file that a scenario names? Beside the scenario first, then in the shipped library."""

from pathlib import Path

from ..corpus import RunInfo
from ..models.errors import Mistake
from ..personas.shelf import PREFIX
from ..personas.shelf import shipped as from_library
from ..personas.taxonomy import Taxonomy, read_taxonomy, taxonomy_of_text
from .scenario import Scenario

TAXONOMY = "taxonomy"
"""In a run's info: the text of its own file of categories."""


def seed_path(scenario: Scenario) -> Path | None:
    """The file of exemplars to begin with, or None where the scenario names none. Raises Mistake."""
    name = scenario.exemplars.seed_file
    return located(name, scenario.folder) if name else None


def held_out_path(scenario: Scenario) -> Path | None:
    """The dialogues that generations of a taught model are measured on, or None. Raises Mistake."""
    teach = scenario.rounds.teach
    return located(teach.held_out, scenario.folder) if teach and teach.held_out else None


def taxonomy_of(scenario: Scenario) -> Taxonomy:
    """The categories of a scenario. Raises Mistake."""
    name = scenario.cast.taxonomy
    return read_taxonomy(located(name, scenario.folder) if name else None)


def taxonomy_text(scenario: Scenario) -> str:
    """The file of a scenario's own categories, as a run keeps it; empty where there is none. Raises Mistake."""
    name = scenario.cast.taxonomy
    return located(name, scenario.folder).read_text(encoding="utf-8-sig") if name else ""


def taxonomy_kept(info: RunInfo) -> Taxonomy:
    """The categories of a run, wherever the file that its scenario named may be by now. Raises Mistake."""
    text = info.extra.get(TAXONOMY)
    return taxonomy_of_text(text) if isinstance(text, str) and text else read_taxonomy()


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
