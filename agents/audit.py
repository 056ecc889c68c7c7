"""Did anyone see what is not theirs? The audit goes by provenance: each part of a request knows what it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..models.request import Kind, Part
from ..personas import Persona
from .dialogue import Dialogue, Member
from .stopping import normal


@dataclass(frozen=True, slots=True)
class Leak:
    """Another seat's private text in a part of a request that is not a turn its owner has spoken."""

    dialogue: str
    reader: str
    """The seat that was sent the request."""
    owner: str
    """The seat whose private text it is."""
    kind: Kind
    """The kind of the part that it stood in."""
    text: str


@dataclass(frozen=True, slots=True)
class Secret:
    """One private text of one seat."""

    owner: str
    text: str
    words: str


def secrets(cast: Sequence[Member]) -> list[Secret]:
    """What is private at this table, each by its seat: profile sentences, goals, trait vectors, and ways of talking of
    three words or more; a shorter one is a word that anybody may use."""
    texts = [(m.seat, text) for m in cast for text in private_texts(m.persona)]
    return [Secret(seat, text, f" {words} ") for seat, text in texts if (words := normal(text))]


def private_texts(persona: Persona) -> Iterator[str]:
    """What would tell another seat of this person, wherever it stood."""
    yield from persona.sentences
    yield persona.goal
    if persona.traits:
        yield persona.traits.line()
    yield from (style for style in persona.style if len(style.split()) > 2)


def leaks(dialogue: Dialogue, requests: Iterable[Sequence[Part]]) -> Iterator[Leak]:
    """Every leak in the requests of one dialogue, in order.

    A request of script mode carries all personas by design; the caller says so and does not audit it. A sentence that
    stands in two personas of a cast is nobody's secret between the two.
    """
    private = secrets(dialogue.cast)
    own: dict[str, set[str]] = {m.seat: {s.words for s in private if s.owner == m.seat} for m in dialogue.cast}
    told = _told(dialogue, private)
    for parts in requests:
        reader = reader_of(parts)
        for number, part in enumerate(_words(parts)):
            for secret in private:
                if secret.owner == reader or secret.words not in part or secret.words in own.get(reader, set()):
                    continue
                if not _harmless(parts[number], secret, own, told):
                    yield Leak(dialogue.id, reader, secret.owner, parts[number].kind, secret.text)


def reader_of(parts: Sequence[Part]) -> str:
    """The seat that a request was made for: whose persona it holds; empty for a selector's."""
    return next((part.seat or "" for part in parts if part.kind is Kind.PERSONA), "")


def _harmless(part: Part, secret: Secret, own: dict[str, set[str]], told: set[str]) -> bool:
    """A turn may hold what its speaker's own persona says, and what the owner has said before."""
    if part.kind is not Kind.TURN:
        return False
    speaker = part.seat or ""
    return speaker == secret.owner or secret.words in told or secret.words in own.get(speaker, set())


def _told(dialogue: Dialogue, private: Sequence[Secret]) -> set[str]:
    """Secrets that their owners have spoken out in this dialogue."""
    spoken = {m.seat: [f" {normal(text)} " for text in dialogue.said_by(m.seat)] for m in dialogue.cast}
    return {s.words for s in private if any(s.words in text for text in spoken[s.owner])}


def _words(parts: Sequence[Part]) -> list[str]:
    return [f" {normal(part.text)} " for part in parts]
