"""What did a model mean to say? Questions and answers, taken out of whatever it wrote around them."""

import re
from enum import StrEnum

MOST_WORDS = 40
"""In an answer; the paper's have 15.9 on average."""
MOST_QUESTION_WORDS = 30
FEWEST_WORDS = 3


class Flaw(StrEnum):
    """Why an answer is no profile sentence, or not a new one."""

    REFUSED = "refused"
    EMPTY = "empty"
    ASSISTANT = "speaking as a model"
    QUESTION = "a question"
    PERSON = "not beginning with I or My"
    SHORT = "too short to say anything"
    LONG = f"longer than {MOST_WORDS} words"
    BLANK = "with a blank to fill in"
    CLOSE = "too close to another"


class Unusable(Exception):
    """A reply that holds no profile sentence. Its text is what was found instead."""

    def __init__(self, flaw: Flaw, text: str) -> None:
        super().__init__(text)
        self.flaw = flaw


_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^\s*```[\w-]*\s*$", re.MULTILINE)
_MARK = re.compile(r"^\s*(?:[-•–—>#+]+\s+|\(?\d{1,3}[.):]\s*|[a-h][.)]\s+(?=[A-Z]))+")
_LABEL = re.compile(
    r"^\W*(?:(?:my|new|more|your|the|final|short|next)\s+)*(?:questions?|answers?|replies|reply|response|sentences?"
    r"|output|result|person|persona|me|you|q|a|text)(?:\s*\d{1,3})?(?:\s+is)?\s*[*_\"]*:[*_]*\s*",
    re.IGNORECASE,
)
_JSON = re.compile(r"^[\[{\s]*(?:\"\w+\"\s*:\s*)?\[?\s*(?=\")|[\s,]*[\]}\s]*$")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')*_]*\s+(?=[\"“‘'(*_]*[A-Z0-9])")
_SHORTENED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Mt|Jr|Sr|Prof|vs|No|U\.S|U\.K|D\.C|[A-Z])\.[\"”’')*_]*$")
_MODEL = r"(?:ai|artificial intelligence|(?:large )?language model|chatbot|virtual assistant)"
_ASSISTANT = re.compile(
    rf"\bas an? {_MODEL}\b|\bi(?:'m| am) (?:just |only )?an? {_MODEL}\b(?! \w*(?:er|or|ist)\b)"
    r"|\bi (?:can(?:no|')t|won't|am (?:unable|not able) to) (?:answer|assist|comply|fulfil|respond to|help you)\b"
    r"|\bi(?:'m| am) sorry,? but\b|\bi do(?:n't| not) have personal\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:well|yes|no|yeah|yep|nope|oh|hmm|so|sure|certainly|honestly|actually|of course|to be honest|absolutely"
    r"|definitely|personally|and|but|(?:great|good) question)\b[\s,.!;:–—-]*)+(?=(?:i|my|as)\b)"
    r"|^as (?:an? |someone |somebody |the )[^,.;!?]{2,80},\s*(?=(?:i|my)\b)",
    re.IGNORECASE,
)
_FIRST = re.compile(r"^(?:I|My|I['’](?:m|ve|d|ll)|Mine)\b", re.IGNORECASE)
_BLANK = re.compile(r"\[[^\]]{1,40}\]|<[^>]{1,40}>|_{3,}|\{[^}]{1,40}\}|\b[XYZ]{3,}\b|(?<=\S)\.\.\.+$|…$")
_ASKING = re.compile(
    r"^(?:what|which|who|whom|whose|where|when|why|how|do|does|did|are|is|were|was|have|has|had|can|could|would|will|if"
    r"|in|on|at|to|for|with|from|about|of|during|besides|apart)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_QUOTES = '"«»_ \t'
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " ", "*": None, "`": None})
_BETWEEN = re.compile(r'(?<=[?.!])",\s*"')


def read_questions(reply: str) -> list[str]:
    """The questions to a `you` in a reply, in order: each on one line, with a capital letter and a question mark.

    Takes lists, several questions on a line, labels, quotes and code fences; passes over everything else.
    """
    found = [question for line in _lines(reply) for part in _asked(line) if (question := _question(part))]
    return list(dict.fromkeys(found))


def read_answer(reply: str, question: str) -> str:
    """The first sentence of a reply that begins with I or My, without what stands around it.

    What is taken off: labels, quotes, lists, the question said again, `Well,`, `As a person who ...,`. Raises Unusable.
    """
    asked = _bare(question)
    lines = [line for line in _lines(reply) if _bare(line) != asked]
    said = [part for line in lines for part in _sentences(line) if _bare(part) != asked]
    if not said:
        raise Unusable(Flaw.EMPTY, "")
    if _ASSISTANT.search(" ".join(said[:3])):
        raise Unusable(Flaw.ASSISTANT, said[0])
    own = [sentence for part in said if _FIRST.match(sentence := _LEAD.sub("", _LEAD.sub("", part)))]
    if not own:
        raise Unusable(Flaw.QUESTION if said[0].endswith("?") else Flaw.PERSON, said[0])
    told = [sentence for sentence in own if _flaw(sentence) is None]
    if not told:
        raise Unusable(_flaw(own[0]) or Flaw.EMPTY, own[0])
    return _ended(told[0])


def _flaw(sentence: str) -> Flaw | None:
    words = sentence.split()
    if sentence.endswith("?"):
        return Flaw.QUESTION
    if _BLANK.search(sentence):
        return Flaw.BLANK
    if len(words) < FEWEST_WORDS or _bare(sentence) in _ELLIPSES:
        return Flaw.SHORT
    return Flaw.LONG if len(words) > MOST_WORDS else None


_ELLIPSES = frozenset(
    f"i {verb}{rest}" for verb in ("do", "am", "have", "can", "would", "did") for rest in (" not", " too", " indeed")
) | {"i do not know", "i dont know", "im not sure", "i am not sure"}
"""Answers that say nothing without their question."""


def _lines(reply: str) -> list[str]:
    text = _FENCE.sub("", _THOUGHT.sub("", reply)).translate(_STRAIGHT)
    lines = (_plain(line) for line in _BETWEEN.sub('"\n"', text).splitlines())
    return [line for line in lines if any(c.isalnum() for c in line) and not line.endswith(":")]


def _plain(line: str) -> str:
    """Without list marks, labels, quotes and the brackets of JSON around it."""
    before = None
    while line != before:
        before = line
        line = _LABEL.sub("", _MARK.sub("", _JSON.sub("", line)), count=1).strip(_QUOTES)
    return " ".join(line.split())


def _sentences(line: str) -> list[str]:
    """Split where one ends, but not after `Dr.` or an initial."""
    parts: list[str] = []
    for piece in _SENTENCE.split(line):
        if parts and _SHORTENED.search(parts[-1]):
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return [part.strip(_QUOTES) for part in parts]


def _asked(line: str) -> list[str]:
    """A line of several questions in parts, a line without a question mark as it is."""
    return re.findall(r"[^?]+\?", line) if "?" in line else [line]


def _question(part: str) -> str | None:
    asked = _sentences(_plain(part))[-1].rstrip(" .!?:")
    if not _ASKING.match(asked) or not _YOU.search(asked) or _BLANK.search(asked):
        return None
    return f"{asked[0].upper()}{asked[1:]}?" if 3 <= len(asked.split()) <= MOST_QUESTION_WORDS else None


def _ended(sentence: str) -> str:
    sentence = sentence.rstrip(" ,;:")
    return sentence[0].upper() + sentence[1:] + ("" if sentence[-1] in ".!" else ".")


def _bare(text: str) -> str:
    """Letters and digits alone: what tells two wordings apart."""
    return " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())
