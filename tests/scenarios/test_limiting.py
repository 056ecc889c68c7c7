"""The minutes of a run are known after a kill, too."""

from pathlib import Path

from fakes import cafe, made

from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.record import RunInfo
from tertulia.models.budget import Budget
from tertulia.scenarios.event import RoundClosed
from tertulia.scenarios.limiting import Spending


def minutes(output: Path) -> float | None:
    with Corpus.open(output) as corpus:
        return corpus.info.extra.get("minutes")


async def test_they_are_noted_now_and_then(tmp_path: Path) -> None:
    seconds = [0.0]
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(RunInfo("cafe", {}, "m", "j", extra={"kept": 1}))
        spending = Spending(Budget(spent_minutes=2, clock=lambda: seconds[0]), ledger, 2)
        found = []
        for seconds[0] in (10.0, 31.0, 59.0, 62.0):
            await spending.now_and_then()
            found.append(minutes(tmp_path))
        assert found == [None, 2.517, 2.517, 3.033]
        info = ledger.info()
        assert info
        assert info.extra["kept"] == 1


async def test_they_are_noted_when_a_round_is_closed(tmp_path: Path) -> None:
    found = []

    def look(event: object) -> None:
        if isinstance(event, RoundClosed):
            found.append(minutes(tmp_path / "out"))

    await made(cafe(tmp_path), tmp_path / "out", "rounds.count=2", "rounds.dialogues=2", on_event=look)
    assert len(found) == 2
    assert None not in found
