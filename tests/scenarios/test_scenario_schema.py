"""The schema and the reference are those of the code, and say something of every key."""

from tertulia.scenarios.form import forms, keys_at, schema
from tertulia.scenarios.loading import SHIPPED, shipped
from tertulia.scenarios.reference import reference
from tertulia.scenarios.schema import REFERENCE, SCHEMA, as_json

OBVIOUS = ("Persona", "ProfileSentence", "BigFive", "Weights")
AGAIN = "run `python -m tertulia.scenarios.schema`"


def test_the_schema_file_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == as_json(), AGAIN


def test_the_reference_is_current() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), AGAIN


def test_every_key_of_a_scenario_is_described() -> None:
    waiting, bare = [("", schema())], []
    while waiting:
        path, part = waiting.pop()
        for name, field in part["properties"].items() if part["title"] not in OBVIOUS else ():
            inner = [form for form in forms(field) if "properties" in form]
            described = field.get("description") or any(form.get("description") for form in inner)
            bare += [] if described else [f"{path}.{name}"]
            waiting += [(f"{path}.{name}", form) for form in inner]
    assert not bare


def test_keys_are_known_through_lists_names_and_references() -> None:
    assert keys_at(("critics", "panel", 3)) == keys_at(("critics", "panel", 0))
    assert "threshold" not in keys_at(("critics", "panel", 0, "options"))
    assert {"text", "category", "entity", "origin"} == set(keys_at(("cast", "seats", 0, "personas", 0, "profile", 0)))
    assert "api_key" in keys_at(("models", "judge"))


def test_every_shipped_scenario_names_the_schema() -> None:
    for name in shipped():
        text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
        assert text.startswith(f"# yaml-language-server: $schema={SCHEMA.name}\n")
        assert text.count("#") > 8, "it teaches"
