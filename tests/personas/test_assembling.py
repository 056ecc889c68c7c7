"""Are assembled personas free of conflicts, all scored, each another one, and the same for the same seed?"""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tertulia.models.client import ChatClient
from tertulia.models.errors import Mistake, ServerDown
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona, ProfileSentence, read_personas, write_personas
from tertulia.personas.consistency.assembling import Assembled, assemble
from tertulia.personas.consistency.conflict import Conflicts, Thresholds
from tertulia.personas.consistency.recipe import Recipe
from tertulia.personas.event import Progressed

sys.path.insert(0, str(Path(__file__).parent))

from pools import TAXONOMY, Knows, Spells, pool, sentence

BUILDERS: list[dict[str, Any]] = [{}, {"order": "all"}, {"builder": "profile"}]
"""Ways to build."""
IDS = ["quota", "all", "profile"]


def clashing(share: float = 0.15) -> Knows:
    """Contradicts the same share of pairs at random, whichever way they are asked."""
    return Knows(lambda a, b: Random(f"{min(a, b)}|{max(a, b)}").random() < share)


def negator() -> ChatClient:
    return ChatClient(Scripted(lambda request: "It is not so."), ModelSpec.parse("rehearsal"))


async def made(sentences: Sequence[ProfileSentence], nli: Knows | None = None, **how: Any) -> Assembled:
    other = {name: how.pop(name) for name in ("batch", "remember", "events", "client") if name in how}
    recipe = Recipe(**{"count": 40, **how})
    return await assemble(
        sentences, recipe, taxonomy=TAXONOMY, nli=nli or clashing(), embedder=Spells(), **{"client": negator(), **other}
    )


@pytest.mark.parametrize("how", BUILDERS, ids=IDS)
async def test_every_pair_was_asked_and_none_contradicts(how: dict[str, Any]) -> None:
    nli = clashing()
    count = 100 if "order" in how else 500
    found = await made(pool(12), nli, count=count, **how)
    assert len(found.personas) == count
    assert found.report.replaced > 0
    for persona in found.personas:
        for a, b in combinations(persona.sentences, 2):
            assert {(a, b), (b, a)} <= nli.asked
            assert not nli.contradicts(a, b)


@pytest.mark.parametrize("how", BUILDERS, ids=IDS)
async def test_nobody_comes_twice_and_nobody_has_two_towns(how: dict[str, Any]) -> None:
    found = await made(pool(4), Knows(), count=150, **how)
    sets = [frozenset(persona.sentences) for persona in found.personas]
    assert len(set(sets)) == len(sets) == 150
    assert len({persona.id for persona in found.personas}) == 150
    for persona in found.personas:
        about = Counter(part.category for part in persona.profile)
        assert about["Age"] <= 1
        assert about["Town"] <= 1


@pytest.mark.parametrize("how", BUILDERS, ids=IDS)
async def test_neither_batches_nor_memory_change_what_comes_out(how: dict[str, Any]) -> None:
    def run(**other: Any) -> Any:
        return made(pool(8), clashing(), count=70, seed=3, **how, **other)

    whole = (await run()).personas
    assert (await run(batch=2, remember=False)).personas == whole
    assert (await run(batch=7)).personas == whole


async def test_another_seed_gives_other_people() -> None:
    first, second = [(await made(pool(10), seed=seed)).personas for seed in (0, 1)]
    assert len({p.id for p in first} & {p.id for p in second}) < 5


async def test_conl_fills_its_quota_from_different_categories() -> None:
    quota = {"demographic": 3, "wellness": 2}
    for persona in (await made(pool(6), quota=quota)).personas:
        about = [part.category for part in persona.profile]
        assert len(set(about)) == 5
        assert about[-2:] in (["Ill", "Sore"], ["Sore", "Ill"])


@pytest.mark.parametrize("how", BUILDERS, ids=IDS)
async def test_sentences_are_used_evenly(how: dict[str, Any]) -> None:
    found = await made(pool(40), Knows(), count=200, **how)
    uses = Counter(text for persona in found.personas for text in persona.sentences)
    assert found.report.most_used == max(uses.values())
    assert found.report.used == len(uses)
    if how.get("order") != "all":  # there the quota is taken by chance
        families = {"demographic": 160, "psychographic": 120, "wellness": 80}
        fair = 5 * 200 / 360 if how else max(400 / families["demographic"], 400 / families["psychographic"])
        assert max(uses.values()) <= fair + 2


async def test_a_sentence_is_not_used_more_often_than_allowed() -> None:
    found = await made(pool(4), Knows(), count=50, reuse=2)
    uses = Counter(text for persona in found.personas for text in persona.sentences)
    assert max(uses.values()) == 2
    assert 8 <= len(found.personas) < 50  # 12 psychographic sentences, two a person, each used twice
    assert "at most 2 personas" in found.report.why


async def test_a_community_college_student_is_no_high_school_teacher() -> None:
    """The conflict that the paper itself left in: it is between two categories."""
    student = ProfileSentence(text="I am a student at a community college.", category="School", entity="college")
    teacher = ProfileSentence(text="I teach history at a high school.", category="Job", entity="teach")
    clash = {student.text, teacher.text}
    others = [sentence("Age", 1), sentence("Age", 2), *pool(3, ["Food", "Hobby", "Book", "Ill", "Sore"])]
    found = await made([student, teacher, *others], Knows(lambda a, b: {a, b} == clash), count=60)
    assert found.report.conflicts["contradiction"].count == 1
    example = found.report.conflicts["contradiction"].examples[0]
    assert {example.first, example.second} == clash
    assert example.across
    assert len(found.personas) == 60
    assert not any(clash <= set(persona.sentences) for persona in found.personas)


async def test_an_exhausted_category_is_dropped_for_another_of_its_family() -> None:
    """All jobs go with no food, and there is nothing to eat but food until it runs out."""
    sentences = [*pool(3, ["Job", "Food", "Ill"]), *pool(5, ["Age", "Hobby", "Book"])]
    nli = Knows(lambda a, b: {a.split()[0], b.split()[0]} == {"Job", "Food"})
    quota = {"demographic": 2, "psychographic": 2}
    found = await made(sentences, nli, quota=quota)
    assert found.personas
    assert all("Food" not in [part.category for part in persona.profile] for persona in found.personas)
    assert set(found.report.dropped) <= {"Job", "Food"}
    assert found.report.dropped["Food"] > 0


async def test_the_paper_s_order_drops_what_runs_out_and_takes_the_rest() -> None:
    sentences = [*pool(3, ["Age", "Job", "Town"]), *pool(3, ["Food", "Hobby", "Book"]), *pool(2, ["Ill"])]
    nli = Knows(lambda a, b: {a.split()[0], b.split()[0]} == {"Job", "Food"})
    found = await made(sentences, nli, order="all", count=30)
    assert len(found.personas) == 30
    assert sum(found.report.dropped.values()) >= 30
    for persona in found.personas:
        assert len({"Job", "Food"} & {str(part.category) for part in persona.profile}) < 2


async def test_too_few_are_no_mistake_and_the_reason_is_told() -> None:
    sentences = pool(1, ["Age", "Job", "Food", "Hobby", "Ill", "Sore"])
    found = await made(sentences, Knows(), count=10)
    assert len(found.personas) == 2
    assert (found.report.built, found.report.wanted) == (2, 10)
    assert "exist already" in found.report.why


async def test_where_everything_conflicts_nobody_is_built_and_the_family_is_named() -> None:
    found = await made(pool(2), Knows(lambda a, b: True), count=5)
    assert found.personas == ()
    assert "no demographic sentence was left" in found.report.why
    assert found.report.conflicts["contradiction"].count > 10


async def test_all_combinations_of_a_small_pool_are_found() -> None:
    sentences = pool(2, ["Age", "Job", "Food", "Hobby", "Ill"])
    found = await made(sentences, Knows(), count=32)
    assert len(found.personas) >= 28


async def test_profile_rejects_what_entails_a_negation() -> None:
    texts = [sentence("Food", number).text for number in range(6)]
    opposite = {text: f"Not: {text}" for text in texts}
    nli = Knows(entails=[(texts[0], opposite[texts[1]])])
    script = Scripted(lambda request: "Not: " + request.messages[-1]["content"].split("Sentence: ")[1])
    client = ChatClient(script, ModelSpec.parse("rehearsal"))
    sentences = [ProfileSentence(text=text) for text in texts]
    found = await made(sentences, nli, builder="profile", size=3, count=12, client=client)
    assert len(found.personas) == 12
    assert not any({texts[0], texts[1]} <= set(persona.sentences) for persona in found.personas)
    assert found.report.conflicts["negation"].count == 1


async def test_profile_without_a_language_model_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="language model"):
        await made(pool(3), builder="profile", client=None)


async def test_a_server_that_goes_down_stops_the_assembly() -> None:
    client = ChatClient(Scripted(lambda request: ServerDown("gone")), ModelSpec.parse("rehearsal"))
    with pytest.raises(ServerDown):
        await made(pool(3), builder="profile", client=client)


async def test_redundant_sentences_do_not_meet() -> None:
    twin = ProfileSentence(text="sdrawkcab I yas siht.", category="Food", entity="x")
    double = ProfileSentence(text="I say this backwards.", category="Hobby", entity="y")
    twin = twin.model_copy(update={"text": double.text[::-1]})
    found = await made([twin, double, *pool(2, ["Age", "Job", "Book", "Ill"])], Knows(), count=20)
    assert found.personas
    assert not any({twin.text, double.text} <= set(persona.sentences) for persona in found.personas)


async def test_long_sentences_and_strange_entities_are_sentences_like_others() -> None:
    odd = [
        ProfileSentence(text="I " + "really " * 140 + "run.", category="Hobby", entity="run"),
        ProfileSentence(text="I live in (.*", category="Town", entity="(.*"),
        ProfileSentence(text="I live in [a-z", category="Town", entity="[a-z"),
    ]
    found = await made([*odd, *pool(2)], Knows(), count=40)
    assert {sentence.text for sentence in odd} <= {text for persona in found.personas for text in persona.sentences}


async def test_a_persona_says_who_cleared_it_and_files_carry_it(tmp_path: Path) -> None:
    found = await made(pool(5), count=3, thresholds=Thresholds(contradiction=0.8))
    assert {persona.cleared_by for persona in found.personas} == {"nli:knows, threshold 0.8"}
    for suffix in (".yaml", ".jsonl"):
        path = tmp_path / f"people{suffix}"
        write_personas(found.personas, path)
        assert tuple(read_personas(path)) == found.personas


def test_no_prompt_shows_who_cleared_a_persona() -> None:
    from tertulia.agents.briefing import persona_text

    bare = Persona(name="Ann", profile=(sentence("Food", 1),))
    assert persona_text(bare.model_copy(update={"cleared_by": "nli:canary, threshold 0.9"}), ()) == persona_text(
        bare, ()
    )


async def test_the_same_text_counts_once_however_it_is_written() -> None:
    doubled = [s.model_copy(update={"text": s.text.upper().replace(" ", "  ")}) for s in pool(3)]
    found = await made([*pool(3), *doubled], Knows(), count=5)
    assert found.report.pool == len(pool(3))


async def test_progress_is_told() -> None:
    events: list[Any] = []
    await made(pool(5), count=70, events=events.append)
    done = [event.done for event in events if isinstance(event, Progressed) and event.step == "assemble"]
    assert done == list(range(71))


async def test_what_is_scarce_is_told_and_nothing_else_is_used_twice() -> None:
    few = ("Ill", "Sore")
    sentences = [one for one in pool(40) if one.category not in few] + pool(2, list(few))
    found = await made(sentences, Knows(), count=20)
    uses = Counter(part.text for persona in found.personas for part in persona.profile if part.category not in few)
    assert max(uses.values()) == 1
    assert found.report.scarce == "wellness: 4 sentences for 20 personas"
    assert found.report.left == 0
    plenty = await made(pool(40), Knows(), count=20)
    assert plenty.report.scarce == ""


@pytest.mark.parametrize(
    ("sentences", "how", "told"),
    [
        ([], {}, "the pool is empty"),
        (pool(2, ["Age", "Job", "Food", "Hobby"]), {}, "wellness=1.*no sentence of that family; add.*'Ill', 'Sore'"),
        (pool(2, ["Age", "Food", "Hobby", "Ill"]), {}, "demographic=2.*only 'Age'"),
        (pool(2), {"quota": {"demographc": 2}}, "did you mean 'demographic'"),
        ([sentence("Jobs", 1)], {}, "'Jobs'.*did you mean 'Job'"),
        ([ProfileSentence(text="I run.")], {}, "no sentence of the pool has a category"),
        (pool(1, ["Age", "Job"]), {"builder": "profile"}, "2 sentences, and a profile wants 5"),
    ],
)
async def test_a_pool_that_can_not_do_is_a_mistake(
    sentences: list[ProfileSentence], how: dict[str, Any], told: str
) -> None:
    with pytest.raises(Mistake, match=told):
        await made(sentences, **how)


@pytest.mark.parametrize("how", BUILDERS, ids=IDS)
async def test_the_order_of_the_pool_changes_nobody(how: dict[str, Any]) -> None:
    sentences = [*pool(6), ProfileSentence(text="Bare."), ProfileSentence(text="FOOD number 1: i say food-1.")]
    turned = Random(5).sample(sentences, len(sentences))
    assert (await made(turned, count=30, **how)).personas == (await made(sentences, count=30, **how)).personas


class Detector(Knows):
    """It knows contradiction alone."""

    entails = False


async def test_negations_that_can_not_count_are_not_asked_for() -> None:
    script = Scripted(lambda request: "It is not so.")
    client = ChatClient(script, ModelSpec.parse("rehearsal"))
    found = await made(pool(6), Detector(), builder="profile", count=10, client=client)
    assert (len(found.personas), found.report.negations, script.requests) == (10, False, [])
    assert (await made(pool(6), Detector(), builder="profile", count=3, client=None)).report.built == 3
    whole = await made(pool(6), Knows(), builder="profile", count=10, client=client)
    assert whole.report.negations
    assert script.requests


async def test_calls_of_the_language_model_are_made_so_many_at_once() -> None:
    flying, most = 0, 0

    async def script(request: Any) -> str:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return "It is not so."

    client = ChatClient(Scripted(script), ModelSpec.parse("rehearsal"))
    sentences, recipe = pool(6), Recipe(20, builder="profile")
    await assemble(sentences, recipe, taxonomy=TAXONOMY, nli=Knows(), embedder=Spells(), client=client, concurrency=2)
    assert most == 2


async def test_a_draft_that_is_mended_is_looked_at_only_where_it_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the paper's order a draft holds a sentence of each of nine categories: 36 pairs, and at most 8 more for each
    sentence that is redrawn."""
    looked = list[int]()
    look = Conflicts.look

    async def counted(self: Conflicts, pairs: Any) -> None:
        given = list(pairs)
        looked.append(len(given))
        await look(self, given)

    monkeypatch.setattr(Conflicts, "look", counted)
    nli = clashing()
    found = await made(pool(12), nli, order="all", count=60)
    report = found.report
    assert report.replaced > 60
    drafts = 60 + sum(report.dropped.values())
    assert 60 * 36 <= sum(looked) <= 36 * drafts + 8 * report.replaced
    assert report.scored + report.cached <= sum(looked)
    assert sum(nli.calls) == len(nli.asked) == 2 * report.scored
