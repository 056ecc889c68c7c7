"""Who is best by what was preferred: by hand in small cases, and by what must hold in all."""

from collections.abc import Sequence
from itertools import combinations, permutations
from math import log
from random import Random

import pytest

from tertulia.critics import Abstention, Choice, Preference, Why
from tertulia.critics.tournament.comparison import MIRRORED, Comparison
from tertulia.critics.tournament.deciding import reasons, stage
from tertulia.critics.tournament.schedule import Schedule
from tertulia.critics.tournament.setting import TournamentSetting
from tertulia.critics.tournament.standing import Entrant, Pick, bradley_terry, points_of, standings

FIRST, SECOND, TIE = Choice.FIRST, Choice.SECOND, Choice.TIE
SILENT = Abstention(Why.FAILED, "no answer")


def compared(first: str, second: str, *choices: Choice | None) -> list[Comparison]:
    """By the policies p0, p1, ...; None for one that gave no answer."""
    return [
        Comparison(
            f"p{n}",
            0,
            first,
            second,
            Preference(choice, f"because {choice}") if choice else SILENT,
            Preference(MIRRORED[choice]) if choice else SILENT,
        )
        for n, choice in enumerate(choices)
    ]


def entrants(names: str, *scores: float) -> list[Entrant]:
    return [Entrant(name, score) for name, score in zip(names, scores or [0.5] * len(names), strict=True)]


def ranked(pick: Pick, people: Sequence[Entrant], comparisons: Sequence[Comparison]) -> str:
    return "".join(this.id for this in standings(people, comparisons, pick))


def by_chance(rng: Random, names: str, policies: int) -> list[Comparison]:
    """Every pair, in either order, with abstentions now and then."""
    pairs = [pair if rng.random() < 0.5 else pair[::-1] for pair in combinations(names, 2)]
    choices = (FIRST, SECOND, TIE, None)
    return [one for pair in pairs for one in compared(*pair, *(rng.choice(choices) for _ in range(policies)))]


def test_a_disagreement_of_the_orders_is_a_tie_and_a_silent_order_no_comparison() -> None:
    first, second, tie = Preference(FIRST, "forth"), Preference(SECOND, "back"), Preference(TIE, "even")
    kinds = {
        (first, second): (FIRST, True, "forth"),
        (second, first): (SECOND, True, "back"),
        (first, first): (TIE, False, "the two orders disagree"),
        (second, second): (TIE, False, "the two orders disagree"),
        (tie, tie): (TIE, True, "even"),
        (tie, first): (TIE, False, "the two orders disagree"),
        (first, SILENT): (None, None, "failed: no answer"),
        (SILENT, first): (None, None, "failed: no answer"),
    }
    for (forth, back), expected in kinds.items():
        one = Comparison("depth", 0, "a", "b", forth, back)
        assert (one.choice, one.agrees, one.why) == expected


def test_three_candidates_by_hand() -> None:
    comparisons = [
        *compared("a", "b", FIRST, FIRST, FIRST, SECOND, SECOND),
        *compared("a", "c", FIRST, FIRST, FIRST, SECOND, TIE),
        *compared("b", "c", FIRST, FIRST, FIRST, FIRST, FIRST),
    ]
    people = entrants("abc")
    assert ranked(Pick.MAJORITY, people, comparisons) == "bac"
    assert ranked(Pick.COPELAND, people, comparisons) == "abc"
    found = {this.id: this for this in standings(people, comparisons, Pick.MAJORITY)}
    assert (found["a"].wins, found["a"].losses, found["a"].ties) == (6, 3, 1)
    assert (found["a"].pairs, found["a"].met, found["a"].value) == (2, 2, 0.6)
    assert (found["b"].wins, found["b"].pairs, found["b"].value) == (7, 1, 0.7)
    assert (found["c"].wins, found["c"].pairs, found["c"].value) == (1, 0, 0.1)


@pytest.mark.parametrize(("won", "lost"), [(3, 1), (5, 0), (2, 2), (0, 1)])
def test_bradley_terry_of_two_is_the_ratio_of_their_wins_with_half_a_win_more(won: int, lost: int) -> None:
    first, second = bradley_terry(2, {(0, 1): won, (1, 0): lost})
    assert first / second == pytest.approx((won + 0.5) / (lost + 0.5), rel=1e-3)
    assert first * second == pytest.approx(1, rel=1e-3)


def test_bradley_terry_of_a_chain_keeps_its_ratios() -> None:
    """a beats b as b beats c, 4 to 2, and a and c have not met: a drawn prior of half a comparison between any two."""
    strengths = bradley_terry(3, {(0, 1): 4, (1, 0): 2, (1, 2): 4, (2, 1): 2})
    a, b, c = strengths
    assert b == pytest.approx(1, abs=1e-3)
    assert a * c == pytest.approx(1, rel=1e-3)
    assert 6.5 * a / (a + b) + 0.5 * a / (a + c) == pytest.approx(4.5, abs=1e-3)


def test_bradley_terry_is_the_most_likely() -> None:
    from scipy.optimize import minimize

    rng = Random(4)
    wins = {(i, j): float(rng.randrange(6)) for i in range(5) for j in range(5) if i != j}
    full = {pair: count + 1 / 8 for pair, count in wins.items()}

    def unlikely(logs: Sequence[float]) -> float:
        from math import exp

        return sum(count * log(1 + exp(logs[j] - logs[i])) for (i, j), count in full.items())

    best = minimize(unlikely, [0.0] * 5, tol=1e-12).x
    mean = sum(best) / 5
    assert [log(p) for p in bradley_terry(5, wins)] == pytest.approx([value - mean for value in best], abs=1e-3)


def test_an_undefeated_candidate_stays_finite_and_first() -> None:
    strengths = bradley_terry(4, {(0, j): 5.0 for j in (1, 2, 3)})
    assert 1 < strengths[0] < 1000
    assert strengths[1] == strengths[2] == strengths[3]
    assert bradley_terry(1, {}) == [1.0]


@pytest.mark.parametrize("pick", Pick)
def test_the_order_of_candidates_and_comparisons_matters_in_exact_ties_alone(pick: Pick) -> None:
    for seed in range(60):
        rng = Random(seed)
        comparisons = by_chance(rng, "abcd", 3)
        people = entrants("abcd", *(rng.choice((0.2, 0.4)) for _ in "abcd"))
        first = {this.id: this for this in standings(people, comparisons, pick)}
        for order in permutations(people):
            rng.shuffle(comparisons)
            found = standings(order, comparisons, pick)
            assert {this.id: this for this in found} == first
            keys = [(this.value, this.score) for this in found]
            assert keys == sorted(keys, reverse=True)


def test_copeland_always_picks_who_beats_every_other() -> None:
    met = 0
    for seed in range(300):
        rng = Random(seed)
        comparisons = by_chance(rng, "abcde", 3)
        for one in "abcde":
            if all(points_of((one, other), comparisons) == 1 for other in "abcde" if other != one):
                met += 1
                assert ranked(Pick.COPELAND, entrants("abcde"), comparisons)[0] == one
    assert met > 15


@pytest.mark.parametrize("pick", Pick)
def test_one_more_win_never_costs_a_place(pick: Pick) -> None:
    for seed in range(100):
        rng = Random(seed)
        comparisons = by_chance(rng, "abcd", 3)
        people = entrants("abcd", *(rng.random() for _ in "abcd"))
        before = ranked(pick, people, comparisons).index("a")
        lost = next((one for one in comparisons if one.choice and "a" in one.pair and not one.prefers("a")), None)
        if lost:
            (won,) = compared(*lost.pair, FIRST if lost.first == "a" else SECOND)
            after = [won if one is lost else one for one in comparisons]
            assert ranked(pick, people, after).index("a") <= before


@pytest.mark.parametrize("pick", Pick)
def test_a_tie_goes_to_the_higher_score_then_to_the_first(pick: Pick) -> None:
    even = compared("a", "b", FIRST, SECOND, TIE)
    assert ranked(pick, entrants("ab", 0.4, 0.6), even) == "ba"
    assert ranked(pick, entrants("ab", 0.6, 0.6), even) == "ab"
    assert ranked(pick, entrants("ba", 0.6, 0.6), even) == "ba"


@pytest.mark.parametrize("pick", Pick)
def test_where_nothing_was_compared_the_score_decides(pick: Pick) -> None:
    assert ranked(pick, entrants("abc", 0.1, 0.3, 0.2), compared("a", "b", None, None)) == "bca"


def test_abstentions_and_byes_cost_nothing() -> None:
    comparisons = [
        *compared("a", "b", FIRST, FIRST, FIRST),
        *compared("a", "c", None, None, None),
        *compared("b", "c", FIRST, FIRST, SECOND),
    ]
    assert ranked(Pick.MAJORITY, entrants("abc"), comparisons)[0] == "a"
    assert ranked(Pick.COPELAND, entrants("abc"), comparisons)[0] == "a"


def test_a_pair_is_decided_when_every_policy_has_compared_it() -> None:
    setting = TournamentSetting(policies=("p0", "p1"))
    people = entrants("ab")
    assert stage(setting, people, compared("a", "b", FIRST)).open == (("a", "b"),)
    over = stage(setting, people, compared("a", "b", SECOND, SECOND))
    assert (over.open, over.standings[0].id) == ((), "b")


def test_of_a_knock_out_the_last_one_left_wins_whatever_the_counts() -> None:
    setting = TournamentSetting(policies=("p0", "p1", "p2"), schedule=Schedule.KNOCK_OUT)
    people = entrants("abcd", 0.9, 0.8, 0.7, 0.6)
    comparisons = [
        *compared("a", "d", FIRST, FIRST, SECOND),
        *compared("b", "c", FIRST, FIRST, FIRST),
        *compared("a", "b", FIRST, FIRST, SECOND),
    ]
    over = stage(setting, people, comparisons)
    assert over.standings[0].id == "a"
    assert max(over.standings, key=lambda this: this.value).id == "a"
    crowned = stage(setting, people, [*comparisons[:6], *compared("a", "b", SECOND, SECOND, FIRST)])
    assert crowned.standings[0].id == "b"


def test_pairs_are_named_as_the_candidates_came() -> None:
    setting = TournamentSetting(policies=("p0",), schedule=Schedule.KNOCK_OUT)
    assert stage(setting, entrants("abc", 0.1, 0.2, 0.3), []).open == (("a", "b"),)


def test_a_reason_says_how_many_policies_preferred_the_winner_or_why_it_is_no_matter_of_them() -> None:
    setting = TournamentSetting(policies=("p0", "p1", "p2", "p3", "p4"))
    a, b, c = entrants("abc", 0.5, 0.5, 0.5)
    direct = compared("a", "b", FIRST, FIRST, SECOND, FIRST, TIE)
    assert reasons(setting, a, [a, b], direct) == {"b": "lost the tournament: 3 of 5 policies preferred {best}"}
    round_robin = [
        *compared("a", "b", FIRST, FIRST, FIRST, SECOND, SECOND),
        *compared("a", "c", FIRST, FIRST, FIRST, SECOND, TIE),
        *compared("b", "c", *[FIRST] * 5),
    ]
    told = reasons(setting, b, [a, b, c], round_robin)
    assert told["a"] == ("lost the tournament: {best} won 7 of 10 comparisons, this one won 6 of 10 comparisons")
    even = compared("a", "b", FIRST, SECOND, TIE, TIE, TIE)
    assert reasons(setting, a, [a, b], even)["b"].startswith("drew in the tournament with {best}: the higher score")
    silent = compared("a", "b", *[None] * 5)
    assert reasons(setting, a, [a, b], silent)["b"] == (
        "no policy could compare it with {best} (failed: no answer): "
        "the higher score of the panel decides, then the first"
    )
    assert reasons(setting, a, [a], []) == {}
