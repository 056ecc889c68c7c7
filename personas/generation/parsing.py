"""What did a model answer that was asked for profile sentences? Lenient about what stands around a line, strict about
its form: `sentence (key: value)` or `sentence [key: value]` (Lee et al. 2022)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..taxonomy import Category

LONGEST = 20_000
"""Characters of a reply that are read."""
TEXT_NAMES = ("sentence", "text", "statement", "fact")
ANY_KEY = frozenset({"entity", "key", "value"})
"""Words that models write in the place of the entity key."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reply: a sentence and its value, or what is wrong with it."""

    raw: str
    text: str = ""
    value: str = ""
    wrong: str = ""
    cut: bool = False
    """Its bracket was never closed: the value may be cut off."""


def read_lines(reply: str, category: Category) -> list[Line]:
    """The lines of a reply in their order; fences, headers and lead-ins are none. Never raises."""
    return list(_read(_lines(_printable(reply[:LONGEST])), category))


def _printable(reply: str) -> str:
    """Without control characters and lone surrogates, which no file takes."""
    return _UNPRINTABLE.sub("", reply.replace("\r\n", "\n").replace("\r", "\n"))


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def _read(lines: list[str], category: Category) -> Iterator[Line]:
    here, waiting = True, ""
    for raw in lines:
        line = tidy(raw)
        if header := _HEADER.match(line):
            here = _same(header[2], category.path) if header[1].lower() == "category" else here
            continue
        if not line or (line.endswith(":") and "(" not in line):
            continue
        if not here:
            yield Line(raw.strip(), wrong="it stands under another category")
            continue
        found = list(_pieces(line, raw.strip(), category))
        if waiting and not found[0].text and found[0].value:
            found[0] = replace(found[0], raw=f"{waiting} {raw.strip()}", text=_bare(tidy(waiting)), wrong="")
        elif waiting:
            yield _formless(waiting)
        waiting = raw.strip() if len(found) == 1 and found[0].wrong == FORMLESS else ""
        yield from () if waiting else found
    if waiting:
        yield _formless(waiting)


_HEADER = re.compile(r"(category|entity key|about|for example)\s*:\s*(.*)", re.IGNORECASE)
FORMLESS = "it does not end in (key: value)"
KEYLESS = "no key stands before the value"
ALONE = "no sentence stands before the value"


def _formless(raw: str) -> Line:
    return Line(raw, wrong=KEYLESS if _KEYLESS.search(tidy(raw)) else FORMLESS)


_KEYLESS = re.compile(r"\([^():]+\)?[.\s]*$")


def tidy(line: str) -> str:
    """Without emphasis, bullets, numbers and labels in front; brackets, colons and quotes as ASCII has them."""
    line = _MARKUP.sub("", line.translate(_PLAIN))
    line = " ".join(line.split())
    while (shorter := _FRONT.sub("", line, count=1)) != line:
        line = shorter
    return line


_PLAIN = str.maketrans(
    dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’‚´", "'") | dict(zip("（）［］：\u00a0", "()[]: ", strict=True))
)
_MARKUP = re.compile(r"\*\*|__|`+\w*(?=\s*$)|`")
_FRONT = re.compile(
    r"""^(?: [-*•–—>+#]+\s+ | [-•]\s*(?=[A-Z"]) | \(?\d{1,3}(?:[.)\]](?!\d)|:\s) | \|
        | (?:profile\s+)?(?:sentence|example|fact|statement|answer|output)\s*\d{0,3}\s*[:.)-]\s | ["'](?=\d{1,3}[.)]\s)
        | \[(?=\s*") | [a-e]\)\s )\s*""",
    re.IGNORECASE | re.VERBOSE,
)


def _pieces(line: str, raw: str, category: Category) -> Iterator[Line]:
    """The sentences of one line with their values, usually one."""
    found = list(_bracketed(line))
    if not found:
        yield _formless(raw)
    elif len(found) == 1:
        begin, key, value, end = found[0]
        text = _joined(line[:begin], line[end:])
        yield _checked(Line(raw, text, value, cut=end > len(line)), key, category)
    else:
        yield from _several(line, found, category)


def _several(line: str, found: Sequence[tuple[int, str, str, int]], category: Category) -> Iterator[Line]:
    start = 0
    for begin, key, value, end in found:
        piece, text = line[start:end].strip(), _bare(tidy(line[start:begin]))
        yield _checked(Line(piece, text, value, cut=end > len(line)), key, category)
        start = end
    if re.search(r"\w{2}", line[start:]):
        yield _formless(line[start:].strip())


def _bracketed(line: str) -> Iterator[tuple[int, str, str, int]]:
    """(begin, key, value, end) of every `(key: value)`; one that is not closed ends with the line."""
    at = 0
    while match := _OPEN.search(line, at):
        close = _closing(line, match.end(), match[1])
        yield match.start(), match[2], _value(line[match.end() : close]), close + 1
        at = close + 1


_OPEN = re.compile(r"""([(\[])\s*["'*_]*([^\W\d_][^()\[\]:"]{0,60}?)["'*_]*\s*:\s*""")


def _closing(line: str, start: int, opened: str) -> int:
    """Where the bracket closes; brackets within the value have to close first."""
    depth, closes = 1, ")" if opened == "(" else "]"
    for at in range(start, len(line)):
        depth += (line[at] == opened) - (line[at] == closes)
        if depth == 0:
            return at
    return len(line)


def _value(text: str) -> str:
    text = text.strip(" \t,;")
    if not re.search(r"(?:\b\w\.){2,}$", text):  # `U.S.` keeps its last dot
        text = text.rstrip(".")
    return _unquoted(text)


def _joined(before: str, after: str) -> str:
    """The sentence around its bracket. After a sentence that has ended, what follows is a remark."""
    before, after = _bare(before), after.strip(" \t,\"'|")
    if re.search(r"[.!?…][\"']?$", before) or not re.search(r"[\w.!?…]", after):
        return before
    return _bare(tidy(f"{before} {after}" if re.search(r"\w", after) else before + after))


def _bare(text: str) -> str:
    """Without quotes and emphasis around, and what lists put between their entries."""
    return _unquoted(text.strip(" \t|-–—,;→"))


def _unquoted(text: str) -> str:
    for quote in "\"'*_":
        if len(text) > 1 and text[0] == text[-1] == quote and text.count(quote) % 2 == 0:
            text = text[1:-1].strip()
    if text.count('"') % 2:
        text = text[1:] if text.startswith('"') else text.removesuffix('"')
    return text.strip()


def _checked(line: Line, key: str, category: Category) -> Line:
    if not line.text:
        return replace(line, wrong=ALONE)
    if not line.value:
        return replace(line, wrong="the value is empty")
    if not _words(key) & (_words(category.key) | _words(category.path) | ANY_KEY):
        return replace(line, wrong=f"its key is {key!r}, not {category.key!r}")
    return line


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"[^\W_]+", text.casefold())}


def _same(path: str, other: str) -> bool:
    def plain(text: str) -> list[str]:
        return [part.strip(" *_\"'").casefold() for part in text.split("|")]

    return plain(path) == plain(other)


def _lines(reply: str) -> list[str]:
    """The lines of a reply, be it text or a JSON list of sentences."""
    begin, end = re.search(r"[\[{]", reply), max(reply.rfind("]"), reply.rfind("}"))
    if begin and begin.start() < end:
        try:
            return [line for entry in _entries(json.loads(reply[begin.start() : end + 1])) for line in _spoken(entry)]
        except (ValueError, RecursionError):
            pass
    return [line for line in reply.replace("\\n", "\n").splitlines() if not line.strip().startswith("```")]


def _entries(value: Any) -> list[Any]:
    """What a JSON value lists. Raises ValueError where it lists nothing."""
    if isinstance(value, dict):
        lists = [entry for entry in value.values() if isinstance(entry, list)]
        value = lists[0] if lists else [value]
    if not isinstance(value, list) or not any(isinstance(entry, str | dict) for entry in value):
        raise ValueError("no list of sentences")
    return value


def _spoken(entry: Any) -> list[str]:
    """An entry of a JSON list as lines of the wanted form."""
    if isinstance(entry, str):
        return [line for line in entry.splitlines() if line.strip()]
    if not isinstance(entry, Mapping):
        return [str(entry)]
    fields = {str(name).strip().casefold(): str(value) for name, value in entry.items()}
    text = next((fields.pop(name) for name in TEXT_NAMES if name in fields), "")
    if {"key", "value"} <= fields.keys():
        fields = {fields["key"]: fields["value"]}
    return [f"{text} ({key}: {value})" for key, value in list(fields.items())[:1]] or [text]
