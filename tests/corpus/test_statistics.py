"""Are the numbers of a corpus the ones that counting by hand gives?"""

from dataclasses import replace
from itertools import pairwise
from math import log2, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.agents import Dialogue, Member, Place, StopReason, Turn
from tertulia.corpus import Record
from tertulia.corpus.formats import read_dialogues
from tertulia.corpus.measuring import Measured, distinct_2, mean_similarity, opener_entropy
from tertulia.corpus.sample import Sample
from tertulia.corpus.statistics import collect
from tertulia.corpus.talk import Opener, Span
from tertulia.corpus.wording import Distinct, Wording, similarity, words
from tertulia.critics import Abstention, Ballot, Decision, Outcome, Review, SeatKind, Verdict, Why
from tertulia.personas import Persona

REAL = Path(__file__).parents[3] / "shared/data/synthetic_persona_chat_valid.csv"
SEATS = ("a", "b")
FIRST = Place(1, 0)
YES, NO = Verdict(True, 1.0), Verdict(False, 0.0)
BROKEN, SKIPPED = Abstention(Why.FAILED, "500"), Abstention(Why.SKIPPED, "no weights")


def dialogue(*texts: str, place: Place = FIRST, model: str = "m") -> Dialogue:
    cast = tuple(Member(seat, Persona(name=seat), model=model) for seat in SEATS)
    return Dialogue(f"{place}", cast, tuple(Turn(SEATS[n % 2], text) for n, text in enumerate(texts)), place=place)


def judged(index: int, attempt: int, outcome: Outcome, *answers: Verdict | Abstention) -> Record:
    """A record with the critics `copy` (veto), `toxic` (optional), `kind` (advises)."""
    roles = ((SeatKind.VETO, False), (SeatKind.VOTE, True), (SeatKind.ADVISE, False))
    named = zip(("copy", "toxic", "kind"), answers, roles, strict=True)
    ballots = tuple(Ballot(name, answer, role, optional=optional) for name, answer, (role, optional) in named)
    by = tuple(b.critic for b in ballots if b.answer is NO and b.role is not SeatKind.ADVISE)
    made = dialogue("Hi.", "Hello.", place=Place(1, index, attempt))
    return Record(made, outcome, "", (Review(made.id, "p", ballots, Decision(outcome, by)),))


def corpus() -> list[Record]:
    accepted, rejected = Outcome.ACCEPTED, Outcome.REJECTED
    return [
        judged(0, 0, accepted, YES, YES, NO),
        judged(1, 0, rejected, NO, NO, YES),
        judged(1, 1, rejected, YES, NO, YES),
        judged(1, 2, accepted, YES, SKIPPED, YES),
        judged(2, 0, Outcome.UNDECIDED, BROKEN, YES, YES),
        Record(replace(dialogue("Hi.", place=Place(1, 3)), failure="empty"), Outcome.FAILED),
        Record(dialogue("Hi.", place=Place(1, 4))),
    ]


def test_survival_goes_down_the_panel() -> None:
    table = collect(corpus()).survival
    assert table.reviewed == 5
    assert table.decided == {"accepted": 2, "rejected": 2, "undecided": 1}
    copy, toxic, kind = table.critics
    assert (copy.critic, copy.role, copy.survival, copy.rejection) == ("copy", "veto", 4 / 5, 1 / 4)
    assert (copy.approved, copy.rejected, copy.failed, copy.skipped) == (3, 1, 1, 0)
    assert (toxic.survival, toxic.rejection, toxic.skipped, toxic.optional) == (3 / 5, 2 / 4, 1, True)
    assert (kind.survival, kind.rejection) == (3 / 5, 1 / 5)


def test_attempts_by_the_critics_that_rejected() -> None:
    first, second, third = collect(corpus()).attempts
    assert (first.tries, first.rejections, first.accepted_so_far) == (4, {"copy": 1, "toxic": 1}, 1)
    assert first.outcomes == {"accepted": 1, "rejected": 1, "undecided": 1, "failed": 1}
    assert (second.tries, second.rejections, second.accepted_so_far) == (1, {"toxic": 1}, 1)
    assert (third.tries, third.rejections, third.accepted_so_far) == (1, {}, 2)


def test_what_is_counted_of_a_run() -> None:
    statistics = collect(corpus())
    assert (statistics.jobs, statistics.tries) == (5, 7)
    assert statistics.outcomes == {"accepted": 2, "rejected": 2, "undecided": 1, "failed": 1, "open": 1}
    assert (statistics.said.dialogues, statistics.accepted.dialogues) == (7, 2)
    assert statistics.to_dict()["survival"]["critics"][1]["skipped"] == 1


def test_what_was_said() -> None:
    talk = collect(
        [
            Record(dialogue("Hi, I'm [your name]!", "Don't shout at [1] me me.")),
            Record(dialogue("HEY you there all", "")),
            Record(dialogue("So hi", "[two\nlines ok]", "x")),
        ]
    ).said
    assert talk.turns == Span(7 / 3, 2, 3)
    assert talk.words == Span((4 + 6 + 4 + 0 + 2 + 3 + 1) / 7, 0, 6)
    assert talk.placeholders == 2 / 3
    assert talk.greetings == {"hi": 1 / 3, "hello": 0, "hey": 1 / 3}
    assert (talk.greeting, talk.greeting_without_hey) == (2 / 3, 1 / 3)
    assert talk.openers[0] == Opener("hey you there", 1, 1 / 3)
    assert talk.distinct_1 == 18 / 20
    assert talk.distinct_2 == 1.0


def test_guard_rates_are_by_model() -> None:
    spoken = replace(dialogue("Hi.", "Hello.", model="x"), guards={"empty": 1}, stop=StopReason.FAREWELL)
    mixed = replace(spoken, cast=(spoken.cast[0], replace(spoken.cast[1], model="w")))
    statistics = collect([Record(spoken), Record(replace(spoken, failure="empty")), Record(mixed)])
    both, alone = statistics.guards
    assert (both.model, both.turns, both.asked_again) == ("w + x", 2, {"empty": 1})
    assert (alone.model, alone.tries, alone.failed, alone.rates) == ("x", 2, 1, {"empty": 0.5})
    assert statistics.stops == {"farewell": 3}


def test_an_empty_corpus_has_no_rates() -> None:
    statistics = collect([])
    assert statistics.said.distinct_2 is statistics.said.turns is statistics.said.placeholders is None
    assert statistics.survival.critics == statistics.attempts == ()


@pytest.mark.skipif(not REAL.is_file(), reason="the published data (../shared/data) is not here")
def test_the_published_data_shows_what_was_measured_on_it() -> None:
    talk = collect(Record(dialogue) for dialogue in read_dialogues(REAL)).said
    assert talk.placeholders == pytest.approx(0.335, abs=0.02)
    assert talk.greeting == pytest.approx(0.82, abs=0.02)
    assert talk.greeting_without_hey == pytest.approx(0.70, abs=0.02)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't — “STOP”, rock'n'roll!", ["don't", "stop", "rock'n'roll"]),
        ("'tis 3.5 snake_case", ["tis", "3", "5", "snake", "case"]),
        ("我爱你 ok", ["我", "爱", "你", "ok"]),
        ("요즘 뭐 해?", ["요즘", "뭐", "해"]),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_distinct_is_exact_where_it_fits_and_near_where_not() -> None:
    hashes = Wording(dialogue(" ".join(f"w{n}" for n in range(20_000)))).unigrams
    exact, near = Distinct(), Distinct(4096)
    for distinct in (exact, near):
        distinct.add(hashes)
        distinct.add(reversed(hashes))
    assert (exact.different, exact.ratio) == (20_000, 0.5)
    assert near.ratio == pytest.approx(0.5, rel=0.06)
    backwards = Distinct(4096)
    backwards.add([*reversed(hashes), *hashes])
    assert backwards.ratio == near.ratio


texts = st.lists(st.lists(st.sampled_from("abcdef"), max_size=6).map(" ".join), min_size=1, max_size=4)
many = st.lists(texts.map(lambda said: dialogue(*said)), min_size=1, max_size=7)


@given(many)
def test_measures_without_one_are_measures_of_the_rest(dialogues: list[Dialogue]) -> None:
    wordings = [Wording(dialogue) for dialogue in dialogues]
    for measure in (distinct_2, mean_similarity, opener_entropy):
        whole, without = measure(wordings)
        assert whole >= 0 or measure is mean_similarity
        rest = [measure([*wordings[:n], *wordings[n + 1 :]])[0] for n in range(len(wordings))]
        assert without == pytest.approx(rest[: len(without)], abs=1e-9)
        assert len(without) in (0, len(wordings))


@given(many)
def test_measures_are_what_their_definitions_say(dialogues: list[Dialogue]) -> None:
    wordings = [Wording(dialogue) for dialogue in dialogues]
    pairs = [pair for d in dialogues for t in d.turns for pair in pairwise(t.text.split())]
    assert distinct_2(wordings)[0] == (len(set(pairs)) / len(pairs) if pairs else 0)
    assert mean_similarity(wordings)[0] == pytest.approx(_mean_similarity(wordings), abs=1e-9)
    openers = [" ".join(d.turns[0].text.split()[:3]) for d in dialogues]
    shares = [openers.count(opener) / len(openers) for opener in set(openers)]
    assert opener_entropy(wordings)[0] == pytest.approx(-sum(share * log2(share) for share in shares), abs=1e-9)


def _mean_similarity(wordings: list[Wording]) -> float:
    sets = [wording.vocabulary for wording in wordings]
    pairs = [(one, other) for n, one in enumerate(sets) for m, other in enumerate(sets) if n != m]
    alike = [len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0 for one, other in pairs]
    assert alike == pytest.approx([similarity(one, other) for one, other in pairs])
    return sum(alike) / len(alike) if alike else 0.0


def test_measured_is_a_pair() -> None:
    measured: Measured = distinct_2([Wording(dialogue("a b a b"))])
    assert measured == (2 / 3, [])


@given(st.permutations(range(30)), st.booleans())
def test_a_sample_does_not_depend_on_the_order(order: list[int], ranked: bool) -> None:
    def kept(numbers: list[int]) -> list[int]:
        sample: Sample[int] = Sample(7, "salt")
        for number in [*numbers, *numbers]:
            sample.offer(str(number), number, float(number // 10) if ranked else 0.0)
        return list(sample)

    assert kept(order) == kept(list(range(30)))
    assert len(set(kept(order))) == 7
    if ranked:
        assert min(kept(order)) >= 20
