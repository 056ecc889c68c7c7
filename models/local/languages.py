"""Which languages does a local model know? By its name, for well-known ones; of others nothing is known."""

from re import compile

ENGLISH = ("en",)
SEVEN = ("en", "fr", "es", "it", "pt", "tr", "ru")
"""Of Detoxify's `multilingual` (Hanu and Unitary 2020)."""

_KNOWN = {
    compile(r"all-(minilm-l\d+|mpnet-base|distilroberta)-v\d"): ENGLISH,
    compile(r"nli-deberta-v3-(xsmall|small|base|large)"): ENGLISH,
    compile(r"roberta-large_conv_contradiction_detector_v0"): ENGLISH,
    compile(r"detoxify (original|unbiased)(-small)?"): ENGLISH,
    compile(r"detoxify multilingual"): SEVEN,
}
"""A model's name without its owner, in lower case -> the languages that its model card names."""


def languages_of(name: str) -> tuple[str, ...] | None:
    """Codes (ISO 639) by a hub name, a folder that is called like one, or `detoxify` and one of its names; None where
    that is not known."""
    last = name.rstrip("/").rpartition("/")[2].lower()
    return next((known for pattern, known in _KNOWN.items() if pattern.fullmatch(last)), None)
