"""How is a persona put down as plain data? In as few words as read back to the same persona."""

from typing import Any

from ..persona import Persona, ProfileSentence


def plain(persona: Persona) -> dict[str, Any]:
    """Dicts, lists and scalars only; what has its default is left out; the id always stands."""
    data = persona.model_dump(mode="json", exclude_defaults=True, exclude={"profile"})
    if persona.profile:
        data["profile"] = [_sentence(sentence) for sentence in persona.profile]
    return {"id": persona.id, **data}


def _sentence(sentence: ProfileSentence) -> str | dict[str, str]:
    if sentence.category is None and sentence.entity is None:
        return sentence.text
    return sentence.model_dump(exclude_defaults=True)
