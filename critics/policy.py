"""By what may one dialogue be better than another? A policy: a question, and what to look at."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from ..models.suggesting import suggest
from .file import text_of
from .form import check_names

POLICIES = Path(__file__).parent / "policies"
FED = ("depth", "coherency", "consistency", "diversity", "likable")
"""Those of Synthetic-Persona-Chat (Jandaghi et al. 2023), after FED (Mehri and Eskenazi 2020)."""


@dataclass(frozen=True)
class Policy:
    """One quality of a conversation, in plain words."""

    name: str
    question: str = field(repr=False)
    """Asks which of two conversations has more of it."""
    text: str = field(repr=False)
    """What to look at."""


def read_policy(name: str, base: Path | None = None) -> Policy:
    """A shipped policy by name, or a Markdown file relative to `base`: the question, an empty line, what to look at.
    Its file names what is scored. Raises ValueError."""
    shipped = {path.stem: path for path in POLICIES.glob("*.md")}
    if not name.endswith(".md") and name not in shipped:
        raise ValueError(f"no policy {name!r}{suggest(name, shipped)}, or give a Markdown file (.md)")
    text = text_of(name, base) if name.endswith(".md") else shipped[name].read_text(encoding="utf-8")
    question, _, rest = text.strip().partition("\n\n")
    if not question.endswith("?") or not rest.strip():
        raise ValueError(f"the policy {name!r} has to be a question, an empty line, and what to look at")
    check_names([Path(name).stem])
    return Policy(Path(name).stem, " ".join(question.split()), rest.strip())


def policy_from(value: Any, info: ValidationInfo) -> Any:
    """For options: a name or a file as a Policy."""
    return read_policy(value, (info.context or {}).get("base")) if isinstance(value, str) else value
