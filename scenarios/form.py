"""What may stand in a scenario, and where?"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..critics.member import PanelMember
from ..critics.option import options_of
from ..critics.voting import Voting, Weights
from ..models.spec import ModelSpec, Price
from ..personas import BigFive, Persona, ProfileSentence
from .scenario import Scenario
from .source import Loc

Schema = dict[str, Any]

SHORT_FORMS: dict[str, Schema] = {
    "Order": {"enum": ["round-robin", "random", "selector"]},
    "Pairing": {"enum": ["random", "all-pairs", "shared-interest", "contrast"]},
    "Voting": {"enum": ["majority", "weighted", "unanimous"]},
    "PanelMember": {"type": "string"},
    "ProfileSentence": {"type": "string"},
}
"""What stands for a mapping where a word is enough."""

API_KEY = {
    "type": "string",
    "pattern": r"^\$\{\w+\}$",
    "description": "The key, as `${NAME}` of a variable that holds it.",
}
ELSEWHERE = (BigFive, ModelSpec, PanelMember, Persona, Price, ProfileSentence, Voting, Weights)
"""Classes whose strings under the fields are not in their schema yet."""


@cache
def schema() -> Schema:
    """The JSON schema of a scenario file (draft 2020-12)."""
    made = Scenario.model_json_schema()
    parts = made["$defs"]
    for kind in ELSEWHERE:
        _describe(_fields(parts[kind.__name__]), kind)
    model = _fields(parts["ModelSpec"])
    model["properties"]["api_key"] = API_KEY
    model["required"] = ["provider"]
    for name, short in SHORT_FORMS.items():
        parts[name] = {"anyOf": [short, parts[name]]}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Tertulia scenario"}
    return head | {key: value for key, value in made.items() if key != "title"}


def keys_at(loc: Loc) -> list[str]:
    """The keys that a mapping at this place may have; none where any key may stand."""
    found = [schema()]
    for step in loc:
        found = [inner for form in found for whole in forms(form) for inner in _step(whole, step)]
    return [key for form in found for whole in forms(form) for key in whole.get("properties", ())]


def forms(form: Schema) -> Iterator[Schema]:
    """A schema's alternatives, references followed."""
    if "$ref" in form:
        yield from forms(schema()["$defs"][form["$ref"].rpartition("/")[2]])
    elif branches := form.get("anyOf") or form.get("oneOf") or form.get("allOf"):
        for branch in branches:
            yield from forms(branch)
    else:
        yield form


def _fields(part: Schema) -> Schema:
    """The form of a definition that is a mapping."""
    alternatives: list[Schema] = part.get("anyOf", [part])
    return next(form for form in alternatives if "properties" in form)


def _describe(part: Schema, kind: type) -> None:
    for option in options_of(kind):
        if option.name in part["properties"]:
            part["properties"][option.name].setdefault("description", option.about)


def _step(form: Schema, step: str | int) -> Iterator[Schema]:
    if step in form.get("properties", {}):
        yield form["properties"][step]
    elif isinstance(step, int) and "items" in form:
        yield form["items"]
    elif isinstance(form.get("additionalProperties"), dict):
        yield form["additionalProperties"]
