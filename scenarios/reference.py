"""What does each key of a scenario mean? A page for readers, made from the schema."""

from collections.abc import Iterator
from typing import Any

from .form import Schema, forms, schema

OPENING = """\
# The scenario file

*Made from the schema by `python -m tertulia.scenarios.schema`: change the strings in `scenarios/scenario.py`, not this
page.*

A scenario is a YAML file that says who talks, under which rules, who judges, and how much is made. All keys but `name`
have a default:

```yaml
name: night-train
model: ollama:llama3.1
stage: {setting: Two strangers share a compartment on a night train.}
```

With the line `# yaml-language-server: $schema=...` at its top, naming `scenario.schema.json` of the package, an editor
completes keys and marks mistakes.

**Files.** A relative path (`personas`, `seed_file`, rubrics) begins in the folder of the scenario; `library/NAME` is
what comes with the package. `output` begins where you stand.

**Changing a value for one run.** `--set KEY=VALUE`, as often as needed: `--set rounds.dialogues=3`,
`--set critics.panel[0].role=vote`, `--set models.judge=openai:gpt-4o-mini`. The value is YAML. `--model` replaces the
default model and leaves the sampling (temperature and the like) as the scenario has it, unless the model's own short
string says otherwise.

**Keys.** A key never stands in a file. `api_key: ${NAME}` names the environment variable that holds it (most providers
have a usual one, so that nothing has to be said), and `ledger` may hold a password as `${NAME}`. Anywhere else `${...}`
is a mistake.

**What a change costs.** A change in `seed`, `cast`, `stage`, `exemplars` or in a model that speaks asks before it makes
dialogues anew. A change in `critics`, `refine`, `rounds.candidates` or `models.judge` judges again what is there. All
other changes just go on.\
"""
KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
BOUNDS = {
    "minimum": "from {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "up to {}",
    "exclusiveMaximum": "less than {}",
}
NULL = {"type": "null"}


def reference() -> str:
    """Markdown: how a scenario file is written, then a table for each of its parts."""
    tables = (_table(path, part) for path, part in _parts())
    return "\n\n".join([OPENING, *tables]) + "\n"


def _parts() -> Iterator[tuple[str, Schema]]:
    """(dotted path, schema) of each mapping, at the first place where it may stand."""
    waiting: list[tuple[str, Schema]] = [("", schema())]
    seen: set[str] = set()
    while waiting:
        path, part = waiting.pop(0)
        yield path, part
        inner = []
        for name, field in part["properties"].items():
            for title, below, mapping in _mappings(f"{path}.{name}".strip("."), field):
                if title not in seen:
                    seen.add(title)
                    inner.append((below, mapping))
        waiting = inner + waiting


def _mappings(path: str, field: Schema) -> Iterator[tuple[str, str, Schema]]:
    """(title, path, schema) of the mappings with known keys that a field may hold, in lists and by name too."""
    for form in forms(field):
        if "properties" in form:
            yield form["title"], path, form
        elif "items" in form:
            yield from _mappings(f"{path}[]", form["items"])
        elif isinstance(form.get("additionalProperties"), dict):
            yield from _mappings(f"{path}.NAME", form["additionalProperties"])


def _table(path: str, part: Schema) -> str:
    rows = [_row(name, field, name in part.get("required", ())) for name, field in part["properties"].items()]
    about = " ".join(part.get("description", "").split())
    head = f"## `{path}`\n\n{about}" if path else "## The whole"
    return "\n".join([head.strip(), "", "| key | value | default | |", "|---|---|---|---|", *rows])


def _row(name: str, field: Schema, required: bool) -> str:
    default = "**needed**" if required else _default(field)
    about = field.get("description") or next((form["description"] for form in forms(field) if "properties" in form), "")
    about = " ".join(about.split())
    return f"| `{name}` | {_cell(_kind(field))} | {_cell(default)} | {_cell(about)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: Schema) -> str:
    """Defaults that are mappings stand in the tables of their own."""
    value = field.get("default")
    if isinstance(value, dict) or value in (None, "", []):
        return ""
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return ""
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(field: Schema) -> str:
    """What may stand there, in words."""
    kinds = [_one(form) for form in forms(field) if form != NULL]
    return " or ".join(dict.fromkeys(kinds))


def _one(form: Schema) -> str:
    if "enum" in form:
        return " | ".join(f"`{choice}`" for choice in form["enum"])
    if "const" in form:
        return f"`{form['const']}`"
    if form.get("type") == "array":
        return _list(form)
    if form.get("type") == "object":
        return "mapping"
    return " ".join([KINDS.get(form.get("type", ""), "anything"), *_bounds(form)])


def _list(form: Schema) -> str:
    entries = form.get("items") or {"type": "string"}
    kind = _kind(entries)
    return f"list of {kind}" if kind != "mapping" else "list of mappings"


def _bounds(form: Schema) -> Iterator[str]:
    return (words.format(_plain(form[key])) for key, words in BOUNDS.items() if key in form)
