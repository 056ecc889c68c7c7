"""How does a prompt file become text? Strictly: an unknown name in a template is an error, never an empty string."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from re import sub
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

PROMPTS = Path(__file__).parent / "prompts"


def render(name: str, /, **values: Any) -> str:
    """The prompt `prompts/<name>.md` with its values filled in; runs of empty lines become one."""
    text = _environment().get_template(f"{name}.md").render(values)
    return sub(r"\n{3,}", "\n\n", text).strip()


@cache
def fingerprint() -> str:
    """Changes when any prompt file of this folder changes."""
    digest = blake2b(digest_size=8)
    for path in sorted(PROMPTS.glob("*.md")):
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PROMPTS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
