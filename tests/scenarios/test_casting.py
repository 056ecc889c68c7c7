"""Who meets whom in a run: by shared interest, by contrast, in groups; and what is said where that can't be."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from fakes import cafe, exported, loaded

from tertulia.console.auditing import audited
from tertulia.console.gathering import gathering_line
from tertulia.models.errors import Mistake
from tertulia.models.request import Events, unwatched
from tertulia.personas import Trait, read_personas
from tertulia.personas.shelf import people as library
from tertulia.scenarios.casting import Casting, Dealt
from tertulia.scenarios.event import Paired
from tertulia.scenarios.fingerprint import difference, making
from tertulia.scenarios.loading import load, to_yaml
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate

PUBLISHED = Path(__file__).parents[3] / "shared/data/synthetic_persona_chat_valid.csv"
SHARED = "cast.pairing={kind: shared-interest, more_than: 1, embedder: lexical}"
CONTRAST = "cast.pairing={kind: contrast, embedder: lexical}"
KNOW = "{people: [ines-beekeeper, tomasz-tram-driver], are: cousins}"
SMALL = ("rounds.count=1", "rounds.dialogues=4", "critics={panel: [structure]}")


def scenario(folder: Path, *overrides: str) -> Scenario:
    return loaded(cafe(folder), (*SMALL, *overrides))


async def weighed(folder: Path, *overrides: str, events: Events = unwatched) -> Casting:
    return await Casting.of(scenario(folder, *overrides)).weighed(events)


async def casts(folder: Path, count: int, *overrides: str) -> list[tuple[str, ...]]:
    casting = await weighed(folder, *overrides)
    return [tuple(member.persona.id for member in cast) for _, cast in casting.casts(1, 0, count)]


@pytest.mark.parametrize("rule", [SHARED, CONTRAST])
async def test_a_run_is_paired_so_and_again_it_is_the_same(tmp_path: Path, rule: str) -> None:
    heard: list[object] = []
    outputs = [tmp_path / "one", tmp_path / "other"]
    found = []
    for output, hands in zip(outputs, (1, 16), strict=True):
        wanted = scenario(tmp_path, rule, f"concurrency={hands}")
        with await simulate(wanted, heard.append, output=output) as corpus:
            found.append(exported(corpus, output))
            assert audited(corpus.ledger).found == 0
    assert found[0] == found[1]
    paired = next(event for event in heard if isinstance(event, Paired))
    assert (paired.kind, paired.people, paired.possible, paired.by) == (
        rule.split("kind: ")[1].split(",")[0], 110, 110 * 109 // 2, "lexical",
    )  # fmt: skip
    assert 0 < paired.qualified <= paired.possible


async def test_the_casts_of_a_pass_are_a_matching(tmp_path: Path) -> None:
    for rule in (SHARED, CONTRAST):
        first = await casts(tmp_path, 40, rule)
        assert max(Counter(id for cast in first for id in cast).values()) == 1
        assert await casts(tmp_path, 5, rule) == first[:5]


async def test_contrast_pairs_are_further_apart_than_chance_has_them(tmp_path: Path) -> None:
    def apart(found: list[tuple[str, ...]]) -> float:
        people = {persona.id: persona for persona in library("library/everyday", tmp_path)}
        pairs = [(people[a].traits, people[b].traits) for a, b in found]
        return sum(abs(a.level(t) - b.level(t)) for a, b in pairs if a and b for t in Trait) / len(pairs)

    assert apart(await casts(tmp_path, 55, CONTRAST)) > 1.2 * apart(await casts(tmp_path, 55))


@pytest.mark.parametrize("cut", ["greedy", "spectral"])
async def test_three_seats_are_filled_with_groups(tmp_path: Path, cut: str) -> None:
    rule = f"cast.pairing={{kind: shared-interest, more_than: 0, embedder: lexical, cut: {cut}}}"
    found = await casts(tmp_path, 20, "cast.size=3", rule)
    assert {len(set(cast)) for cast in found} == {3}
    assert max(Counter(id for cast in found for id in cast).values()) == 1


async def test_casts_are_looked_for_once_and_ahead(tmp_path: Path) -> None:
    casting = await weighed(tmp_path, SHARED)
    await casting.ahead(1, 60)
    ahead = [cast for _, cast in casting.casts(1, 0, 60)]
    assert ahead == [cast for _, cast in (await weighed(tmp_path, SHARED)).casts(1, 0, 60)]
    assert [index for index, _ in casting.casts(1, 58, 4)] == [58, 59, 60, 61]
    await (await weighed(tmp_path)).ahead(1, 10**9)  # by chance there is nothing to look for, and no end


def test_what_was_dealt_is_not_dealt_again() -> None:
    drawn = iter(range(5))
    dealt = Dealt((number,) for number in drawn)  # type: ignore[misc]
    assert [dealt.upto(2), list(islice(dealt, 3))] == [[(0,), (1,)], [(0,), (1,), (2,)]]
    assert next(drawn) == 3
    assert dealt.upto(9) == [(0,), (1,), (2,), (4,)]


async def test_a_threshold_that_says_nothing_is_told_with_one_that_would_do(tmp_path: Path) -> None:
    rule = "cast.pairing={kind: shared-interest, embedder: lexical}"
    with pytest.raises(Mistake, match=r"28 of 5995 pairs \(0\.5%\) .*lower `merge_above` \(now 0\.05, by lexical\)"):
        await weighed(tmp_path, rule)
    with pytest.raises(Mistake, match=r"or lower `more_than` \(now 2\); here .*`more_than: 1` \(6\.1%\) would do"):
        await weighed(tmp_path, rule)


async def test_a_pairing_that_cant_be_leaves_nothing_behind(tmp_path: Path) -> None:
    rule = "cast.pairing={kind: shared-interest, more_than: 9, embedder: lexical}"
    with pytest.raises(Mistake, match="the threshold says nothing"):
        await simulate(scenario(tmp_path, rule), output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


TWINS = """
- {id: ann, name: Ann, profile: [I sail., I row.]}
- {id: bo, name: Bo, profile: [I row., I sail.]}
- {id: cy, name: Cy, profile: [I sail., I bake.]}
- {id: di, name: Di, profile: [I count stamps.]}
"""


async def test_personas_with_one_profile_are_one_person_and_both_numbers_are_told(tmp_path: Path) -> None:
    (tmp_path / "twins.yaml").write_text(TWINS)
    rule, heard = "cast.pairing={kind: shared-interest, more_than: 0, embedder: lexical}", list[object]()
    await weighed(tmp_path, rule, "cast.personas=twins.yaml", events=heard.append)
    (paired,) = (event for event in heard if isinstance(event, Paired))
    assert (paired.people, paired.personas) == (3, 4)
    assert gathering_line(paired).startswith("pairing shared-interest: 3 different people (of 4), 33.3 % of 3 pairs")
    alone = replace(paired, personas=3)
    assert gathering_line(alone).startswith("pairing shared-interest: 3 people, 33.3 % of 3 pairs qualify")


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published corpus is not there")
async def test_the_published_personas_are_paired_by_shared_interest(tmp_path: Path) -> None:
    heard: list[Paired] = []
    rule = "cast.pairing={kind: shared-interest, embedder: lexical}"

    def hear(event: object) -> None:
        heard.extend([event] if isinstance(event, Paired) else [])

    casting = await weighed(tmp_path, rule, f"cast.personas={PUBLISHED}", events=hear)
    (paired,) = heard
    assert paired.personas == 1905
    assert paired.people == len({tuple(sorted(persona.sentences)) for persona in read_personas(PUBLISHED)})
    assert 0.01 < paired.qualified / paired.possible < 0.1
    found = [cast for _, cast in casting.casts(1, 0, 100)]
    shared = [set(a.persona.sentences) & set(b.persona.sentences) for a, b in found]
    assert len({member.persona.id for cast in found for member in cast}) == 200
    assert any(shared)


WRONG = {
    "pairing: shared_interest": "'shared-interest'",
    "pairing: {kind: random, more_than: 1}": "pairing.more_than: says nothing with kind 'random'",
    "pairing: {kind: contrast, merge_above: 0.5}": "pairing.merge_above: says nothing with kind 'contrast'",
    "pairing: {kind: all-pairs, embedder: lexical}": "pairing.embedder: says nothing with kind 'all-pairs'",
    "pairing: {kind: contrast, cut: spectral}": "pairing.cut: says nothing with kind 'contrast' and 2 seats",
    "pairing: {kind: shared-interest, more_than: -1}": "pairing.more_than: must be 0 or more",
    "pairing: {kind: shared-interest, merge_above: 1}": "pairing.merge_above: must be less than 1",
    "pairing: {kind: shared-interest, at: 1}": "pairing.at: no such key",
    "pairing: {kind: contrast}, personality: {trait: openness}": "`cast.personality` replaces 'openness'",
    "pairing: {kind: contrast}, traits: {openness: [[1, 2]]}": "`cast.traits` replaces 'openness'",
    "pairing: contrast, personas: plain.yaml": "'bo' has none: give each persona `traits`",
    "pairing: contrast, personas: {generate: {count: 4}}": "personas that are made have none",
    "size: 3, pairing: {kind: random, cut: spectral}": "pairing.cut: says nothing with kind 'random' and 3 seats",
    "seats: [{id: x, personas: library/everyday}, {id: y}, {id: z}], pairing: {kind: contrast, cut: spectral}": (
        "`spectral` needs one pool for all seats"
    ),
}


@pytest.mark.parametrize(("said", "what"), WRONG.items())
def test_a_pairing_that_cant_be_is_told_with_its_line(tmp_path: Path, said: str, what: str) -> None:
    (tmp_path / "plain.yaml").write_text("[{id: bo, name: Bo, profile: [I sail.]}, {id: cy, name: Cy}]")
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\n\ncast: {{{said}}}\n")
    with pytest.raises(Mistake) as wrong:
        load(path)
    (line,) = str(wrong.value).splitlines()
    assert line.startswith(f"{path}:3: cast")
    assert what in line


@pytest.mark.parametrize(
    ("said", "sets", "found"),
    [
        ("{}", ["cast.pairing=contrast"], ("contrast", 2)),
        ("{pairing: shared-interest}", ["cast.pairing.more_than=1"], ("shared-interest", 1)),
        ("{pairing: {kind: shared-interest}}", ["cast.pairing.more_than=1"], ("shared-interest", 1)),
        ("{}", ["cast.pairing=shared-interest", "cast.pairing.more_than=1"], ("shared-interest", 1)),
    ],
)
def test_a_pairing_from_the_command_line(tmp_path: Path, said: str, sets: list[str], found: tuple[str, int]) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\ncast: {said}\n")
    rules = load(path, overrides=sets).cast.pairing
    assert (rules.kind, rules.more_than) == found


def test_what_a_pairing_looks_at_is_what_dialogues_are_made_from(tmp_path: Path) -> None:
    def made(rule: str) -> str:
        return making(scenario(tmp_path, f"cast.pairing={rule}"))

    shared = "{kind: shared-interest, embedder: lexical%s}"
    assert made(shared % "") != made("random")
    assert made(shared % ", more_than: 1") != made(shared % "")
    assert made(shared % ", merge_above: 0.4") != made(shared % "")
    assert made("{kind: contrast, embedder: lexical}") != made("{kind: contrast, embedder: other/model}")
    assert made("{kind: random, cut: greedy}") == made("random")


SOUND = (
    "pairing: {kind: shared-interest, more_than: 1}",
    "pairing: contrast",
    "pairing: all-pairs",
    "size: 3, pairing: {kind: contrast, cut: spectral}",
    f"social_graph: [{KNOW}]",
    "personas: {generate: {count: 3}}",
)


def test_a_scenario_with_all_of_it_is_read_back_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for said in SOUND:
        path.write_text(f"name: x\ncast: {{{said}}}\n")
        first = load(path)
        path.write_text(to_yaml(first))
        assert load(path) == first


def test_a_scenario_that_is_older_than_a_key_has_not_changed_it(tmp_path: Path) -> None:
    from tertulia.corpus import RunInfo
    from tertulia.scenarios.simulation import changed

    now = scenario(tmp_path)
    before = now.model_dump(mode="json")
    before["cast"]["pairing"] = "random"
    del before["cast"]["social_graph"], before["cast"]["personality"]
    before["seed"] = 12
    assert "changed: seed. " in changed(now, RunInfo(now.name, before, "", ""))
    assert difference(before, now.model_dump(mode="json")) != ["seed"]
