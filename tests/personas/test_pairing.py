"""Does a pairing keep its promises, whatever the pools?"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.models.errors import Mistake
from tertulia.personas import Persona, pair_count, pairing
from tertulia.personas.meeting.walking import combination, walk


def person(number: int, name: str = "", sentence: str = "") -> Persona:
    profile = (sentence,) if sentence else ()
    return Persona.model_validate({"id": f"p{number}", "name": name or f"Name {number}", "profile": profile})


def crowd(size: int) -> list[Persona]:
    return [person(number, sentence=f"I am number {number}.") for number in range(size)]


def one_person(cast: Sequence[Persona]) -> bool:
    """Whether two of a cast are one person."""
    return any(a.id == b.id or (a.profile and a.sentences == b.sentences) for a, b in combinations(cast, 2))


def stranger(number: int, name: str) -> Persona:
    return person(number, name, sentence=["", "I sail.", "I knit.", "I bake."][number % 4])


strangers = st.builds(stranger, st.integers(0, 7), st.sampled_from(["Ann", "Bob", "Cleo", "Dan"]))
any_pools = st.lists(st.lists(strangers, max_size=8), min_size=1, max_size=4).flatmap(
    lambda pools: st.lists(st.sampled_from(pools), min_size=1, max_size=4)
)


@given(any_pools, st.integers(0, 5))
def test_nobody_meets_himself_or_the_pools_are_refused(pools: list[list[Persona]], seed: int) -> None:
    possible = any(not one_person(cast) for cast in product(*pools))
    try:
        casts = list(islice(pairing("random", pools, seed, 1), 60))
    except Mistake:
        assert not possible
        return
    assert possible
    assert len(casts) == 60
    for cast in casts:
        assert not one_person(cast)
        assert all(persona in pool for persona, pool in zip(cast, pools, strict=True))


@given(any_pools, st.integers(0, 5))
def test_all_pairs_gives_as_many_as_counted_and_none_twice(pools: list[list[Persona]], seed: int) -> None:
    pools = [list({persona.id: persona for persona in pool}.values()) for pool in pools]
    try:
        count = pair_count(pools)
    except Mistake:
        return
    casts = list(pairing("all-pairs", pools, seed, 1))
    assert len(casts) == count > 0
    assert not any(map(one_person, casts))
    same = [[a for a, pool in enumerate(pools) if pool == mine] for mine in pools]
    keys = {tuple(frozenset(cast[a].id for a in seats) for seats in same) for cast in casts}
    assert len(keys) == count


@given(st.integers(2, 40), st.integers(2, 4), st.integers(0, 9), st.integers(1, 200))
def test_use_is_even_in_each_seat_and_over_all_of_them(size: int, seats: int, seed: int, count: int) -> None:
    size = max(size, seats)
    casts = list(islice(pairing("random", [crowd(size)] * seats, seed, 1), count))
    for seat in range(seats):
        used = Counter(cast[seat].id for cast in casts)
        assert max(used.values()) - (min(used.values()) if len(used) == size else 0) <= 2
    assert max(Counter(p.id for cast in casts for p in cast).values()) <= seats * count / size + 2 * seats


def test_everyone_plays_before_anyone_plays_twice() -> None:
    casts = list(islice(pairing("random", [crowd(50)] * 2, 3, 1), 25))
    assert len({persona.id for cast in casts for persona in cast}) == 50
    apart = list(islice(pairing("random", [crowd(30), crowd(60)[30:]], 3, 1), 30))
    assert all(len({cast[seat].id for cast in apart}) == 30 for seat in (0, 1))


def test_the_same_two_seldom_meet_again() -> None:
    casts = list(islice(pairing("random", [crowd(40)] * 2, 3, 1), 40))
    assert len({frozenset(persona.id for persona in cast) for cast in casts}) >= 35


@pytest.mark.parametrize("kind", ["random", "all-pairs"])
def test_casts_follow_from_seed_and_round_alone(kind: str) -> None:
    pools = [crowd(12)] * 2

    def first(count: int, seed: int = 1, round: int = 1) -> list[tuple[str, ...]]:
        return [tuple(p.id for p in cast) for cast in islice(pairing(kind, pools, seed, round), count)]

    assert first(40)[:7] == first(7)
    assert first(40) != first(40, seed=2)
    assert first(40) != first(40, round=2)


def test_people_of_one_name_are_kept_apart_where_others_are_there() -> None:
    pool = [person(number, name=["Ann", "Bob", "Cleo"][number % 3]) for number in range(9)]
    casts = list(islice(pairing("random", [pool] * 2, 1, 1), 200))
    assert all(a.name != b.name for a, b in casts)
    only = [person(number, name="Ann") for number in range(3)]
    assert len(list(islice(pairing("random", [only] * 2, 1, 1), 20))) == 20


def test_a_scarce_seat_is_kept_free_by_the_others() -> None:
    a, b, c = crowd(3)
    pools = [[a, b], [b, c], [c, a]]
    casts = list(islice(pairing("random", pools, 1, 1), 20))
    assert {tuple(p.id for p in cast) for cast in casts} <= {("p0", "p1", "p2"), ("p1", "p2", "p0")}
    assert all(cast[0] is not a for cast in islice(pairing("random", [[a, b, c], [a]], 1, 1), 20))


def test_one_id_and_one_profile_chain_to_one_person() -> None:
    chain = [person(1, sentence="I sail."), person(1, sentence="I knit."), person(2, sentence="I knit.")]
    with pytest.raises(Mistake, match="their pools hold 1, 1"):
        pairing("random", [chain[:1], chain], 1, 1)


def test_all_pairs_is_unordered_in_one_pool_and_ordered_across_two() -> None:
    pool = crowd(5)
    assert {frozenset(p.id for p in cast) for cast in pairing("all-pairs", [pool, pool], 1, 1)} == {
        frozenset(pair) for pair in combinations([p.id for p in pool], 2)
    }
    across = list(pairing("all-pairs", [pool, [*pool[3:], person(9)]], 1, 1))
    assert len(across) == pair_count([pool, [*pool[3:], person(9)]]) == 5 * 3 - 2


def test_large_pools_are_never_laid_out() -> None:
    pools = [crowd(10_000)] * 3
    assert pair_count(pools) == 10_000 * 9_999 * 9_998 // 6
    casts = list(islice(pairing("all-pairs", pools, 1, 1), 500))
    assert len({frozenset(p.id for p in cast) for cast in casts}) == 500
    assert len({cast[0].id for cast in casts}) > 400


@pytest.mark.parametrize(
    "pools", [[crowd(1)] * 2, [crowd(3), []], [], [[person(1, sentence="I sail.")], [person(2, sentence="I sail.")]]]
)
@pytest.mark.parametrize("kind", ["random", "all-pairs"])
def test_too_few_people_are_told_at_once(kind: str, pools: list[list[Persona]]) -> None:
    with pytest.raises(Mistake, match="too few different people"):
        pairing(kind, pools, 1, 1)


def test_an_unknown_pairing_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Mistake, match=r"'all_pair'; did you mean 'all-pairs'\? known: all-pairs, random"):
        pairing("all_pair", [crowd(3)] * 2, 1, 1)


@given(st.integers(0, 300), st.integers(0, 2**31))
def test_a_walk_visits_every_index_once(size: int, key: int) -> None:
    assert sorted(walk(size, key)) == list(range(size))


@given(st.integers(1, 9), st.integers(1, 4))
def test_ranks_name_all_combinations(size: int, count: int) -> None:
    wanted = {frozenset(chosen) for chosen in combinations(range(size), count)}
    assert {frozenset(combination(rank, size, count)) for rank in range(len(wanted))} == wanted
