"""Who is a speaker? A public face, and a private profile that only its own seat may see."""

from hashlib import blake2b
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .traits import BigFive, Pole, Trait

NOT_BLANK = r"\S"
Origin = Literal["given", "generated", "assigned"]


class ProfileSentence(BaseModel):
    """One fact in the first person, with what it is about: `I have two cats.` (Animal | Owned; animal: cats)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, max_length=1000, pattern=NOT_BLANK)
    category: str | None = None
    """Path in the taxonomy, such as `Preference | Book | Author`."""
    entity: str | None = None
    """The value that the sentence is about; stands in the sentence."""
    origin: Origin = "given"
    """How the category is known: `given` in a file, `generated` for it, or `assigned` by an embedder or NLI model."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Statement(BaseModel):
    """What somebody at one end of a trait would say of themselves: `I come alive in a crowd.` (extraversion, high)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, max_length=1000, pattern=NOT_BLANK)
    trait: Trait | None = None
    pole: Pole | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Public(BaseModel):
    """What everyone at the table may know of a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    introduction: str = ""
    relation: str = ""


class Persona(BaseModel):
    """Who a speaker is. `public` may be seen by all; the rest is private to its seat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    """Unique in its file; made from the content where none is given."""
    name: str = Field(min_length=1, pattern=NOT_BLANK)
    introduction: str = ""
    """One public sentence, in the third person."""
    relation: str = ""
    """Public: how this person is related to the others."""
    profile: tuple[ProfileSentence, ...] = ()
    traits: BigFive | None = None
    statements: tuple[Statement, ...] = ()
    """What the person would say of their own nature; private."""
    focus: str | None = None
    """The profile sentence to let come up in this conversation, empty where none fits; private. None: none was asked
    for."""
    style: tuple[str, ...] = ()
    """How the person talks: `informal`, `talkative`, ..."""
    goal: str = ""
    """What the person wants from the conversation; private."""
    language: str = "en"
    cleared_by: str = ""
    """Which scorer found no conflict inside the profile, and its threshold; empty where none has looked. For the
    reader of the file alone: no prompt shows it."""

    @model_validator(mode="before")
    @classmethod
    def _with_id(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("id"):
            return {**value, "id": _content_id(str(value.get("name", "")), value.get("profile"))}
        return value

    @property
    def public(self) -> Public:
        return Public(name=self.name, introduction=self.introduction, relation=self.relation)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The texts of the profile; private like the profile."""
        return tuple(sentence.text for sentence in self.profile)


def _content_id(name: str, profile: Any) -> str:
    """Twelve hexadecimal digits. Must take any value: what is no profile is told later, by validation."""
    parts = profile if isinstance(profile, list | tuple) else ()
    texts = [part.get("text", "") if isinstance(part, dict) else getattr(part, "text", part) for part in parts]
    content = "\x1f".join([name, *map(str, texts)])
    return blake2b(content.encode(errors="surrogatepass"), digest_size=6).hexdigest()
