"""Which dialogues stand in prompts: as asked, the same ones whatever the order, and never of someone at the table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import Record
from tertulia.corpus.exemplars import HEAD, LIMIT, Choosing, ExemplarPool, draw, read_exemplars, reordered
from tertulia.corpus.lineage import ancestors
from tertulia.corpus.wording import Wording, similarity
from tertulia.critics import Decision, Outcome, Review
from tertulia.models.errors import Mistake
from tertulia.personas import Persona

EVERY = list(Choosing)


def dialogue(id: str, text: str = "Hi.", *sentences: str) -> Dialogue:
    cast = tuple(Member(seat, Persona(name=f"{seat} {id}", profile=sentences)) for seat in ("a", "b"))
    return Dialogue(id, cast, (Turn("a", text), Turn("b", f"{text} Yes.")), place=Place(1, 0))


def record(number: int, outcome: Outcome = Outcome.ACCEPTED) -> Record:
    score = number % 10 / 10
    made = dialogue(f"d{number}", f"word{number % 7} word{number % 5} word{number % 3}")
    return Record(made, outcome, "", (Review(made.id, "p", (), Decision(outcome, score=score)),))


def pool(choosing: str, records: Sequence[Record], seeds: Sequence[Dialogue] = ()) -> ExemplarPool:
    made = ExemplarPool(choosing, Random(1))
    made.seed(seeds)
    made.add(records)
    return made


def ids(dialogues: Sequence[Dialogue]) -> list[str]:
    return [dialogue.id for dialogue in dialogues]


@settings(max_examples=20)
@given(st.permutations(range(40)))
@pytest.mark.parametrize("choosing", EVERY)
def test_the_order_of_arrival_changes_nothing(choosing: str, order: list[int]) -> None:
    seeds = [dialogue(f"s{n}") for n in range(3)]
    one = pool(choosing, [record(n) for n in range(40)], seeds).ranking(Random(2))
    other = pool(choosing, [record(n) for n in order], seeds[::-1]).ranking(Random(2))
    assert ids(one) == ids(other)
    assert len(set(ids(one))) == 43


@pytest.mark.parametrize("choosing", EVERY)
def test_a_pool_holds_so_many_and_only_accepted_ones(choosing: str) -> None:
    made = pool(choosing, [record(n) for n in range(LIMIT + 88)], [dialogue("s")])
    made.add([record(n + 10_000, Outcome.REJECTED) for n in range(5)])
    made.add([record(n + 20_000, Outcome.PASSED_OVER) for n in range(5)])
    assert len(made) == len(made.ranking(Random(1))) == LIMIT + 1
    assert {dialogue.id for dialogue in made.ranking(Random(1))} <= {"s", *(f"d{n}" for n in range(LIMIT + 88))}


@pytest.mark.parametrize("choosing", ["random", "diverse"])
def test_another_round_draws_others(choosing: str) -> None:
    made = pool(choosing, [record(n) for n in range(100)])
    assert ids(made.ranking(Random(1))) == ids(made.ranking(Random(1))) != ids(made.ranking(Random(2)))


def test_the_best_come_first_and_seeds_last() -> None:
    ranked = pool("best", [record(n) for n in range(30)], [dialogue("s")]).ranking(Random(1))
    assert {int(id[1:]) % 10 for id in ids(ranked)[:3]} == {9}
    assert ids(ranked)[-1] == "s"
    many = pool("best", [record(n) for n in range(2 * LIMIT)]).ranking(Random(1))
    assert min(int(id[1:]) % 10 for id in ids(many)) == 4


def test_diverse_ones_are_far_from_one_another() -> None:
    topics = ["skis snow ice", "bread rye oven", "cats dogs mice"]
    records = [Record(dialogue(f"d{n}", topics[n % 3]), Outcome.ACCEPTED) for n in range(30)]
    head = pool("diverse", records, [dialogue("s", "skis snow bread")]).ranking(Random(1))[:3]
    words = [Wording(each).vocabulary for each in head]
    assert max(similarity(one, other) for n, one in enumerate(words) for other in words[:n]) < 0.5
    assert {int(each.id[1:]) % 3 for each in head} == {0, 1, 2}


@pytest.mark.parametrize("choosing", EVERY)
def test_an_accepted_dialogue_leads_where_there_is_one(choosing: str) -> None:
    seeds = [dialogue(f"s{n}", f"seed{n}") for n in range(20)]
    assert len(pool(choosing, [], seeds).ranking(Random(1))) == 20
    if choosing != Choosing.RANDOM:
        assert pool(choosing, [record(1)], seeds).ranking(Random(1))[0].id == "d1"


def test_an_empty_pool_gives_nothing() -> None:
    for choosing in EVERY:
        ranked = pool(choosing, []).ranking(Random(1))
        assert ranked == list(reordered(ranked, choosing, Random(1))) == []
        assert draw(ranked, 3, ()) == ()


def test_nobody_at_the_table_is_told_of() -> None:
    ann = Persona(id="ann", name="Ann", profile=("I have two cats.",))
    cast = (Member("x", ann), Member("y", Persona(name="Bo", profile=("I sing.",))))
    renamed = dialogue("same-person")
    renamed = replace(renamed, cast=(Member("b", ann.model_copy(update={"profile": ()})), renamed.cast[1]))
    ranked = [
        renamed,
        dialogue("same-sentence", "Hi.", "I ski.", "i have  two cats"),
        dialogue("same-of-the-other", "Hi.", "I sing!"),
        dialogue("other", "I have two cats.", "I have three cats."),
        dialogue("another"),
        dialogue("last"),
    ]
    assert ids(draw(ranked, 2, cast)) == ["other", "another"]
    assert ids(draw(ranked, 9, cast)) == ["other", "another", "last"]
    assert len(draw(ranked, 9, ())) == 6


def test_each_job_can_have_its_own() -> None:
    ranked = [dialogue(f"d{n}") for n in range(HEAD + 10)]
    assert list(reordered(ranked, "best", Random(1))) == ranked
    for choosing in ("random", "diverse"):
        firsts = {reordered(ranked, choosing, Random(n))[0].id for n in range(50)}
        assert len(firsts) > 20
        assert sorted(ids(reordered(ranked, choosing, Random(1)))) == sorted(ids(ranked))
    assert ids(reordered(ranked, "diverse", Random(1)))[HEAD:] == ids(ranked)[HEAD:]


def test_ancestors_by_generation() -> None:
    parents = {"d": ("b", "c"), "c": ("a", "b"), "b": ("a", "seed"), "a": ("d",)}
    assert ancestors("d", lambda id: parents.get(id, ())) == (("b", "c"), ("a", "seed"))
    assert ancestors("seed", lambda id: parents.get(id, ())) == ()


def test_the_shipped_exemplars_can_be_used() -> None:
    dialogues = list(read_exemplars("library/exemplars"))
    assert len(dialogues) >= 10
    assert all(dialogue.place is None and len(dialogue.turns) > 5 for dialogue in dialogues)
    assert dialogues[0].source.startswith("exemplars.yaml:")


def test_a_seed_file_lies_beside_its_scenario(tmp_path: Path) -> None:
    (tmp_path / "seeds.csv").write_text(
        'user 1 personas,user 2 personas,Best Generated Conversation\nI ski.,I sing.,"User 1: Hi\nUser 2: Yes"\n'
    )
    (seed,) = read_exemplars("seeds.csv", tmp_path)
    assert ids([seed]) == ids(list(read_exemplars(tmp_path / "seeds.csv")))
    with pytest.raises(Mistake, match=r"no file of exemplars at '.*none\.csv'.*; give its path, or library/exemplars"):
        read_exemplars("none.csv", tmp_path)
    with pytest.raises(Mistake, match=r"no shipped file is called 'library/exemplar'; did you mean"):
        read_exemplars("library/exemplar")


SEED = "- id: {}\n  cast: [{{seat: a, persona: {{name: Ann}}}}, {{seat: b, persona: {{name: Bo}}}}]\n  turns: {}\n"
GOOD = "[{seat: a, text: Hi}]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SEED.format("x", GOOD) + SEED.format("x", GOOD), [r":4: id: 'x' is taken by line 1"]),
        (SEED.format("x", "[{seat: c, text: Hi}]"), [r":1: turns: no seat 'c' in the cast; known: a, b"]),
        (
            SEED.format("x", "[]") + SEED.format("y", GOOD) + "- {id: z, cats: 2}\n",
            [r":1: turns: List should have at least 1 item", r":7: cast: Field required", r":7: cats: Extra inputs"],
        ),
        (SEED.format("x", GOOD).replace("seat: b", "seat: a"), [r":1: cast: a seat stands twice"]),
        ("- id: [\n", [r":2: not YAML: .*; check the indentation"]),
        ("", [r":1: no list of dialogues; write `- id:"]),
        ("dialogues: []", [r":1: no list of dialogues"]),
    ],
)
def test_a_broken_seed_file_says_all_that_is_wrong(tmp_path: Path, text: str, told: list[str]) -> None:
    path = tmp_path / "seeds.yaml"
    path.write_text(text)
    with pytest.raises(Mistake) as mistake:
        list(read_exemplars(path))
    for pattern in told:
        assert mistake.match(pattern)
