"""What is read in pages is what is read one by one."""

import asyncio
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Place
from tertulia.corpus import RunInfo, reading
from tertulia.corpus.ledger import Ledger


def placed(*place: int) -> Dialogue:
    return Dialogue(f"d{place}", (), (), place=Place(*place))


async def test_the_tries_of_several_jobs_come_as_those_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "JOBS", 3)
    dialogues = [placed(1, index, attempt) for index in range(8) for attempt in range(index % 3)]
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(RunInfo("cafe", {}, "m", "p"))
        await asyncio.gather(*(ledger.keep_dialogue(dialogue) for dialogue in (*dialogues, placed(2, 1))))
        indices = [7, 0, 2, 5, 1, 99, 4]
        found = list(ledger.tries_of(1, indices))
        assert found == [ledger.tries(1, index) for index in indices]
        assert [len(tries) for tries in found] == [1, 0, 2, 2, 1, 0, 1]
