"""The schema for editors and the reference for readers: `python -m tertulia.scenarios.schema` writes both anew."""

from json import dumps
from pathlib import Path

from .form import schema
from .reference import reference

SCHEMA = Path(__file__).parent / "scenario.schema.json"
REFERENCE = Path(__file__).parent.parent / "docs" / "scenario.md"


def as_json() -> str:
    """The text of `scenario.schema.json`."""
    return dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Both files, in the repository."""
    SCHEMA.write_text(as_json(), encoding="utf-8")
    REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    write()
