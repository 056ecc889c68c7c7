"""Which sentences of an utterance tell something of the speaker, and which of all can be compared at all?"""

import re
from collections.abc import Iterator, Sequence

from .language import Pack

QUESTION_MARKS = ("?", "？", "؟")


_SENTENCE = re.compile(r"(?:[^.!?;…\n。！？؟]|(?:\.{2,}|…+)(?=\s*[^\sA-Z.…])|(?<=\w)\.(?=\w))+[.!?;…。！？؟]*")


def spoken(text: str) -> Iterator[str]:
    """The sentences that have a letter or a digit, in order. A full stop inside a word (`3.5`) ends nothing, nor does a
    pause (`...`) that no capital letter follows."""
    return (found.strip() for found in _SENTENCE.findall(text) if any(map(str.isalnum, found)))


def asks(sentence: str) -> bool:
    return sentence.endswith(QUESTION_MARKS)


def statements(text: str, words: Pack, *, first_person: bool) -> Iterator[str]:
    """The sentences that ask nothing and are no courtesy; with `first_person` only those that have a word of it."""
    for sentence in spoken(text):
        if asks(sentence) or _is_courtesy(sentence, words):
            continue
        if not first_person or _oneself(sentence, words):
            yield sentence


def speaks_of_oneself(profile: Sequence[str], words: Pack) -> bool:
    """Whether most of the sentences have a word of the first person: in English they do, in Korean it is left out."""
    return 2 * sum(_oneself(sentence, words) is not None for sentence in profile) >= len(profile)


def _is_courtesy(sentence: str, words: Pack) -> bool:
    """Whether it holds nothing but thanks, praise, agreement, goodbyes, and function words."""
    return set(words.tokens(sentence)) <= words.courtesies | words.stop_words


def _oneself(text: str, words: Pack) -> re.Match[str] | None:
    return words.first_person.search(" ".join(words.tokens(text)))
