"""What is the heart of a sentence, and what is said beside it?"""

import re
from typing import Final

from .grammar import capital, expanded

_GREETING: Final = re.compile(r"^(?:hey|hi|hello|whats up|well)(?: there)?,? (?=i |my )", re.I)
_FILLER: Final = re.compile(
    r"\b(?:also|really|truly|absolutely|definitely|actually|currently|especially|simply|do(?= (?:like|love|enjoy))) ", re.I
)
_SPELLING: Final = (("favourite", "favorite"), ("Favourite", "Favorite"), ("I would like", "I want"))
_LEAD: Final = re.compile(
    r"^(?!as\b)(?:(?:for|by|on|at|in|from|between|before|after|since|until|these|those|every|nine|six|ten|officially|mostly|"
    r"nowadays)\b[^,]{0,45}?),? (?=(?:I|we) [a-z])",
    re.I,
)
_VERB_NEXT: Final = (
    r"(?=(?:still |never |always |mostly |now |half |can |have |had |am |was |are |is |do |did |make |made |left |leave |lose |win |sell |live |keep |wear |carry |draw |eat |drink |proud |sleep |walk |phone |judge |judges |mark )"
    r"|[a-z]+ (?:an?|the|my|your|no|on|in|at|with|to|for|it|its|them|him|her|what|how|every|his|over|out|up|eleven|forty|less|away|most|too|only|nothing)\b)"
)
_SPLIT: Final = re.compile(
    r"^(?P<head>.{8,}?)(?:, (?P<comma>and|so|but|because|since|though|although|as|which|where|whose|who|until|if|when|while) "
    r"|, (?P<bare>)|(?: (?P<tie>because|so that|although|though|which|while|when|whenever|until|if|where|since|unless|but) )"
    rf"|(?P<and> and )(?:(?=(?:I|my|it|we|they|nobody|everybody|people) )|{_VERB_NEXT}))(?P<tail>.*)$",
    re.I,
)
_SUBJECT: Final = re.compile(
    r"^(?:I|my|it|its|they|we|our|nobody|somebody|everybody|everyone|nothing|everything|people|he|she|there|that is|the(?! kind)|most|half|"
    r"strangers|each|visitors|customers|some)\b",
    re.I,
)

_VERB: Final = re.compile(
    r"^(?:(?:still|never|always|now|even|mostly|usually|often|rarely) )?(?:am|have|had|can|cannot|could|do|did|make|made|left|leave|lose|lost|"
    r"win|won|sell|live|keep|kept|wear|carry|draw|drew|eat|ate|drink|sleep|slept|walk|talk|phone|mark|explain|trust|count|swear|limp|sharpen|"
    r"learned|read|remember|enjoy|know|hear|sit|stand|root|weep|swept|rowed|entered|stayed|bought|buy|buys|tell|told|hum|fold|lift|look|"
    r"argue|share|refuse|respect|like|love|hate|miss|think|feel|use|take|took|write|wrote|play|sing|sang|dance|run|ran|swim|swam|drive|"
    r"drove|ride|rode|work|teach|taught|try|tried|hope|want|wish|dream|fall|fell|wake|woke|get|got|go|went|come|came|call|wait|watch|pump|arrive)\b",
)

_WHOLE: Final = 4
"""Words of a clause that can stand alone."""


def cleaned(sentence: str) -> str:
    """Without greeting, filler words, short forms and full stop."""
    text = _GREETING.sub("", expanded(sentence)).strip(" .!")
    for variant, usual in _SPELLING:
        text = text.replace(variant, usual)
    return capital(" ".join(_FILLER.sub("", text).split()))


def readings(plain: str) -> tuple[str, ...]:
    """The cleaned sentence from its heart outwards: without what comes before and after, then whole."""
    core = capital(_LEAD.sub("", plain))
    return tuple(dict.fromkeys((_head(core), core, plain)))


def _head(text: str) -> str:
    found = _SPLIT.match(text)
    return found["head"] if found else text


def heart(sentence: str) -> str:
    """The main clause of a sentence, where it is long enough to stand alone; else the whole."""
    text = sentence.strip(" .!")
    head = _head(text)
    return head if len(head.split()) >= _WHOLE else text


def aside(sentence: str) -> str:
    """What is said beside the main clause, as a sentence of its own; empty where it could not stand alone."""
    found = _SPLIT.match(sentence.strip(" .!"))
    if found is None or found["bare"] is not None:
        return ""
    tie, tail = (found["comma"] or found["tie"] or "and").lower(), found["tail"]
    if len(tail.split()) < 3 or (tie == "since" and found["tie"]) or tie in ("which", "where", "whose", "who", "until", "if", "when", "while", "whenever", "unless", "as"):
        return ""
    if _SUBJECT.match(tail):
        return f"You see, {tail}." if tie in ("because", "since") else f"{capital(tail)}."
    if found["and"] and found["head"].startswith("I ") and _VERB.match(tail):
        return f"I {tail}."
    return ""
