"""What do critics know of a language? One file of words a language: `words/<code>.yaml`.

`TERTULIA_LANGUAGES` in the environment may name a folder with more such files; they go before those shipped here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import blake2b
from os import environ
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from ..models.errors import Mistake
from ..models.scorer import Embedder, Nli, Toxicity, spoken_by
from ..models.suggesting import suggest
from .script import code_of
from .tokenisation import STRICT, Endings, Terms, Tokenisation, Words, letters, stemmed, words_of
from .verdict import Abstention, Why

WORDS = Path(__file__).parent / "words"
FOLDER = "TERTULIA_LANGUAGES"


def _pattern(value: Any) -> re.Pattern[str]:
    """Whole words that match one of a list of regular expressions; without any, nothing."""
    if value is not None and not (isinstance(value, list) and all(isinstance(entry, str) for entry in value)):
        raise ValueError("should be a list of regular expressions")
    try:
        return re.compile(rf"\b(?:{'|'.join(value)})\b" if value else "(?!)")
    except re.error as error:
        raise ValueError(f"holds no regular expression: {error}") from error


def _endings(value: Any) -> frozenset[str]:
    return frozenset(map(letters, words_of(value)))


Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


@dataclass(frozen=True, eq=False)
class Register:
    """What shows how formal a sentence is."""

    words: Pattern
    """Anywhere in it."""
    alone: Terms
    """As its last word, or before its first comma, as it is written: 네, 응."""
    endings: Annotated[frozenset[str], BeforeValidator(_endings)]
    """What its last word ends in, in `letters`."""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, eq=False)
class Registers:
    """What tells formal sentences from informal ones."""

    informal: Register
    polite: Register

    __pydantic_config__ = STRICT


@dataclass(frozen=True, eq=False)
class Pack:
    """The words of one language, in lower case; patterns match in texts in lower case."""

    tokenisation: Tokenisation
    stemming: tuple[Endings, ...]
    phrase: Annotated[int, Field(ge=1)]
    """How many words hardly anybody says in the same order by chance."""
    greetings: Terms
    courtesies: Terms
    """What a turn is made of that says nothing but thanks, praise, agreement or goodbye."""
    thanks: Terms
    """Those of them that thank."""
    farewells: Pattern
    stage_cues: Pattern
    """How a stage direction begins."""
    blanks: Terms
    """What stands in brackets where something should be filled in."""
    around_blanks: Terms
    """What else may stand there with it."""
    generic_labels: Terms
    """`user` in `User 1`: what a person has for a name when nobody gave them one."""
    labels: Terms
    """What stands before a colon when a line is labelled with its speaker."""
    attached: Terms
    """What may be written right behind a name."""
    stop_words: Terms
    topics: Terms
    """Words that many people say of themselves: alone they tell nobody apart."""
    fillers: Terms
    """Words that go with anything: they tell nothing at all."""
    first_person: Pattern
    """In texts of tokens."""
    hedges: Pattern
    """What makes a sentence less than a plain statement of one's own: denied, wished, supposed, about the other.
    In texts of tokens."""
    registers: Registers

    __pydantic_config__ = STRICT

    def tokens(self, text: str) -> Words:
        """The words of a text that can be compared, in order."""
        return _tokens(self, text)

    def stem(self, word: str) -> str:
        """The same for the forms of one word: `gardens`, `gardening`. Of a word as `tokens` gives it."""
        return _stem(self, word)


COMPARED = ("greetings", "courtesies", "thanks", "stop_words", "topics", "fillers")
"""Sets of words that are compared with tokens."""


def pack(language: str) -> Pack | None:
    """The words of a language by its code (`en`, `en-GB`), or None where nobody wrote them down. Raises Mistake when
    the file of a language can't be read."""
    return _pack(code_of(language), environ.get(FOLDER, ""))


def languages() -> dict[str, Path]:
    """The file of words of each known language, by its code. Raises Mistake when the folder in `TERTULIA_LANGUAGES` is
    none."""
    return dict(_files(environ.get(FOLDER, "")))


def unknown(language: str) -> Abstention:
    """What a critic answers that needs the words of a language and has none."""
    return Abstention(Why.NOT_APPLICABLE, f"it knows no words of the language {language!r}")


def speaks(scorer: Embedder | Nli | Toxicity, language: str) -> bool:
    """Whether a scorer was made for a language (`en`, `en-GB`). One of which that is not known is asked for any."""
    known = spoken_by(scorer)
    return known is None or code_of(language) in map(code_of, known)


def unspoken(language: str, *scorers: Embedder | Nli | Toxicity | None) -> Abstention | None:
    """What a critic answers whose scorers don't all know the language; None if they do. What is None is not asked."""
    for scorer in scorers:
        if scorer is not None and not speaks(scorer, language):
            known = ", ".join(spoken_by(scorer) or ()) or "no language"
            return Abstention(Why.NOT_APPLICABLE, f"its model {scorer.name!r} knows {known}, not {language!r}")
    return None


def fingerprint() -> str:
    """Changes when any file of words does."""
    return _fingerprint(environ.get(FOLDER, ""))


@cache
def _fingerprint(folder: str) -> str:
    digest = blake2b(digest_size=8)
    for _, path in sorted(_files(folder).items()):
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


@cache
def _files(folder: str) -> dict[str, Path]:
    if folder and not Path(folder).is_dir():
        raise Mistake(f"{FOLDER} names {folder!r}, which is no folder; put files such as 'de.yaml' there, or unset it")
    folders = [WORDS, Path(folder)] if folder else [WORDS]
    return {path.stem.lower(): path for place in folders for path in sorted(place.glob("*.yaml"))}


@cache
def _pack(code: str, folder: str) -> Pack | None:
    path = _files(folder).get(code)
    return read_pack(path) if path else None


def read_pack(path: Path) -> Pack:
    """Raises Mistake that names everything that is wrong in the file."""
    from yaml import YAMLError, safe_load

    try:
        found = TypeAdapter(Pack).validate_python(safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise Mistake(f"can't read the words of a language from {str(path)!r}: {error}") from error
    except ValidationError as error:
        raise Mistake(f"the words of a language in {str(path)!r}: {'; '.join(_wrong(error))}") from error
    comparable: dict[str, Any] = {name: _comparable(found, getattr(found, name)) for name in COMPARED}
    return replace(found, **comparable)


def _comparable(words: Pack, terms: frozenset[str]) -> frozenset[str]:
    """Words as tokens have them; those that tokens drop stay."""
    return frozenset(token for term in terms for token in words.tokens(term) or (term,))


def _wrong(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        key = ".".join(map(str, problem["loc"]))
        if problem["type"] == "unexpected_keyword_argument":
            yield f"no key {key!r}{suggest(key, Pack.__dataclass_fields__) if '.' not in key else ''}"
        elif problem["type"] in ("missing", "missing_argument"):
            yield f"the key {key!r} is missing; leave it empty where the language has nothing of the kind"
        else:
            said = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
            yield f"{key!r} {said}" if key else f"it {said}"


@lru_cache(maxsize=4096)
def _tokens(words: Pack, text: str) -> Words:
    return words.tokenisation.words(text)


@lru_cache(maxsize=8192)
def _stem(words: Pack, word: str) -> str:
    return stemmed(word, words.stemming)
