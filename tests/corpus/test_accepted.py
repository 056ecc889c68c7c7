"""Who is accepted is known by id, as it is now, without reading a dialogue."""

from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Place
from tertulia.corpus import RunInfo, reading
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Outcome

PANEL = "panel"


def placed(*place: int) -> Dialogue:
    return Dialogue(f"d{place}", (), (), place=Place(*place))


async def settled(ledger: Ledger, *place: int, outcome: Outcome = Outcome.ACCEPTED, panel: str = PANEL) -> None:
    one = placed(*place)
    await ledger.keep_dialogue(one)
    await ledger.settle(place[0], place[1], panel, {one.id: (outcome, "")}, True)


def begun(folder: Path) -> Ledger:
    ledger = Ledger.open(folder)
    ledger.begin(RunInfo("cafe", {}, "m", PANEL))
    return ledger


async def test_they_are_those_that_the_records_give_in_their_order(tmp_path: Path) -> None:
    async with begun(tmp_path) as ledger:
        for index in (4, 0, 11, 2):
            await settled(ledger, 1, index)
        await settled(ledger, 1, 3, outcome=Outcome.REJECTED)
        await settled(ledger, 1, 5, panel="another")
        await settled(ledger, 2, 1)
        for round in (1, 2, 3):
            assert list(ledger.accepted(round)) == [one.dialogue.id for one in ledger.records(rounds=(round,))]
        assert list(ledger.accepted(1, "another")) == ["d(1, 5)"]
        assert len(ledger.accepted(1)) == 4


async def test_every_change_is_seen_by_who_writes_and_who_reads(tmp_path: Path) -> None:
    ids = ["d(1, 0)", "d(1, 1)", "d(1, 2)"]
    async with begun(tmp_path) as ledger:
        with Ledger.open(tmp_path, write=False) as other:

            def now() -> list[str]:
                assert list(other.accepted(1)) == list(ledger.accepted(1))
                return list(ledger.accepted(1))

            for index in range(3):
                await settled(ledger, 1, index)
                assert now() == ids[: index + 1]
            await ledger.fit(1, 2)
            assert now() == ids[:2]
            await ledger.fit(1, 3)
            assert now() == ids
            await ledger.set_aside(1, 0, ids[:1])
            assert now() == ids[1:]
            await settled(ledger, 1, 1, outcome=Outcome.REJECTED)
            assert now() == ids[2:]
            await ledger.keep_dialogue(Dialogue("anew", (), (), place=Place(1, 2)))
            assert now() == []
            await settled(ledger, 1, 7)
            await ledger.reopen()
            assert now() == []


async def test_as_long_as_nothing_changes_it_is_asked_for_once(tmp_path: Path) -> None:
    async with begun(tmp_path) as ledger:
        await settled(ledger, 1, 0)
        found = ledger.accepted(1)
        await settled(ledger, 2, 0)
        assert ledger.accepted(1) is found
        await settled(ledger, 1, 1)
        assert ledger.accepted(1) is not found


async def test_dialogues_come_in_the_order_in_which_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    async with begun(tmp_path) as ledger:
        for index in range(8):
            await settled(ledger, 1, index)
        ids = [f"d(1, {index})" for index in (6, 1, 7, 0, 3, 2, 5)]
        assert [one.id for one in ledger.dialogues(id for id in ids)] == ids
        assert list(ledger.dialogues([])) == []
        assert list(ledger.dialogues(ids[:1])) == [
            record.dialogue for record in ledger.records() if record.dialogue.id == ids[0]
        ]
        with pytest.raises(KeyError):
            list(ledger.dialogues(["nobody"]))
