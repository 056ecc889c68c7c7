"""How does a prompt file become text? Strictly: an unknown name in a template is an error, never an empty string."""

from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from re import sub
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


class Prompts:
    """The prompt files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def render(self, name: str, /, **values: Any) -> str:
        """The prompt `<name>.md` with its values filled in; runs of empty lines become one."""
        text = self._environment.get_template(f"{name}.md").render(values)
        return sub(r"\n{3,}", "\n\n", text).strip()

    def fingerprint(self) -> str:
        """Changes when any prompt file of the folder changes."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        digest = blake2b(digest_size=8)
        for path in sorted(self.folder.glob("*.md")):
            digest.update(path.name.encode() + b"\x00" + path.read_bytes())
        return digest.hexdigest()

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            loader=FileSystemLoader(self.folder),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
