"""What is a persona in a file that names nobody? Its sentences, and nothing else."""

from collections.abc import Sequence
from typing import Any

from ...models.errors import Mistake
from ..naming import fingerprint
from ..persona import Persona
from .entry import Found, Problem


def said(sentences: Sequence[str]) -> dict[str, Any]:
    """An entry's value; the name is found when the entry is checked."""
    return {"profile": list(sentences)}


def first_appearances(found: Found) -> Found:
    """Each tuple of sentences once."""
    seen: set[bytes] = set()
    for entry in found:
        if isinstance(entry, Problem):
            yield entry
        elif (digest := fingerprint(entry.value["profile"])) not in seen:
            seen.add(digest)
            yield entry


def sentences_of(persona: Persona) -> tuple[str, ...]:
    """What a file of sentences carries of a persona. Raises Mistake where there is nothing."""
    if not persona.profile:
        raise Mistake(
            f"{persona.name!r} ({persona.id}) has no profile sentence, and this format carries nothing else; "
            "write .yaml or .jsonl"
        )
    return persona.sentences


def one_line(sentence: str) -> str:
    return " ".join(sentence.split())
