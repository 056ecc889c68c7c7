"""How well does a model expect what was really said, and does it matter whose profile it is told?

Own against none proves little: a model that was always told a profile expects less without any. So each conversation
is also scored under another profile of the test set in place of its own; the speaker's name stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING

from ...agents import Dialogue
from ...models.errors import Mistake
from ...models.local.templating import OPENING
from ...models.request import Role
from ...models.stream import stream
from ...personas import Persona
from ..data.masking import tokenise
from ..data.splitting import profile_of
from ..example import Example, Form, System
from .bench import Bench
from .sample import Samples, perplexity, ratio
from .subject import Subject

if TYPE_CHECKING:
    from .scoring import Nll

Numbers = dict[str, tuple[float, ...]]
"""By dialogue: nats, tokens, bytes, and so on, summed over its examples."""

PPL = (
    "perplexity of the speakers' real turns, exp(nats / tokens), under the system message that the model is asked with"
)
BITS = "bits a byte of the same turns, which can be compared between tokenizers"
NONE = "perplexity without any system message"
OTHER = "perplexity with another test profile in place of the speaker's own"
WITHOUT, STRANGE, MORE, GAP = "ppl none", "ppl other", "other-own", "other/own %"
GAPS = "by how much another's profile raises the perplexity, mean over dialogues; 0: no matter whose"
DIFFERENCE = "ppl other less ppl, of the same turns"
UNTOLD = "it is asked without a system message"
SHARED = "no two people of the test set could change places: each shares a profile sentence with every other"


def measure(subject: Subject, bench: Bench) -> list[Samples]:
    """ppl, bits/byte, ppl none, ppl other, other/own, other-own: over the learned tokens alone, paired by dialogue.

    The same turns are scored under each system message: of a conversation that does not fit into what the model reads
    under one of them, the last turns count under none. A model that is told nothing has no value in the last four.
    """
    found = _versions(subject, bench)
    scored = list(zip(found.own, subject.nll(found.own), strict=True))
    numbers = _summed(scored)
    columns = [
        Samples("ppl", numbers, perplexity, "lower", "sums", about=PPL, note=found.note(subject)),
        Samples("bits/byte", numbers, bits_per_byte, "lower", "sums", about=BITS),
    ]
    bench.progress(subject.label, "perplexity", 1, 3)
    if subject.system is System.NONE:
        columns.append(Samples(WITHOUT, {}, perplexity, note=UNTOLD))
    else:
        columns.append(Samples(WITHOUT, _numbers(subject, found.none), perplexity, "lower", "sums", about=NONE))
    bench.progress(subject.label, "perplexity", 2, 3)
    columns.extend(_against(subject, scored, found.other) if _told(subject) else _no_other(UNTOLD))
    bench.progress(subject.label, "perplexity", 3, 3)
    return columns


def bits_per_byte(items: Sequence[Sequence[float]]) -> float:
    """Of (nats, tokens, bytes)."""
    return sum(item[0] for item in items) / log(2.0) / max(sum(item[2] for item in items), 1.0)


def strangers(bench: Bench) -> dict[str, Persona]:
    """For each example (by id) the persona of another dialogue that shares no profile sentence with anybody at its
    table, each as rarely as possible; who finds none is left out. The name and all else that is public stay."""
    order = list(bench.examples)
    stream(bench.seed, "strangers").shuffle(order)
    profiles = {example.id: profile_of(example.persona) for example in order}
    tables = {talk.id: _sentences(talk) for talk in bench.dialogues}
    used = dict.fromkeys(profiles, 0)
    found: dict[str, Persona] = {}
    for place, example in enumerate(order):
        own, table = _shown(example.persona), tables[example.dialogue]
        around = [*order[place + 1 :], *order[:place]]
        others = (one for one in around if one.dialogue != example.dialogue and _shown(one.persona) != own)
        if fit := [one for one in others if table.isdisjoint(profiles[one.id])]:
            donor = min(fit, key=lambda one: used[one.id])
            used[donor.id] += 1
            found[example.id] = disguised(example.persona, donor.persona)
    return found


def disguised(own: Persona, other: Persona) -> Persona:
    """The public face of one person with all that is private of another."""
    private = {name: getattr(other, name) for name in ("profile", "traits", "statements", "focus", "style", "goal")}
    return own.model_copy(update=private)


def _sentences(dialogue: Dialogue) -> frozenset[str]:
    """The profiles of all at the table."""
    return frozenset().union(*(profile_of(member.persona) for member in dialogue.cast))


def _shown(persona: Persona) -> tuple[object, ...]:
    """What makes somebody somebody else."""
    return persona.sentences, persona.traits, persona.statements


def _told(subject: Subject) -> bool:
    """Whether it is told anything of who speaks."""
    return subject.system is not System.NONE or subject.loaded.personality


@dataclass
class _Versions:
    """The same conversations under several system messages."""

    own: list[Example] = field(default_factory=list)
    none: list[Example] = field(default_factory=list)
    other: list[Example] = field(default_factory=list)
    """Of those alone in whose place somebody else can be put."""
    cut: int = 0
    """How many have lost their last turns."""
    unfit: int = 0
    """How many are left out, since not even one reply fits beside the persona."""

    def note(self, subject: Subject) -> str:
        """What did not fit."""
        cut = f"of {self.cut} conversations the last turns are left out" if self.cut else ""
        unfit = f"{self.unfit} are left out" if self.unfit else ""
        said = ", ".join(filter(None, (cut, unfit)))
        return f"{said}, since it reads {subject.length} tokens" if said else ""


def _versions(subject: Subject, bench: Bench) -> _Versions:
    """Raises Mistake where not one conversation fits."""
    donors = strangers(bench) if _told(subject) else {}
    found = _Versions()
    for example in (piece for whole in bench.examples for piece in _pieces(subject, whole)):
        own = subject.told(example)
        other = subject.told(example, donors[example.id]) if example.id in donors else None
        fits, strange = _lost(subject, own), _lost(subject, other) if other else None
        if fits is None:
            found.unfit += 1
            continue
        lost = max(fits, strange or 0)
        found.cut += lost > 0
        found.own.append(_earlier(own, lost))
        found.none.append(_earlier(own, lost).told(""))
        if other and strange is not None and _differ(subject, own, other):
            found.other.append(_earlier(other, lost))
    if not found.own:
        raise too_short(subject, bench)
    return found


def too_short(subject: Subject, bench: Bench) -> Mistake:
    """What to say where no persona leaves room for a reply."""
    return Mistake(
        f"{bench.source}: the {subject.length} tokens that {subject.label!r} reads are too few for anybody's persona "
        "and one reply: take a base that reads more, train it with a higher --length, or take shorter profiles"
    )


def _differ(subject: Subject, own: Example, other: Example) -> bool:
    """Whether the model can see that somebody else is meant."""
    return own.system != other.system or (subject.loaded.personality and own.persona.traits != other.persona.traits)


def _lost(subject: Subject, example: Example) -> int | None:
    """How many of the last messages don't fit into what the model reads; None where not even one reply fits."""
    tokens = tokenise(example, subject.loaded.tokenizer, subject.length)
    return tokens.dropped_turns if tokens else None


def _earlier(example: Example, lost: int) -> Example:
    return replace(example, messages=example.messages[: len(example.messages) - lost])


def _pieces(subject: Subject, example: Example) -> Iterator[Example]:
    """The whole, or each reply with the utterance before it, for a model that was taught pairs."""
    if subject.form is not Form.PAIRS:
        yield example
        return
    start = 1 if example.system else 0
    for heard, reply in pairwise(example.messages[start:]):
        if reply["role"] == Role.ASSISTANT and heard["role"] == Role.USER and heard["content"] != OPENING:
            yield replace(example, messages=(*example.messages[:start], heard, reply), form=Form.PAIRS)


def _numbers(subject: Subject, examples: Sequence[Example]) -> Numbers:
    return _summed(list(zip(examples, subject.nll(examples), strict=True)))


def _summed(scored: "Sequence[tuple[Example, Nll]]") -> Numbers:
    found: Numbers = {}
    for example, value in scored:
        before = found.get(example.dialogue, (0.0, 0.0, 0.0))
        found[example.dialogue] = tuple(a + b for a, b in zip(before, value, strict=True))
    return found


def _against(subject: Subject, own: "Sequence[tuple[Example, Nll]]", other: Sequence[Example]) -> list[Samples]:
    if not other:
        return _no_other(SHARED)
    exchanged = {example.id for example in other}
    mine, theirs = _summed([each for each in own if each[0].id in exchanged]), _numbers(subject, other)
    pairs = {dialogue: (*mine[dialogue][:2], *theirs[dialogue][:2]) for dialogue in theirs}
    logs = {dialogue: (o / t - m / n, 1.0) for dialogue, (m, n, o, t) in pairs.items()}
    left = len({example.id for example, _ in own}) - len(exchanged)
    note = f"{left} speakers share a sentence with everybody else, and nobody takes their place" if left else ""
    return [
        Samples(STRANGE, theirs, perplexity, "lower", "sums", about=OTHER, note=note),
        Samples(MORE, pairs, difference, "higher", "sums", about=DIFFERENCE),
        Samples(GAP, logs, gap, "higher", "sums", about=GAPS),
    ]


def _no_other(why: str) -> list[Samples]:
    return [
        Samples(STRANGE, {}, perplexity, note=why),
        Samples(MORE, {}, difference, note=why),
        Samples(GAP, {}, gap, note=why),
    ]


def gap(items: Sequence[Sequence[float]]) -> float:
    """Percent by which the perplexity is higher, of (log perplexity less log perplexity, 1) a dialogue."""
    return 100.0 * (exp(ratio(items)) - 1.0)


def difference(items: Sequence[Sequence[float]]) -> float:
    """Perplexity less perplexity, of (nats, tokens, nats, tokens): the second pair less the first."""
    return perplexity([item[2:] for item in items]) - perplexity([item[:2] for item in items])
