"""What nearly repeats an accepted dialogue, or one before it in its round, is found; whatever was seen before."""

from collections.abc import Iterable, Sequence
from random import Random

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Verdict, Why, create
from tertulia.critics.conformance import check_corpus_critic
from tertulia.critics.experts.novelty import ADVICE, Novelty

from .conftest import Nobody, case_of, talk

WORDS = [
    "river", "bakes", "trains", "the", "never", "lantern", "old", "you", "sister",
    "painted", "why", "museum", "small", "drives", "up", "cats", "window", "rain",
]  # fmt: skip


def said(seed: int, *, turns: int = 8, size: int = 12) -> list[str]:
    rng = Random(seed)
    return [" ".join(rng.choices(WORDS, k=size)) for _ in range(turns)]


def with_words_changed(texts: Sequence[str], rate: float, seed: int) -> list[str]:
    rng = Random(seed)
    return [" ".join(f"x{rng.random()}" if rng.random() < rate else w for w in text.split()) for text in texts]


def dialogue(id: str, texts: Sequence[str]) -> Dialogue:
    return talk(*texts, id=id)


class Library(Nobody):
    """Accepted dialogues, with a count of those that were read."""

    def __init__(self, earlier: Iterable[Dialogue] = (), settled: Iterable[Dialogue] = ()) -> None:
        self.before, self.now = list(earlier), list(settled)
        self.asked: list[str] = []

    def earlier(self) -> Sequence[Dialogue]:
        return self.before

    def settled(self) -> Sequence[Dialogue]:
        return self.now

    def read(self, ids: Iterable[str]) -> Sequence[Dialogue]:
        ids = list(ids)
        self.asked += ids
        return super().read(ids)


async def review(critic: Novelty, corpus: Nobody, *dialogues: Dialogue) -> list[Verdict]:
    answers = await critic.review_round([case_of(one) for one in dialogues], corpus)
    assert all(isinstance(answer, Verdict) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Verdict)]


def approved(answers: Iterable[Verdict]) -> str:
    return "".join("y" if answer.approve else "n" for answer in answers)


async def test_a_near_duplicate_of_an_accepted_dialogue_is_rejected_and_others_are_not() -> None:
    corpus = Library([dialogue(f"old-{n}", said(n)) for n in range(30)], [dialogue("new-0", said(30))])
    dialogues = [
        dialogue("same", said(7)),
        dialogue("few words", with_words_changed(said(8), 0.06, 1)),
        dialogue("two turns", [*said(9)[:6], *said(99)[:2]]),
        dialogue("of this round", with_words_changed(said(30), 0.06, 2)),
        dialogue("other", said(50)),
        dialogue("one turn in common", [*said(51)[:7], said(10)[0]]),
    ]
    answers = await review(Novelty(), corpus, *dialogues)
    assert approved(answers) == "nnnnyy"
    assert answers[0].score == 0
    assert [f"old-{n}" in answers[n - 7].findings[0].text for n in (7, 8, 9)] == [True] * 3
    assert "new-0" in answers[3].findings[0].text
    assert answers[4] == Verdict(True, 1.0)


async def test_a_finding_names_the_turn_that_has_most_in_common() -> None:
    old = said(1, turns=4)
    texts = ["Well, hello there, what a day this is!", old[1], *with_words_changed(old[2:], 0.1, 3)]
    (answer,) = await review(Novelty(threshold=0.2), Library([dialogue("old", old)]), dialogue("new", texts))
    (finding,) = answer.findings
    assert (finding.turn, finding.seat, finding.span) == (1, "b", old[1])
    assert answer.advice == {"a": ADVICE, "b": ADVICE}
    shared = finding.text.partition("%")[0]
    assert answer.score == pytest.approx(1 - float(shared) / 100, abs=0.01)


async def test_in_a_round_the_first_of_several_is_approved_and_the_rejected_do_not_count() -> None:
    first = said(1)
    drifted = with_words_changed(first, 0.08, 1)
    far = with_words_changed(drifted, 0.2, 2)
    alone = await review(Novelty(), Nobody(), dialogue("b", drifted), dialogue("c", far))
    assert approved(alone) == "yn"
    answers = await review(Novelty(), Nobody(), dialogue("a", first), dialogue("b", drifted), dialogue("c", far))
    assert approved(answers) == "yny"
    again = await review(Novelty(), Nobody(), *(dialogue(f"n{n}", first) for n in range(200)))
    assert approved(again) == "y" + "n" * 199


async def test_at_the_threshold_it_is_the_same() -> None:
    corpus = Library([dialogue("old", ["one two three four five six"])])
    new = dialogue("new", ["one two three four five seven"])
    (answer,) = await review(Novelty(threshold=0.5, shingle=4), corpus, new)
    assert (answer.approve, answer.score) == (False, 0.5)
    (answer,) = await review(Novelty(threshold=0.51, shingle=4), corpus, new)
    assert (answer.approve, answer.score) == (True, 0.5)


async def test_an_answer_follows_from_what_is_accepted_and_the_batch_alone() -> None:
    """Barrier after barrier, one critic that remembers says what a new one says, with things taken back in between."""
    rng, critic = Random(4), Novelty()
    accepted: list[Dialogue] = []
    verdicts = ""
    for barrier in range(12):
        batch = []
        for n in range(10):
            texts = said(1000 * barrier + n)
            if accepted and rng.random() < 0.4:
                texts = with_words_changed([t.text for t in rng.choice(accepted).turns], 0.07, barrier)
            batch.append(dialogue(f"{barrier}-{n}", texts))
        cut = len(accepted) // 2
        answers = await review(critic, Library(accepted[:cut], accepted[cut:]), *batch)
        assert answers == await review(Novelty(), Library(accepted), *batch)
        verdicts += approved(answers)
        accepted += [one for one, answer in zip(batch, answers, strict=True) if answer.approve or rng.random() < 0.2]
        accepted = [one for one in accepted if rng.random() < 0.85]
    assert verdicts.count("n") > 15
    assert verdicts.count("y") > 50


async def test_what_is_accepted_is_read_once() -> None:
    critic, corpus = Novelty(), Library([dialogue(f"old-{n}", said(n)) for n in range(5)])
    batch = [dialogue(f"new-{n}", said(20 + n)) for n in range(3)]
    await review(critic, corpus, *batch)
    assert corpus.asked == [f"old-{n}" for n in range(5)]
    corpus.now += [*batch[:2], dialogue("by others", said(40))]
    await review(critic, corpus, dialogue("last", said(41)))
    assert corpus.asked[5:] == ["by others"]


async def test_what_was_not_accepted_after_all_is_forgotten() -> None:
    critic, texts = Novelty(), said(1)
    assert approved(await review(critic, Nobody(), dialogue("first try", texts))) == "y"
    assert approved(await review(critic, Nobody(), dialogue("second try", texts))) == "y"


async def test_where_nothing_is_said_or_the_words_are_not_known_it_abstains() -> None:
    silent, strange = talk(), talk("Saluton!", "Saluton.", language="eo", id="d2")
    answers = await Novelty().review_round([case_of(silent), case_of(strange)], Library([talk(id="d0")]))
    assert [answer.kind for answer in answers if isinstance(answer, Abstention)] == [Why.NOT_APPLICABLE] * 2


async def test_korean_dialogues_are_compared_too() -> None:
    old = ["오늘 아침에 박물관에서 비둘기를 그렸어요.", "저는 고양이 두 마리와 작은 집에서 살고 있어요."]
    corpus = Library([talk(*old, language="ko", id="old")])
    cases = [
        talk(*old, "좋네요!", language="ko", id="near"),
        talk("주말에는 호밀빵을 굽습니다.", language="ko", id="far"),
    ]
    answers = await Novelty().review_round([case_of(one) for one in cases], corpus)
    assert [answer.approve for answer in answers if isinstance(answer, Verdict)] == [False, True]


async def test_it_conforms() -> None:
    await check_corpus_critic(create("novelty"))
    await check_corpus_critic(create("novelty", {"threshold": 0.5, "shingle": 1}))
