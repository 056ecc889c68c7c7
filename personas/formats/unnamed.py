"""What is a persona in a file that names nobody? Its sentences, and nothing else."""

from collections.abc import Sequence
from typing import Any

from ...models.errors import Mistake
from ..naming import fingerprint, first_name
from ..persona import Persona, ProfileSentence
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
        elif (digest := fingerprint(list(map(str, entry.value["profile"])))) not in seen:
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


def lost(persona: Persona) -> tuple[str, ...]:
    """Where the persona that is read back from a file of sentences says less, or something else: `name`, `traits`,
    `profile.category`, ... Nothing for one that was read from such a file."""
    texts = [one_line(text) for text in persona.sentences]
    back = Persona(name=first_name(texts), profile=tuple(ProfileSentence(text=text) for text in texts))
    fields = (name for name in Persona.model_fields if name != "profile")
    own = [name for name in fields if getattr(persona, name) != getattr(back, name)]
    pairs = list(zip(persona.profile, back.profile, strict=True))
    parts = (name for name in ProfileSentence.model_fields if any(_differs(name, *pair) for pair in pairs))
    return (*own, *(f"profile.{name}" for name in parts))


def _differs(name: str, one: ProfileSentence, other: ProfileSentence) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
