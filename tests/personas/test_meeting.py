"""Do those meet who have something to say to one another, and is nobody left out who need not be?"""

from collections import Counter
from itertools import combinations, islice

import numpy as np
import pytest
from numpy.typing import NDArray

from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Persona
from tertulia.personas.meeting import grouping
from tertulia.personas.meeting.acquaintance import SocialGraph
from tertulia.personas.meeting.affinity import Affinity, acquainted, contrast, shared_interest
from tertulia.personas.meeting.gathering import gather
from tertulia.personas.meeting.matching import passes
from tertulia.personas.meeting.seating import Seating

TOPICS = ("tea", "chess", "boats", "bread", "moss", "trams", "opera", "goats")


class ByTopic:
    """One dimension a topic word: sentences on one topic are alike, on two they have nothing in common."""

    name, merge_above = "by-topic", 0.5

    async def embed(self, texts: "list[str]") -> NDArray[np.float32]:
        rows = [[float(topic in text) for topic in TOPICS] for text in texts]
        array = np.array(rows, dtype=np.float32)
        return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)


def person(name: str, *topics: str, traits: BigFive | None = None) -> Persona:
    return Persona(id=name, name=name, profile=[f"{name} says {topic}." for topic in topics], traits=traits)  # type: ignore[arg-type]


def circle(size: int) -> list[Persona]:
    """Each shares three topics with the next one at least, and few with those farther away."""
    return [person(f"p{n}", *(TOPICS[(n // 2 + k) % len(TOPICS)] for k in range(4))) for n in range(size)]


async def weighed(people: list[Persona], seats: int = 2, **options: object) -> tuple[Seating, Affinity]:
    seating = Seating([people] * seats)
    return seating, await shared_interest(seating, ByTopic(), **options)  # type: ignore[arg-type]


async def test_two_qualify_when_more_than_two_attribute_pairs_are_in_one_cluster() -> None:
    people = [person("a", "tea", "chess", "boats"), person("b", "tea", "chess", "boats"), person("c", "tea", "chess")]
    _, affinity = await weighed(people)
    assert affinity.edges() == [(0, 1)]
    assert affinity.weights[0, 1] == 3
    assert (affinity.qualified, affinity.possible, affinity.by) == (1, 3, "by-topic")
    assert affinity.share == pytest.approx(1 / 3)


async def test_attribute_pairs_count_not_clusters() -> None:
    people = [person("a", "tea", "tea tea"), person("b", "tea", "tea tea tea"), *circle(8)]
    _, affinity = await weighed(people)
    assert affinity.weights[0, 1] == 4


async def test_a_threshold_that_lets_nearly_everyone_pass_is_an_error_that_names_it() -> None:
    people = [person(f"p{n}", "tea", "chess", "boats") for n in range(6)]
    with pytest.raises(Mistake, match=r"15 of 15 pairs \(100\.0%\).*raise `merge_above` \(now 0\.5, by by-topic\)"):
        await weighed(people)


async def test_a_threshold_that_lets_hardly_anyone_pass_is_an_error_that_names_it() -> None:
    people = [person(f"p{n}", TOPICS[n]) for n in range(8)]
    with pytest.raises(Mistake, match=r"0 of 28 pairs \(0\.0%\).*lower `more_than` \(now 2\)"):
        await weighed(people)


async def test_nobody_is_left_out_who_need_not_be() -> None:
    """A path of four: the heaviest edge is in the middle, and taking it would leave two people alone."""
    ends = [person("a", "tea", "chess", "boats"), person("d", "moss", "trams", "opera")]
    middle = [
        person("b", "tea", "chess", "boats", "bread", "goats", "moss moss", "goats goats"),
        person("c", "moss", "trams", "opera", "bread", "goats", "tea tea", "goats goats"),
    ]
    seating, affinity = await weighed([ends[0], *middle, ends[1]])
    assert affinity.edges() == [(0, 1), (1, 2), (2, 3)]
    assert affinity.weights[1, 2] > affinity.weights[0, 1]
    casts = list(islice(gather(affinity, seating, 7, 1), 2))
    assert {frozenset(persona.id for persona in cast) for cast in casts} == {frozenset("ab"), frozenset("cd")}


async def test_everyone_comes_once_before_anyone_comes_again_and_no_pair_meets_twice() -> None:
    seating, affinity = await weighed(circle(16))
    casts = [frozenset(p.id for p in cast) for cast in islice(gather(affinity, seating, 3, 1), 16)]
    assert max(Counter(name for cast in casts[:8] for name in cast).values()) == 1
    assert len(set(casts)) == 16


async def test_equal_seeds_give_equal_casts_and_rounds_differ() -> None:
    seating, affinity = await weighed(circle(16))
    once, again = (list(islice(gather(affinity, seating, 3, 1), 20)) for _ in range(2))
    assert once == again
    assert once != list(islice(gather(affinity, seating, 3, 2), 20))
    assert once[:5] == list(islice(gather(affinity, seating, 3, 1), 5))


async def test_seats_with_pools_of_their_own_keep_to_them() -> None:
    people = circle(16)
    seating = Seating([people[::2], people[1::2]])
    affinity = await shared_interest(seating, ByTopic())
    for cast in islice(gather(affinity, seating, 3, 1), 20):
        assert cast[0] in people[::2]
        assert cast[1] in people[1::2]


async def test_contrast_is_far_in_traits_and_near_in_topics() -> None:
    loud, quiet = BigFive(extraversion=5), BigFive(extraversion=-5)
    people = [
        person("a", "tea", "chess", traits=loud),
        person("b", "tea", "chess", traits=quiet),
        person("c", "moss", "goats", traits=loud),
        person("d", "moss", "goats", traits=quiet),
    ]
    seating = Seating([people, people])
    affinity = await contrast(seating, ByTopic())
    assert affinity.edges() == [(0, 1), (2, 3)]
    assert affinity.weights[0, 1] == round(10 / np.sqrt(500) * 1000)
    casts = list(islice(gather(affinity, seating, 1, 1), 2))
    assert {frozenset(p.id for p in cast) for cast in casts} == {frozenset("ab"), frozenset("cd")}


async def test_contrast_needs_traits() -> None:
    people = [person("a", "tea", traits=BigFive()), person("b", "tea")]
    with pytest.raises(Mistake, match="'b' has none: give each persona `traits`"):
        await contrast(Seating([people, people]), ByTopic())


@pytest.mark.parametrize("cut", ["greedy", "spectral"])
async def test_groups_hold_those_who_suit_one_another(cut: str) -> None:
    tables = [("tea", "chess", "boats", "bread"), ("moss", "trams", "opera", "goats")]
    people = [person(f"p{n}", *tables[n % 2]) for n in range(12)]
    seating, affinity = await weighed(people, seats=3)
    found = [frozenset(p.id for p in cast) for cast in islice(gather(affinity, seating, 5, 1, cut), 4)]
    assert sorted(name for cast in found for name in cast) == sorted(p.id for p in people)
    assert all(len({int(name[1:]) % 2 for name in cast}) == 1 for cast in found)
    again = [frozenset(p.id for p in cast) for cast in islice(gather(affinity, seating, 5, 1, cut), 8)][4:]
    assert set(again) != set(found)


async def test_groups_of_seats_with_their_own_pools() -> None:
    people = circle(12)
    seating = Seating([people[:4], people[4:8], people[8:]])
    affinity = await shared_interest(seating, ByTopic(), more_than=1)
    for cast in islice(gather(affinity, seating, 5, 1), 6):
        assert [people.index(persona) // 4 for persona in cast] == [0, 1, 2]
    with pytest.raises(Mistake, match="`cut: spectral` needs one pool"):
        next(gather(affinity, seating, 5, 1, "spectral"))


async def test_only_those_meet_who_know_one_another_and_they_are_told() -> None:
    people = circle(8)
    knows = SocialGraph.of([(["p0", "p1", "p2"], "sisters"), (["p5", "p6"], "")])
    seating = Seating([people, people])
    casts = list(islice(gather(acquainted("random", seating, knows), seating, 1, 1), 30))
    met = {frozenset(persona.id for persona in cast) for cast in casts}
    assert met == {*map(frozenset, combinations(["p0", "p1", "p2"], 2)), frozenset(["p5", "p6"])}
    told = knows.related((people[0], people[1]))
    assert told[0].relation == "p0 and p1 are sisters."
    assert told[1].relation == "p1 and p0 are sisters."
    assert knows.related((people[5], people[6])) == (people[5], people[6])


async def test_all_pairs_of_a_social_graph_come_once() -> None:
    people = circle(6)
    knows = SocialGraph.of([(["p0", "p1", "p2", "p3"], "")])
    seating = Seating([people, people])
    casts = [frozenset(p.id for p in cast) for cast in gather(acquainted("all-pairs", seating, knows), seating, 1, 1)]
    assert len(casts) == len(set(casts)) == 6


async def test_an_unknown_acquaintance_is_named() -> None:
    people = circle(8)
    knows = SocialGraph.of([(["p0", "p11x"], "")])
    with pytest.raises(Mistake, match="no persona has the id 'p11x'; `tertulia personas list FILE`"):
        await weighed(people, knows=knows)


async def test_two_of_one_name_meet_only_where_nobody_else_is_left() -> None:
    people = [person(f"p{n}", *(("tea", "chess", "boats") if n < 4 else (TOPICS[n],))) for n in range(8)]
    people[0], people[1] = (persona.model_copy(update={"name": "Ann"}) for persona in people[:2])
    seating, affinity = await weighed(people)
    assert (affinity.weights[0, 1], affinity.weights[0, 2], affinity.qualified) == (1, 3, 6)
    casts = list(islice(gather(affinity, seating, 2, 1), 2))
    assert all(len({persona.name for persona in cast}) == 2 for cast in casts)


@pytest.mark.parametrize("size", [30, 31])
def test_the_heaviest_pairs_leading_to_the_same_few_leave_nobody_out(size: int) -> None:
    weights = np.ones((size, size), dtype=np.int32)
    weights[:3] = weights[:, :3] = 900
    np.fill_diagonal(weights, 0)
    for pairs in islice(passes(weights, 1, 1), 4):
        assert len(pairs) == size // 2


def test_those_who_know_only_the_same_few_are_left_out_and_no_others() -> None:
    weights = np.zeros((20, 20), dtype=np.int32)
    weights[:4] = weights[:, :4] = 5
    np.fill_diagonal(weights, 0)
    assert [len(pairs) for pairs in islice(passes(weights, 1, 1), 3)] == [4, 4, 4]


@pytest.mark.parametrize("size", [90, 140])
def test_one_eigenvector_cuts_as_all_of_them_would(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(size)
    drawn = np.triu(rng.integers(1, 100, (size, size)) * (rng.random((size, size)) < 0.3), 1)
    people = [person(f"p{n}", "tea") for n in range(size)]
    seating = Seating([people] * 3)

    def cut() -> list[grouping.Group]:
        return next(grouping.groups(drawn + drawn.T, seating, "spectral", 1, 1))

    found = cut()
    assert found == cut()
    monkeypatch.setattr(grouping, "SMALL", size)
    assert found == cut()


def test_parts_are_told_apart() -> None:
    worth = np.zeros((5, 5), dtype=int)
    worth[0, 3] = worth[3, 0] = worth[1, 4] = worth[4, 1] = 7
    assert grouping._components(worth) == [[0, 3], [1, 4], [2]]
