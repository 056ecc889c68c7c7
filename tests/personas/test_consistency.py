"""Are pairs scored once, in both directions; is what conflicts an edge; and what does a shortcut miss?"""

import asyncio
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from tertulia.models.client import ChatClient
from tertulia.models.errors import Mistake, ReplyRefused
from tertulia.models.request import Request, Task
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import ProfileSentence
from tertulia.personas.consistency.blocking import pool_graph
from tertulia.personas.consistency.conflict import Conflict, Conflicts, Thresholds
from tertulia.personas.consistency.connecting import connect_contradictions
from tertulia.personas.consistency.lexical import LexicalNli
from tertulia.personas.consistency.looking import Looked
from tertulia.personas.consistency.negating import Negator, read_negation
from tertulia.personas.consistency.recipe import Recipe, read_quota
from tertulia.personas.consistency.scoring import PairScorer
from tertulia.personas.event import Progressed
from tertulia.personas.taxonomy import read_taxonomy

sys.path.insert(0, str(Path(__file__).parent))

from pools import TAXONOMY, Knows, Spells, pool, sentence


def client(script: object) -> tuple[ChatClient, Scripted]:
    endpoint = Scripted(script)  # type: ignore[arg-type]
    return ChatClient(endpoint, ModelSpec.parse("rehearsal")), endpoint


async def test_a_pair_is_asked_in_both_directions_and_the_worse_one_counts() -> None:
    nli = Knows(lambda a, b: (a, b) == ("a", "b"))
    scores = await PairScorer(nli, Spells()).score([("b", "a"), ("a", "b"), ("a", "c")])
    assert [score.contradiction for score in scores] == [0.95, 0.95, 0.1]
    assert nli.asked == {("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")}


async def test_a_pair_is_scored_once_whatever_its_order() -> None:
    nli = Knows()
    scorer = PairScorer(nli, Spells())
    await scorer.score([("a", "b")])
    await scorer.score([("b", "a"), ("b", "c")])
    assert sum(nli.calls) == 4
    assert (scorer.asked, scorer.cached) == (2, 1)


@pytest.mark.parametrize("batch", [1, 3, 1000])
async def test_batches_change_no_score(batch: int) -> None:
    nli = Knows(lambda a, b: b == "e")
    scores = await PairScorer(nli, Spells(), batch=batch).score(list(combinations("abcde", 2)))
    assert [score.contradiction > 0.9 for score in scores] == [b == "e" for _, b in combinations("abcde", 2)]
    assert max(nli.calls) <= batch


async def test_without_a_memory_a_pair_is_scored_again() -> None:
    nli = Knows()
    scorer = PairScorer(nli, Spells(), remember=False)
    await scorer.score([("a", "b")])
    await scorer.score([("a", "b")])
    assert sum(nli.calls) == 4


async def graph_of(sentences: list[ProfileSentence], nli: Knows | None = None) -> Conflicts:
    conflicts = Conflicts(sentences, TAXONOMY, PairScorer(nli or Knows(), Spells()))
    await conflicts.look_inside([range(len(sentences))])
    return conflicts


async def test_each_kind_of_conflict_is_an_edge_with_its_score() -> None:
    sentences = [sentence("Age", 1, "30"), sentence("Age", 2, "31"), sentence("Job", 1), sentence("Job", 2)]
    same = ProfileSentence(text=sentences[2].text[::-1])
    conflicts = await graph_of([*sentences, same], Knows(lambda a, b: {a, b} == {sentences[0].text, sentences[3].text}))
    edges = {(min(a, b), max(a, b)): set(data) for a, b, data in conflicts.graph.edges(data=True)}
    assert edges == {(0, 1): {"exclusive"}, (0, 3): {"contradiction"}, (2, 4): {"redundancy"}}
    assert conflicts.found(Conflict.CONTRADICTION) == [((0, 3), 0.95)]
    assert conflicts.graph.nodes[0]["sentence"] == sentences[0]


@pytest.mark.parametrize(
    ("path", "first", "second", "exclusive"),
    [
        ("Town", "Berlin", "Paris", True),
        ("Town", "The  Hague", "hague.", False),
        ("Town", "(.*", "[a-z", True),
        ("Town", "(.*", "(.*", False),
        ("Food", "rice", "beans", False),
    ],
)
async def test_two_values_exclude_each_other_where_one_may_be(
    path: str, first: str, second: str, exclusive: bool
) -> None:
    conflicts = await graph_of([sentence(path, 1, first), sentence(path, 2, second)])
    assert conflicts.between(0, 1) is exclusive


async def test_an_unknown_value_of_a_single_category_is_no_excuse() -> None:
    bare = ProfileSentence(text="I am not so young any more.", category="Age")
    assert (await graph_of([bare, sentence("Age", 1, "30")])).between(0, 1)


async def test_negations_are_asked_once_and_tested_in_both_directions() -> None:
    model, endpoint = client(lambda request: "Opposite: not " + request.messages[-1]["content"].split("Sentence: ")[1])
    texts = ["I run.", "I sit.", "I swim."]
    nli = Knows(entails=[("I sit.", "not I run.")])
    conflicts = Conflicts(
        [ProfileSentence(text=t) for t in texts], TAXONOMY, PairScorer(nli, Spells()), None, Negator(model)
    )
    await conflicts.look_inside([range(3)])
    await conflicts.look_inside([range(3)])
    assert set(conflicts.graph.edges(data="negation")) == {(0, 1, 0.9)}
    assert {request.task for request in endpoint.requests} == {Task.NEGATE}
    assert len(endpoint.requests) == 3
    assert {("I run.", "not I sit."), ("I sit.", "not I run.")} <= nli.asked


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("I have no cats.", "I have no cats."),
        ('```\n"I have no cats."\n```', "I have no cats."),
        ("Sentence: I have two cats.\n\n**Opposite:** I have no cats.", "I have no cats."),
        ("1. I have no cats.", "I have no cats."),
        ("Sure, here is the opposite:\n- I have no cats.\nThat denies it.", "I have no cats."),
        ("The opposite sentence is: I have no cats.", "I have no cats."),
        ("i have TWO cats", None),
        ("...\n", None),
        ("", None),
    ],
)
def test_a_negation_is_found_in_what_models_write(reply: str, found: str | None) -> None:
    assert read_negation(reply, "I have two cats.") == found


async def test_what_a_model_can_not_negate_is_counted_and_does_not_stop_the_rest() -> None:
    def script(request: Request) -> object:
        said = request.messages[-1]["content"]
        return ReplyRefused("no") if "drugs" in said else "I never."

    negator = Negator(client(script)[0])
    await negator.learn(["I sell drugs.", "I sell eggs."])
    assert (negator.of("I sell drugs."), negator.of("I sell eggs."), negator.missing) == (None, "I never.", 1)


async def test_blocking_tells_what_it_skipped_and_what_it_missed() -> None:
    sentences = pool(6)
    nli = Knows(lambda a, b: "number 0" in a and "number 0" in b)
    whole = await pool_graph(sentences, PairScorer(nli, Spells()), TAXONOMY, blocking=False)
    part = await pool_graph(sentences, PairScorer(nli, Spells()), TAXONOMY, sample=10_000)
    clashes = {edge for edge in whole.graph.edges if "contradiction" in whole.graph.edges[edge]}
    assert (whole.scored, whole.rest.of, whole.miss_rate) == (54 * 53 // 2, 0, None)
    assert part.scored + part.rest.of == whole.scored
    assert part.scored < whole.scored / 4
    assert part.rest.pairs > 0.9 * part.rest.of
    assert 0.9 * len(clashes) < part.rest.conflicts <= len(clashes)  # all are across categories that share no part
    assert part.miss_rate == part.rest.conflicts / part.rest.pairs


async def test_blocking_looks_at_categories_that_bear_on_each_other() -> None:
    about = (
        "Employment | Profession",
        "Employment | Job Status",
        "Preference | Animal",
        "Possession | Animal",
        "Preference | Season",
    )
    sentences = [ProfileSentence(text=f"I say {path}.", category=path) for path in about]
    nli = Knows()
    await pool_graph(sentences, PairScorer(nli, Spells()), read_taxonomy(), sample=0)
    asked = {frozenset(about.index(text.removeprefix("I say ").rstrip(".")) for text in pair) for pair in nli.asked}
    assert asked == {frozenset((0, 1)), frozenset((2, 3))}


async def test_the_sample_of_skipped_pairs_follows_the_seed() -> None:
    async def asked(seed: int) -> set[tuple[str, str]]:
        nli = Knows()
        await pool_graph(pool(5), PairScorer(nli, Spells()), TAXONOMY, sample=20, seed=seed)
        return nli.asked

    assert await asked(1) == await asked(1) != await asked(2)


def test_a_quota_is_read() -> None:
    assert read_quota(" Demographic=2, wellness = 1,psychographic=0", TAXONOMY) == {"demographic": 2, "wellness": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("demografic=2", "did you mean 'demographic'"),
        ("wellness", "no `family=number`"),
        ("wellness=-1", "no `family=number`"),
        ("wellness=1,wellness=2", "stands twice"),
        ("wellness=0", "wants no sentence"),
    ],
)
def test_a_quota_that_means_nothing_is_told(text: str, told: str) -> None:
    with pytest.raises(Mistake, match=told):
        read_quota(text, TAXONOMY)


def test_a_recipe_that_means_nothing_is_told() -> None:
    with pytest.raises(Mistake, match="did you mean 'conl'"):
        Recipe(5, builder="connl")
    with pytest.raises(Mistake, match="count: 0"):
        Recipe(0)
    with pytest.raises(Mistake, match=r"threshold: 1\.5"):
        Recipe(1, thresholds=Thresholds(contradiction=1.5))
    with pytest.raises(Mistake, match="for the builder 'conl'"):
        Recipe(1, builder="profile", order="all")
    with pytest.raises(Mistake, match="for the builder 'profile'"):
        Recipe(1, size=6)


class Nearly(Spells):
    """`a` and `b` are at a cosine of 0.90003: 0.9 to the fourth decimal; `a` and `c` at 0.9002."""

    async def embed(self, texts: Sequence[str]) -> "np.ndarray":
        cosines = np.array([{"a": 1.0, "b": 0.90003, "c": 0.9002}[text] for text in texts])
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)


async def test_scores_are_rounded_before_they_are_compared() -> None:
    conflicts = Conflicts([ProfileSentence(text=t) for t in "abc"], TAXONOMY, PairScorer(Knows(), Nearly()))
    await conflicts.look([(0, 1), (0, 2)])
    assert conflicts.found(Conflict.REDUNDANCY) == [((0, 2), 0.9002)]


async def test_what_has_no_room_in_memory_is_asked_again_and_scored_the_same() -> None:
    nli, pairs = Knows(lambda a, b: b == "e"), list(combinations("abcde", 2))
    scorer = PairScorer(nli, Spells(), most=4)
    first = await scorer.score(pairs)
    assert await scorer.score(pairs) == first
    assert 0 < scorer.cached < len(pairs)
    assert sum(nli.calls) == 2 * scorer.asked


def test_pairs_are_looked_at_once_whatever_their_order() -> None:
    looked = Looked(20)
    assert looked.new([(3, 1), (1, 3), (0, 19)]) == [(0, 19), (1, 3)]
    assert looked.new([(19, 0), (3, 4), (1, 3)]) == [(3, 4)]
    assert looked.again == 2
    assert looked.new([]) == []
    everything = Looked(20)
    assert everything.new(combinations(range(20), 2)) == list(combinations(range(20), 2))
    assert everything.new(combinations(range(20), 2)) == []
    forgetful = Looked(20, remember=False)
    assert forgetful.new([(1, 3)]) == forgetful.new([(3, 1), (1, 3)]) == [(1, 3)]


async def test_too_many_pairs_are_the_nearest_and_a_sample_of_the_farther_ones() -> None:
    """Letters in another order are alike: those pairs come first."""
    twins = [ProfileSentence(text=text) for n in range(10) for text in (f"I own item {n}.", f"I won item {n}.")]
    nli = Knows(lambda a, b: a[:8] != b[:8] and a[-2] != b[-2])
    found = await pool_graph(twins, PairScorer(nli, Spells()), TAXONOMY, near=-1.0, most=60, sample=20)
    assert (found.candidates, found.rest.of, found.rest.pairs, found.miss_rate) == (190, 0, 0, None)
    assert found.scored + found.farther.pairs == found.looked_at == 60
    assert found.scored + found.farther.of == 190
    assert found.farther.pairs >= 20
    assert found.farther.share is not None
    assert 0 < found.farther.contradictions == round(found.farther.share * found.farther.pairs)
    assert len(nli.asked) == sum(nli.calls) == 2 * 60
    near = {frozenset((f"I own item {n}.", f"I won item {n}.")) for n in range(10)}
    assert near <= {frozenset(pair) for pair in nli.asked}


async def test_as_many_as_are_allowed_are_all_scored() -> None:
    found = await pool_graph(pool(2), PairScorer(Knows(), Spells()), TAXONOMY, blocking=False, most=153)
    assert (found.scored, found.farther.of, found.candidates) == (153, 0, 153)


def refused(request: Request) -> object:
    return ReplyRefused("no") if "number 3" in request.messages[-1]["content"] else "It is not so."


async def test_negations_are_counted_up_and_so_many_are_asked_at_once() -> None:
    flying, most = 0, 0

    async def script(request: Request) -> object:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        for _ in range(hash_free(request)):
            await asyncio.sleep(0)
        flying -= 1
        return refused(request)

    told: list[Progressed] = []
    negator = Negator(client(script)[0], concurrency=3, events=lambda e: told.append(e))  # type: ignore[arg-type]
    texts = [sentence("Food", number).text for number in range(9)]
    await negator.learn(texts[:6])
    await negator.learn(texts)
    assert [(event.done, event.total) for event in told] == [
        *((done, 6) for done in (1, 2, 3, 4, 5, 6)),
        *((done, 9) for done in (7, 8, 9)),
    ]
    assert most == 3
    assert negator.missing == 1


def hash_free(request: Request) -> int:
    """Some replies take longer than later ones."""
    return 1 + 7 * ("number 0" in request.messages[-1]["content"])


def test_the_detector_is_lexical_unless_a_model_is_named() -> None:
    assert isinstance(connect_contradictions(None), LexicalNli)
    assert isinstance(connect_contradictions("lexical"), LexicalNli)
    with pytest.raises(Mistake, match="no-such-folder"):
        connect_contradictions("./no-such-folder")
