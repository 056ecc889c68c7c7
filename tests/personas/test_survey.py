"""Is what is wrong with people, or with a pool, found and counted?"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tertulia.models.local import connect_embedder
from tertulia.models.scorer import Inference
from tertulia.personas import Persona, ProfileSentence
from tertulia.personas import survey as surveying
from tertulia.personas.census import count_sentences, diversity
from tertulia.personas.consistency.conflict import Conflict
from tertulia.personas.event import Progressed
from tertulia.personas.remembering import Remembering
from tertulia.personas.survey import Survey, entities_of, near_duplicates, survey_people, survey_pool
from tertulia.personas.taxonomy import read_taxonomy

sys.path.insert(0, str(Path(__file__).parent))

import pools as by

SHIPPED = read_taxonomy()
LEXICAL = connect_embedder("lexical")
CLASH = by.Knows(lambda a, b: {a, b} == {"I love soup.", "I hate soup."})


def person(name: str, *profile: object) -> Persona:
    return Persona.model_validate({"id": name, "name": name, "profile": profile})


def known(text: str, category: str, entity: str | None = None, origin: str = "given") -> dict[str, str | None]:
    return {"text": text, "category": category, "entity": entity, "origin": origin}


async def surveyed(*people: Persona, nli: by.Knows = CLASH, **more: object) -> Survey:
    return await survey_people(iter(people), taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=nli, **more)  # type: ignore[arg-type]


async def test_contradictions_inside_a_person_are_found_and_between_people_they_are_none() -> None:
    ann = person("ann", "I love soup.", "I sail.", "I hate soup.")
    found = await surveyed(ann, person("bob", "I love soup."), person("cid", "I hate soup.", "I ski."))
    assert (found.contradictions, found.afflicted, found.scored) == (1, 1, 4)
    assert [(one.who, {one.first, one.second}, one.kind) for one in found.clashes] == [
        ("ann", {"I love soup.", "I hate soup."}, Conflict.CONTRADICTION)
    ]
    assert found.clashes[0].score == pytest.approx(0.95)
    assert found.scorer == "nli:knows"


async def test_every_pair_inside_a_person_is_scored_in_both_directions() -> None:
    nli = by.Knows()
    await surveyed(person("ann", "a", "b", "c"), person("bob", "d", "e"), nli=nli)
    assert nli.asked == {(a, b) for group in ("abc", "de") for a in group for b in group if a != b}


async def test_values_exclude_each_other_where_both_are_known_and_their_category_was_not_guessed() -> None:
    lima, oslo = known("I was born in Lima.", "Town", "Lima"), known("I was born in Oslo.", "Town", "Oslo")
    guessed = known("Home is Rome.", "Town", "Rome", origin="assigned")
    found = await surveyed(
        person("ann", lima, oslo),
        person("bob", lima, guessed),
        person("cid", lima, known("I was born by the sea.", "Town")),
        person("dan", lima, known("Lima is where I was born.", "Town", "lima")),
        person("eve", known("I eat figs.", "Food", "figs"), known("I eat nuts.", "Food", "nuts")),
    )
    assert (found.exclusive, found.afflicted, found.contradictions) == (1, 1, 0)
    assert [(one.who, one.kind) for one in found.clashes] == [("ann", Conflict.EXCLUSIVE)]


async def test_what_one_says_twice_is_told_from_what_two_say() -> None:
    found = await surveyed(
        person("ann", "I am tip.", "I am pit."), person("bob", "I am a cook."), person("cid", "I am tip.")
    )
    assert (found.redundant, found.census.repeated, found.near, found.afflicted) == (1, 1, 1, 0)


async def test_categories_are_chosen_for_sentences_that_have_none_and_for_no_others() -> None:
    people = [
        person("ann", "I play the violin in an orchestra.", known("I conjure.", "Magic | Spell"), "Xyzzy plugh."),
        person("bob", known("I am 30.", "age", "30", origin="assigned")),
    ]
    found = await survey_people(people, taxonomy=SHIPPED, embedder=LEXICAL, nli=by.Knows())
    assert found.assigned == 1
    assert found.census.by_category == {"Preference | Music | Instrument": 1, "Magic | Spell": 1, "": 1, "Age": 1}
    assert found.census.by_origin == {"assigned": 2, "given": 1, "": 1}
    assert found.embedder == "lexical"


async def test_chunks_change_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [
        person(f"p{n}", f"I am {n % 7}.", "I love soup.", "I hate soup." if n % 3 else "I ski.") for n in range(40)
    ]
    whole = await surveyed(*people)
    monkeypatch.setattr(surveying, "CHUNK", 3)
    monkeypatch.setattr(surveying, "PAIRS", 5)
    assert await surveyed(*people) == whole
    assert (whole.contradictions, whole.census.people) == (26, 40)


async def test_people_stream_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "CHUNK", 4)
    drawn, told = list[int](), list[tuple[int, int]]()

    def stream() -> Iterator[Persona]:
        for number in range(10):
            drawn.append(number)
            yield person(f"p{number}", known(f"I am {number}.", "Age", str(number)))

    def watch(event: object) -> None:
        if isinstance(event, Progressed) and event.step == "check":
            told.append((event.done, len(drawn)))

    await survey_people(stream(), taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=by.Knows(), events=watch)
    assert told == [(4, 4), (8, 8), (10, 10)]


async def test_a_pool_is_looked_at_where_sentences_can_conflict() -> None:
    pool = [
        ProfileSentence.model_validate(known(text, "Food", entity))
        for text, entity in (("I love soup.", "soup"), ("I hate soup.", "soup"), ("I eat figs.", "figs"))
    ]
    towns = [ProfileSentence.model_validate(known(f"I was born in {town}.", "Town", town)) for town in ("Lima", "Oslo")]
    found = await survey_pool([*pool, *towns], taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=CLASH)
    assert (found.census.people, found.census.sentences, found.contradictions) == (0, 5, 1)
    assert (found.exclusive, found.afflicted, found.redundant) == (0, 0, 0)
    assert [(one.who, {one.first, one.second}) for one in found.clashes] == [("", {"I love soup.", "I hate soup."})]
    assert found.scored == 10
    assert found.miss_rate == 0


async def test_near_duplicates_are_counted_unless_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    census = count_sentences(
        [ProfileSentence(text=text) for text in ("A tip.", "A pit.", "A cat.", "a TIP")], by.TAXONOMY
    )
    assert await near_duplicates(census, by.Spells()) == 1
    monkeypatch.setattr(surveying, "MOST", 2)
    assert await near_duplicates(census, by.Spells()) is None


async def test_entities_without_a_category_are_compared_under_the_one_that_is_nearest() -> None:
    text = "I play the violin in an orchestra."
    mine = count_sentences(
        [ProfileSentence(text=text, category="Preference | Music | Instrument", entity="violin")], SHIPPED
    )
    theirs = [ProfileSentence(text=text, entity="Violin"), ProfileSentence(text="I sail.")]
    other = await entities_of(iter(theirs), SHIPPED, LEXICAL)
    assert other.sentences == 1
    assert [(row.shared, row.jaccard) for row in diversity(mine, other)] == [(1, 1.0)]


class Counting(by.Spells):
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> "np.ndarray":
        self.asked += texts
        return await super().embed(texts) if texts else np.zeros((0, 64), dtype=np.float32)


async def test_a_text_is_embedded_once_as_long_as_there_is_room() -> None:
    counting = Counting()
    memory = Remembering(counting, most=2)
    first = await memory.embed(["a", "b", "a"])
    assert counting.asked == ["a", "b"]
    assert (first == await by.Spells().embed(["a", "b", "a"])).all()
    await memory.embed(["c", "b"])
    await memory.embed(["c"])
    assert counting.asked == ["a", "b", "c", "c"]
    assert (await memory.embed([])).shape == (0, 64)
    memory.forget()
    await memory.embed(["a"])
    assert counting.asked[-1] == "a"
    assert (memory.name, memory.merge_above) == ("spells", 0.99)


async def test_a_survey_embeds_each_sentence_once() -> None:
    counting = Counting()
    people = [person("ann", known("I ski.", "Food"), known("I sail.", "Food")), person("bob", known("I sail.", "Food"))]
    await survey_people(people, taxonomy=by.TAXONOMY, embedder=counting, nli=by.Knows())
    assert sorted(counting.asked) == ["I sail.", "I ski."]


class Both:
    """NLI that contradicts everything."""

    name = "both"

    async def infer(self, pairs: Sequence[tuple[str, str]]) -> list[Inference]:
        return [Inference(0.0, 0.0, 1.0)] * len(pairs)


async def test_no_more_than_twenty_clashes_are_kept_but_all_are_counted() -> None:
    found = await survey_people(
        [person("ann", *map(str, range(9)))], taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=Both()
    )
    assert (found.contradictions, len(found.clashes), found.afflicted) == (36, 20, 1)


async def test_a_pool_s_pairs_are_scored_once_and_not_beyond_what_is_allowed() -> None:
    pool, nli = by.pool(6), by.Knows()
    whole = await survey_pool(pool, taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=nli)
    kin = 9 * 6 * 5 // 2
    assert (whole.candidates, whole.farther) == (kin, None)
    assert kin < whole.scored <= 54 * 53 // 2
    assert sum(nli.calls) == len(nli.asked) == 2 * whole.scored
    few = by.Knows(lambda a, b: True)
    found = await survey_pool(pool, taxonomy=by.TAXONOMY, embedder=by.Spells(), nli=few, most=40)
    assert found.farther
    assert (found.candidates, found.farther.share) == (kin, 1.0)
    assert sum(few.calls) == 2 * found.scored == 2 * found.contradictions
    assert found.scored - (whole.scored - kin) <= 40
