"""What may stand in a scenario? The JSON schema for editors, and the reference for readers.

`python -m tertulia.scenarios.schema` writes both: `scenario.schema.json` here, and `docs/scenario.md`.
"""

from collections.abc import Iterator
from functools import cache
from json import dumps
from pathlib import Path
from typing import Any

from .scenario import Scenario
from .source import Loc

SCHEMA = Path(__file__).parent / "scenario.schema.json"
REFERENCE = Path(__file__).parent.parent / "docs" / "scenario.md"

SHORT_FORMS = {
    "Order": {"enum": ["round-robin", "random", "selector"]},
    "Voting": {"enum": ["majority", "unanimous", "weighted"]},
    "PanelMember": {"type": "string"},
    "ProfileSentence": {"type": "string"},
}
"""What stands for a mapping where a word is enough."""


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of a scenario file (draft 2020-12)."""
    made = Scenario.model_json_schema()
    for name, short in SHORT_FORMS.items():
        made["$defs"][name] = {"anyOf": [short, made["$defs"][name]]}
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Tertulia scenario"}
    return {**title, **{key: value for key, value in made.items() if key != "title"}}


def keys_at(loc: Loc) -> list[str]:
    """The keys that a mapping at this place may have; none where any key may stand."""
    forms = [schema()]
    for step in loc:
        forms = [inner for form in forms for whole in _forms(form) for inner in _step(whole, step)]
    return [key for form in forms for whole in _forms(form) for key in whole.get("properties", ())]


def _forms(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema's alternatives, references followed."""
    if "$ref" in form:
        yield from _forms(schema()["$defs"][form["$ref"].rpartition("/")[2]])
    elif branches := form.get("anyOf") or form.get("oneOf") or form.get("allOf"):
        for branch in branches:
            yield from _forms(branch)
    else:
        yield form


def _step(form: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    if step in form.get("properties", {}):
        yield form["properties"][step]
    elif isinstance(step, int) and "items" in form:
        yield form["items"]
    elif isinstance(form.get("additionalProperties"), dict):
        yield form["additionalProperties"]


def as_json() -> str:
    """The text of `scenario.schema.json`."""
    return dumps(schema(), indent=1, ensure_ascii=False) + "\n"
