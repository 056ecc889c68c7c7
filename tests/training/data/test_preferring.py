"""From a run come a file's worth of dialogues, and which of two replies was found better."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Job, Member, Place, SeatRole, Turn
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.record import RunInfo
from tertulia.critics import Choice, Outcome, Preference
from tertulia.critics.tournament.comparison import Comparison
from tertulia.models.errors import Mistake
from tertulia.models.local.templating import OPENING
from tertulia.personas import Persona
from tertulia.training.base.scratch import build_tokenizer
from tertulia.training.data.material import digest, gather
from tertulia.training.data.pairing import apart, prepare_pairs
from tertulia.training.data.preferring import Rivals, preferences, rivals
from tertulia.training.data.splitting import Shares, Split
from tertulia.training.example import Speaker, System
from tertulia.training.knobs import Knobs

INFO = RunInfo("cafe", {}, making="m", judging="p")
ACCEPTED, REJECTED, PASSED, FAILED = Outcome.ACCEPTED, Outcome.REJECTED, Outcome.PASSED_OVER, Outcome.FAILED
FIRST, SECOND, TIE = (Preference(choice, "") for choice in Choice)


def cast(index: int) -> tuple[Member, ...]:
    ann = Persona(name="Ann", profile=[f"I am Ann {index}."])
    return (Member("a", ann, SeatRole.ASSISTANT), Member("u", Persona(name="Bob"), SeatRole.USER))


def said(id: str, *texts: str, index: int = 0, candidate: int = 0) -> Dialogue:
    """Ann opens."""
    turns = tuple(Turn("au"[n % 2], text) for n, text in enumerate(texts))
    return Dialogue(id, cast(index), turns, place=Place(1, index, 0, candidate), inputs=id)


def run(
    folder: Path,
    jobs: Sequence[dict[str, tuple[Sequence[str], Outcome]]],
    *compared: Comparison,
    scenario: dict[str, str] | None = None,
) -> str:
    """A run of these jobs: what was said in each try, and what became of it."""

    async def fill() -> None:
        async with Ledger.open(folder) as ledger:
            ledger.begin(replace(INFO, scenario=scenario or {}))
            for index, tries in enumerate(jobs):
                await ledger.keep_job(Job(1, index, cast(index)))
                for candidate, (id, (texts, _)) in enumerate(tries.items()):
                    await ledger.keep_dialogue(said(id, *texts, index=index, candidate=candidate))
                await ledger.settle(1, index, "p", {id: (outcome, "") for id, (_, outcome) in tries.items()}, True)
            await ledger.keep_comparisons(1, 0, "p", compared)

    asyncio.run(fill())
    return str(folder)


def texts(messages: Sequence[dict[str, str]]) -> list[str]:
    return [message["content"] for message in messages if message["role"] != "system"]


def test_the_accepted_dialogues_of_a_run_are_gathered(tmp_path: Path) -> None:
    where = run(tmp_path, [{"d0": (["Hi", "Yes"], ACCEPTED), "d1": (["Hm"], REJECTED)}])
    found = gather(where)
    assert [each.id for each in found.dialogues] == ["d0"]
    assert found == gather(f"{where}/ledger.sqlite").__class__(found.dialogues, where, found.digest)
    assert found.digest == gather(f"{where}/ledger.sqlite").digest


@pytest.mark.parametrize(("stated", "licence"), [("CC-BY-4.0", "CC-BY-4.0"), ("unspecified", ""), (None, "")])
def test_the_licence_of_a_run_comes_along(tmp_path: Path, stated: str | None, licence: str) -> None:
    scenario = {"licence": stated} if stated else {}
    assert gather(run(tmp_path, [{"d0": (["Hi"], ACCEPTED)}], scenario=scenario)).licence == licence


def test_a_digest_is_of_people_and_words() -> None:
    one = said("d", "Hi")
    assert digest([one]) == digest([replace(one, seed=4, place=None)])
    others = [replace(one, id="e"), said("d", "Hi."), said("d", "Hi", index=1), said("d", "H", "i")]
    assert len({digest([each]) for each in (one, *others)}) == 5
    assert digest([one, others[0]]) != digest([others[0], one])


def test_an_id_that_stands_twice_in_a_file_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "talk.jsonl").write_text(
        "".join(f'{{"id": "{id}", "messages": [{{"role": "user", "content": "{id}"}}]}}\n' for id in "aaab")
    )
    assert [each.id for each in gather(str(tmp_path / "talk.jsonl")).dialogues] == ["a", "a~2", "a~3", "b"]


def test_no_accepted_dialogue_and_no_dialogue_at_all(tmp_path: Path) -> None:
    where = run(tmp_path / "run", [{"d0": (["Hi"], REJECTED), "d1": (["Hm"], FAILED)}])
    with pytest.raises(Mistake, match=r"no accepted dialogue to learn from \(1 rejected, 1 failed\); let"):
        gather(where)
    with pytest.raises(Mistake, match="folder without a ledger"):
        gather(str(tmp_path))
    (tmp_path / "none.csv").write_text("user 1 personas,user 2 personas,Best Generated Conversation\n")
    with pytest.raises(Mistake, match=r"none\.csv: no dialogue in it"):
        gather(str(tmp_path / "none.csv"))
    with pytest.raises(Mistake, match=r"gone\.jsonl: no such file"):
        gather(str(tmp_path / "gone.jsonl"))


def test_accepted_against_what_was_not(tmp_path: Path) -> None:
    tries = {
        "good": (["Hi", "Yes?", "A cake", "Bye"], ACCEPTED),
        "over": (["Hi", "Yes?", "A pie", "No"], PASSED),
        "bad": (["Hey", "Yes?"], REJECTED),
        "broken": (["Hi", "Yes?", "Zzz"], FAILED),
    }
    where = run(tmp_path, [tries])
    by_ann = preferences(where, speaker=Speaker.ASSISTANT, span="turn")
    assert [(p.dialogue, p.rival, p.seat, p.why) for p in by_ann] == [
        ("good", "over", "a", "passed-over"), ("good", "bad", "a", "rejected"),
    ]  # fmt: skip
    cake, hi = by_ann
    assert texts(cake.prompt) == [OPENING, "Hi", "Yes?"]
    assert "I am Ann 0." in cake.prompt[0]["content"]
    assert (texts(cake.chosen), texts(cake.rejected)) == (["A cake"], ["A pie"])
    assert (texts(hi.prompt), texts(hi.chosen), texts(hi.rejected)) == ([OPENING], ["Hi"], ["Hey"])


def test_the_rest_of_a_dialogue_ends_with_an_own_turn(tmp_path: Path) -> None:
    tries = {
        "good": (["Hi", "Yes?", "A cake", "Bye", "So long", "!"], ACCEPTED),
        "over": (["Hi", "Yes?", "A pie", "No", "Oh"], PASSED),
    }
    where = run(tmp_path, [tries])
    ann, bob = preferences(where, span="rest")
    assert (texts(ann.chosen), texts(ann.rejected)) == (["A cake", "Bye", "So long"], ["A pie", "No", "Oh"])
    assert texts(bob.prompt) == ["Hi"], "the last own turn that is common, since Ann is the first to differ"
    assert (texts(bob.chosen), texts(bob.rejected)) == (
        ["Yes?", "A cake", "Bye", "So long", "!"],
        ["Yes?", "A pie", "No"],
    )
    assert bob.prompt[-1]["role"] == "user"


def test_nothing_in_common_is_told(tmp_path: Path) -> None:
    where = run(tmp_path, [{"d0": (["Hi", "Yes?"], ACCEPTED), "d1": (["Hey", "No?"], REJECTED)}])
    with pytest.raises(Mistake, match=r"in none of 1 pairs .* the user answer the same beginning.*span=rest"):
        preferences(where, speaker=Speaker.USER, span="turn")
    (only,) = preferences(where, speaker=Speaker.ASSISTANT, system=System.NONE)
    assert texts(only.prompt) == [OPENING]


def test_what_most_policies_prefer_and_outcomes_before_it(tmp_path: Path) -> None:
    tries = {"d0": (["A"], ACCEPTED), "d1": (["B"], PASSED), "d2": (["C"], PASSED), "d3": (["D"], PASSED)}
    compared = [
        Comparison("depth", 0, "d0", "d1", SECOND, FIRST),
        Comparison("depth", 0, "d1", "d2", SECOND, FIRST),
        Comparison("style", 0, "d1", "d2", SECOND, FIRST),
        Comparison("taste", 0, "d1", "d2", FIRST, SECOND),
        Comparison("depth", 0, "d1", "d3", FIRST, SECOND),
        Comparison("style", 0, "d1", "d3", SECOND, FIRST),
        Comparison("depth", 0, "d2", "d3", FIRST, FIRST),
    ]
    found = rivals(run(tmp_path, [tries], *compared))
    assert [(each.chosen.id, each.rejected.id, each.why) for each in found] == [
        ("d0", "d1", "passed-over"),
        ("d0", "d2", "passed-over"),
        ("d0", "d3", "passed-over"),
        ("d2", "d1", "comparison"),
    ]


def test_a_run_without_anything_worse_and_a_file(tmp_path: Path) -> None:
    where = run(tmp_path, [{"d0": (["Hi"], ACCEPTED)}, {"d1": (["Hm"], REJECTED)}])
    with pytest.raises(Mistake, match=r"nothing to prefer \(1 accepted, 1 rejected\).*rounds\.candidates=2"):
        rivals(where)
    with pytest.raises(Mistake, match="a file holds no rejected dialogues; give a run"):
        rivals(str(tmp_path / "talk.jsonl"))


def test_no_preference_of_a_tested_person_is_learned() -> None:
    def pair(index: int) -> Rivals:
        return Rivals(said(f"good{index}", "A", index=index), said(f"bad{index}", "B", index=index), "rejected")

    pairs = [pair(index) for index in range(4)]
    same_person = Rivals(said("x", "C", index=0), said("y", "D", index=0), "comparison")
    parts = Split((pairs[1].chosen,), (pairs[2].chosen,), (pairs[0].chosen,), (pairs[3].chosen,))
    assert apart([*pairs, same_person], parts) == ([pairs[1]], [pairs[2]], [pairs[0]])


def test_preferences_as_tokens(tmp_path: Path) -> None:
    jobs = [
        {
            f"good{n}": (["Hi", f"Yes {n}?", f"A cake {n}"], ACCEPTED),
            f"bad{n}": (["Hi", f"Yes {n}?", f"A much too long reply {n}"], REJECTED),
        }
        for n in range(5)
    ]
    where = run(tmp_path, jobs)
    tokenizer = build_tokenizer(["Hi Yes A cake"], 300)
    material, found = gather(where), rivals(where)
    how = {"speaker": Speaker.ASSISTANT, "shares": Shares(validation=0.2, test=0.2)}
    made = prepare_pairs(material, found, tokenizer, Knobs(), length=512, **how)
    assert [len(made.train), len(made.validation), len(made.test)] == [3, 1, 1]
    one = made.train[0]
    learned = [t for t, yes in zip(one.chosen.input_ids, one.chosen.learned, strict=True) if yes]
    assert tokenizer.decode(learned) == f"{one.preference.chosen[0]['content']}<|end|>", "'Hi' is the prompt's"
    assert (made.ready.train, made.ready.learned, made.ready.left_out) == (3, sum(
        sum(side.learned) for pair in made.train for side in (pair.chosen, pair.rejected)
    ), 0)  # fmt: skip
    with pytest.raises(Mistake, match=r"no example fits into 20 tokens: the longest persona takes \d+.*--set length="):
        prepare_pairs(material, found, tokenizer, Knobs(), length=20, **how)
