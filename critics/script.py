"""In which script is a text written, and in which is a language?"""

import re
from collections import Counter
from functools import lru_cache
from unicodedata import name

_LANGUAGES = {
    "LATIN": "af az br bs ca cs cy da de en eo es et eu fi fr ga gl hr ht hu id is it la lb lt lv mi ms mt nb nl nn no "
    "oc pl pt ro sk sl sq sr su sv sw tl tr uz vi xh yo zu",
    "CYRILLIC": "be bg kk ky mk mn ru sr tg tt uk",
    "ARABIC": "ar ckb fa ps sd ug ur",
    "HANGUL": "ko",
    "CJK": "ja zh yue",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "BOPOMOFO": "zh",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "ETHIOPIC": "am ti",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "as bn",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "MYANMAR": "my",
    "KHMER": "km",
    "TIBETAN": "bo dz",
}
"""Unicode's name of a script -> the languages (ISO 639) that are written in it."""

_SHOWN = {"CJK": "Chinese characters"}


def code_of(language: str) -> str:
    """`en-GB` -> `en`."""
    return re.split("[-_]", language.strip().lower())[0]


def scripts_of(language: str) -> frozenset[str]:
    """The scripts that a language is written in, as Unicode names them; none where that is not known here."""
    return frozenset(script for script, codes in _LANGUAGES.items() if code_of(language) in codes.split())


def is_alone(language: str) -> bool:
    """Whether no other language is written in its scripts: a text in them can't be in another."""
    return all(_LANGUAGES[script].split() == [code_of(language)] for script in scripts_of(language))


def letters_by_script(text: str) -> Counter[str]:
    """How many letters each script has in a text; letters of scripts that are not listed here, and symbols that Unicode
    takes for letters, count for none."""
    if text.isascii():
        return Counter(LATIN=sum(map(str.isalpha, text)))
    found = Counter(map(script_of, text))
    found.pop("", None)
    return found


@lru_cache(maxsize=1 << 14)
def script_of(letter: str) -> str:
    """Of one character; "" where it is no letter of a listed script."""
    script = name(letter, "").partition(" ")[0] if letter.isalpha() else ""
    return script if script in _LANGUAGES else ""


def shown(script: str) -> str:
    """For a reader: `Cyrillic letters`."""
    return _SHOWN.get(script, f"{script.capitalize()} letters")
