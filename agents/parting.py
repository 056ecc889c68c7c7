"""Does an utterance take leave, or a model decline to speak? Mere mention of a goodbye is none."""

import re
from functools import lru_cache

_START = r"(?:^|[^\w\s']|\b(?:and|so|but|then|well|please|okay|ok|oh|anyway)\b)\s*"
"""Where words may take leave: nobody stands before them as their subject."""
_WISHING = r"(?:^|[^\w\s']\s*)(?:(?:and|so|but|then|well|do|you|you too|i hope you|hope you)\b,?\s+)*"
_AFTER = (
    r"(?=\s*(?:$|[^\w\s']|(?:then|now|for (?:now|today)|again|too|everyone|everybody|all|both|you two|guys|folks"
    r"|friends?|dear|my|to (?:you|everyone|all)|and|until|till|from)\b|(?-i:[A-Z0-9])))"
)
"""What may follow: an end, somebody addressed, or the next thing said."""
_BYE = r"(?:good[ -]?)?bye(?:[ -]?bye)?"
_NO_MENTION = "".join(rf"(?<!\b{word} )" for word in ("say", "said", "says", "saying", "wave", "waved", "a", "the"))
_SOON = r"(?:later|soon|around|tomorrow|tonight|again|there|then|next|on|in|at|this|when|back)\b"
_GOOD = r"(?:nice|good|great|lovely|wonderful|safe|fantastic|pleasant|beautiful|fun|peaceful)"
_DAY = r"(?:day|evening|night|afternoon|morning|one|trip|journey|flight|drive|weekend|week)\b"
_MEETING = r"(?:(?:to )?(?:meet|see)(?:ing)?|(?:to )?(?:talk|chat|speak)(?:ing)? (?:to|with)|getting to know) you\b"

FAREWELLS = (
    rf"{_NO_MENTION}\b{_BYE}{_AFTER}",
    rf"\b(?:i'?ll|let me|must|should|have to|had better|'d better|time to) say {_BYE}\b(?! to (?!you\b|all\b))",
    rf"{_START}(?:farewell|good ?night|so long|cheerio|(?:until|till) (?:next time|we meet again)){_AFTER}",
    rf"{_START}safe (?:travels|journey|trip|home){_AFTER}",
    rf"{_START}(?:you )?take (?:good |great )?care(?! (?:of|to|not|that|about)\b)",
    rf"{_START}(?:you )?take (?:good |great )?care of (?:yourself|yourselves|you|each other|one another)\b",
    rf"{_START}take (?:good )?care of (?:that|those|your) \w",
    rf"{_START}see (?:you|ya)(?: all| both)?(?=\s*(?:$|[^\w\s']|{_SOON}|everyone\b|(?-i:[A-Z])))",
    rf"\b(?:i'll|we'll|i will|hope (?:to|i|we)|hopefully i'll) see (?:you|ya|each other)(?: all| both)? {_SOON}",
    rf"{_START}(?:i'll |we'll |let's |(?:i )?hope (?:to|we) )?(?:(?:talk|speak)(?: to you)?|chat|catch (?:you|up)) "
    r"(?:again )?(?:later|soon|tomorrow)\b",
    rf"{_WISHING}have (?:a|yourself a) (?:very |really )?{_GOOD} (?:rest of (?:the|your) )?{_DAY}(?! (?:of|job|out)\b)",
    rf"(?:^|[.!?] )have a {_GOOD} time\b",
    rf"\b(?:was|been) (?:(?:so|very|really|truly) )?(?:{_GOOD}|(?:a|such a|my) (?:real )?pleasure) {_MEETING}",
    rf"{_START}{_GOOD} (?:meeting|(?:talking|chatting) (?:to|with)) you\b",
    r"\bbeen (?:a|such a) (?:real |true )?pleasure(?=\W*$|[^\w\s'])",
)
"""English leave-taking. Other languages end at `turns.max` until a word list of theirs is there."""
_HINTS = (
    "bye", "farewell", "night", "so long", "cheerio", "next time", "meet again", "safe ", "take ", "see y",
    "see each", "later", "soon", "tomorrow", "have a ", "have yourself", "to you", "with you", "ing you", "meet you",
    "know you", "pleasure",
)  # fmt: skip
"""Each pattern needs one of these, which are found much faster."""

_THIS = r"(?:that|this|your request|such)\b"
_PLAY = r"(?:conversation|role-?play(?:ing)?|scenario|dialogue|discussion|chat|simulation|exercise|request|game)\b"
_APOLOGY = r"(?:(?:(?:i'm|i am) )?(?:(?:so|very|really|truly) )?sorry|(?:my )?apologies|i apologi[sz]e|unfortunately)"
_CANNOT = r"i(?:'m| am)? ?(?:can(?:no|')t|can not|unable to|not able to|won't|will not|must decline to)(?: be able to)?"
_TASKS = (
    rf"(?:help|assist)(?: you)?(?: (?:with|in) {_THIS}|\W*$)",
    r"comply\b",
    r"role-?play\b",
    r"(?:continue|participate|take part|engage|go on|proceed)(?: in| with)? "
    rf"(?:(?:this|that|the|such|any)(?: \w+)?(?: (?:kind|type|sort) of)? {_PLAY}|(?:this|that)\W*$|such\b)",
    rf"(?:fulfil|fulfill|accommodate|process) (?:{_THIS}|your\b)",
    r"(?:generate|create|write|produce|provide) (?:this|that|such|any|explicit|harmful|inappropriate)(?: \w+)? "
    r"(?:content|material|response|dialogue|conversation)",
)

_FAREWELL = re.compile("|".join(FAREWELLS), re.IGNORECASE)
_REFUSAL = re.compile(rf"^\W*{_APOLOGY}?[,.;:!]?\s*(?:but )?{_CANNOT} (?:{'|'.join(_TASKS)})", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def is_farewell(text: str) -> bool:
    """Whether the utterance takes leave: a farewell in its last 160 characters, and no question after it."""
    plain = straight(text)
    small = plain.lower()
    if not any(hint in small for hint in _HINTS):
        return False
    ends = [found.end() for found in _FAREWELL.finditer(plain, max(0, len(plain) - 240))]
    return bool(ends) and ends[-1] >= len(plain) - 160 and "?" not in plain[ends[-1] :]


def is_refusal(text: str) -> bool:
    """Whether a model declines to play, instead of speaking."""
    return _REFUSAL.search(straight(text)) is not None


def straight(text: str) -> str:
    """With straight apostrophes and single spaces, as the patterns for replies are written."""
    return " ".join(text.replace("’", "'").split())
