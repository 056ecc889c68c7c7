"""Do two sentences contradict each other, as far as words alone can tell?"""

from collections.abc import Sequence

from ...models.scorer import Inference, Pair
from .counting import WHOLE
from .reading import Reading, read
from .slot import differ
from .stance import clash
from .topic import vocabulary

CONTRADICTION = Inference(entailment=0.01, neutral=0.04, contradiction=0.95)
ENTAILMENT = Inference(entailment=0.9, neutral=0.09, contradiction=0.01)
NEUTRAL = Inference(entailment=0.03, neutral=0.94, contradiction=0.03)


class LexicalNli:
    """Finds denials, opposites, numbers and exclusive values by word lists; knows nothing else of the world.

    It is made for first-person sentences about oneself, in English. A contradiction does not depend on the order.
    """

    name = "lexical"
    languages = ("en",)

    async def infer(self, pairs: Sequence[Pair]) -> list[Inference]:
        """Fixed grades, no probabilities: .95 where a contradiction is found, .9 where one sentence holds the other."""
        return [infer(first, second) for first, second in pairs]

    def explain(self, first: str, second: str) -> str:
        """Why the two contradict each other (`exclusive: vegan / eats meat`); empty where they do not."""
        return found(read(first), read(second))


def infer(premise: str, hypothesis: str) -> Inference:
    one, other = read(premise), read(hypothesis)
    if found(one, other):
        return CONTRADICTION
    if other.content and other.content <= one.content and one.negative == other.negative and one.counts == other.counts:
        return ENTAILMENT
    return NEUTRAL


def found(one: Reading, other: Reading) -> str:
    """What two readings clash in."""
    bits = (one.denied & other.now) | (one.barred & other.once) | (other.denied & one.now) | (other.barred & one.once)
    if bits:
        return _exclusive(one, other, bits)
    if one.keys.isdisjoint(other.keys):
        return ""
    return _numbers(one, other) or _slots(one, other) or _stances(one, other)


def _exclusive(one: Reading, other: Reading, bits: int) -> str:
    first, second = (
        next((said for why, said in reading.because if why & bits), "") for reading in sorted_pair(one, other)
    )
    return f"exclusive ({', '.join(vocabulary().names(bits)[:2])}): {first} / {second}"


def sorted_pair(one: Reading, other: Reading) -> tuple[Reading, Reading]:
    """Always in the same order, so that reasons do not depend on it."""
    return (one, other) if one.because <= other.because else (other, one)


def _numbers(one: Reading, other: Reading) -> str:
    mine, theirs = dict(one.counts), dict(other.counts)
    for what in sorted(mine.keys() & theirs.keys()):
        (low, high), (least, most) = mine[what], theirs[what]
        if low > most or least > high:
            return f"two numbers of {what}: {', '.join(sorted((_range(low, high), _range(least, most))))}"
    for part, whole in WHOLE.items():
        for some, all_ in ((mine, theirs), (theirs, mine)):
            if part in some and whole in all_ and some[part][0] > all_[whole][1]:
                return f"two numbers of {whole}: {_range(*some[part])} {part}, {_range(*all_[whole])}"
    return ""


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} or more" if high == 999 else f"{low} to {high}"


def _slots(one: Reading, other: Reading) -> str:
    for mine in one.slots:
        for theirs in other.slots:
            if differ(mine, theirs):
                values = sorted(" ".join(sorted(filling.value)) for filling in (mine, theirs))
                return f"two values of {mine.slot}: {', '.join(values)}"
    return ""


def _stances(one: Reading, other: Reading) -> str:
    for mine in one.stances:
        for theirs in other.stances:
            if clash(mine, theirs):
                against = theirs if mine.favours else mine
                return f"negation of {' '.join((against.act or 'do', *against.object))!r}"
    return ""
