"""How does somebody begin a critic of their own? With a small package that works as written."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from ..models.errors import Mistake
from .registry import BUILT_IN

SCAFFOLD = Path(__file__).parent / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ENDING = ".jinja"


class Kind(StrEnum):
    """What a critic is made of; each is a folder of templates."""

    CLASS = "class"
    """Python that checks something itself."""
    AGENT = "agent"
    """An AutoGen agent around a language model."""
    RUBRIC = "rubric"
    """Plain words in a Markdown file, for the built-in judge."""


def scaffold(name: str, kind: Kind, parent: Path) -> list[Path]:
    """Write the files of a new critic below `parent`, and return their paths, the critic's own first.

    Raises Mistake for a name that can't be one, that is taken, or whose files are there already: nothing is
    overwritten.
    """
    if not NAME.fullmatch(name):
        raise Mistake(f"{name!r} can't name a critic: write lower-case words joined by '-', such as 'good-manners'")
    if name in BUILT_IN:
        raise Mistake(f"critic {name!r} is built in: choose another name (tertulia critics list shows all)")
    files = dict(_files(name, kind, parent))
    if there := sorted(str(path) for path in files if path.exists()):
        raise Mistake(f"{there[0]} is there already: choose another name, or another --output")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Mistake(f"can't write {error.filename}: {error.strerror}; give another --output") from error
    return sorted(files, key=lambda path: (path.parent.name == "tests", path.suffix != ".py", path.name))


def _files(name: str, kind: Kind, parent: Path) -> Iterator[tuple[Path, str]]:
    """(path, content); `NAME` and `MODULE` in a template's path stand for the critic's name and module."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = SCAFFOLD / kind
    environment = Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    module = name.replace("-", "_")
    title = "".join(word.capitalize() for word in name.split("-")).removesuffix("Critic") + "Critic"
    values = {"name": name, "module": module, "title": title}
    for template in sorted(path for path in folder.rglob(f"*{ENDING}")):
        place = str(template.relative_to(folder))
        target = place.removesuffix(ENDING).replace("NAME", name).replace("MODULE", module)
        yield parent / target, environment.get_template(place).render(values)
